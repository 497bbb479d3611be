// SHA-256 of sixteen streams at once: lane l of every register belongs to stream l.
//
// A register holds one word of each stream. Loading therefore transposes: sixteen rows of 64
// bytes, one from each stream, become sixteen registers, one for each word of the block.
//
// The streams are chunks that lie 4096 bytes apart, too many for the hardware to fetch ahead.
// Prefetching the same place in the next sixteen chunks (it is harmless where there are none)
// spreads over the sets of the second-level cache; nearer places would share one set of the first.
#if defined(__x86_64__)
#include "sha256.h"

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE inline __attribute__((always_inline)) AVX512

enum { PREFETCH_DISTANCE = 16 * 4096 };

// The functions of FIPS 180-4 §4.1.2; 0x96 is exclusive or of three, 0xca choice, 0xe8 majority.
static INLINE __m512i exclusive_or(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}
static INLINE __m512i big_sigma_0(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13), _mm512_ror_epi32(x, 22));
}
static INLINE __m512i big_sigma_1(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11), _mm512_ror_epi32(x, 25));
}
static INLINE __m512i small_sigma_0(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3));
}
static INLINE __m512i small_sigma_1(__m512i x) {
  return exclusive_or(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10));
}

/// Turns rows (register r = words of stream r) into columns (register w = word w of all streams).
static INLINE void transpose(__m512i r[16]) {
  __m512i t[16];
#pragma unroll
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  // u[4i + j]: within each 128-bit part p, word 4p + j of streams 4i … 4i + 3.
  __m512i u[16];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    u[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    u[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
#pragma unroll
  for (int j = 0; j < 4; j++) {
    __m512i even_low = _mm512_shuffle_i32x4(u[j], u[4 + j], 0x88);
    __m512i odd_low = _mm512_shuffle_i32x4(u[j], u[4 + j], 0xdd);
    __m512i even_high = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0x88);
    __m512i odd_high = _mm512_shuffle_i32x4(u[8 + j], u[12 + j], 0xdd);
    r[j] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
    r[4 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
    r[8 + j] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
    r[12 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
  }
}

static INLINE void compress_block(__m512i state[8], __m512i w[16]) {
  __m512i a = state[0], b = state[1], c = state[2], d = state[3];
  __m512i e = state[4], f = state[5], g = state[6], h = state[7];
  for (int turn = 0; turn < 4; turn++) {
#pragma unroll
    for (int i = 0; i < 16; i++) {
      __m512i k = _mm512_set1_epi32((int)assay_sha256_k[16 * turn + i]);
      __m512i choice = _mm512_ternarylogic_epi32(e, f, g, 0xca);
      __m512i majority = _mm512_ternarylogic_epi32(a, b, c, 0xe8);
      __m512i t1 = _mm512_add_epi32(
          _mm512_add_epi32(h, _mm512_add_epi32(k, w[i])),
          _mm512_add_epi32(big_sigma_1(e), choice));
      __m512i t2 = _mm512_add_epi32(big_sigma_0(a), majority);
      h = g, g = f, f = e, e = _mm512_add_epi32(d, t1);
      d = c, c = b, b = a, a = _mm512_add_epi32(t1, t2);
      // The word of sixteen rounds later takes the place of this one.
      if (turn < 3) {
        w[i] = _mm512_add_epi32(
            _mm512_add_epi32(w[i], small_sigma_0(w[(i + 1) & 15])),
            _mm512_add_epi32(w[(i + 9) & 15], small_sigma_1(w[(i + 14) & 15])));
      }
    }
  }
  state[0] = _mm512_add_epi32(state[0], a), state[1] = _mm512_add_epi32(state[1], b);
  state[2] = _mm512_add_epi32(state[2], c), state[3] = _mm512_add_epi32(state[3], d);
  state[4] = _mm512_add_epi32(state[4], e), state[5] = _mm512_add_epi32(state[5], f);
  state[6] = _mm512_add_epi32(state[6], g), state[7] = _mm512_add_epi32(state[7], h);
}

AVX512 void assay_sha256_compress_avx512_16(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count) {
  const __m512i big_endian =
      _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
  const __m512i rows =
      _mm512_setr_epi32(0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120);
  __m512i state[8];
  for (int i = 0; i < 8; i++) state[i] = _mm512_i32gather_epi32(rows, &states[0][i], 4);
  for (int64_t i = 0; i < count; i++) {
    __m512i w[16];
#pragma unroll
    for (int l = 0; l < 16; l++) {
      uintptr_t place = (uintptr_t)blocks[l] + (uintptr_t)(ASSAY_SHA256_BLOCK * i);
      _mm_prefetch((const char *)(place + PREFETCH_DISTANCE), _MM_HINT_T1);
      w[l] = _mm512_shuffle_epi8(
          _mm512_loadu_si512(blocks[l] + ASSAY_SHA256_BLOCK * i), big_endian);
    }
    transpose(w);
    compress_block(state, w);
  }
  for (int i = 0; i < 8; i++) _mm512_i32scatter_epi32(&states[0][i], rows, state[i], 4);
}

AVX512 void assay_sha256_tiles_avx512(uint32_t *states, const uint8_t *blocks, int64_t count) {
  const __m512i big_endian =
      _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
  for (int64_t tile = 0; tile < count; tile++) {
    uint32_t *words = states + 8 * 16 * tile;
    __m512i state[8], w[16];
#pragma unroll
    for (int l = 0; l < 16; l++) {
      const uint8_t *block = blocks + ASSAY_SHA256_BLOCK * (16 * tile + l);
      w[l] = _mm512_shuffle_epi8(_mm512_loadu_si512(block), big_endian);
    }
    transpose(w);
    for (int i = 0; i < 8; i++) state[i] = _mm512_loadu_si512(words + 16 * i);
    compress_block(state, w);
    for (int i = 0; i < 8; i++) _mm512_storeu_si512(words + 16 * i, state[i]);
  }
}
#else
typedef int assay_sha256_avx512_needs_x86_64;
#endif
