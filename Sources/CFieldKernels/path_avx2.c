// AVX2: two registers for eight elements.
#if defined(__x86_64__)
#include "kernels.h"

#define TABLE assay_field_avx2

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "kernels/lanes.h"
#include "kernels/transform.h"
#include "kernels/load.h"
#include "kernels/rows.h"
#include "kernels/table.h"
#pragma clang attribute pop
#else
typedef int assay_field_avx2_needs_x86_64;
#endif
