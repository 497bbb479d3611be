// What the parts of convolution share.
#ifndef ASSAY_CONVOLUTION_H
#define ASSAY_CONVOLUTION_H
#include "geometry.h"

#include <string.h>

/// The input as the output sees it.
static inline struct windows assay_forward_windows(const struct assay_convolution *s) {
  return (struct windows){
      .channels = s->input_channels / s->groups, .height = s->height, .width = s->width,
      .rows = output_rows(s), .columns = output_columns(s), .step = s->stride,
      .tap_rows = s->kernel_height, .tap_columns = s->kernel_width, .first_row = -s->padding,
      .first_column = -s->padding};
}

/// Floats of workspace of a weight gradient.
int64_t assay_weight_gradient_floats(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s);

/// ASSAY_OK, or what is wrong with a call.
int32_t assay_convolution_check(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *s,
    const void *workspace, int64_t workspace_bytes);

#endif
