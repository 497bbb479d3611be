// Matrix product: which operand fills the vector lanes, and how the work is shared.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

/// How a product is carried out; it never changes a bit of the result.
struct matmul_plan {
  int swapped;  // Cᵀ = Bᵀ·Aᵀ is computed and written to C
  int64_t m, n, k;
  int64_t row_parts, column_parts;
  int64_t part_floats;  // workspace of a part, a multiple of 16
};

/// Multiplications below which threads cost more than they bring.
enum { SMALL_PRODUCT = 1 << 19 };

static int64_t divided_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

/// The first row (or column) of part `index` of `parts`, whole tiles each.
static int64_t part_start(int64_t length, int64_t tile, int64_t index, int64_t parts) {
  return least(length, divided_up(length, tile) * index / parts * tile);
}

/// Chooses the grid of parts whose largest part is cheapest: tiles to compute, and rows and
/// columns to pack, whose cost for one step of K is about that of two multiplications a tile lane.
static void choose_grid(const struct kernels *kernels, int64_t threads, struct matmul_plan *plan) {
  const int64_t rows = divided_up(plan->m, kernels->tile_rows);
  const int64_t columns = divided_up(plan->n, kernels->tile_columns);
  int64_t best = INT64_MAX;
  for (int64_t i = 1; i <= threads && i <= rows; i++) {
    const int64_t j = least(threads / i, columns);
    const int64_t part_rows = divided_up(rows, i) * kernels->tile_rows;
    const int64_t part_columns = divided_up(columns, j) * kernels->tile_columns;
    const int64_t cost = part_rows * part_columns + 4 * (part_rows + part_columns);
    if (cost < best) {
      best = cost;
      plan->row_parts = i;
      plan->column_parts = j;
    }
  }
}

static struct matmul_plan matmul_plan(
    const struct kernels *kernels, int32_t threads, int64_t m, int64_t n, int64_t k,
    int both_transposed) {
  struct matmul_plan plan = {.m = m, .n = n, .k = k, .row_parts = 1, .column_parts = 1};
  // A few columns would leave most lanes of a vector idle: let the rows fill them. Two transposed
  // operands need no transposing when they change places.
  const int few_columns = n < kernels->tile_columns && m > n;
  const int few_rows = m < kernels->tile_columns && n > m;
  if (few_columns || (both_transposed && !few_rows)) {
    plan.swapped = 1;
    plan.m = n;
    plan.n = m;
  }
  int64_t rows = plan.m, columns = plan.n;
  if (threads != 1 && (double)m * (double)n * (double)k >= SMALL_PRODUCT) {
    choose_grid(kernels, thread_count(threads), &plan);
    rows = divided_up(divided_up(rows, kernels->tile_rows), plan.row_parts) * kernels->tile_rows;
    columns = divided_up(divided_up(columns, kernels->tile_columns), plan.column_parts) *
              kernels->tile_columns;
  }
  const int64_t floats = kernels->matmul_workspace(rows, columns, k);
  plan.part_floats = divided_up(floats, 16) * 16;
  return plan;
}

static int64_t plan_bytes(const struct matmul_plan *plan) {
  return plan->row_parts * plan->column_parts * plan->part_floats * (int64_t)sizeof(float);
}

static int are_shapes(int64_t m, int64_t n, int64_t k) {
  return is_shape(m, n) && is_shape(m, k) && is_shape(k, n);
}

int64_t assay_matmul_workspace(int32_t path, int32_t threads, int64_t m, int64_t n, int64_t k) {
  const struct kernels *kernels = assay_kernels_of(path);
  if (!kernels || !are_shapes(m, n, k)) return -1;
  if (m == 0 || n == 0 || k == 0) return 0;
  const struct matmul_plan plan = matmul_plan(kernels, threads, m, n, k, 0);
  const struct matmul_plan transposed = matmul_plan(kernels, threads, m, n, k, 1);
  const int64_t bytes = plan_bytes(&plan), other = plan_bytes(&transposed);
  return bytes > other ? bytes : other;
}

struct matmul_work {
  const struct kernels *kernels;
  struct matmul_plan plan;
  struct matmul_part whole;
};

static void matmul_task(int64_t index, void *context) {
  const struct matmul_work *w = context;
  const struct matmul_plan *plan = &w->plan;
  const int64_t i = index / plan->column_parts, j = index % plan->column_parts;
  const int64_t tile_rows = w->kernels->tile_rows, tile_columns = w->kernels->tile_columns;
  const int64_t row = part_start(plan->m, tile_rows, i, plan->row_parts);
  const int64_t column = part_start(plan->n, tile_columns, j, plan->column_parts);
  struct matmul_part part = w->whole;
  part.m = part_start(plan->m, tile_rows, i + 1, plan->row_parts) - row;
  part.n = part_start(plan->n, tile_columns, j + 1, plan->column_parts) - column;
  part.a += row * part.a_row;
  part.b += column * part.b_column;
  part.c += row * part.c_row + column * part.c_column;
  part.workspace += index * plan->part_floats;
  w->kernels->matmul(&part);
}

int32_t assay_matmul(
    int32_t path, int32_t threads, const float *a, const float *b, float *out, int64_t m,
    int64_t n, int64_t k, int32_t transpose_a, int32_t transpose_b, void *workspace,
    int64_t workspace_bytes) {
  const struct kernels *kernels = assay_kernels_of(path);
  if (!kernels) return ASSAY_ERROR_PATH;
  if (!are_shapes(m, n, k)) return ASSAY_ERROR_SHAPE;
  if (m == 0 || n == 0 || k == 0) {
    for (int64_t i = 0; i < m * n; i++) out[i] = 0.0f;
    return assay_float_environment();
  }
  struct matmul_work work = {
      .kernels = kernels,
      .plan = matmul_plan(kernels, threads, m, n, k, transpose_a && transpose_b)};
  if (workspace_bytes < plan_bytes(&work.plan) || (uintptr_t)workspace % 64) {
    return ASSAY_ERROR_WORKSPACE;
  }
  struct matmul_part *part = &work.whole;
  part->k = k;
  part->a = a, part->a_row = transpose_a ? 1 : k, part->a_step = transpose_a ? m : 1;
  part->b = b, part->b_column = transpose_b ? k : 1, part->b_step = transpose_b ? 1 : n;
  part->c = out, part->c_row = n, part->c_column = 1;
  part->workspace = workspace;
  if (work.plan.swapped) {
    const struct matmul_part given = *part;
    part->a = given.b, part->a_row = given.b_column, part->a_step = given.b_step;
    part->b = given.a, part->b_column = given.a_row, part->b_step = given.a_step;
    part->c_row = given.c_column, part->c_column = given.c_row;
  }
  return assay_run_tasks(
      work.plan.row_parts * work.plan.column_parts, threads, matmul_task, &work);
}
