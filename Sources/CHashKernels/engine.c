#include "engine.h"

#include "CAssayHashKernels.h"

#include <string.h>

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

const struct engine *assay_engine_for(int32_t path) {
  switch (path) {
    case ASSAY_HASH_PORTABLE: return &portable;
#if defined(__x86_64__)
    case ASSAY_HASH_SHA_NI: return has_sha_ni() ? &sha_ni_2 : 0;
    case ASSAY_HASH_AVX512:
      return !has_avx512() ? 0 : has_sha_ni() ? &avx512_sha_ni : &avx512_portable;
    case ASSAY_HASH_BEST:
      return has_avx512() ? assay_engine_for(ASSAY_HASH_AVX512)
             : has_sha_ni() ? &sha_ni_2
                            : &portable;
#else
    case ASSAY_HASH_BEST: return &portable;
#endif
    default: return 0;
  }
}

int32_t assay_hash_is_available(int32_t path) { return assay_engine_for(path) != 0; }

int32_t assay_hash_best(void) { return assay_engine_for(ASSAY_HASH_BEST)->path; }

const char *assay_hash_name(int32_t path) {
  const struct engine *engine = assay_engine_for(path);
  return engine ? engine->name : "unknown";
}

void assay_store_bit_count(uint8_t *out, uint64_t byte_count) {
  uint64_t bits = byte_count << 3;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  bits = __builtin_bswap64(bits);
#endif
  memcpy(out, &bits, sizeof bits);
}

void assay_store_digest(uint8_t *out, const uint32_t state[8]) {
  for (int i = 0; i < 8; i++) {
    uint32_t word = state[i];
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    memcpy(out + 4 * i, &word, sizeof word);
  }
}

void assay_hash_nodes(const struct engine *engine, const uint8_t *pairs, uint8_t *out) {
  uint32_t states[MAX_LANES][8];
  uint8_t messages[MAX_LANES][2 * BLOCK];
  const uint8_t *blocks[MAX_LANES];
  for (int l = 0; l < engine->lanes; l++) {
    uint8_t *message = messages[l];
    memset(message + 1 + 2 * DIGEST, 0, 2 * BLOCK - 1 - 2 * DIGEST);
    message[0] = 0x01;
    memcpy(message + 1, pairs + 2 * DIGEST * l, 2 * DIGEST);
    message[1 + 2 * DIGEST] = 0x80;
    assay_store_bit_count(message + 2 * BLOCK - 8, 1 + 2 * DIGEST);
    memcpy(states[l], assay_sha256_initial, sizeof states[l]);
    blocks[l] = message;
  }
  engine->compress(states, blocks, 2);
  for (int l = 0; l < engine->lanes; l++) assay_store_digest(out + DIGEST * l, states[l]);
}

