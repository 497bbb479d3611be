// The definitions of what is done channel by channel.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"

/// The place of element i of a channel.
static int64_t place(const struct assay_channels *s, int64_t channel, int64_t i) {
  return (i / s->spatial * s->channels + channel) * s->spatial + i % s->spatial;
}

int32_t assay_channel_add_bias_reference(
    const struct assay_channels *s, const float *x, const float *bias, float *out) {
  for (int64_t i = 0; i < s->batch * s->channels * s->spatial; i++) {
    out[i] = canonical(x[i] + bias[i / s->spatial % s->channels]);
  }
  return ASSAY_OK;
}

static float lanes_of(const struct assay_channels *s, const float *x, int64_t channel) {
  float lanes[64] = {0};
  for (int64_t i = 0; i < s->batch * s->spatial; i++) {
    lanes[i % 64] = lanes[i % 64] + x[place(s, channel, i)];
  }
  return tree(lanes);
}

int32_t assay_channel_sum_reference(
    const struct assay_channels *s, const float *x, float *out) {
  for (int64_t c = 0; c < s->channels; c++) out[c] = canonical(lanes_of(s, x, c));
  return ASSAY_OK;
}

static void normalize_channel(
    const struct assay_channels *s, const float *x, int64_t channel, float mean, float inverse,
    float weight, float bias, float *out) {
  for (int64_t i = 0; i < s->batch * s->spatial; i++) {
    const int64_t at = place(s, channel, i);
    out[at] = canonical(fmaf((x[at] - mean) * inverse, weight, bias));
  }
}

int32_t assay_channel_normalize_reference(
    const struct assay_channels *s, const float *x, const float *weight, const float *bias,
    float *running_mean, float *running_variance, float *out, float *mean, float *inverse,
    float momentum, float epsilon) {
  const int64_t count = s->batch * s->spatial;
  const float unbiased = count == 1 ? 1.0f : (float)count / (float)(count - 1);
  for (int64_t c = 0; c < s->channels; c++) {
    const float m = lanes_of(s, x, c) / (float)count;
    float lanes[64] = {0};
    for (int64_t i = 0; i < count; i++) {
      const float d = x[place(s, c, i)] - m;
      lanes[i % 64] = fmaf(d, d, lanes[i % 64]);
    }
    const float variance = tree(lanes) / (float)count;
    const float scale = 1.0f / sqrtf(variance + epsilon);
    normalize_channel(s, x, c, m, scale, weight[c], bias[c], out);
    mean[c] = canonical(m);
    inverse[c] = canonical(scale);
    running_mean[c] = canonical(fmaf(momentum, m - running_mean[c], running_mean[c]));
    running_variance[c] = canonical(
        fmaf(momentum, variance * unbiased - running_variance[c], running_variance[c]));
  }
  return ASSAY_OK;
}

int32_t assay_channel_normalize_with_reference(
    const struct assay_channels *s, const float *x, const float *weight, const float *bias,
    const float *mean, const float *variance, float *out, float epsilon) {
  for (int64_t c = 0; c < s->channels; c++) {
    const float inverse = 1.0f / sqrtf(variance[c] + epsilon);
    normalize_channel(s, x, c, mean[c], inverse, weight[c], bias[c], out);
  }
  return ASSAY_OK;
}

int32_t assay_channel_normalize_gradient_reference(
    const struct assay_channels *s, const float *x, const float *gradient,
    const float *weight, const float *mean, const float *inverse, float *out,
    float *weight_gradient, float *bias_gradient) {
  const int64_t count = s->batch * s->spatial;
  for (int64_t c = 0; c < s->channels; c++) {
    const float bias_sum = lanes_of(s, gradient, c);
    float lanes[64] = {0};
    for (int64_t i = 0; i < count; i++) {
      const int64_t at = place(s, c, i);
      const float h = (x[at] - mean[c]) * inverse[c];
      lanes[i % 64] = fmaf(gradient[at], h, lanes[i % 64]);
    }
    const float weight_sum = tree(lanes);
    const float scale = weight[c] * inverse[c];
    for (int64_t i = 0; i < count; i++) {
      const int64_t at = place(s, c, i);
      const float h = (x[at] - mean[c]) * inverse[c];
      const float t = fmaf(h, weight_sum, bias_sum) / (float)count;
      out[at] = canonical(scale * (gradient[at] - t));
    }
    weight_gradient[c] = canonical(weight_sum);
    bias_gradient[c] = canonical(bias_sum);
  }
  return ASSAY_OK;
}
