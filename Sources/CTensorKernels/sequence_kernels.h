// What a path provides for norms, attention, sequences and updates, on one thread.
#ifndef ASSAY_SEQUENCE_KERNELS_H
#define ASSAY_SEQUENCE_KERNELS_H
#include "CAssayTensorKernels.h"

/// One head of one example: pointers to its position 0.
struct attention_head {
  int64_t positions, width;
  int32_t is_causal;
  float scale;
  struct assay_attention_input query, key, value, gradient;
  const float *maximum, *sum;  // the gradient's inputs
  float *new_maximum, *new_sum;
  struct assay_attention_output out, query_gradient, key_gradient, value_gradient;
  float *workspace;
};

struct sequence_kernels {
  void (*layer_norm_row)(
      const float *x, const float *weight, const float *bias, float *out, float *mean,
      float *inverse, int64_t columns, float epsilon);
  void (*layer_norm_gradient_row)(
      const float *x, const float *gradient, const float *weight, float mean, float inverse,
      float *out, int64_t columns);
  void (*rms_norm_row)(
      const float *x, const float *weight, float *out, float *inverse, int64_t columns,
      float epsilon);
  void (*rms_norm_gradient_row)(
      const float *x, const float *gradient, const float *weight, float inverse, float *out,
      int64_t columns);
  void (*norm_weight_gradient)(
      const float *x, const float *gradient, const float *mean, const float *inverse, float *out,
      int64_t rows, int64_t row_stride, int64_t columns);
  void (*plain_softmax_row)(const float *x, float *out, int64_t columns);
  void (*softmax_gradient_row)(
      const float *y, const float *gradient, float *out, int64_t columns);
  int64_t (*attention_workspace)(int64_t positions, int64_t width, int32_t is_gradient);
  void (*attention)(const struct attention_head *head);
  void (*attention_gradient)(const struct attention_head *head);
  void (*copy)(const float *x, float *out, int64_t count);
  void (*rotate)(
      const float *x, const float *cosines, const float *sines, float *out, int64_t half,
      int32_t is_inverse);
  /// Elements `first` … of the draw.
  void (*dropout)(
      const float *x, float *out, int64_t first, int64_t count,
      const struct assay_dropout *settings);
  float (*sum_of_squares)(const float *x, int64_t count);
  void (*scale)(const float *x, float factor, float *out, int64_t count);
  void (*moving_average)(const float *parameter, float *average, int64_t count, float rate);
};

#endif
