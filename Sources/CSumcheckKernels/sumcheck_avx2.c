// The lanes of AVX2: two registers for each vector.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define ENGINE_PATH ASSAY_SUMCHECK_AVX2
#define ENGINE_NAME "avx2"
#define ENGINE assay_sumcheck_avx2
#include "sumcheck_lanes.h"
#pragma clang attribute pop
#else
typedef int assay_sumcheck_avx2_needs_x86_64;
#endif
