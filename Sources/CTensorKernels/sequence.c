// Lookups, periodic sums, rotary positions, dropout, copies and updates beside the optimisers'.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

/// Columns of a task that goes through all rows.
enum { COLUMN_CHUNK = 64 };

/// The arguments of any of these operators; which of them is used depends on the task.
struct sequence {
  const struct kernels *kernels;
  const float *x, *y, *sines;
  const int32_t *ids;
  float *out;
  int64_t rows, columns, period, vocabulary, rows_per_task;
  int64_t column_chunk;
  int64_t head_width;
  int32_t is_inverse;
};

static int32_t check(const struct sequence *work) {
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(work->rows, work->columns)) return ASSAY_ERROR_SHAPE;
  if (!work->ids) return ASSAY_OK;
  if (!is_shape(work->vocabulary, work->columns)) return ASSAY_ERROR_SHAPE;
  for (int64_t r = 0; r < work->rows; r++) {
    if (work->ids[r] < 0 || work->ids[r] >= work->vocabulary) return ASSAY_ERROR_LABEL;
  }
  return ASSAY_OK;
}

static int32_t run_rows(struct sequence *work, int64_t rows, int32_t threads, assay_task task) {
  work->rows_per_task = CHUNK / (work->columns + 1) + 1;
  const int64_t tasks = (rows + work->rows_per_task - 1) / work->rows_per_task;
  return assay_run_tasks(tasks, threads, task, work);
}

static void embed_task(int64_t index, void *context) {
  const struct sequence *w = context;
  const int64_t last = least(w->rows, (index + 1) * w->rows_per_task);
  for (int64_t r = index * w->rows_per_task; r < last; r++) {
    w->kernels->sequence.copy(
        w->x + w->ids[r] * w->columns, w->out + r * w->columns, w->columns);
  }
}

int32_t assay_embed(
    int32_t path, int32_t threads, const float *table, const int32_t *ids, float *out,
    int64_t rows, int64_t vocabulary, int64_t columns) {
  struct sequence work = {
      .kernels = assay_kernels_of(path), .x = table, .ids = ids, .out = out, .rows = rows,
      .columns = columns, .vocabulary = vocabulary};
  const int32_t status = check(&work);
  return status ? status : run_rows(&work, rows, threads, embed_task);
}

/// Some columns of every row: an element's additions stay in order.
static void embed_gradient_task(int64_t index, void *context) {
  const struct sequence *w = context;
  const int64_t start = index * w->column_chunk;
  const int64_t columns = least(w->column_chunk, w->columns - start);
  for (int64_t v = 0; v < w->vocabulary; v++) {
    float *row = w->out + v * w->columns + start;
    for (int64_t c = 0; c < columns; c++) row[c] = 0.0f;
  }
  for (int64_t r = 0; r < w->rows; r++) {
    float *row = w->out + w->ids[r] * w->columns + start;
    w->kernels->add(row, w->x + r * w->columns + start, row, columns);
  }
}

int32_t assay_embed_gradient(
    int32_t path, int32_t threads, const int32_t *ids, const float *gradient, float *out,
    int64_t rows, int64_t vocabulary, int64_t columns) {
  struct sequence work = {
      .kernels = assay_kernels_of(path), .x = gradient, .ids = ids, .out = out, .rows = rows,
      .columns = columns, .vocabulary = vocabulary};
  const int32_t status = check(&work);
  if (status) return status;
  // As many tasks as threads, of whole cache lines.
  const int64_t share = columns / thread_count(threads) / 16 * 16;
  work.column_chunk = share < COLUMN_CHUNK ? COLUMN_CHUNK : share;
  return assay_run_tasks(
      (columns + work.column_chunk - 1) / work.column_chunk, threads, embed_gradient_task, &work);
}

static void add_periodic_task(int64_t index, void *context) {
  const struct sequence *w = context;
  const int64_t last = least(w->rows, (index + 1) * w->rows_per_task);
  for (int64_t r = index * w->rows_per_task; r < last; r++) {
    w->kernels->add(
        w->x + r * w->columns, w->y + r % w->period * w->columns, w->out + r * w->columns,
        w->columns);
  }
}

int32_t assay_add_periodic(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t rows,
    int64_t period, int64_t columns) {
  struct sequence work = {
      .kernels = assay_kernels_of(path), .x = x, .y = y, .out = out, .rows = rows,
      .columns = columns, .period = period};
  const int32_t status = check(&work);
  if (status) return status;
  if (period < 1) return ASSAY_ERROR_SHAPE;
  return run_rows(&work, rows, threads, add_periodic_task);
}

static void sum_periodic_task(int64_t index, void *context) {
  const struct sequence *w = context;
  const int64_t last = least(w->period, (index + 1) * w->rows_per_task);
  for (int64_t p = index * w->rows_per_task; p < last; p++) {
    const int64_t rows = p < w->rows ? (w->rows - p + w->period - 1) / w->period : 0;
    w->kernels->column_sum(
        w->x + p * w->columns, w->out + p * w->columns, rows, w->period * w->columns,
        w->columns);
  }
}

int32_t assay_sum_periodic(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t period,
    int64_t columns) {
  struct sequence work = {
      .kernels = assay_kernels_of(path), .x = x, .out = out, .rows = rows, .columns = columns,
      .period = period};
  const int32_t status = check(&work);
  if (status) return status;
  if (period < 1 || !is_shape(period, columns)) return ASSAY_ERROR_SHAPE;
  work.rows_per_task = 16;
  return assay_run_tasks(
      (period + work.rows_per_task - 1) / work.rows_per_task, threads, sum_periodic_task, &work);
}

static void rotate_task(int64_t index, void *context) {
  const struct sequence *w = context;
  const int64_t last = least(w->rows, (index + 1) * w->rows_per_task), half = w->head_width / 2;
  for (int64_t r = index * w->rows_per_task; r < last; r++) {
    const int64_t angles = r % w->period * half;
    for (int64_t c = 0; c < w->columns; c += w->head_width) {
      w->kernels->sequence.rotate(
          w->x + r * w->columns + c, w->y + angles, w->sines + angles,
          w->out + r * w->columns + c, half, w->is_inverse);
    }
  }
}

int32_t assay_rotate(
    int32_t path, int32_t threads, const float *x, const float *cosines, const float *sines,
    float *out, int64_t rows, int64_t period, int64_t heads, int64_t head_width,
    int32_t is_inverse) {
  if (!is_shape(heads, head_width) || head_width % 2 || period < 1) return ASSAY_ERROR_SHAPE;
  struct sequence work = {
      .kernels = assay_kernels_of(path), .x = x, .y = cosines, .sines = sines, .out = out,
      .rows = rows, .columns = heads * head_width, .period = period, .head_width = head_width,
      .is_inverse = is_inverse};
  const int32_t status = check(&work);
  return status ? status : run_rows(&work, rows, threads, rotate_task);
}

struct dropout_work {
  const struct kernels *kernels;
  const float *x;
  float *out;
  int64_t count;
  struct assay_dropout settings;
};

static void dropout_task(int64_t index, void *context) {
  const struct dropout_work *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->sequence.dropout(
      w->x + start, w->out + start, w->settings.first + start, least(CHUNK, w->count - start),
      &w->settings);
}

int32_t assay_dropout(
    int32_t path, int32_t threads, const float *x, float *out, int64_t count,
    struct assay_dropout settings) {
  struct dropout_work work = {assay_kernels_of(path), x, out, count, settings};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  const int64_t limit = (int64_t)1 << 34;
  if (count < 0 || count > limit || settings.first < 0 || settings.first > limit - count) {
    return ASSAY_ERROR_SHAPE;
  }
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, dropout_task, &work);
}
