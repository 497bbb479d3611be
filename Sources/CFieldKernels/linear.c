// Linear combinations of rows and of vectors, over the extension.
#include "CAssayParallel.h"
#include "goldilocks.h"
#include "kernels.h"

#include <stddef.h>

enum { PRODUCTS_PER_TASK = 1 << 12, ROWS_AT_ONCE = 64 };

/// Some rows of a matrix.
struct chosen_rows {
  const struct kernels *kernels;
  const struct assay_rows *rows;
  /// Their numbers; null: all.
  const int64_t *chosen;
  int64_t count;
};

static int are_integers(const struct assay_rows *rows) {
  return rows->type <= ASSAY_VALUES_INT32;
}

static int are_chosen(const struct chosen_rows *some) {
  const struct assay_rows *rows = some->rows;
  if (!some->kernels || !assay_rows_are_possible(rows) || rows->type == ASSAY_VALUES_EXTENSION) {
    return 0;
  }
  if (!some->chosen) return some->count == rows->row_count;
  for (int64_t i = 0; i < some->count; i++) {
    if (some->chosen[i] < 0 || some->chosen[i] >= rows->row_count) return 0;
  }
  return some->count >= 0;
}

/// Where some rows begin, from the `first`-th on, at a column; returns how many they are.
static int64_t begin_rows(
    const struct chosen_rows *some, int64_t first, int64_t column, int64_t at[ROWS_AT_ONCE]) {
  const int64_t left = some->count - first, count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
  for (int64_t i = 0; i < count; i++) {
    const int64_t row = some->chosen ? some->chosen[first + i] : first + i;
    at[i] = (row << some->rows->row_bits) + column;
  }
  return count;
}

struct sums_task {
  struct chosen_rows some;
  int64_t start, columns;
  const struct assay_extension *vector;
  /// For each task the sums of all rows.
  struct assay_extension *parts;
};

/// Sums over a piece of the columns, of which the vector is cut once for all rows.
static void sum_piece(int64_t task, void *context) {
  const struct sums_task *t = context;
  union {
    int32_t limbs[2 * LIMBS * ASSAY_PIECE_COLUMNS];
    uint64_t words[2 * ASSAY_PIECE_COLUMNS];
  } cut;
  const int64_t first = t->columns * task;
  const struct assay_extension *vector = t->vector + first;
  const int is_cut = are_integers(t->some.rows);
  if (is_cut) {
    t->some.kernels->cut_vector(vector, t->columns, cut.limbs);
  } else {
    for (int64_t i = 0; i < t->columns; i++) {
      cut.words[i] = vector[i].c0, cut.words[t->columns + i] = vector[i].c1;
    }
  }
  const struct assay_rows *rows = t->some.rows;
  struct assay_extension *sums = t->parts + t->some.count * task;
  int64_t at[ROWS_AT_ONCE], count;
  for (int64_t row = 0; row < t->some.count; row += count) {
    count = begin_rows(&t->some, row, t->start + first, at);
    if (is_cut) {
      t->some.kernels->sum_integers(
          rows->values, rows->type, at, count, t->columns, cut.limbs, sums + row);
    } else {
      t->some.kernels->sum_elements(
          rows->values, rows->type, at, count, t->columns, cut.words, sums + row);
    }
  }
}

static int64_t piece_count(int32_t part_bits) {
  const int64_t columns = (int64_t)1 << part_bits;
  return columns > ASSAY_PIECE_COLUMNS ? columns / ASSAY_PIECE_COLUMNS : 1;
}

int64_t assay_part_sums_scratch(int32_t part_bits, int64_t row_count) {
  return piece_count(part_bits) * row_count;
}

int32_t assay_part_sums(
    struct assay_field_run run, const struct assay_rows *rows, const int64_t *chosen,
    int64_t count, int64_t start, int32_t part_bits, const struct assay_extension *vector,
    struct assay_extension *scratch, struct assay_extension *sums) {
  const struct chosen_rows some = {assay_field_kernels_of(run.path), rows, chosen, count};
  if (!are_chosen(&some) || part_bits < 0 || part_bits > rows->row_bits) return 1;
  const int64_t columns = (int64_t)1 << part_bits;
  if (start < 0 || start >> rows->row_bits || start & (columns - 1)) return 1;
  const int64_t pieces = piece_count(part_bits);
  struct sums_task task = {some, start, columns / pieces, vector, scratch};
  assay_parallel_for(pieces, run.threads, sum_piece, &task);
  for (int64_t row = 0; row < count; row++) {
    struct assay_extension sum = scratch[row];
    for (int64_t piece = 1; piece < pieces; piece++) {
      sum.c0 = add_elements(sum.c0, scratch[piece * count + row].c0);
      sum.c1 = add_elements(sum.c1, scratch[piece * count + row].c1);
    }
    sums[row] = sum;
  }
  return 0;
}

struct combine_task {
  struct chosen_rows some;
  const struct assay_extension *coefficients;
  struct assay_extension *sum;
};

static void combine(int64_t task, void *context) {
  const struct combine_task *t = context;
  const struct assay_rows *rows = t->some.rows;
  const int64_t first = COMBINED_COLUMNS * task, left = ((int64_t)1 << rows->row_bits) - first;
  const int64_t columns = left < COMBINED_COLUMNS ? left : COMBINED_COLUMNS;
  int64_t at[ROWS_AT_ONCE], count;
  for (int64_t row = 0; row < t->some.count; row += count) {
    count = begin_rows(&t->some, row, first, at);
    (are_integers(rows) ? t->some.kernels->combine_integers : t->some.kernels->combine_elements)(
        rows->values, rows->type, at, count, columns, t->coefficients + row, t->sum + first);
  }
}

int32_t assay_add_rows(
    struct assay_field_run run, const struct assay_rows *rows, const int64_t *chosen,
    int64_t count, const struct assay_extension *coefficients, struct assay_extension *sum) {
  struct combine_task task = {
      {assay_field_kernels_of(run.path), rows, chosen, count}, coefficients, sum};
  if (!are_chosen(&task.some)) return 1;
  const int64_t columns = (int64_t)1 << rows->row_bits;
  const int64_t tasks = (columns + COMBINED_COLUMNS - 1) / COMBINED_COLUMNS;
  assay_parallel_for(count == 0 ? 0 : tasks, run.threads, combine, &task);
  return 0;
}

struct outer_task {
  const struct kernels *kernels;
  const struct assay_extension *first, *second;
  int64_t count1, count2, rows;
  struct assay_extension *products;
};

static void multiply_rows(int64_t task, void *context) {
  const struct outer_task *t = context;
  const int64_t start = t->rows * task, left = t->count1 - start;
  const int64_t end = start + (left < t->rows ? left : t->rows);
  for (int64_t i = start; i < end; i++) {
    t->kernels->scale(t->first[i], t->second, t->count2, t->products + t->count2 * i);
  }
}

int32_t assay_outer_product(
    struct assay_field_run run, const struct assay_extension *first, int64_t count1,
    const struct assay_extension *second, int64_t count2, struct assay_extension *products) {
  const struct kernels *kernels = assay_field_kernels_of(run.path);
  if (!kernels || count1 < 0 || count2 < 0) return 1;
  const int64_t rows = count2 < PRODUCTS_PER_TASK ? PRODUCTS_PER_TASK / (count2 + 1) + 1 : 1;
  struct outer_task task = {kernels, first, second, count1, count2, rows, products};
  assay_parallel_for((count1 + rows - 1) / rows, run.threads, multiply_rows, &task);
  return 0;
}

struct add_task {
  const struct kernels *kernels;
  struct assay_extension factor;
  const struct assay_extension *vector;
  int64_t count;
  struct assay_extension *sum;
};

static void add_some(int64_t task, void *context) {
  const struct add_task *t = context;
  const int64_t start = PRODUCTS_PER_TASK * task, left = t->count - start;
  const int64_t count = left < PRODUCTS_PER_TASK ? left : PRODUCTS_PER_TASK;
  t->kernels->add_scaled(t->factor, t->vector + start, count, t->sum + start);
}

int32_t assay_add_scaled(
    struct assay_field_run run, struct assay_extension factor,
    const struct assay_extension *vector, int64_t count, struct assay_extension *sum) {
  const struct kernels *kernels = assay_field_kernels_of(run.path);
  if (!kernels || count < 0) return 1;
  struct add_task task = {kernels, factor, vector, count, sum};
  if (count <= PRODUCTS_PER_TASK) {
    add_some(0, &task);
  } else {
    assay_parallel_for(
        (count + PRODUCTS_PER_TASK - 1) / PRODUCTS_PER_TASK, run.threads, add_some, &task);
  }
  return 0;
}
