#include "CAssayParallel.h"

#include <stddef.h>
#include <unistd.h>

int32_t assay_parallel_threads_default(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : cores > 1024 ? 1024 : (int32_t)cores;
}

#ifdef _OPENMP

const char *assay_parallel_name(void) { return "OpenMP"; }

/// LLVM's runtime lets threads without work spin for 200 ms, whose time others could use; another
/// runtime has no such function.
extern void kmp_set_blocktime(int milliseconds) __attribute__((weak));

static void shorten_waiting(void) {
  static _Thread_local int is_done;
  if (is_done || !kmp_set_blocktime) return;
  kmp_set_blocktime(1);
  is_done = 1;
}

void assay_parallel_for(int64_t count, int32_t threads, assay_task task, void *context) {
  if (threads <= 0) threads = assay_parallel_threads_default();
  if (count < threads) threads = (int32_t)count;
  if (threads <= 1) {
    for (int64_t i = 0; i < count; i++) task(i, context);
    return;
  }
  shorten_waiting();
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (int64_t i = 0; i < count; i++) task(i, context);
}

#else

// The toolchain's dispatch headers are not on C's include path, its library is on the linker's.
// A null queue is DISPATCH_APPLY_AUTO.
extern void dispatch_apply_f(
    size_t iterations, void *queue, void *context, void (*work)(void *, size_t));

const char *assay_parallel_name(void) { return "libdispatch"; }

struct share {
  int64_t count, next;
  assay_task task;
  void *context;
};

static void drain(void *argument, size_t worker) {
  (void)worker;
  struct share *share = argument;
  for (;;) {
    int64_t i = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED);
    if (i >= share->count) return;
    share->task(i, share->context);
  }
}

void assay_parallel_for(int64_t count, int32_t threads, assay_task task, void *context) {
  if (threads <= 0) threads = assay_parallel_threads_default();
  if (count < threads) threads = (int32_t)count;
  struct share share = {count, 0, task, context};
  if (threads <= 1) {
    drain(&share, 0);
    return;
  }
  dispatch_apply_f((size_t)threads, NULL, &share, drain);
}

#endif
