// Prints digests by every path of the hash kernels that the processor has. What is printed must not
// depend on the processor: `scripts/test-aarch64` compares two.
#include "CAssayHashKernels.h"
#include "CAssayParallel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t assay_parallel_threads_default(void) { return 1; }

void assay_parallel_for(int64_t count, int32_t threads, assay_task task, void *context) {
  (void)threads;
  for (int64_t i = 0; i < count; i++) task(i, context);
}

static void fail(const char *what, int64_t size, int32_t path) {
  fprintf(stderr, "%s of %lld by %s differs\n", what, (long long)size, assay_hash_name(path));
  exit(1);
}

static void print(const char *what, int64_t size, const uint8_t digest[32]) {
  printf("%s %lld ", what, (long long)size);
  for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
  putchar('\n');
}

enum { CONTENTS_BYTES = (1 << 20) + 1, LEAVES = 256, STREAMS = 37, BLOCKS = 3 };

static uint8_t contents[CONTENTS_BYTES];

static void print_root(int64_t size) {
  uint8_t expected[32], root[32], *scratch = malloc((size_t)assay_chunk_tree_scratch_bytes(size));
  if (!scratch) exit(1);
  for (int32_t path = ASSAY_HASH_PORTABLE; path <= ASSAY_HASH_AVX512; path++) {
    if (assay_chunk_tree_root(contents, size, contents + 77, path, 2, scratch, root)) continue;
    if (path == ASSAY_HASH_PORTABLE) memcpy(expected, root, sizeof expected);
    if (memcmp(expected, root, sizeof expected)) fail("root", size, path);
  }
  free(scratch);
  print("root", size, expected);
}

static void print_tree(int64_t count) {
  static uint8_t expected[32 * LEAVES], nodes[32 * LEAVES];
  const size_t size = 32 * (size_t)(count - 1);
  for (int32_t path = ASSAY_HASH_PORTABLE; path <= ASSAY_HASH_AVX512; path++) {
    if (assay_hash_tree(contents, count, path, 2, nodes)) continue;
    if (path == ASSAY_HASH_PORTABLE) memcpy(expected, nodes, size);
    if (memcmp(expected, nodes, size)) fail("tree", count, path);
  }
  print("tree", count, expected + size - 32);
}

static void print_streams(int64_t tail) {
  static uint8_t expected[32 * STREAMS], digests[32 * STREAMS];
  uint32_t *states = malloc((size_t)assay_streams_state_words(STREAMS) * sizeof *states);
  if (!states) exit(1);
  for (int32_t path = ASSAY_HASH_PORTABLE; path <= ASSAY_HASH_AVX512; path++) {
    if (!assay_hash_is_available(path)) continue;
    assay_streams_start(contents, STREAMS, states);
    for (int64_t block = 0; block < BLOCKS; block++) {
      assay_streams_absorb(path, states, contents + 64 * STREAMS * block + 5, STREAMS);
    }
    assay_streams_finish(
        path, states, contents + 9, tail, 64 * (1 + BLOCKS) + tail, STREAMS, digests);
    if (path == ASSAY_HASH_PORTABLE) memcpy(expected, digests, sizeof expected);
    if (memcmp(expected, digests, sizeof expected)) fail("streams", tail, path);
  }
  free(states);
  for (int i = 0; i < STREAMS; i++) print("stream", tail, expected + 32 * i);
}

int main(void) {
  uint64_t state = 1;
  for (int64_t i = 0; i < CONTENTS_BYTES; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    contents[i] = (uint8_t)(state >> 56);
  }
  const int64_t sizes[] = {
      0, 1, 55, 56, 64, 119, 4095, 4096, 4097, 15 * 4096, 16 * 4096 + 1, 64 * 4096, 65 * 4096 + 9,
      CONTENTS_BYTES};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) print_root(sizes[i]);
  for (int64_t count = 2; count <= LEAVES; count *= 2) print_tree(count);
  for (int64_t tail = 0; tail < 64; tail += 9) print_streams(tail);
  return 0;
}
