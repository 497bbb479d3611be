// AVX-512: one register for eight elements.
#if defined(__x86_64__)
#include "kernels.h"

#define TABLE assay_field_avx512
#define SHARED_ROWS 4

#define FEATURES "avx512f,avx512dq,avx512bw,avx512vl"
#pragma clang attribute push(__attribute__((target(FEATURES))), apply_to = function)
#include "kernels/lanes.h"
#include "kernels/transform.h"
#include "kernels/load.h"
#include "kernels/rows.h"
#include "kernels/table.h"
#pragma clang attribute pop
#else
typedef int assay_field_avx512_needs_x86_64;
#endif
