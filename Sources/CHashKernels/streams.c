// Many messages of one length, hashed side by side: each call gives every stream one block.
//
// The states of sixteen streams form a tile of eight rows, one for each word, so that the widest
// engine loads and stores whole registers. The others turn a tile into sixteen states and back.
#include "CAssayHashKernels.h"
#include "engine.h"

#include <string.h>

enum { TILE = MAX_LANES, TILE_WORDS = 8 * TILE };

void assay_streams_start(const uint8_t *first_block, int64_t count, uint32_t *states) {
  uint32_t state[1][8];
  memcpy(state[0], assay_sha256_initial, sizeof state[0]);
  assay_sha256_compress_portable(state, &first_block, 1);
  const int64_t words = TILE_WORDS * ((count + TILE - 1) / TILE);
  for (int64_t i = 0; i < words; i++) states[i] = state[0][i / TILE % 8];
}

/// Gives the first `lanes` streams of a tile `block_count` blocks each, `stride` bytes apart.
static void absorb_tile(
    const struct engine *engine, uint32_t *tile, const uint8_t *blocks, int64_t stride,
    int64_t block_count, int64_t lanes) {
  uint32_t states[TILE][8];
  const uint8_t *pointers[TILE];
  for (int64_t l = 0; l < lanes; l++) {
    pointers[l] = blocks + stride * l;
    for (int i = 0; i < 8; i++) states[l][i] = tile[TILE * i + l];
  }
  for (int64_t l = 0; l < lanes; l += engine->lanes) {
    while (engine->lanes > lanes - l) engine = engine->narrower;
    engine->compress(states + l, pointers + l, block_count);
  }
  for (int64_t l = 0; l < lanes; l++) {
    for (int i = 0; i < 8; i++) tile[TILE * i + l] = states[l][i];
  }
}

int32_t assay_streams_absorb(
    int32_t path, uint32_t *states, const uint8_t *blocks, int64_t count) {
  const struct engine *engine = assay_engine_for(path);
  if (!engine) return 1;
  int64_t done = 0;
#if defined(__x86_64__)
  if (engine->lanes == TILE) {
    done = count / TILE * TILE;
    assay_sha256_tiles_avx512(states, blocks, count / TILE);
  }
#endif
  for (; done < count; done += TILE) {
    const int64_t lanes = count - done < TILE ? count - done : TILE;
    absorb_tile(engine, states + 8 * done, blocks + BLOCK * done, BLOCK, 1, lanes);
  }
  return 0;
}

int32_t assay_streams_finish(
    int32_t path, uint32_t *states, const uint8_t *tails, int64_t tail_byte_count,
    int64_t byte_count, int64_t count, uint8_t *digests) {
  const struct engine *engine = assay_engine_for(path);
  if (!engine || tail_byte_count < 0 || tail_byte_count >= BLOCK) return 1;
  // Padding is the bit 1, zeros and the length in eight bytes, which may not fit the first block.
  const int64_t block_count = tail_byte_count + 1 + 8 <= BLOCK ? 1 : 2;
  uint8_t padded[TILE][2 * BLOCK] = {{0}};
  for (int l = 0; l < TILE; l++) {
    padded[l][tail_byte_count] = 0x80;
    assay_store_bit_count(padded[l] + BLOCK * block_count - 8, (uint64_t)byte_count);
  }
  for (int64_t first = 0; first < count; first += TILE) {
    const int64_t lanes = count - first < TILE ? count - first : TILE;
    uint32_t *tile = states + 8 * first;
    for (int64_t l = 0; l < lanes && tail_byte_count > 0; l++) {
      memcpy(padded[l], tails + BLOCK * (first + l), (size_t)tail_byte_count);
    }
    absorb_tile(engine, tile, padded[0], sizeof padded[0], block_count, lanes);
    for (int64_t l = 0; l < lanes; l++) {
      uint32_t state[8];
      for (int i = 0; i < 8; i++) state[i] = tile[TILE * i + l];
      assay_store_digest(digests + DIGEST * (first + l), state);
    }
  }
  return 0;
}
