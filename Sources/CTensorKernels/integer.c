// Integer operators: products, roundings, loss, update.
#include "integer_kernels.h"

#include "dispatch.h"

// Products ---------------------------------------------------------------------------------------

/// Multiplications below which threads cost more than they bring.
enum { SMALL_INTEGER_PRODUCT = 1 << 21 };

struct integer_plan {
  int64_t row_parts, column_parts;
  int64_t part_bytes;
};

static int64_t divided_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

/// The first row (or column) of part `index` of `parts`, whole tiles each.
static int64_t part_start(int64_t length, int64_t tile, int64_t index, int64_t parts) {
  return least(length, divided_up(length, tile) * index / parts * tile);
}

/// Columns are shared among the threads, whose packing costs most; rows only where tiles of columns
/// are too few.
static struct integer_plan plan_product(
    const struct integer_kernels *kernels, int32_t threads, int64_t m, int64_t n, int64_t k) {
  struct integer_plan plan = {.row_parts = 1, .column_parts = 1};
  if ((double)m * (double)n * (double)k >= SMALL_INTEGER_PRODUCT) {
    const int64_t available = thread_count(threads);
    plan.column_parts = least(available, divided_up(n, kernels->tile_columns));
    plan.row_parts = least(available / plan.column_parts, divided_up(m, kernels->tile_rows));
  }
  const int64_t rows = divided_up(divided_up(m, kernels->tile_rows), plan.row_parts);
  const int64_t columns = divided_up(divided_up(n, kernels->tile_columns), plan.column_parts);
  plan.part_bytes =
      kernels->workspace(rows * kernels->tile_rows, columns * kernels->tile_columns, k);
  plan.part_bytes = divided_up(plan.part_bytes, 64) * 64;
  return plan;
}

int64_t assay_integer_matmul_workspace(
    int32_t path, int32_t threads, int64_t m, int64_t n, int64_t k) {
  const struct integer_kernels *kernels = assay_integer_kernels_of(path);
  if (!kernels || !is_shape(m, n) || !is_shape(m, k) || !is_shape(k, n)) return -1;
  if (m == 0 || n == 0 || k == 0) return 0;
  const struct integer_plan plan = plan_product(kernels, threads, m, n, k);
  return plan.row_parts * plan.column_parts * plan.part_bytes;
}

struct integer_work {
  const struct integer_kernels *kernels;
  struct integer_plan plan;
  struct integer_part whole;
};

static void product_task(int64_t index, void *context) {
  const struct integer_work *w = context;
  const struct integer_plan *plan = &w->plan;
  const int64_t i = index / plan->column_parts, j = index % plan->column_parts;
  const int64_t tile_rows = w->kernels->tile_rows, tile_columns = w->kernels->tile_columns;
  const int64_t row = part_start(w->whole.m, tile_rows, i, plan->row_parts);
  const int64_t column = part_start(w->whole.n, tile_columns, j, plan->column_parts);
  struct integer_part part = w->whole;
  part.m = part_start(w->whole.m, tile_rows, i + 1, plan->row_parts) - row;
  part.n = part_start(w->whole.n, tile_columns, j + 1, plan->column_parts) - column;
  part.a += row * part.a_row;
  part.b += column * part.b_column;
  part.c += row * part.c_row + column;
  part.workspace = (char *)part.workspace + index * plan->part_bytes;
  w->kernels->product(&part);
}

int32_t assay_integer_matmul(
    int32_t path, int32_t threads, const int8_t *a, const int8_t *b, int32_t *out, int64_t m,
    int64_t n, int64_t k, int32_t transpose_a, int32_t transpose_b, void *workspace,
    int64_t workspace_bytes) {
  struct integer_work work = {.kernels = assay_integer_kernels_of(path)};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  const int64_t needed = assay_integer_matmul_workspace(path, threads, m, n, k);
  if (needed < 0) return ASSAY_ERROR_SHAPE;
  if (workspace_bytes < needed || (uintptr_t)workspace % 64) return ASSAY_ERROR_WORKSPACE;
  if (m == 0 || n == 0 || k == 0) {
    for (int64_t i = 0; i < m * n; i++) out[i] = 0;
    return ASSAY_OK;
  }
  work.plan = plan_product(work.kernels, threads, m, n, k);
  work.whole = (struct integer_part){
      .m = m, .n = n, .k = k, .a = a, .a_row = transpose_a ? 1 : k, .a_step = transpose_a ? m : 1,
      .b = b, .b_step = transpose_b ? 1 : n, .b_column = transpose_b ? k : 1, .c = out, .c_row = n,
      .workspace = workspace};
  assay_parallel_for(
      work.plan.row_parts * work.plan.column_parts, threads, product_task, &work);
  return ASSAY_OK;
}

// Roundings --------------------------------------------------------------------------------------

/// The arguments of any rounding or update; which of them is used depends on the task.
struct rounding {
  const struct integer_kernels *kernels;
  int32_t width, shift, overflow;
  const void *x;
  const int8_t *activation;
  int8_t *out;
  int64_t count, planes, rows, columns, planes_per_task;
  void *weight, *velocity;
  int64_t rate;
};

static void note(struct rounding *work, int overflow) {
  if (overflow) __atomic_store_n(&work->overflow, 1, __ATOMIC_RELAXED);
}

/// The error in a call that goes by elements, or ASSAY_OK.
static int32_t prepare(struct rounding *work, int32_t path) {
  work->kernels = assay_integer_kernels_of(path);
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (work->width && work->width != ASSAY_INTEGER_32 && work->width != ASSAY_INTEGER_64) {
    return ASSAY_ERROR_KIND;
  }
  return is_shape(work->count, 1) && work->shift >= 0 && work->shift <= 30 ? ASSAY_OK
                                                                           : ASSAY_ERROR_SHAPE;
}

static int32_t run_chunks(struct rounding *work, int32_t threads, assay_task task) {
  assay_parallel_for(
      divided_up(work->count, CHUNK), work->count < SHARED_COUNT ? 1 : threads, task, work);
  return __atomic_load_n(&work->overflow, __ATOMIC_RELAXED) ? ASSAY_ERROR_OVERFLOW : ASSAY_OK;
}

static int64_t chunk_length(const struct rounding *work, int64_t index) {
  return least(CHUNK, work->count - index * CHUNK);
}

static void round_task(int64_t index, void *context) {
  struct rounding *w = context;
  note(
      w, w->kernels->round_weights(
             w->width, w->x, w->out, index * CHUNK, chunk_length(w, index), w->shift));
}

int32_t assay_integer_round_weights(
    int32_t path, int32_t threads, int32_t width, const void *x, int8_t *out, int64_t count,
    int32_t shift) {
  struct rounding work = {.width = width, .x = x, .out = out, .count = count, .shift = shift};
  const int32_t status = prepare(&work, path);
  return status || !width ? (status ? status : ASSAY_ERROR_KIND)
                          : run_chunks(&work, threads, round_task);
}

static void activate_task(int64_t index, void *context) {
  struct rounding *w = context;
  const int64_t start = index * CHUNK;
  note(
      w, w->kernels->activate(
             (const int32_t *)w->x + start, w->out + start, chunk_length(w, index), w->shift));
}

int32_t assay_integer_activate(
    int32_t path, int32_t threads, const int32_t *x, int8_t *out, int64_t count, int32_t shift) {
  struct rounding work = {.x = x, .out = out, .count = count, .shift = shift};
  const int32_t status = prepare(&work, path);
  return status ? status : run_chunks(&work, threads, activate_task);
}

static void mask_task(int64_t index, void *context) {
  struct rounding *w = context;
  const int64_t start = index * CHUNK;
  note(
      w, w->kernels->mask_gradient(
             (const int32_t *)w->x + start, w->activation + start, w->out + start,
             chunk_length(w, index), w->shift));
}

int32_t assay_integer_mask_gradient(
    int32_t path, int32_t threads, const int32_t *gradient, const int8_t *activation, int8_t *out,
    int64_t count, int32_t shift) {
  struct rounding work = {
      .x = gradient, .activation = activation, .out = out, .count = count, .shift = shift};
  const int32_t status = prepare(&work, path);
  return status ? status : run_chunks(&work, threads, mask_task);
}

// By planes: `rows` and `columns` are those of the smaller plane.

static int32_t run_planes(
    struct rounding *work, int32_t path, int32_t threads, assay_task task) {
  work->kernels = assay_integer_kernels_of(path);
  if (!work->kernels) return ASSAY_ERROR_PATH;
  if (work->planes < 0 || work->rows < 1 || work->columns < 1 ||
      !is_shape(work->rows, work->columns) ||
      !is_shape(work->planes, 4 * work->rows * work->columns) || work->shift < 0 ||
      work->shift > 30) {
    return ASSAY_ERROR_SHAPE;
  }
  const int64_t plane = 4 * work->rows * work->columns;
  work->planes_per_task = plane >= CHUNK ? 1 : CHUNK / plane;
  assay_parallel_for(
      divided_up(work->planes, work->planes_per_task),
      work->planes * plane < SHARED_COUNT ? 1 : threads, task, work);
  return __atomic_load_n(&work->overflow, __ATOMIC_RELAXED) ? ASSAY_ERROR_OVERFLOW : ASSAY_OK;
}

static void pool_task(int64_t index, void *context) {
  struct rounding *w = context;
  const int64_t plane = w->rows * w->columns;
  const int64_t first = index * w->planes_per_task;
  const int64_t end = least(w->planes, first + w->planes_per_task);
  for (int64_t p = first; p < end; p++) {
    note(
        w, w->kernels->pool_activate(
               (const int32_t *)w->x + 4 * p * plane, w->out + p * plane, w->rows, w->columns,
               w->shift));
  }
}

int32_t assay_integer_pool_activate(
    int32_t path, int32_t threads, const int32_t *x, int8_t *out, int64_t planes, int64_t height,
    int64_t width, int32_t shift) {
  struct rounding work = {
      .x = x, .out = out, .planes = planes, .rows = height, .columns = width, .shift = shift};
  return run_planes(&work, path, threads, pool_task);
}

static void spread_task(int64_t index, void *context) {
  struct rounding *w = context;
  const int64_t plane = w->rows * w->columns;
  const int64_t first = index * w->planes_per_task;
  const int64_t end = least(w->planes, first + w->planes_per_task);
  for (int64_t p = first; p < end; p++) {
    w->kernels->spread(
        (const int8_t *)w->x + p * plane, w->out + 4 * p * plane, w->rows, w->columns);
  }
}

int32_t assay_integer_spread(
    int32_t path, int32_t threads, const int8_t *x, int8_t *out, int64_t planes, int64_t height,
    int64_t width) {
  struct rounding work = {
      .x = x, .out = out, .planes = planes, .rows = height, .columns = width};
  return run_planes(&work, path, threads, spread_task);
}

// Loss and update --------------------------------------------------------------------------------

/// One row: its gradient, and 2^7 − p of the label; −1 where a rounded value is out of range.
static int64_t row_loss(
    const int32_t *logits, int64_t label, const int32_t *table, int8_t *gradient,
    int64_t columns, int32_t shift) {
  const int64_t half = shift == 0 ? 0 : (int64_t)1 << (shift - 1);
  int64_t sum = 0;
  for (int64_t j = 0; j < columns; j++) {
    const int64_t q = ((int64_t)logits[j] - logits[label] + half) >> shift;
    if (q < -0x8000 || q > 0x7fff) return -1;
    // The place in the table, for now.
    gradient[j] = (int8_t)(q < -128 ? -128 : q > 127 ? 127 : q);
    sum += table[gradient[j] + 128];
  }
  int64_t missing = 0;
  for (int64_t j = 0; j < columns; j++) {
    const int64_t p = (256 * (int64_t)table[gradient[j] + 128] + sum) / (2 * sum);
    gradient[j] = (int8_t)(j == label ? p - 128 : p);
    if (j == label) missing = 128 - p;
  }
  return missing;
}

int32_t assay_integer_loss(
    const int32_t *logits, const int32_t *labels, const int32_t *table, int8_t *gradient,
    float *loss, int64_t rows, int64_t columns, int32_t shift) {
  if (!is_shape(rows, columns) || rows < 1 || columns < 1 || columns > 1 << 15 || shift < 0 ||
      shift > 30) {
    return ASSAY_ERROR_SHAPE;
  }
  for (int64_t r = 0; r < rows; r++) {
    if (labels[r] < 0 || labels[r] >= columns) return ASSAY_ERROR_LABEL;
  }
  int64_t missing = 0;
  for (int64_t r = 0; r < rows; r++) {
    const int64_t row = row_loss(
        logits + r * columns, labels[r], table, gradient + r * columns, columns, shift);
    if (row < 0) return ASSAY_ERROR_OVERFLOW;
    missing += row;
  }
  loss[0] = (float)missing / (float)(128 * rows);
  return ASSAY_OK;
}

static void update_task(int64_t index, void *context) {
  struct rounding *w = context;
  w->kernels->update(
      w->width, w->weight, w->velocity, w->x, index * CHUNK, chunk_length(w, index), w->rate,
      w->shift);
}

int32_t assay_integer_update(
    int32_t path, int32_t threads, int32_t width, void *w, void *v, const int32_t *d,
    int64_t count, int64_t rate, int32_t decay_shift) {
  struct rounding work = {
      .width = width, .weight = w, .velocity = v, .x = d, .count = count, .rate = rate,
      .shift = decay_shift};
  const int32_t status = prepare(&work, path);
  return status || !width ? (status ? status : ASSAY_ERROR_KIND)
                          : run_chunks(&work, threads, update_task);
}
