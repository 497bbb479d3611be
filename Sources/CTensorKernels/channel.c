// What is done channel by channel: a task is a channel, or some planes.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

#include <math.h>

struct channel_work {
  const struct kernels *kernels;
  const struct assay_channels *shape;
  const float *x, *gradient, *weight, *bias, *given_mean, *given;
  float *out, *out_mean, *out_inverse, *running_mean, *running_variance, *weight_gradient,
      *bias_gradient;
  float momentum, epsilon;
  int rectifies;
  struct assay_rectified rectified;
  int64_t planes_per_task;
};

static float canonical(float x) { return x == x ? x : __builtin_nanf(""); }

/// The error in a call, or ASSAY_OK.
static int32_t prepare(int32_t path, struct channel_work *work) {
  work->kernels = assay_kernels_of(path);
  if (!work->kernels) return ASSAY_ERROR_PATH;
  const struct assay_channels *s = work->shape;
  const int possible = s->batch >= 1 && s->channels >= 1 && s->spatial >= 1 &&
                       is_shape(s->batch, s->channels) &&
                       is_shape(s->batch * s->channels, s->spatial);
  return possible ? ASSAY_OK : ASSAY_ERROR_SHAPE;
}

/// A task for each channel.
static int32_t run_channels(struct channel_work *work, int32_t threads, assay_task task) {
  const struct assay_channels *s = work->shape;
  if (s->batch * s->channels * s->spatial <= CHUNK) threads = 1;
  return assay_run_tasks(s->channels, threads, task, work);
}

static void add_bias_task(int64_t index, void *context) {
  const struct channel_work *w = context;
  const struct assay_channels *s = w->shape;
  const int64_t start = index * w->planes_per_task;
  const int64_t end = least(s->batch * s->channels, start + w->planes_per_task);
  for (int64_t plane = start; plane < end; plane++) {
    const int64_t offset = plane * s->spatial;
    w->kernels->convolution.add_number(
        w->x + offset, w->bias[plane % s->channels], w->out + offset, s->spatial);
  }
}

int32_t assay_channel_add_bias(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *bias, float *out) {
  struct channel_work work = {.shape = shape, .x = x, .bias = bias, .out = out};
  const int32_t status = prepare(path, &work);
  if (status) return status;
  work.planes_per_task = shape->spatial >= CHUNK ? 1 : CHUNK / shape->spatial;
  const int64_t planes = shape->batch * shape->channels;
  return assay_run_tasks(
      (planes + work.planes_per_task - 1) / work.planes_per_task, threads, add_bias_task, &work);
}

static void sum_task(int64_t channel, void *context) {
  const struct channel_work *w = context;
  w->out[channel] = canonical(w->kernels->convolution.channel_sum(w->shape, channel, w->x));
}

int32_t assay_channel_sum(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    float *out) {
  struct channel_work work = {.shape = shape, .x = x, .out = out};
  const int32_t status = prepare(path, &work);
  return status ? status : run_channels(&work, threads, sum_task);
}

static void normalize_task(int64_t channel, void *context) {
  const struct channel_work *w = context;
  const int64_t count = w->shape->batch * w->shape->spatial;
  const float unbiased = count == 1 ? 1.0f : (float)count / (float)(count - 1);
  const float mean = w->kernels->convolution.channel_sum(w->shape, channel, w->x) / (float)count;
  const float variance =
      w->kernels->convolution.channel_squares(w->shape, channel, w->x, mean) / (float)count;
  const float inverse = 1.0f / sqrtf(variance + w->epsilon);
  w->kernels->convolution.channel_normalize(
      w->shape, channel, w->x, mean, inverse, w->weight[channel], w->bias[channel], w->rectifies,
      w->out);
  const float old_mean = w->running_mean[channel];
  const float old_variance = w->running_variance[channel];
  const float momentum[2] = {w->momentum, w->momentum};
  const float change[2] = {mean - old_mean, variance * unbiased - old_variance};
  const float old[2] = {old_mean, old_variance};
  float moved[2];
  w->kernels->fma(momentum, change, old, moved, 2);
  w->running_mean[channel] = moved[0];
  w->running_variance[channel] = moved[1];
  w->out_mean[channel] = canonical(mean);
  w->out_inverse[channel] = canonical(inverse);
}

int32_t assay_channel_normalize(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *weight, const float *bias, float *running_mean, float *running_variance,
    float *out, float *mean, float *inverse, float momentum, float epsilon, int32_t rectifies) {
  struct channel_work work = {
      .shape = shape, .x = x, .weight = weight, .bias = bias, .out = out, .out_mean = mean,
      .out_inverse = inverse, .running_mean = running_mean,
      .running_variance = running_variance, .momentum = momentum, .epsilon = epsilon,
      .rectifies = rectifies};
  const int32_t status = prepare(path, &work);
  return status ? status : run_channels(&work, threads, normalize_task);
}

static void normalize_with_task(int64_t channel, void *context) {
  const struct channel_work *w = context;
  const float inverse = 1.0f / sqrtf(w->given[channel] + w->epsilon);
  w->kernels->convolution.channel_normalize(
      w->shape, channel, w->x, w->given_mean[channel], inverse, w->weight[channel],
      w->bias[channel], 0, w->out);
}

int32_t assay_channel_normalize_with(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *weight, const float *bias, const float *mean, const float *variance, float *out,
    float epsilon) {
  struct channel_work work = {
      .shape = shape, .x = x, .weight = weight, .bias = bias, .given_mean = mean,
      .given = variance, .out = out, .epsilon = epsilon};
  const int32_t status = prepare(path, &work);
  return status ? status : run_channels(&work, threads, normalize_with_task);
}

static void normalize_gradient_task(int64_t channel, void *context) {
  const struct channel_work *w = context;
  const float mean = w->given_mean[channel], inverse = w->given[channel];
  const struct channel_gradient gradient = {w->x, w->gradient, mean, inverse, w->rectified};
  float bias_sum, weight_sum;
  w->kernels->convolution.channel_gradient_sums(
      w->shape, channel, &gradient, &bias_sum, &weight_sum);
  w->kernels->convolution.channel_normalize_gradient(
      w->shape, channel, w->x, w->rectified.output ? w->rectified.out : w->gradient, mean, inverse,
      w->weight[channel], weight_sum, bias_sum, w->out);
  w->weight_gradient[channel] = canonical(weight_sum);
  w->bias_gradient[channel] = canonical(bias_sum);
}

int32_t assay_channel_normalize_gradient(
    int32_t path, int32_t threads, const struct assay_channels *shape, const float *x,
    const float *gradient, const float *weight, const float *mean, const float *inverse,
    float *out, float *weight_gradient, float *bias_gradient,
    const struct assay_rectified *rectified) {
  struct channel_work work = {
      .shape = shape, .x = x, .gradient = gradient, .weight = weight, .given_mean = mean,
      .given = inverse, .out = out, .weight_gradient = weight_gradient,
      .bias_gradient = bias_gradient};
  if (rectified) work.rectified = *rectified;
  const int32_t status = prepare(path, &work);
  return status ? status : run_channels(&work, threads, normalize_gradient_task);
}
