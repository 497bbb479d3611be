// Norms and softmax: tasks of whole rows, or of columns for the gradient of a norm's weight.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

/// Columns of a task of `assay_norm_weight_gradient`.
enum { COLUMN_CHUNK = 64 };

/// The arguments of any of these operators; which of them is used depends on the task.
struct rows {
  const struct kernels *kernels;
  const float *x, *gradient, *weight, *bias, *mean, *inverse;
  float *out, *new_mean, *new_inverse;
  int64_t rows, columns, rows_per_task;
  float epsilon;
};

static int32_t check(const struct rows *work) {
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(work->rows, work->columns)) return ASSAY_ERROR_SHAPE;
  if (work->rows > 0 && work->columns == 0) return ASSAY_ERROR_SHAPE;
  return ASSAY_OK;
}

static int32_t run(struct rows *work, int32_t threads, assay_task task) {
  const int32_t status = check(work);
  if (status) return status;
  if (work->rows == 0) return assay_float_environment();
  work->rows_per_task = CHUNK / work->columns + 1;
  const int64_t tasks = (work->rows + work->rows_per_task - 1) / work->rows_per_task;
  return assay_run_tasks(tasks, threads, task, work);
}

/// Runs a statement for each row `r` of a task, `row` being its first element.
#define EACH_ROW(...)                                                  \
  do {                                                                 \
    const int64_t last = least(w->rows, (index + 1) * w->rows_per_task); \
    for (int64_t r = index * w->rows_per_task; r < last; r++) {        \
      const int64_t row = r * w->columns;                              \
      __VA_ARGS__;                                                     \
    }                                                                  \
  } while (0)

static void layer_norm_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.layer_norm_row(
      w->x + row, w->weight, w->bias, w->out + row, w->new_mean + r, w->new_inverse + r,
      w->columns, w->epsilon));
}

int32_t assay_layer_norm(
    int32_t path, int32_t threads, const float *x, const float *weight, const float *bias,
    float *out, float *mean, float *inverse, int64_t rows, int64_t columns, float epsilon) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .weight = weight, .bias = bias, .out = out,
      .new_mean = mean, .new_inverse = inverse, .rows = rows, .columns = columns,
      .epsilon = epsilon};
  return run(&work, threads, layer_norm_task);
}

static void layer_norm_gradient_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.layer_norm_gradient_row(
      w->x + row, w->gradient + row, w->weight, w->mean[r], w->inverse[r], w->out + row,
      w->columns));
}

int32_t assay_layer_norm_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient, const float *weight,
    const float *mean, const float *inverse, float *out, int64_t rows, int64_t columns) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .gradient = gradient, .weight = weight,
      .mean = mean, .inverse = inverse, .out = out, .rows = rows, .columns = columns};
  return run(&work, threads, layer_norm_gradient_task);
}

static void rms_norm_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.rms_norm_row(
      w->x + row, w->weight, w->out + row, w->new_inverse + r, w->columns, w->epsilon));
}

int32_t assay_rms_norm(
    int32_t path, int32_t threads, const float *x, const float *weight, float *out,
    float *inverse, int64_t rows, int64_t columns, float epsilon) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .weight = weight, .out = out,
      .new_inverse = inverse, .rows = rows, .columns = columns, .epsilon = epsilon};
  return run(&work, threads, rms_norm_task);
}

static void rms_norm_gradient_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.rms_norm_gradient_row(
      w->x + row, w->gradient + row, w->weight, w->inverse[r], w->out + row, w->columns));
}

int32_t assay_rms_norm_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient, const float *weight,
    const float *inverse, float *out, int64_t rows, int64_t columns) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .gradient = gradient, .weight = weight,
      .inverse = inverse, .out = out, .rows = rows, .columns = columns};
  return run(&work, threads, rms_norm_gradient_task);
}

static void weight_gradient_task(int64_t index, void *context) {
  const struct rows *w = context;
  const int64_t start = index * COLUMN_CHUNK;
  w->kernels->sequence.norm_weight_gradient(
      w->x + start, w->gradient + start, w->mean, w->inverse, w->out + start, w->rows,
      w->columns, least(COLUMN_CHUNK, w->columns - start));
}

int32_t assay_norm_weight_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient, const float *mean,
    const float *inverse, float *out, int64_t rows, int64_t columns) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .gradient = gradient, .mean = mean,
      .inverse = inverse, .out = out, .rows = rows, .columns = columns};
  const int32_t status = check(&work);
  if (status) return status;
  return assay_run_tasks(
      (columns + COLUMN_CHUNK - 1) / COLUMN_CHUNK, threads, weight_gradient_task, &work);
}

static void softmax_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.plain_softmax_row(w->x + row, w->out + row, w->columns));
}

int32_t assay_softmax(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t columns) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = x, .out = out, .rows = rows, .columns = columns};
  return run(&work, threads, softmax_task);
}

static void softmax_gradient_task(int64_t index, void *context) {
  const struct rows *w = context;
  EACH_ROW(w->kernels->sequence.softmax_gradient_row(
      w->x + row, w->gradient + row, w->out + row, w->columns));
}

int32_t assay_softmax_gradient(
    int32_t path, int32_t threads, const float *y, const float *gradient, float *out,
    int64_t rows, int64_t columns) {
  struct rows work = {
      .kernels = assay_kernels_of(path), .x = y, .gradient = gradient, .out = out, .rows = rows,
      .columns = columns};
  return run(&work, threads, softmax_gradient_task);
}
