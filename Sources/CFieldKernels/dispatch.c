#include "goldilocks.h"
#include "kernels.h"

#include <stddef.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

const struct kernels *assay_field_kernels_of(int32_t path) {
  switch (path) {
    case ASSAY_FIELD_BEST: return assay_field_kernels_of(assay_field_best());
    case ASSAY_FIELD_PORTABLE: return &assay_field_portable;
#if defined(__x86_64__)
    case ASSAY_FIELD_AVX2: return __builtin_cpu_supports("avx2") ? &assay_field_avx2 : NULL;
    case ASSAY_FIELD_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                 ? &assay_field_avx512
                 : NULL;
#endif
    default: return NULL;
  }
}

int32_t assay_field_is_available(int32_t path) { return assay_field_kernels_of(path) != NULL; }

int32_t assay_field_best(void) {
  for (int32_t path = ASSAY_FIELD_AVX512; path > ASSAY_FIELD_PORTABLE; path--) {
    if (assay_field_kernels_of(path)) return path;
  }
  return ASSAY_FIELD_PORTABLE;
}

void *assay_field_memory(int64_t byte_count) {
  if (byte_count < 0 || byte_count > (int64_t)1 << 46) return NULL;
  // A fault for each small page would cost as much as encoding what is written to it.
  const size_t large_page = (size_t)2 << 20;
  const size_t alignment = (size_t)byte_count >= large_page ? large_page : 64;
  // aligned_alloc takes multiples of the alignment.
  const size_t size = ((size_t)byte_count + alignment) / alignment * alignment;
  void *memory = aligned_alloc(alignment, size);
#if defined(__linux__)
  if (memory && alignment == large_page) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

void assay_field_memory_free(void *memory) { free(memory); }

void assay_field_memory_trim(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

int64_t assay_transform_constant_count(int bits) {
  int64_t count = 0;
  for (; bits > 2; bits -= 2) count += (int64_t)3 << (bits - 2);
  return count;
}

void assay_transform_fill(int bits, uint64_t *constants) {
  for (; bits > 2; bits -= 2) {
    const int64_t quarter = (int64_t)1 << (bits - 2);
    const uint64_t root = root_of_unity(bits);
    for (int k = 0; k < 3; k++) {
      // The powers 2j, j and 3j.
      const uint64_t base = power_of_element(root, (uint64_t[]){2, 1, 3}[k]);
      assay_powers(base, quarter, constants + k, 3);
    }
    constants += 3 * quarter;
  }
}

void assay_powers(uint64_t base, int64_t count, uint64_t *out, int64_t step) {
  // Four powers at a time, none of which waits for the others.
  uint64_t next[4] = {1};
  for (int k = 1; k < 4; k++) next[k] = multiply_elements(next[k - 1], base);
  const uint64_t fourth = multiply_elements(next[3], base);
  for (int64_t i = 0; i < count; i += 4) {
    for (int k = 0; k < 4 && i + k < count; k++) {
      out[step * (i + k)] = next[k];
      next[k] = multiply_elements(next[k], fourth);
    }
  }
}

int assay_rows_are_possible(const struct assay_rows *rows) {
  return rows->type >= ASSAY_VALUES_INT8 && rows->type <= ASSAY_VALUES_EXTENSION &&
         rows->row_bits >= 0 && rows->row_bits <= 32 && rows->row_count >= 0 &&
         rows->row_count <= (int64_t)1 << 40 >> rows->row_bits;
}
