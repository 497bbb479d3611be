// Softmax cross-entropy and squared error: tasks of whole rows.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

struct rows_work {
  const struct kernels *kernels;
  const float *x, *target;
  const int32_t *labels;
  float *out, *losses;
  int64_t rows, columns, rows_per_task;
  struct assay_labelling labelling;
  float divisor;
};

static int is_ignored(const struct rows_work *work, int64_t row) {
  return work->labelling.ignores && work->labels[row] == work->labelling.ignored;
}

static int32_t run_rows(struct rows_work *work, int32_t threads, assay_task task) {
  if (work->rows == 0) return assay_float_environment();
  // Softmax takes rows by sixteen.
  work->rows_per_task = (CHUNK / 8 / work->columns / 16 + 1) * 16;
  const int64_t tasks = (work->rows + work->rows_per_task - 1) / work->rows_per_task;
  return assay_run_tasks(tasks, threads, task, work);
}

static int32_t check_rows(const struct rows_work *work) {
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(work->rows, work->columns)) return ASSAY_ERROR_SHAPE;
  if (work->rows > 0 && work->columns == 0) return ASSAY_ERROR_SHAPE;
  if (!work->labels) return ASSAY_OK;
  for (int64_t r = 0; r < work->rows; r++) {
    const int is_class = work->labels[r] >= 0 && work->labels[r] < work->columns;
    if (!is_class && !is_ignored(work, r)) return ASSAY_ERROR_LABEL;
  }
  return ASSAY_OK;
}

static void softmax_task(int64_t index, void *context) {
  const struct rows_work *w = context;
  const int64_t first = index * w->rows_per_task;
  const int64_t last = least(w->rows, first + w->rows_per_task);
  for (int64_t r = first; r < last; r += 16) {
    const int64_t row = r * w->columns;
    w->kernels->softmax_rows(
        w->x + row, w->labels + r, w->out + row, w->losses + r, least(16, last - r), w->columns,
        &w->labelling);
  }
}

int32_t assay_softmax_cross_entropy(
    int32_t path, int32_t threads, const float *logits, const int32_t *labels,
    float *probabilities, float *losses, int64_t rows, int64_t columns,
    struct assay_labelling labelling) {
  struct rows_work work = {
      .kernels = assay_kernels_of(path), .x = logits, .labels = labels, .out = probabilities,
      .losses = losses, .rows = rows, .columns = columns, .labelling = labelling};
  const int32_t status = check_rows(&work);
  return status ? status : run_rows(&work, threads, softmax_task);
}

static void softmax_gradient_task(int64_t index, void *context) {
  const struct rows_work *w = context;
  const int64_t first = index * w->rows_per_task;
  const int64_t last = least(w->rows, first + w->rows_per_task);
  const float share = w->labelling.smoothing / (float)w->columns;
  for (int64_t r = first; r < last; r++) {
    float *row = w->out + r * w->columns;
    if (is_ignored(w, r)) {
      for (int64_t c = 0; c < w->columns; c++) row[c] = 0.0f;
      continue;
    }
    for (int64_t c = 0; c < w->columns; c++) row[c] = w->x[r * w->columns + c] - share;
    row[w->labels[r]] = row[w->labels[r]] - (1.0f - w->labelling.smoothing);
    w->kernels->divide(row, w->divisor, w->columns);
  }
}

int32_t assay_softmax_cross_entropy_gradient(
    int32_t path, int32_t threads, const float *probabilities, const int32_t *labels, float *out,
    int64_t rows, int64_t columns, struct assay_labelling labelling, float divisor) {
  struct rows_work work = {
      .kernels = assay_kernels_of(path), .x = probabilities, .labels = labels, .out = out,
      .rows = rows, .columns = columns, .labelling = labelling, .divisor = divisor};
  const int32_t status = check_rows(&work);
  return status ? status : run_rows(&work, threads, softmax_gradient_task);
}

static void squared_error_task(int64_t index, void *context) {
  const struct rows_work *w = context;
  const int64_t first = index * w->rows_per_task;
  const int64_t last = least(w->rows, first + w->rows_per_task);
  for (int64_t r = first; r < last; r++) {
    const int64_t row = r * w->columns;
    const float sum = w->kernels->squared_distance(w->x + row, w->target + row, w->columns);
    const float loss = sum / (float)w->columns;
    w->losses[r] = loss != loss ? __builtin_nanf("") : loss;
  }
}

int32_t assay_squared_error(
    int32_t path, int32_t threads, const float *prediction, const float *target, float *losses,
    int64_t rows, int64_t columns) {
  struct rows_work work = {
      .kernels = assay_kernels_of(path), .x = prediction, .target = target, .losses = losses,
      .rows = rows, .columns = columns};
  const int32_t status = check_rows(&work);
  return status ? status : run_rows(&work, threads, squared_error_task);
}
