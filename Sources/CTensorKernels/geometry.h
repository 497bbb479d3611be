// Checks and extents that convolution and pooling share.
#ifndef ASSAY_GEOMETRY_H
#define ASSAY_GEOMETRY_H
#include "dispatch.h"

static inline int64_t output_rows(const struct assay_convolution *s) {
  return (s->height + 2 * s->padding - s->kernel_height) / s->stride + 1;
}

static inline int64_t output_columns(const struct assay_convolution *s) {
  return (s->width + 2 * s->padding - s->kernel_width) / s->stride + 1;
}

/// Multiplies, and says whether the product is still a possible count.
static inline int grow(int64_t *count, int64_t factor) {
  return !__builtin_mul_overflow(*count, factor, count) && *count <= LARGEST_COUNT;
}

/// Whether every tensor of the shape has a possible size.
static inline int is_convolution(const struct assay_convolution *s) {
  const int64_t extents[] = {
      s->batch, s->input_channels, s->height, s->width, s->output_channels, s->kernel_height,
      s->kernel_width, s->stride, s->groups};
  for (int i = 0; i < 9; i++) {
    if (extents[i] < 1 || extents[i] > LARGEST_COUNT / 8) return 0;
  }
  if (s->padding < 0 || s->padding >= s->kernel_height || s->padding >= s->kernel_width ||
      s->height + 2 * s->padding < s->kernel_height ||
      s->width + 2 * s->padding < s->kernel_width || s->input_channels % s->groups ||
      s->output_channels % s->groups) {
    return 0;
  }
  int64_t input = s->batch, output = s->batch, weight = s->output_channels;
  return grow(&input, s->input_channels) && grow(&input, s->height) && grow(&input, s->width) &&
         grow(&output, s->output_channels) && grow(&output, output_rows(s)) &&
         grow(&output, output_columns(s)) && grow(&weight, s->input_channels) &&
         grow(&weight, s->kernel_height) && grow(&weight, s->kernel_width);
}

#endif
