// What one path provides for integer operators, on one thread.
#ifndef ASSAY_INTEGER_KERNELS_H
#define ASSAY_INTEGER_KERNELS_H
#include "CAssayTensorKernels.h"

/// C = A·B, or C += A·B, with the strides of a `matmul_part`; C's columns are adjacent. Of A and B,
/// one stride of each is 1.
struct integer_part {
  int64_t m, n, k;
  const int8_t *a;
  int64_t a_row, a_step;
  const int8_t *b;
  int64_t b_step, b_column;
  int32_t *c;
  int64_t c_row;
  int accumulate;
  void *workspace;
};

/// The roundings return whether any value was out of range.
struct integer_kernels {
  int64_t tile_rows, tile_columns;
  int64_t (*workspace)(int64_t m, int64_t n, int64_t k);  // bytes, a multiple of 64
  void (*product)(const struct integer_part *part);
  int (*round_weights)(
      int32_t width, const void *x, int8_t *out, int64_t first, int64_t count, int32_t shift);
  int (*activate)(const int32_t *x, int8_t *out, int64_t count, int32_t shift);
  int (*pool_activate)(
      const int32_t *x, int8_t *out, int64_t height, int64_t width, int32_t shift);
  int (*mask_gradient)(
      const int32_t *gradient, const int8_t *activation, int8_t *out, int64_t count,
      int32_t shift);
  void (*spread)(const int8_t *x, int8_t *out, int64_t height, int64_t width);
  void (*update)(
      int32_t width, void *w, void *v, const int32_t *d, int64_t first, int64_t count,
      int64_t rate, int32_t decay_shift);
};

extern const struct integer_kernels assay_integer_portable;
#if defined(__x86_64__)
extern const struct integer_kernels assay_integer_avx2;
extern const struct integer_kernels assay_integer_avx512;
extern const struct integer_kernels assay_integer_avx512_vnni;
#endif

/// The kernels of a path, or NULL where this processor lacks it.
const struct integer_kernels *assay_integer_kernels_of(int32_t path);

#endif
