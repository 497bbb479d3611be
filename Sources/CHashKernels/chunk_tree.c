// The chunk tree: leaves of 64 + 4096 bytes, nodes of 1 + 64 bytes, each a SHA-256 message.
//
// A task hashes 64 consecutive chunks and reduces them to the root of their subtree, which is a
// node of the whole tree because 64 is a power of two. The subtree roots meet on one thread.
#include "CAssayHashKernels.h"
#include "CAssayParallel.h"
#include "sha256.h"

#include <string.h>

enum {
  CHUNK = 4096,
  HEADER = ASSAY_SHA256_BLOCK,
  CHUNKS_PER_TASK = 64,
  DIGEST = ASSAY_SHA256_DIGEST,
  BLOCK = ASSAY_SHA256_BLOCK,
  MAX_LANES = ASSAY_SHA256_MAX_LANES,
};

static const char tag[15] = "assay.chunk.v1";  // with its terminating zero

/// One way of hashing several messages at once; `narrower` takes what is left over.
struct engine {
  int32_t path;
  const char *name;
  int lanes;
  assay_sha256_compress compress;
  const struct engine *narrower;
};

static const struct engine portable = {
    ASSAY_HASH_PORTABLE, "portable", 1, assay_sha256_compress_portable, 0};

#if defined(__x86_64__)
static const struct engine sha_ni_1 = {
    ASSAY_HASH_SHA_NI, "sha-ni", 1, assay_sha256_compress_sha_ni_1, 0};
static const struct engine sha_ni_2 = {
    ASSAY_HASH_SHA_NI, "sha-ni", 2, assay_sha256_compress_sha_ni_2, &sha_ni_1};
static const struct engine avx512_portable = {
    ASSAY_HASH_AVX512, "avx512", 16, assay_sha256_compress_avx512_16, &portable};
static const struct engine avx512_sha_ni = {
    ASSAY_HASH_AVX512, "avx512", 16, assay_sha256_compress_avx512_16, &sha_ni_2};

static int has_sha_ni(void) {
  return __builtin_cpu_supports("sha") && __builtin_cpu_supports("avx");
}
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}
#endif

static const struct engine *engine_for(int32_t path) {
  switch (path) {
    case ASSAY_HASH_PORTABLE: return &portable;
#if defined(__x86_64__)
    case ASSAY_HASH_SHA_NI: return has_sha_ni() ? &sha_ni_2 : 0;
    case ASSAY_HASH_AVX512:
      return !has_avx512() ? 0 : has_sha_ni() ? &avx512_sha_ni : &avx512_portable;
    case ASSAY_HASH_BEST:
      return has_avx512() ? engine_for(ASSAY_HASH_AVX512)
             : has_sha_ni() ? &sha_ni_2
                            : &portable;
#else
    case ASSAY_HASH_BEST: return &portable;
#endif
    default: return 0;
  }
}

int32_t assay_hash_is_available(int32_t path) { return engine_for(path) != 0; }

int32_t assay_hash_best(void) { return engine_for(ASSAY_HASH_BEST)->path; }

const char *assay_hash_name(int32_t path) {
  const struct engine *engine = engine_for(path);
  return engine ? engine->name : "unknown";
}

static void store_little_endian(uint8_t *out, uint64_t value) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (8 * i));
}

/// The last eight bytes of a message's padding: its length in bits (FIPS 180-4 §5.1.1).
static void store_bit_count(uint8_t *out, uint64_t byte_count) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)((byte_count << 3) >> (56 - 8 * i));
}

static void store_digest(uint8_t *out, const uint32_t state[8]) {
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 4; j++) out[4 * i + j] = (uint8_t)(state[i] >> (24 - 8 * j));
  }
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
  store_bit_count(padding + BLOCK - 8, HEADER + CHUNK);
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
  for (int l = 0; l < lanes; l++) store_digest(out + DIGEST * l, states[l]);
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
  store_bit_count(tail + BLOCK * tail_blocks - 8, (uint64_t)(HEADER + count));
  blocks[0] = tail;
  engine->compress(states, blocks, tail_blocks);
  store_digest(out, states[0]);
}

/// Hashes `engine->lanes` pairs of neighbouring digests from `pairs`; `out` may be `pairs`.
static void hash_nodes(const struct engine *engine, const uint8_t *pairs, uint8_t *out) {
  uint32_t states[MAX_LANES][8];
  uint8_t messages[MAX_LANES][2 * BLOCK];
  const uint8_t *blocks[MAX_LANES];
  for (int l = 0; l < engine->lanes; l++) {
    uint8_t *message = messages[l];
    memset(message + 1 + 2 * DIGEST, 0, 2 * BLOCK - 1 - 2 * DIGEST);
    message[0] = 0x01;
    memcpy(message + 1, pairs + 2 * DIGEST * l, 2 * DIGEST);
    message[1 + 2 * DIGEST] = 0x80;
    store_bit_count(message + 2 * BLOCK - 8, 1 + 2 * DIGEST);
    memcpy(states[l], assay_sha256_initial, sizeof states[l]);
    blocks[l] = message;
  }
  engine->compress(states, blocks, 2);
  for (int l = 0; l < engine->lanes; l++) store_digest(out + DIGEST * l, states[l]);
}

/// Reduces `count` digests to their root, in place; the root is then the first.
static void reduce(const struct engine *widest, uint8_t *digests, int64_t count) {
  while (count > 1) {
    const int64_t pairs = count / 2;
    const struct engine *engine = widest;
    for (int64_t i = 0; i < pairs; i += engine->lanes) {
      while (engine->lanes > pairs - i) engine = engine->narrower;
      hash_nodes(engine, digests + 2 * DIGEST * i, digests + DIGEST * i);
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
  const struct engine *engine = engine_for(path);
  if (!engine) return 1;
  struct tree tree = {engine, contents, byte_count, chunk_count(byte_count), descriptor, scratch};
  assay_parallel_for(task_count(byte_count), threads, hash_subtree, &tree);
  reduce(engine, scratch, task_count(byte_count));
  memcpy(root, scratch, DIGEST);
  return 0;
}
