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
  /// One coordinate of all values, and which.
  const uint64_t *words;
  int coordinate, bits;
  int64_t value_count;
  struct assay_extension *values;
};

static void put_in_order(int64_t task, void *context) {
  const struct sparse_task *t = context;
  const int64_t first = VALUES_PER_TASK * task, left = t->value_count - first;
  const int64_t end = first + (left < VALUES_PER_TASK ? left : VALUES_PER_TASK);
  for (int64_t i = first; i < end; i++) {
    const uint64_t word = t->words[LANES * reversed_bits(i / LANES, t->bits) + i % LANES];
    if (t->coordinate == 0) {
      t->values[i].c0 = word;
    } else {
      t->values[i].c1 = word;
    }
  }
}

int64_t assay_sparse_transform_scratch(int32_t order_bits) {
  if (order_bits < 3 || order_bits > 32) return -1;
  return ((int64_t)1 << order_bits) + assay_transform_constant_count(order_bits - 3);
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
  uint64_t *constants = scratch + order;
  assay_transform_fill(bits, constants);
  const uint64_t root = root_of_unity(order_bits);
  // One coordinate after the other: the memory counts for more than a thread.
  for (int coordinate = 0; coordinate < 2; coordinate++) {
    memset(scratch, 0, (size_t)(8 * order));
    for (int64_t q = 0; q < count; q++) {
      const uint64_t factor = power_of_element(root, (uint64_t)exponents[q]);
      uint64_t *place = scratch + LANES * (exponents[q] & (((int64_t)1 << bits) - 1));
      uint64_t term = coordinate == 0 ? coefficients[q].c0 : coefficients[q].c1;
      for (int l = 0; l < LANES; l++) {
        place[l] = add_elements(place[l], term);
        term = multiply_elements(term, factor);
      }
    }
    kernels->transform(scratch, bits, NULL, constants);
    struct sparse_task task = {scratch, coordinate, bits, value_count, values};
    const int64_t tasks = (value_count + VALUES_PER_TASK - 1) / VALUES_PER_TASK;
    assay_parallel_for(tasks, run.threads, put_in_order, &task);
  }
  return 0;
}
