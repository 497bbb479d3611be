// The chunk tree: leaves of 64 + 4096 bytes, nodes of 1 + 64 bytes, each a SHA-256 message.
//
// A task hashes 64 consecutive chunks and reduces them to the root of their subtree, which is a
// node of the whole tree because 64 is a power of two. The subtree roots meet on one thread.
#include "CAssayHashKernels.h"
#include "CAssayParallel.h"
#include "engine.h"

#include <string.h>

enum { CHUNK = 4096, HEADER = BLOCK, CHUNKS_PER_TASK = 64 };

static const char tag[15] = "assay.chunk.v1";  // with its terminating zero

static void store_little_endian(uint8_t *out, uint64_t value) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (8 * i));
}

struct tree {
  const struct engine *engine;
  const uint8_t *contents;
  int64_t byte_count, chunk_count;
  const uint8_t *descriptor;
  uint8_t *subtree_roots;
};

/// The first block of leaf `index`.
static void write_header(const struct tree *tree, int64_t index, uint8_t header[HEADER]) {
  header[0] = 0x00;
  memcpy(header + 1, tag, sizeof tag);
  store_little_endian(header + 16, (uint64_t)index);
  store_little_endian(header + 24, (uint64_t)tree->byte_count);
  memcpy(header + 32, tree->descriptor, DIGEST);
}

/// Hashes `engine->lanes` whole chunks from `first` on.
static void hash_whole_chunks(
    const struct tree *tree, const struct engine *engine, int64_t first, uint8_t *out) {
  // What follows 64 + 4096 bytes: the bit 1, zeros and the length, the same for every whole chunk.
  uint8_t padding[BLOCK] = {0x80};
  assay_store_bit_count(padding + BLOCK - 8, HEADER + CHUNK);
  uint32_t states[MAX_LANES][8];
  uint8_t headers[MAX_LANES][HEADER];
  const uint8_t *blocks[MAX_LANES];
  const int lanes = engine->lanes;
  for (int l = 0; l < lanes; l++) {
    memcpy(states[l], assay_sha256_initial, sizeof states[l]);
    write_header(tree, first + l, headers[l]);
    blocks[l] = headers[l];
  }
  engine->compress(states, blocks, 1);
  for (int l = 0; l < lanes; l++) blocks[l] = tree->contents + CHUNK * (first + l);
  engine->compress(states, blocks, CHUNK / BLOCK);
  for (int l = 0; l < lanes; l++) blocks[l] = padding;
  engine->compress(states, blocks, 1);
  for (int l = 0; l < lanes; l++) assay_store_digest(out + DIGEST * l, states[l]);
}

/// Hashes the last chunk when it is shorter than the others, or empty.
static void hash_short_chunk(
    const struct tree *tree, const struct engine *engine, int64_t index, uint8_t *out) {
  while (engine->lanes > 1) engine = engine->narrower;
  const int64_t count = tree->byte_count - CHUNK * index;
  const int64_t whole = count / BLOCK, rest = count % BLOCK;
  uint32_t states[1][8];
  uint8_t header[HEADER], tail[2 * BLOCK] = {0};
  memcpy(states[0], assay_sha256_initial, sizeof states[0]);
  write_header(tree, index, header);
  const uint8_t *blocks[1] = {header};
  engine->compress(states, blocks, 1);
  if (whole > 0) {
    blocks[0] = tree->contents + CHUNK * index;
    engine->compress(states, blocks, whole);
  }
  if (rest > 0) memcpy(tail, tree->contents + CHUNK * index + BLOCK * whole, (size_t)rest);
  tail[rest] = 0x80;
  const int64_t tail_blocks = rest + 1 + 8 <= BLOCK ? 1 : 2;
  assay_store_bit_count(tail + BLOCK * tail_blocks - 8, (uint64_t)(HEADER + count));
  blocks[0] = tail;
  engine->compress(states, blocks, tail_blocks);
  assay_store_digest(out, states[0]);
}

/// Reduces `count` digests to their root, in place; the root is then the first.
static void reduce(const struct engine *widest, uint8_t *digests, int64_t count) {
  while (count > 1) {
    const int64_t pairs = count / 2;
    const struct engine *engine = widest;
    for (int64_t i = 0; i < pairs; i += engine->lanes) {
      while (engine->lanes > pairs - i) engine = engine->narrower;
      assay_hash_nodes(engine, digests + 2 * DIGEST * i, digests + DIGEST * i);
    }
    // A last digest without partner moves up as it is.
    if (count & 1) memmove(digests + DIGEST * pairs, digests + DIGEST * (count - 1), DIGEST);
    count = pairs + (count & 1);
  }
}

static void hash_subtree(int64_t task, void *context) {
  const struct tree *tree = context;
  const int64_t first = CHUNKS_PER_TASK * task;
  const int64_t left = tree->chunk_count - first;
  const int64_t chunks = left < CHUNKS_PER_TASK ? left : CHUNKS_PER_TASK;
  const int64_t whole = tree->byte_count / CHUNK - first;
  uint8_t digests[CHUNKS_PER_TASK * DIGEST];
  const struct engine *engine = tree->engine;
  int64_t i = 0;
  while (i < chunks && i < whole) {
    const int64_t remaining = (chunks < whole ? chunks : whole) - i;
    while (engine->lanes > remaining) engine = engine->narrower;
    hash_whole_chunks(tree, engine, first + i, digests + DIGEST * i);
    i += engine->lanes;
  }
  if (i < chunks) hash_short_chunk(tree, engine, first + i, digests + DIGEST * i);
  reduce(tree->engine, digests, chunks);
  memcpy(tree->subtree_roots + DIGEST * task, digests, DIGEST);
}

static int64_t chunk_count(int64_t byte_count) {
  return byte_count == 0 ? 1 : byte_count / CHUNK + (byte_count % CHUNK != 0);
}

static int64_t task_count(int64_t byte_count) {
  return (chunk_count(byte_count) + CHUNKS_PER_TASK - 1) / CHUNKS_PER_TASK;
}

int64_t assay_chunk_tree_scratch_bytes(int64_t byte_count) {
  return DIGEST * task_count(byte_count);
}

int32_t assay_chunk_tree_root(
    const uint8_t *contents, int64_t byte_count, const uint8_t *descriptor, int32_t path,
    int32_t threads, uint8_t *scratch, uint8_t *root) {
  const struct engine *engine = assay_engine_for(path);
  if (!engine) return 1;
  struct tree tree = {engine, contents, byte_count, chunk_count(byte_count), descriptor, scratch};
  assay_parallel_for(task_count(byte_count), threads, hash_subtree, &tree);
  reduce(engine, scratch, task_count(byte_count));
  memcpy(root, scratch, DIGEST);
  return 0;
}
