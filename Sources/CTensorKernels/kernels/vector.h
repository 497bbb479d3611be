// Sixteen float lanes on every path: one AVX-512 register, two AVX2 ones, four NEON or SSE ones.
// A path file defines PATH_HAS_FMA (0 or 1), pushes its target attribute, then includes this.
#include <stdint.h>
#include <string.h>

enum { LANES = 16 };

typedef float vec __attribute__((ext_vector_type(16)));
typedef int32_t ivec __attribute__((ext_vector_type(16)));
typedef uint32_t uvec __attribute__((ext_vector_type(16)));
typedef float vec_unaligned __attribute__((ext_vector_type(16), aligned(4)));

// Vectors are passed only between functions that are always inlined: no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

INLINE vec splat(float x) { return (vec)x; }
INLINE vec load(const float *p) { return *(const vec_unaligned *)p; }
INLINE void store(float *p, vec v) { *(vec_unaligned *)p = v; }

#if defined(PATH_AVX2)
INLINE __m256i first_eight(int64_t n) {
  return _mm256_cmpgt_epi32(
      _mm256_set1_epi32((int32_t)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first n ≤ 16 lanes from memory, +0 in the others. No other element is touched.
INLINE vec load_up_to(const float *p, int64_t n) {
#if defined(PATH_AVX512)
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif defined(PATH_AVX2)
  union {
    __m256 half[2];
    vec whole;
  } lanes = {
      {_mm256_maskload_ps(p, first_eight(n)), _mm256_maskload_ps(p + 8, first_eight(n - 8))}};
  return lanes.whole;
#else
  float lanes[LANES] __attribute__((aligned(64))) = {0};
  for (int64_t i = 0; i < n; i++) lanes[i] = p[i];
  return load(lanes);
#endif
}

// A load of some lanes that costs no more than one of all: with mask registers. Elsewhere it
// loads all, which the caller must allow.
#if defined(PATH_AVX512)
enum { HAS_MASKS = 1 };
typedef __mmask16 lane_mask;
INLINE lane_mask mask_of(int64_t n) { return (lane_mask)((1u << n) - 1); }
INLINE vec load_masked(const float *p, lane_mask mask) {
  return (vec)_mm512_maskz_loadu_ps(mask, p);
}
#else
enum { HAS_MASKS = 0 };
typedef int lane_mask;
INLINE lane_mask mask_of(int64_t n) { return (lane_mask)n; }
INLINE vec load_masked(const float *p, lane_mask mask) {
  (void)mask;
  return load(p);
}
#endif

/// Writes the first n ≤ 16 lanes.
INLINE void store_up_to(float *p, vec v, int64_t n) {
#if defined(PATH_AVX512)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#elif defined(PATH_AVX2)
  union {
    vec whole;
    __m256 half[2];
  } lanes = {v};
  _mm256_maskstore_ps(p, first_eight(n), lanes.half[0]);
  _mm256_maskstore_ps(p + 8, first_eight(n - 8), lanes.half[1]);
#else
  float lanes[LANES] __attribute__((aligned(64)));
  store(lanes, v);
  for (int64_t i = 0; i < n; i++) p[i] = lanes[i];
#endif
}

/// mask ? a : b, lane by lane; a mask lane is all ones or all zeros.
INLINE vec choose(ivec mask, vec a, vec b) { return mask ? a : b; }

INLINE vec canonical(vec v) { return choose(v != v, (vec)(ivec)0x7fc00000, v); }

/// Whether any lane is NaN.
INLINE int has_nan(vec v) {
#if defined(PATH_AVX512)
  return _mm512_cmp_ps_mask((__m512)v, (__m512)v, _CMP_UNORD_Q) != 0;
#else
  return __builtin_reduce_or(v != v) != 0;
#endif
}

/// n lanes from memory (a constant 16 in a loop's body, fewer at its end).
INLINE vec read(const float *p, int64_t n) { return n == LANES ? load(p) : load_up_to(p, n); }

/// n lanes to memory, with the one bit pattern of NaN.
INLINE void write(float *p, vec v, int64_t n) {
  if (n == LANES) {
    store(p, canonical(v));
  } else {
    store_up_to(p, canonical(v), n);
  }
}

/// Runs a statement for each vector of `count` elements, with its offset `i` and `n` lanes.
#define EACH_VECTOR(count, ...)                        \
  do {                                                 \
    int64_t i = 0;                                     \
    for (; i + LANES <= (count); i += LANES) {         \
      const int64_t n = LANES;                         \
      __VA_ARGS__;                                     \
    }                                                  \
    if (i < (count)) {                                 \
      const int64_t n = (count) - i;                   \
      __VA_ARGS__;                                     \
    }                                                  \
  } while (0)

#if PATH_HAS_FMA

INLINE vec fma_lanes(vec a, vec b, vec c) { return __builtin_elementwise_fma(a, b, c); }

#else

typedef double dvec __attribute__((ext_vector_type(16)));
typedef int64_t lvec __attribute__((ext_vector_type(16)));

/// The correctly rounded a·b + c from double arithmetic.
///
/// The product of two floats is exact in double (48 bits, exponent ≥ −298). TwoSum gives
/// p + c = s + e exactly. Rounding s to odd (where e ≠ 0 and s is even, s moves one unit towards
/// e) leaves a double whose rounding to float is that of the exact value, subnormal results
/// included, because 53 ≥ 24 + 2 bits. With an infinity or NaN e is NaN or s is not finite, and s
/// stands.
INLINE vec fma_lanes(vec a, vec b, vec c) {
  const dvec p = __builtin_convertvector(a, dvec) * __builtin_convertvector(b, dvec);
  const dvec d = __builtin_convertvector(c, dvec);
  const dvec s = p + d;
  const dvec t = s - p;
  const dvec e = (p - (s - t)) + (d - t);
  const lvec bits = (lvec)s;
  const lvec inexact = (e < 0.0) | (e > 0.0);
  const lvec even = (bits & 1) - 1;
  const lvec away = ((e > 0.0) ^ (s > 0.0)) | 1;  // +1: e lengthens s; −1: e shortens it
  const lvec moved = bits + (away & inexact & even);
  return __builtin_convertvector((dvec)moved, vec);
}

#endif

// Shuffles within 128-bit quarters, and of whole quarters: one instruction each where there are
// vectors of that size.
#define LOW_PAIRS(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH_PAIRS(a, b) \
  __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW_HALVES(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH_HALVES(a, b) \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN_QUARTERS(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD_QUARTERS(a, b) \
  __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)

/// Transposes 16 × 16 in place: lane j of row i becomes lane i of row j.
INLINE void transpose(vec r[16]) {
  vec t[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    t[2 * i] = LOW_PAIRS(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = HIGH_PAIRS(r[2 * i], r[2 * i + 1]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i += 4) {
    r[i] = LOW_HALVES(t[i], t[i + 2]);
    r[i + 1] = HIGH_HALVES(t[i], t[i + 2]);
    r[i + 2] = LOW_HALVES(t[i + 1], t[i + 3]);
    r[i + 3] = HIGH_HALVES(t[i + 1], t[i + 3]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    t[i] = EVEN_QUARTERS(r[i], r[4 + i]);
    t[4 + i] = ODD_QUARTERS(r[i], r[4 + i]);
    t[8 + i] = EVEN_QUARTERS(r[8 + i], r[12 + i]);
    t[12 + i] = ODD_QUARTERS(r[8 + i], r[12 + i]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    r[i] = EVEN_QUARTERS(t[i], t[8 + i]);
    r[8 + i] = ODD_QUARTERS(t[i], t[8 + i]);
    r[4 + i] = EVEN_QUARTERS(t[4 + i], t[12 + i]);
    r[12 + i] = ODD_QUARTERS(t[4 + i], t[12 + i]);
  }
}
