// Pooling: planes are shared out, some at a time.
#pragma STDC FP_CONTRACT OFF
#include "geometry.h"

struct pooling {
  const struct kernels *kernels;
  struct windows windows;
  int64_t planes, planes_per_task;
  const float *x;
  const int32_t *indices;
  float *out;
  int32_t *out_indices;
  int32_t status;
};

/// The error in a call, or ASSAY_OK and the work.
static int32_t prepare(int32_t path, const struct assay_convolution *s, struct pooling *work) {
  work->kernels = assay_kernels_of(path);
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (!is_convolution(s) || s->input_channels != s->output_channels ||
      s->height * s->width > INT32_MAX) {
    return ASSAY_ERROR_SHAPE;
  }
  work->windows = (struct windows){
      .channels = 1, .height = s->height, .width = s->width, .rows = output_rows(s),
      .columns = output_columns(s), .step = s->stride, .tap_rows = s->kernel_height,
      .tap_columns = s->kernel_width, .first_row = -s->padding, .first_column = -s->padding};
  work->planes = s->batch * s->input_channels;
  const int64_t plane = s->height * s->width + work->windows.rows * work->windows.columns;
  work->planes_per_task = plane >= CHUNK ? 1 : CHUNK / plane;
  return ASSAY_OK;
}

static int32_t run(struct pooling *work, int32_t threads, assay_task task) {
  const int64_t tasks = (work->planes + work->planes_per_task - 1) / work->planes_per_task;
  const int32_t status = assay_run_tasks(tasks, threads, task, work);
  return status ? status : __atomic_load_n(&work->status, __ATOMIC_RELAXED);
}

/// Runs a statement for each plane of a task, its input at `input`, its output at `output`.
#define EACH_PLANE(w, index, ...)                                                     \
  do {                                                                                \
    const int64_t start = (index) * (w)->planes_per_task;                             \
    const int64_t end = least((w)->planes, start + (w)->planes_per_task);             \
    for (int64_t plane = start; plane < end; plane++) {                               \
      const int64_t input = plane * (w)->windows.height * (w)->windows.width;         \
      const int64_t output = plane * (w)->windows.rows * (w)->windows.columns;        \
      __VA_ARGS__;                                                                    \
    }                                                                                 \
  } while (0)

static void max_task(int64_t index, void *context) {
  struct pooling *w = context;
  EACH_PLANE(
      w, index,
      w->kernels->convolution.max_pool(
          &w->windows, w->x + input, w->out + output, w->out_indices + output));
}

int32_t assay_max_pool(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *x,
    float *out, int32_t *indices) {
  struct pooling work = {.x = x, .out = out, .out_indices = indices};
  const int32_t status = prepare(path, shape, &work);
  return status ? status : run(&work, threads, max_task);
}

static void max_gradient_task(int64_t index, void *context) {
  struct pooling *w = context;
  EACH_PLANE(w, index, {
    const int inside = w->kernels->convolution.max_pool_gradient(
        &w->windows, w->x + output, w->indices + output, w->out + input);
    if (!inside) __atomic_store_n(&w->status, ASSAY_ERROR_LABEL, __ATOMIC_RELAXED);
  });
}

int32_t assay_max_pool_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    const int32_t *indices, float *out) {
  struct pooling work = {.x = gradient, .indices = indices, .out = out};
  const int32_t status = prepare(path, shape, &work);
  return status ? status : run(&work, threads, max_gradient_task);
}

static void average_task(int64_t index, void *context) {
  struct pooling *w = context;
  EACH_PLANE(
      w, index, w->kernels->convolution.average_pool(&w->windows, w->x + input, w->out + output));
}

int32_t assay_average_pool(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *x,
    float *out) {
  struct pooling work = {.x = x, .out = out};
  const int32_t status = prepare(path, shape, &work);
  return status ? status : run(&work, threads, average_task);
}

static void average_gradient_task(int64_t index, void *context) {
  struct pooling *w = context;
  EACH_PLANE(
      w, index,
      w->kernels->convolution.average_pool_gradient(&w->windows, w->x + output, w->out + input));
}

int32_t assay_average_pool_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *shape, const float *gradient,
    float *out) {
  struct pooling work = {.x = gradient, .out = out};
  const int32_t status = prepare(path, shape, &work);
  return status ? status : run(&work, threads, average_gradient_task);
}
