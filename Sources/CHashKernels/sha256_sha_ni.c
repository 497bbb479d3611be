// SHA-256 with the SHA instructions of x86.
//
// `sha256rnds2` takes several cycles but can start more often than one stream's rounds, each
// waiting for the last, can feed it. Two independent streams fill the gaps; their registers
// (2 × (2 state + 4 schedule) + scratch) just fit the 16 that these instructions can name. AVX is
// asked for only because its forms with three operands save copies.
#if defined(__x86_64__)
#include "sha256.h"

#include <immintrin.h>

#define SHA_NI __attribute__((target("sha,avx")))
#define INLINE inline __attribute__((always_inline)) SHA_NI

// The instructions keep the state as (a b e f) and (c d g h), a and c in the highest word.
static INLINE void load_state(const uint32_t state[8], __m128i *abef, __m128i *cdgh) {
  __m128i dcba = _mm_loadu_si128((const __m128i *)state);
  __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
  __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
  __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
  *abef = _mm_alignr_epi8(cdab, efgh, 8);
  *cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

static INLINE void store_state(uint32_t state[8], __m128i abef, __m128i cdgh) {
  __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static INLINE void compress(
    const int lanes, uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abef[2], cdgh[2];
  for (int l = 0; l < lanes; l++) load_state(states[l], &abef[l], &cdgh[l]);
  for (int64_t i = 0; i < count; i++) {
    __m128i old_abef[2], old_cdgh[2], w[2][4];
#pragma unroll
    for (int l = 0; l < lanes; l++) {
      old_abef[l] = abef[l];
      old_cdgh[l] = cdgh[l];
#pragma unroll
      for (int q = 0; q < 4; q++) {
        const __m128i *block = (const __m128i *)(blocks[l] + ASSAY_SHA256_BLOCK * i);
        w[l][q] = _mm_shuffle_epi8(_mm_loadu_si128(block + q), big_endian);
      }
    }
    // Four rounds a turn; w[l][turn % 4] are their words, replaced by those of four turns later.
#pragma unroll
    for (int turn = 0; turn < 16; turn++) {
      const __m128i k = _mm_load_si128((const __m128i *)(assay_sha256_k + 4 * turn));
#pragma unroll
      for (int l = 0; l < lanes; l++) {
        __m128i now = w[l][turn & 3], last = w[l][(turn + 3) & 3];
        __m128i words = _mm_add_epi32(now, k);
        cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], words);
        words = _mm_shuffle_epi32(words, 0x0e);
        abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], words);
        if (turn < 12) {
          __m128i next = _mm_sha256msg1_epu32(now, w[l][(turn + 1) & 3]);
          next = _mm_add_epi32(next, _mm_alignr_epi8(last, w[l][(turn + 2) & 3], 4));
          w[l][turn & 3] = _mm_sha256msg2_epu32(next, last);
        }
      }
    }
#pragma unroll
    for (int l = 0; l < lanes; l++) {
      abef[l] = _mm_add_epi32(abef[l], old_abef[l]);
      cdgh[l] = _mm_add_epi32(cdgh[l], old_cdgh[l]);
    }
  }
  for (int l = 0; l < lanes; l++) store_state(states[l], abef[l], cdgh[l]);
}

SHA_NI void assay_sha256_compress_sha_ni_1(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count) {
  compress(1, states, blocks, count);
}

SHA_NI void assay_sha256_compress_sha_ni_2(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count) {
  compress(2, states, blocks, count);
}
#else
typedef int assay_sha256_sha_ni_needs_x86_64;
#endif
