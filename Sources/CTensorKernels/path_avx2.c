// AVX2 and FMA: a register tile of 6 × 16, twelve accumulators of eight lanes.
#pragma STDC FP_CONTRACT OFF
#if defined(__x86_64__)
#include "integer_kernels.h"
#include "kernels.h"

#include <immintrin.h>

#define PATH_AVX2
#define PATH_HAS_FMA 1
#define TILE_ROWS 6
#define TILE_VECS 1
#define TABLE assay_kernels_avx2
#define INTEGER_TABLE assay_integer_avx2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels/vector.h"
#include "kernels/formulas.h"
#include "kernels/matmul.h"
#include "kernels/windows.h"
#include "kernels/convolution.h"
#include "kernels/sliding_gradient.h"
#include "kernels/weight_gradient.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "kernels/pooling.h"
#include "kernels/channel.h"
#include "kernels/optimizer.h"
#include "kernels/rows.h"
#include "kernels/chains.h"
#include "kernels/attention.h"
#include "kernels/sequence.h"
#include "kernels/table.h"
#include "kernels/integer_matmul.h"
#include "kernels/integer.h"
#pragma clang attribute pop
#endif
