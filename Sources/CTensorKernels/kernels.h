// What one path provides: every operator on one thread, for a part of the work. The public
// functions check their arguments, divide the work and call these.
#ifndef ASSAY_KERNELS_H
#define ASSAY_KERNELS_H
#include "CAssayTensorKernels.h"
#include "convolution_kernels.h"
#include "sequence_kernels.h"

/// A K block of the matrix product: part of its definition.
enum { MATMUL_DEPTH = 512 };

/// A rectangle of C = A·B. Element (i, p) of A is a[i·a_row + p·a_step], one of which is 1; (p, j)
/// of B is b[p·b_step + j·b_column], one of which is 1; (i, j) of C c[i·c_row + j·c_column].
struct matmul_part {
  int64_t m, n, k;
  const float *a;
  int64_t a_row, a_step;
  const float *b;
  int64_t b_step, b_column;
  float *c;
  int64_t c_row, c_column;
  float *workspace;
};

struct kernels {
  int64_t tile_rows, tile_columns;
  int64_t (*matmul_workspace)(int64_t m, int64_t n, int64_t k);  // floats for one part
  void (*matmul)(const struct matmul_part *part);
  void (*unary)(int32_t kind, const float *x, float *out, int64_t count);
  void (*unary_gradient)(
      int32_t kind, const float *x, const float *y, const float *gradient, float *out,
      int64_t count);
  void (*add)(const float *x, const float *y, float *out, int64_t count);
  void (*add_relu)(const float *x, const float *y, float *out, int64_t count);
  void (*column_sum)(
      const float *x, float *out, int64_t rows, int64_t row_stride, int64_t columns);
  float (*lane_sum)(const float *x, int64_t count);
  float (*squared_distance)(const float *x, const float *y, int64_t count);
  void (*softmax_rows)(  // at most 16
      const float *logits, const int32_t *labels, float *probabilities, float *losses,
      int64_t rows, int64_t columns, const struct assay_labelling *labelling);
  void (*divide)(float *x, float divisor, int64_t count);
  void (*squared_error_gradient)(
      const float *prediction, const float *target, float *out, int64_t count, float divisor);
  void (*sgd)(
      float *parameter, const float *gradient, float *velocity, int64_t count,
      const struct assay_sgd *settings);
  void (*adam)(
      float *parameter, const float *gradient, float *first_moment, float *second_moment,
      int64_t count, const struct assay_adam *settings);
  void (*fma)(const float *x, const float *y, const float *z, float *out, int64_t count);
  struct convolution_kernels convolution;
  struct sequence_kernels sequence;
};

extern const struct kernels assay_kernels_portable;
#if defined(__x86_64__)
extern const struct kernels assay_kernels_avx2;
extern const struct kernels assay_kernels_avx512;
#endif

/// The kernels of a path, or NULL where this processor lacks it.
const struct kernels *assay_kernels_of(int32_t path);

#endif
