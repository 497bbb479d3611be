// One parallel loop for every kernel: OpenMP in a root build, libdispatch where compiler flags
// are not allowed (a versioned dependency). No result may depend on which, or on `threads`.
#ifndef CASSAY_PARALLEL_H
#define CASSAY_PARALLEL_H
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef void (*assay_task)(int64_t index, void *_Nullable context);

/// Runs `task(0 … count-1, context)`, at most `threads` at a time (0: as many as there are
/// cores). Returns when all are done. Tasks must write to disjoint memory.
void assay_parallel_for(
    int64_t count, int32_t threads, assay_task task, void *_Nullable context);

/// The number of threads that `threads = 0` stands for.
int32_t assay_parallel_threads_default(void);

/// "OpenMP" or "libdispatch".
const char *assay_parallel_name(void);

#pragma clang assume_nonnull end
#endif
