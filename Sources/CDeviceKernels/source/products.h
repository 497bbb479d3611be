// The products of both number systems: matrices, and convolutions over their windows.
#define NAMED(name) name
#define ELEMENT_TYPE float
#define ELEMENT_SOURCE float
#define SUM float
#define MULTIPLY(x, y, sum) FMA(x, y, sum)
#define FINAL(x) canonical(x)
#include "matmul.h"
#include "convolution.h"
#undef NAMED
#undef ELEMENT_TYPE
#undef ELEMENT_SOURCE
#undef SUM
#undef MULTIPLY
#undef FINAL

#define NAMED(name) integer_##name
#define ELEMENT_TYPE int
#define ELEMENT_SOURCE signed char
#define SUM int
#define MULTIPLY(x, y, sum) ((int)((uint)(sum) + (uint)((x) * (y))))
#define FINAL(x) (x)
#include "matmul.h"
#include "convolution.h"
#undef NAMED
#undef ELEMENT_TYPE
#undef ELEMENT_SOURCE
#undef SUM
#undef MULTIPLY
#undef FINAL
