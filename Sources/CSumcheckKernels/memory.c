#include "CAssaySumcheckKernels.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

struct assay_element *assay_sumcheck_memory(int64_t count) {
  const size_t large_page = (size_t)2 << 20;
  const size_t element = sizeof(struct assay_element);
  if (count < 0 || (uint64_t)count > (SIZE_MAX - large_page) / element) return NULL;
  const size_t byte_count = (size_t)count * element;
  const size_t alignment = byte_count >= large_page ? large_page : 64;
  const size_t size = (byte_count + alignment) / alignment * alignment;
  void *memory = aligned_alloc(alignment, size);
#if defined(__linux__)
  if (memory && alignment == large_page) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

void assay_sumcheck_memory_free(struct assay_element *memory) { free(memory); }
