// AVX-512: a register tile of 14 × 32, 28 accumulators.
#pragma STDC FP_CONTRACT OFF
#if defined(__x86_64__)
#include "integer_kernels.h"
#include "kernels.h"

#include <immintrin.h>

#define PATH_AVX512
#define PATH_HAS_FMA 1
#define TILE_ROWS 14
#define TILE_VECS 2
#define TABLE assay_kernels_avx512
#define INTEGER_TABLE assay_integer_avx512

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma"))), apply_to = function)
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
