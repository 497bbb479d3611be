// SHA-256 of many messages at once: a byte string as the Merkle tree over its 4096-byte chunks that
// `ChunkTree` in the Merkle room defines; many messages of one length side by side; all nodes of a
// tree of 2^k leaves. Every path and every number of threads gives the same.
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

/// How many 32-bit words the states of `count` streams take.
static inline int64_t assay_streams_state_words(int64_t count) { return (count + 15) / 16 * 128; }

/// Starts `count` messages that begin with the same 64 bytes.
void assay_streams_start(const uint8_t *first_block, int64_t count, uint32_t *states);

/// Appends 64 bytes to each of `count` messages: stream i's are blocks + 64·i. A part of the
/// streams may go on alone: from stream 16·j on, their states begin at states + 128·j.
/// Returns 0, or 1 and does nothing when the path is not available.
int32_t assay_streams_absorb(
    int32_t path, uint32_t *states, const uint8_t *blocks, int64_t count);

/// Appends the last `tail_byte_count` < 64 bytes of each message, stream i's from tails + 64·i on,
/// and writes its 32-byte digest to digests + 32·i; a message has `byte_count` bytes in all.
/// Returns 0, or 1 and does nothing when the path is not available or the tail too long.
int32_t assay_streams_finish(
    int32_t path, uint32_t *states, const uint8_t *_Nullable tails, int64_t tail_byte_count,
    int64_t byte_count, int64_t count, uint8_t *digests);

/// Writes the inner nodes of the Merkle tree (RFC 9162) over `count` = 2^k leaf hashes of 32 bytes:
/// count / 2 nodes that have leaves below them, then count / 4, …, the root last.
/// Returns 0, or 1 and does nothing when the path is not available or `count` no power of two.
int32_t assay_hash_tree(
    const uint8_t *leaves, int64_t count, int32_t path, int32_t threads, uint8_t *nodes);

#pragma clang assume_nonnull end
#endif
