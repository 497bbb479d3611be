// Element-wise operators.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

/// The arguments of any element-wise operator; which of them is used depends on the task.
struct elementwise {
  const struct kernels *kernels;
  int32_t kind;
  const float *x, *y, *z, *gradient;
  float *out;
  int64_t count, columns;
  float divisor;
};

static int32_t run_chunks(struct elementwise *work, int32_t threads, assay_task task) {
  return assay_run_chunks(work->count, threads, task, work);
}

static int64_t chunk_length(const struct elementwise *work, int64_t index) {
  return least(CHUNK, work->count - index * CHUNK);
}

static void unary_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->unary(w->kind, w->x + start, w->out + start, chunk_length(w, index));
}

int32_t assay_unary(
    int32_t path, int32_t threads, int32_t kind, const float *x, float *out, int64_t count) {
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .kind = kind, .x = x, .out = out, .count = count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  if (kind < ASSAY_UNARY_RELU || kind > ASSAY_UNARY_SILU) return ASSAY_ERROR_KIND;
  return run_chunks(&work, threads, unary_task);
}

static int has_gradient(int32_t kind) {
  switch (kind) {
    case ASSAY_UNARY_RELU:
    case ASSAY_UNARY_TANH:
    case ASSAY_UNARY_GELU:
    case ASSAY_UNARY_GELU_ERF:
    case ASSAY_UNARY_SIGMOID:
    case ASSAY_UNARY_SILU:
      return 1;
    default:
      return 0;
  }
}

static void unary_gradient_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->unary_gradient(
      w->kind, w->x + start, w->y + start, w->gradient + start, w->out + start,
      chunk_length(w, index));
}

int32_t assay_unary_gradient(
    int32_t path, int32_t threads, int32_t kind, const float *x, const float *y,
    const float *gradient, float *out, int64_t count) {
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .kind = kind, .x = x, .y = y, .gradient = gradient,
      .out = out, .count = count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  if (!has_gradient(kind)) return ASSAY_ERROR_KIND;
  return run_chunks(&work, threads, unary_gradient_task);
}

static void add_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->add(w->x + start, w->y + start, w->out + start, chunk_length(w, index));
}

int32_t assay_add(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t count) {
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .x = x, .y = y, .out = out, .count = count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return run_chunks(&work, threads, add_task);
}

static void add_relu_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->add_relu(w->x + start, w->y + start, w->out + start, chunk_length(w, index));
}

int32_t assay_add_relu(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t count) {
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .x = x, .y = y, .out = out, .count = count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return run_chunks(&work, threads, add_relu_task);
}

/// A chunk of a matrix in rows: the pieces of rows that lie in it.
static void add_bias_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  int64_t start = index * CHUNK;
  const int64_t end = start + chunk_length(w, index);
  while (start < end) {
    const int64_t column = start % w->columns;
    const int64_t length = least(w->columns - column, end - start);
    w->kernels->add(w->x + start, w->y + column, w->out + start, length);
    start += length;
  }
}

int32_t assay_add_bias(
    int32_t path, int32_t threads, const float *x, const float *bias, float *out, int64_t rows,
    int64_t columns) {
  if (!is_shape(rows, columns)) return ASSAY_ERROR_SHAPE;
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .x = x, .y = bias, .out = out, .count = rows * columns,
      .columns = columns};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  return run_chunks(&work, threads, add_bias_task);
}

static void squared_error_gradient_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->squared_error_gradient(
      w->x + start, w->y + start, w->out + start, chunk_length(w, index), w->divisor);
}

int32_t assay_squared_error_gradient(
    int32_t path, int32_t threads, const float *prediction, const float *target, float *out,
    int64_t rows, int64_t columns, float divisor) {
  if (!is_shape(rows, columns)) return ASSAY_ERROR_SHAPE;
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .x = prediction, .y = target, .out = out,
      .count = rows * columns, .divisor = divisor};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  return run_chunks(&work, threads, squared_error_gradient_task);
}

static void fma_task(int64_t index, void *context) {
  const struct elementwise *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->fma(
      w->x + start, w->y + start, w->z + start, w->out + start, chunk_length(w, index));
}

int32_t assay_fma(
    int32_t path, const float *x, const float *y, const float *z, float *out, int64_t count) {
  struct elementwise work = {
      .kernels = assay_kernels_of(path), .x = x, .y = y, .z = z, .out = out, .count = count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return run_chunks(&work, 1, fma_task);
}
