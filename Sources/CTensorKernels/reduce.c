// Sums over rows and over whole arrays.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

/// Columns of a column-sum task: a cache line's worth, several times.
enum { COLUMN_CHUNK = 64 };

struct column_sum {
  const struct kernels *kernels;
  const float *x;
  float *out;
  int64_t rows, columns;
};

static void column_sum_task(int64_t index, void *context) {
  const struct column_sum *w = context;
  const int64_t start = index * COLUMN_CHUNK;
  w->kernels->column_sum(
      w->x + start, w->out + start, w->rows, w->columns, least(COLUMN_CHUNK, w->columns - start));
}

int32_t assay_column_sum(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t columns) {
  struct column_sum work = {assay_kernels_of(path), x, out, rows, columns};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(rows, columns)) return ASSAY_ERROR_SHAPE;
  if (rows * columns < SHARED_COUNT) threads = 1;
  return assay_run_tasks(
      (columns + COLUMN_CHUNK - 1) / COLUMN_CHUNK, threads, column_sum_task, &work);
}

struct mean {
  const struct kernels *kernels;
  const float *x;
  float *out;
  int64_t count;
  float divisor;
};

static void mean_task(int64_t index, void *context) {
  (void)index;
  const struct mean *w = context;
  const float mean = w->kernels->lane_sum(w->x, w->count) / w->divisor;
  *w->out = mean != mean ? __builtin_nanf("") : mean;
}

int32_t assay_mean(
    int32_t path, int32_t threads, const float *x, float *out, int64_t count, float divisor) {
  (void)threads;  // one chain of additions a lane: nothing to share
  struct mean work = {assay_kernels_of(path), x, out, count, divisor};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks(1, 1, mean_task, &work);
}
