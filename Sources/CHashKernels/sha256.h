// What the ways of computing SHA-256 have in common. Section numbers are of FIPS 180-4.
#ifndef ASSAY_SHA256_H
#define ASSAY_SHA256_H
#include <stdint.h>

enum { ASSAY_SHA256_BLOCK = 64, ASSAY_SHA256_DIGEST = 32, ASSAY_SHA256_MAX_LANES = 16 };

/// The round constants, §4.2.2.
extern const uint32_t assay_sha256_k[64];

/// The initial hash value, §5.3.3.
extern const uint32_t assay_sha256_initial[8];

/// Compresses `count` consecutive blocks into each of several independent states.
///
/// `states[l]` are the words a … h of lane l; `blocks[l]` points at its count × 64 bytes.
typedef void (*assay_sha256_compress)(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count);

void assay_sha256_compress_portable(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count);

#if defined(__x86_64__)
void assay_sha256_compress_sha_ni_1(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count);
void assay_sha256_compress_sha_ni_2(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count);
void assay_sha256_compress_avx512_16(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count);

/// Compresses one block into each stream of `count` tiles: the states of a tile are eight rows of
/// sixteen words, its blocks follow one another.
void assay_sha256_tiles_avx512(uint32_t *states, const uint8_t *blocks, int64_t count);
#endif

#endif
