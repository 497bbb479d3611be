// Convolution, pooling and what is done channel by channel, under the conventions of
// CAssayTensorKernels.h. Tensors are [batch, channels, height, width].
#ifndef CASSAY_CONVOLUTION_KERNELS_H
#define CASSAY_CONVOLUTION_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The extents of a convolution or pooling, each ≥ 1; 0 ≤ padding < both kernel extents. The padded
/// image holds at least one window, and the channels divide into the groups.
struct assay_convolution {
  int64_t batch, input_channels, height, width, output_channels;
  int64_t kernel_height, kernel_width, stride, padding, groups;
};

// Convolution: x [batch, input_channels, height, width], y [batch, output_channels, rows, columns]
// with rows = (height + 2·padding − kernel_height) / stride + 1 and columns likewise,
// weight [output_channels, input_channels / groups, kernel_height, kernel_width].
// Each is a matrix product in the order of `assay_matmul`: blocks of 512 along K, each a chain of
// fma from +0, the first of which the others are added to in order. `out` overlaps nothing.

enum {
  ASSAY_CONVOLUTION_FORWARD = 0,
  ASSAY_CONVOLUTION_INPUT_GRADIENT = 1,
  ASSAY_CONVOLUTION_WEIGHT_GRADIENT = 2,
};

/// Bytes of workspace that one of the three needs, or -1 for a shape or kind that is refused.
int64_t assay_convolution_workspace(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *shape);

/// y[n, o, r, c] = Σ over k = (channel a of o's group, i, j), in that order, of
/// x[n, a, r·stride − padding + i, c·stride − padding + j] · weight[o, a, i, j]; x outside of the
/// image is +0 and takes part.
int32_t assay_convolution(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *x,
    const float *weight, float *out, void *workspace, int64_t workspace_bytes);

int32_t assay_convolution_reference(
    const struct assay_convolution *shape, const float *x, const float *weight, float *out);

/// dx[n, a, h, w] = Σ over k = (output channel o of a's group, i, j), in that order, of those i and
/// j for which the quotients are whole, of
/// dy[n, o, (h + padding − i) / stride, (w + padding − j) / stride] · weight[o, a, i, j]; dy
/// outside
/// of its image is +0 and takes part.
int32_t assay_convolution_input_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    const float *weight, float *out, void *workspace, int64_t workspace_bytes);

int32_t assay_convolution_input_gradient_reference(
    const struct assay_convolution *shape, const float *gradient, const float *weight,
    float *out);

/// dweight[o, a, i, j] = Σ over k = (n, r, c), in that order, of
/// dy[n, o, r, c] · x[n, a, r·stride − padding + i, c·stride − padding + j].
int32_t assay_convolution_weight_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    const float *x, float *out, void *workspace, int64_t workspace_bytes);

int32_t assay_convolution_weight_gradient_reference(
    const struct assay_convolution *shape, const float *gradient, const float *x, float *out);

// Pooling: input_channels = output_channels; the groups are ignored -------------------------------

/// out = the largest element of each window: the first of equals in order of (i, j), +0 and −0
/// being equal; the first NaN, if there is one. Padding does not take part.
/// indices = its place in its plane: row · width + column.
int32_t assay_max_pool(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *x,
    float *out, int32_t *indices);

int32_t assay_max_pool_reference(
    const struct assay_convolution *shape, const float *x, float *out, int32_t *indices);

/// out = +0; then, for each plane, in order of output positions: out[index] += gradient.
/// ASSAY_ERROR_LABEL if an index is outside of its plane.
int32_t assay_max_pool_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    const int32_t *indices, float *out);

int32_t assay_max_pool_gradient_reference(
    const struct assay_convolution *shape, const float *gradient, const int32_t *indices,
    float *out);

/// out = the sum of each window in order of (i, j) from +0, padding being +0 and taking part,
/// divided by Float(kernel_height · kernel_width).
int32_t assay_average_pool(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *x,
    float *out);

int32_t assay_average_pool_reference(
    const struct assay_convolution *shape, const float *x, float *out);

/// out = +0; then, for each plane, in order of output positions, for each element of the window:
/// out += gradient / Float(kernel_height · kernel_width).
int32_t assay_average_pool_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    float *out);

int32_t assay_average_pool_gradient_reference(
    const struct assay_convolution *shape, const float *gradient, float *out);

// Channels ---------------------------------------------------------------------------------------

/// Tensors [batch, channels, spatial], each ≥ 1. A channel's `lanes` run over (n, s) in that order:
/// its element i = n · spatial + s.
struct assay_channels {
  int64_t batch, channels, spatial;
};

/// out = x + bias[channel].
int32_t assay_channel_add_bias(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *bias, float *out);

int32_t assay_channel_add_bias_reference(
    const struct assay_channels *shape, const float *x, const float *bias, float *out);

/// out[channel] = lanes(x).
int32_t assay_channel_sum(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x, float *out);

int32_t assay_channel_sum_reference(
    const struct assay_channels *shape, const float *x, float *out);

/// Batch normalisation (Ioffe and Szegedy 2015) with the batch's statistics. M = batch · spatial;
/// mean = lanes(x) / Float(M); variance = lanes(d·d) / Float(M), d = x − mean, where each lane's
/// step is lane = fma(d, d, lane); inverse = 1 / √(variance + epsilon);
/// out = fma((x − mean)·inverse, weight, bias), or relu of it where `rectifies`.
/// running_mean = fma(momentum, mean − running_mean, running_mean);
/// running_variance = fma(momentum, variance·u − running_variance, running_variance),
/// u = Float(M) / Float(M − 1), or 1 where M = 1.
int32_t assay_channel_normalize(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *weight, const float *bias, float *running_mean, float *running_variance,
    float *out, float *mean, float *inverse, float momentum, float epsilon, int32_t rectifies);

int32_t assay_channel_normalize_reference(
    const struct assay_channels *shape, const float *x, const float *weight, const float *bias,
    float *running_mean, float *running_variance, float *out, float *mean, float *inverse,
    float momentum, float epsilon);

/// The same with given statistics: inverse = 1 / √(variance + epsilon), then as above.
int32_t assay_channel_normalize_with(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *weight, const float *bias, const float *mean, const float *variance, float *out,
    float epsilon);

int32_t assay_channel_normalize_with_reference(
    const struct assay_channels *shape, const float *x, const float *weight, const float *bias,
    const float *mean, const float *variance, float *out, float epsilon);

/// A ReLU's gradient, made in the pass that needs it: out = output > 0 ? gradient + addend : +0, or
/// without the sum where there is no addend. `out` may be the gradient or the addend, and whatever
/// the pass writes for an element may be written over any of these.
struct assay_rectified {
  const float *_Nullable addend;
  const float *output;
  float *out;
};

/// With h = (x − mean)·inverse: bias_gradient = lanes(dy); weight_gradient = lanes(dy·h), where
/// each lane's step is lane = fma(dy, h, lane); then out = (weight·inverse)·(dy − t),
/// t = fma(h, weight_gradient, bias_gradient) / Float(M). dy is the gradient that is given, or what
/// `rectified` makes of it.
int32_t assay_channel_normalize_gradient(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *gradient, const float *weight, const float *mean, const float *inverse,
    float *out, float *weight_gradient, float *bias_gradient,
    const struct assay_rectified *_Nullable rectified);

int32_t assay_channel_normalize_gradient_reference(
    const struct assay_channels *shape, const float *x, const float *gradient,
    const float *weight, const float *mean, const float *inverse, float *out,
    float *weight_gradient, float *bias_gradient);

#pragma clang assume_nonnull end
#endif
