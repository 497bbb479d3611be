// Linear combinations of rows and of vectors, over the extension.
#include "CAssayParallel.h"
#include "goldilocks.h"
#include "kernels.h"

#include <stddef.h>

enum { ROWS_PER_TASK = 8, PRODUCTS_PER_TASK = 1 << 12 };

struct rows_task {
  const struct kernels *kernels;
  const struct assay_rows *rows;
  /// The first of the rows to sum, and how many there are from one to the next.
  int64_t first, step;
  int64_t count;
  const uint64_t *vector;
  const struct assay_extension *coefficients;
  struct assay_extension *out;
};

static int are_integers(const struct assay_rows *rows) {
  return rows->type <= ASSAY_VALUES_INT32;
}

static void sum_some_rows(const struct rows_task *t, int64_t row, int64_t count) {
  const int64_t first = t->first + t->step * row;
  if (are_integers(t->rows)) {
    const int32_t *limbs = (const int32_t *)t->vector;
    t->kernels->sum_rows_of_integers(t->rows, first, count, limbs, t->out + row);
  } else {
    t->kernels->sum_rows_of_elements(t->rows, first, count, t->vector, t->out + row);
  }
}

static void sum_rows(int64_t task, void *context) {
  const struct rows_task *t = context;
  const int64_t start = ROWS_PER_TASK * task, left = t->count - start;
  const int64_t end = start + (left < ROWS_PER_TASK ? left : ROWS_PER_TASK);
  if (t->step == 1) {
    sum_some_rows(t, start, end - start);
  } else {
    for (int64_t row = start; row < end; row++) sum_some_rows(t, row, 1);
  }
}

int64_t assay_part_sums_scratch(int32_t part_bits) { return (int64_t)3 << part_bits; }

int32_t assay_part_sums(
    struct assay_field_run run, const struct assay_rows *rows, int64_t start, int32_t part_bits,
    const struct assay_extension *vector, uint64_t *scratch, struct assay_extension *sums) {
  const struct kernels *kernels = assay_field_kernels_of(run.path);
  if (!kernels || !assay_rows_are_possible(rows) || rows->type == ASSAY_VALUES_EXTENSION) return 1;
  if (part_bits < 0 || part_bits > rows->row_bits) return 1;
  const int64_t columns = (int64_t)1 << part_bits;
  if (start < 0 || start >> rows->row_bits || start & (columns - 1)) return 1;
  if (are_integers(rows)) {
    int32_t *limbs = (int32_t *)scratch;
    for (int64_t i = 0; i < columns; i++) {
      for (int l = 0; l < LIMBS; l++) {
        const uint64_t mask = (1 << LIMB_BITS) - 1;
        limbs[l * columns + i] = (int32_t)(vector[i].c0 >> LIMB_BITS * l & mask);
        limbs[(LIMBS + l) * columns + i] = (int32_t)(vector[i].c1 >> LIMB_BITS * l & mask);
      }
    }
  } else {
    for (int64_t i = 0; i < columns; i++) {
      scratch[i] = vector[i].c0, scratch[columns + i] = vector[i].c1;
    }
  }
  // The same memory as rows as long as the part, of which every 2^(row_bits − part_bits)-th counts.
  const int32_t above = rows->row_bits - part_bits;
  const struct assay_rows parts = {
      rows->values, rows->type, part_bits, rows->row_count << above, NULL, 0};
  struct rows_task task = {
      .kernels = kernels, .rows = &parts, .first = start >> part_bits,
      .step = (int64_t)1 << above, .count = rows->row_count, .vector = scratch, .out = sums};
  const int64_t tasks = (rows->row_count + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
  assay_parallel_for(tasks, run.threads, sum_rows, &task);
  return 0;
}

static void combine(int64_t task, void *context) {
  const struct rows_task *t = context;
  const int64_t first = COMBINED_COLUMNS * task;
  const int64_t left = ((int64_t)1 << t->rows->row_bits) - first;
  const int64_t count = left < COMBINED_COLUMNS ? left : COMBINED_COLUMNS;
  if (are_integers(t->rows)) {
    t->kernels->combine_integers(t->rows, first, count, t->coefficients, t->out + first);
  } else {
    t->kernels->combine_elements(t->rows, first, count, t->coefficients, t->out + first);
  }
}

int32_t assay_row_combination(
    struct assay_field_run run, const struct assay_rows *rows,
    const struct assay_extension *coefficients, struct assay_extension *combination) {
  const struct kernels *kernels = assay_field_kernels_of(run.path);
  if (!kernels || !assay_rows_are_possible(rows) || rows->type == ASSAY_VALUES_EXTENSION) return 1;
  struct rows_task task = {
      .kernels = kernels, .rows = rows, .coefficients = coefficients, .out = combination};
  const int64_t columns = (int64_t)1 << rows->row_bits;
  const int64_t tasks = (columns + COMBINED_COLUMNS - 1) / COMBINED_COLUMNS;
  assay_parallel_for(tasks, run.threads, combine, &task);
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
