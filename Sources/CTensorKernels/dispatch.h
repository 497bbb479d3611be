// Arguments, threads and environment, the same for every operator.
#ifndef ASSAY_DISPATCH_H
#define ASSAY_DISPATCH_H
#include "CAssayParallel.h"
#include "kernels.h"

#include <stddef.h>

/// No array of this many elements exists, and sums of a few such numbers do not overflow.
#define LARGEST_COUNT ((int64_t)1 << 60)

/// Elements of an element-wise task, and the fewest of which several threads take a share.
enum { CHUNK = 1 << 14, SHARED_COUNT = 1 << 16 };

static inline int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }

static inline int is_shape(int64_t rows, int64_t columns) {
  int64_t count;
  return rows >= 0 && columns >= 0 && !__builtin_mul_overflow(rows, columns, &count) &&
         count <= LARGEST_COUNT;
}

/// The number of threads to plan for.
static inline int64_t thread_count(int32_t threads) {
  return threads > 0 ? least(threads, 1024) : assay_parallel_threads_default();
}

/// Runs task(0 … count−1, context) on at most `threads` threads. ASSAY_ERROR_ENVIRONMENT if any
/// thread's floating-point environment is wrong, in which case some tasks did not run.
int32_t assay_run_tasks(int64_t count, int32_t threads, assay_task task, void *context);

/// Runs a task for each CHUNK of `count` elements: all on one thread where they are few.
int32_t assay_run_chunks(int64_t count, int32_t threads, assay_task task, void *context);

#endif
