// How a convolution's windows are laid out for the matrix product.
//
// The windows of an image overlap. Of each channel there is one copy that all taps *share*, a
// *plane* with its border of zeros: what tap (i, j) sees at target position (r, c) is at
// (r + i)·pitch + c + j. Where positions must follow each other without gaps from row to row, every
// tap column j has a plane of its own, shifted by j and as wide as the target; where windows are
// more than one apart, every tap (i, j).
#ifndef ASSAY_CONVOLUTION_KERNELS_H
#define ASSAY_CONVOLUTION_KERNELS_H
#include "CAssayConvolutionKernels.h"

/// A source [channels, height, width] as its target positions see it through taps: tap (i, j) of
/// position (r, c) is source element (r·step + first_row + i, c·step + first_column + j), or with
/// −i and −j where `reversed` (step is 1 then). Outside of the source is +0.
struct windows {
  int64_t channels, height, width;
  int64_t rows, columns;  // of the target
  int64_t step, tap_rows, tap_columns, first_row, first_column;
  int reversed;
};

/// Some target positions: whole rows, or a piece of one row.
struct patch {
  int64_t row, rows, column, columns;
};

/// Runs of floats that will be read soon, and are brought into the cache meanwhile.
struct stream {
  const float *start;
  int64_t run;   // floats,
  int64_t runs;  // of which there are so many
  int64_t step;  // from one to the next
  int64_t at;    // in the first
};

/// A stream of runs; runs that touch are one.
static inline struct stream stream_of(
    const float *start, int64_t run, int64_t runs, int64_t step) {
  const int touch = run == step;
  return (struct stream){start, touch ? run * runs : run, touch ? 1 : runs, step, 0};
}

/// The rows of output channels [m, k] times the windows of one image: a patch of the target.
struct window_part {
  const struct windows *windows;
  struct patch patch;
  const float *source;   // the channels of one image that the product uses
  const float *weights;  // m × k, packed for each K block
  int64_t m;
  float *out;  // element (i, q) at i·out_row + q
  int64_t out_row;
  float *workspace;
  struct stream next;  // the source of the next part
};

/// A K block of a weight gradient: the positions first ..< end of all images, in order.
struct gradient_part {
  const struct windows *windows;
  const float *x;  // the group's first input channel of image 0
  int64_t x_image;
  int64_t channels;  // how many channels from there
  const float *gradient;  // the group's first output channel of image 0
  int64_t gradient_image;
  int64_t outputs;
  int64_t first, end;
  float *sums;  // gradient_rows × outputs, in whole vectors
  float *workspace;
  struct stream next_x, next_gradient;  // what the next block reads
};

/// What the gradient of a batch norm is made of.
struct channel_gradient {
  const float *x, *gradient;
  float mean, inverse;
  struct assay_rectified rectified;
};

/// What one path provides for convolution, pooling and channels, on one thread.
struct convolution_kernels {
  int64_t (*window_workspace)(const struct windows *windows, int64_t rows, int64_t columns);
  void (*pack_weights)(
      const float *weight, int64_t m, const struct windows *windows, int64_t row, int64_t channel,
      int64_t tap_row, int64_t tap_column, float *out);
  void (*window_product)(const struct window_part *part);
  void (*spread_rows)(
      const float *x, int64_t rows, int64_t columns, float *out, int64_t row_step,
      int64_t column_step);
  int64_t (*gradient_workspace)(
      const struct windows *windows, int64_t channels, int64_t outputs);
  int64_t (*gradient_rows)(const struct windows *windows, int64_t channels);
  int64_t (*gradient_row)(const struct windows *windows, int64_t channel, int64_t i, int64_t j);
  void (*gradient_block)(const struct gradient_part *part);
  void (*max_pool)(const struct windows *windows, const float *x, float *out, int32_t *indices);
  int (*max_pool_gradient)(
      const struct windows *windows, const float *gradient, const int32_t *indices, float *out);
  void (*average_pool)(const struct windows *windows, const float *x, float *out);
  void (*average_pool_gradient)(
      const struct windows *windows, const float *gradient, float *out);
  void (*add_number)(const float *x, float number, float *out, int64_t count);
  float (*channel_sum)(const struct assay_channels *shape, int64_t channel, const float *x);
  float (*channel_squares)(
      const struct assay_channels *shape, int64_t channel, const float *x, float mean);
  void (*channel_gradient_sums)(
      const struct assay_channels *shape, int64_t channel, const struct channel_gradient *gradient,
      float *sum, float *product);
  void (*channel_normalize)(
      const struct assay_channels *shape, int64_t channel, const float *x, float mean,
      float inverse, float weight, float bias, int rectifies, float *out);
  void (*channel_normalize_gradient)(
      const struct assay_channels *shape, int64_t channel, const float *x, const float *gradient,
      float mean, float inverse, float weight, float weight_sum, float bias_sum, float *out);
};

#endif
