// Transforms of vectors that are zero but for a few places.
//
// With i = 8s + l, x^(i·e) = x^(l·e) · (x^8)^(s·e): for each of eight lanes l a transform of an
// eighth of the order, whose input at e mod (order / 8) gathers coefficient · x^(l·e).
#include "CAssayParallel.h"
#include "goldilocks.h"
#include "kernels.h"

#include <string.h>

enum { VALUES_PER_TASK = 1 << 12 };

struct sparse_task {
  const struct kernels *kernels;
  const uint64_t *constants;
  uint64_t *coordinates;
  int bits;
  int64_t value_count;
  struct assay_extension *values;
};

static void transform_coordinate(int64_t task, void *context) {
  const struct sparse_task *t = context;
  t->kernels->transform(
      t->coordinates + ((int64_t)LANES << t->bits) * task, t->bits, NULL, t->constants);
}

static void put_in_order(int64_t task, void *context) {
  const struct sparse_task *t = context;
  const int64_t first = VALUES_PER_TASK * task, left = t->value_count - first;
  const int64_t end = first + (left < VALUES_PER_TASK ? left : VALUES_PER_TASK);
  for (int64_t i = first; i < end; i++) {
    const int64_t at = LANES * reversed_bits(i / LANES, t->bits) + i % LANES;
    t->values[i].c0 = t->coordinates[at];
    t->values[i].c1 = t->coordinates[((int64_t)LANES << t->bits) + at];
  }
}

int64_t assay_sparse_transform_scratch(int32_t order_bits) {
  if (order_bits < 3 || order_bits > 32) return -1;
  return ((int64_t)2 << order_bits) + assay_transform_constant_count(order_bits - 3);
}

int32_t assay_sparse_transform(
    struct assay_field_run run, const struct assay_extension *coefficients,
    const int64_t *exponents, int64_t count, int32_t order_bits, int64_t value_count,
    uint64_t *scratch, struct assay_extension *values) {
  const struct kernels *kernels = assay_field_kernels_of(run.path);
  if (!kernels || order_bits < 3 || order_bits > 32 || count < 0 || value_count < 0) return 1;
  const int64_t order = (int64_t)1 << order_bits;
  if (value_count > order) return 1;
  for (int64_t q = 0; q < count; q++) {
    if (exponents[q] < 0 || exponents[q] >= order) return 1;
  }
  const int bits = order_bits - 3;
  uint64_t *constants = scratch + 2 * order;
  assay_transform_fill(bits, constants);
  memset(scratch, 0, (size_t)(16 * order));
  const uint64_t root = root_of_unity(order_bits);
  for (int64_t q = 0; q < count; q++) {
    const uint64_t factor = power_of_element(root, (uint64_t)exponents[q]);
    uint64_t *place = scratch + LANES * (exponents[q] & (((int64_t)1 << bits) - 1));
    struct assay_extension term = coefficients[q];
    for (int l = 0; l < LANES; l++) {
      place[l] = add_elements(place[l], term.c0);
      place[order + l] = add_elements(place[order + l], term.c1);
      term.c0 = multiply_elements(term.c0, factor), term.c1 = multiply_elements(term.c1, factor);
    }
  }
  struct sparse_task task = {kernels, constants, scratch, bits, value_count, values};
  assay_parallel_for(2, run.threads, transform_coordinate, &task);
  const int64_t tasks = (value_count + VALUES_PER_TASK - 1) / VALUES_PER_TASK;
  assay_parallel_for(tasks, run.threads, put_in_order, &task);
  return 0;
}
