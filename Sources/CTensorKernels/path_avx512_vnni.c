// AVX-512 with VNNI: integer operators only; the float32 ones are those of AVX-512.
#if defined(__x86_64__)
#include "integer_kernels.h"

#include <immintrin.h>
#include <stddef.h>

#define PATH_AVX512
#define PATH_VNNI
#define TILE_ROWS 14
#define TILE_VECS 2
#define INTEGER_TABLE assay_integer_avx512_vnni

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,fma"))), \
    apply_to = function)
#pragma clang diagnostic ignored "-Wunused-function"
#include "kernels/vector.h"
#include "kernels/integer_matmul.h"
#include "kernels/integer.h"
#pragma clang attribute pop
#endif
