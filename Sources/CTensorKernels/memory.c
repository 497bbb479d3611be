#include "CAssayParallel.h"
#include "CAssayTensorKernels.h"

#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

int32_t assay_tensor_threads_default(void) { return assay_parallel_threads_default(); }

void *assay_tensor_memory(int64_t byte_count) {
  const size_t large_page = (size_t)2 << 20;
  if (byte_count < 0 || (uint64_t)byte_count > SIZE_MAX - large_page) return NULL;
  const size_t alignment = (size_t)byte_count >= large_page ? large_page : 64;
  const size_t size = ((size_t)byte_count + alignment) / alignment * alignment;
  void *memory = aligned_alloc(alignment, size);
  if (!memory) return NULL;
#if defined(__linux__)
  if (alignment == large_page) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memset(memory, 0, size);
}

void assay_tensor_memory_free(void *memory) { free(memory); }
