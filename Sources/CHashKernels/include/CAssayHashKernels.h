// Hashes a byte string as a Merkle tree over its 4096-byte chunks, with SHA-256.
// The tree is the one that `ChunkTree` in the Merkle room defines; every path and every number of
// threads gives the same root.
#ifndef CASSAY_HASH_KERNELS_H
#define CASSAY_HASH_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Ways of computing SHA-256. `BEST` is the fastest that the processor has.
enum {
  ASSAY_HASH_BEST = 0,
  /// Plain C, one stream.
  ASSAY_HASH_PORTABLE = 1,
  /// The SHA instructions of x86, two interleaved streams.
  ASSAY_HASH_SHA_NI = 2,
  /// AVX-512, sixteen streams, one in each 32-bit lane.
  ASSAY_HASH_AVX512 = 3,
};

/// 1 when the processor has what the path needs, otherwise 0.
int32_t assay_hash_is_available(int32_t path);

/// The path that `ASSAY_HASH_BEST` stands for.
int32_t assay_hash_best(void);

/// A short name such as "sha-ni"; "unknown" for a number that is no path.
const char *assay_hash_name(int32_t path);

/// How many bytes of scratch memory `assay_chunk_tree_root` needs for this many bytes.
int64_t assay_chunk_tree_scratch_bytes(int64_t byte_count);

/// Writes the 32-byte root of the chunk tree over `byte_count` bytes.
///
/// `descriptor` has 32 bytes, `scratch` as many as `assay_chunk_tree_scratch_bytes` says; both are
/// only used during the call. At most `threads` threads work at a time (0: one for each core).
/// Returns 0, or 1 and writes nothing when the path is not available.
int32_t assay_chunk_tree_root(
    const uint8_t *_Nullable contents, int64_t byte_count, const uint8_t *descriptor,
    int32_t path, int32_t threads, uint8_t *scratch, uint8_t *root);

#pragma clang assume_nonnull end
#endif
