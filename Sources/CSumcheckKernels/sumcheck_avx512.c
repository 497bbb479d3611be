// The lanes of AVX-512 without its 52-bit multiply-add: one register for each vector.
#if defined(__x86_64__)
#define FEATURES "avx512f,avx512bw,avx512dq,avx512vl"
#pragma clang attribute push(__attribute__((target(FEATURES))), apply_to = function)
#define ENGINE_PATH ASSAY_SUMCHECK_AVX512
#define ENGINE_NAME "avx512"
#define ENGINE assay_sumcheck_avx512
#include "sumcheck_lanes.h"
#pragma clang attribute pop
#else
typedef int assay_sumcheck_avx512_needs_x86_64;
#endif
