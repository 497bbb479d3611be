// The ways of hashing several messages at once, from which every function here chooses by path.
#ifndef ASSAY_ENGINE_H
#define ASSAY_ENGINE_H
#include "sha256.h"

enum {
  DIGEST = ASSAY_SHA256_DIGEST,
  BLOCK = ASSAY_SHA256_BLOCK,
  MAX_LANES = ASSAY_SHA256_MAX_LANES,
};

/// One way of hashing several messages at once; `narrower` takes what is left over.
struct engine {
  int32_t path;
  const char *name;
  int lanes;
  assay_sha256_compress compress;
  const struct engine *narrower;
};

/// The widest engine of a path; null when the processor does not have it.
const struct engine *assay_engine_for(int32_t path);

/// The last eight bytes of a message's padding: its length in bits (FIPS 180-4 §5.1.1).
void assay_store_bit_count(uint8_t *out, uint64_t byte_count);

/// The 32 bytes that a final state stands for.
void assay_store_digest(uint8_t *out, const uint32_t state[8]);

/// Hashes `engine->lanes` pairs of neighbouring digests from `pairs`, each after the byte 0x01;
/// `out` may be `pairs`.
void assay_hash_nodes(const struct engine *engine, const uint8_t *pairs, uint8_t *out);

#endif
