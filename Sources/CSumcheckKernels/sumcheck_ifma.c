// Eight elements at once with AVX-512 and its 52-bit multiply-add.
//
// A word is a = a₀ + 2⁵²·a₁ with a₁ below 2¹². Products are gathered by weight, unreduced, in three
// sums: l (2⁰), m (2⁵²) and h (2¹⁰⁴). A product adds less than 2⁵² to l, 3·2⁵² to m and 2²⁵ to h,
// so 2⁹ products of words fit before a reduction. A run has 2⁵ vectors, and 7 + 1 products of each
// meet in one sum at most.
//
// Elements lie as pairs of words. Two loads and two unpacks give eight c₀ and eight c₁ in the order
// 0 4 1 5 2 6 3 7, the same for every operand; the same unpacks restore pairs.
#if defined(__x86_64__)
#include "sumcheck.h"

#include <immintrin.h>

#define IFMA __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")))
#define INLINE static inline __attribute__((always_inline)) IFMA

typedef __m512i V;

/// Eight elements.
typedef struct {
  V c0, c1;
} E;

/// Eight unreduced sums of products of words.
typedef struct {
  V l, m, h;
} sum;

/// Eight unreduced sums of products of elements: c₀ is plain + 7 · seven.
typedef struct {
  sum plain, seven, cross;
} E_sum;

INLINE V splat(uint64_t x) { return _mm512_set1_epi64((int64_t)x); }
INLINE V order(void) { return splat(ASSAY_GOLDILOCKS); }
/// 2⁶⁴ modulo the order.
INLINE V epsilon(void) { return splat(0xffffffff); }

INLINE E load(const K *x) {
  const V a = _mm512_loadu_si512(x), b = _mm512_loadu_si512(x + 4);
  return (E){_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b)};
}

INLINE void store(K *x, E v) {
  _mm512_storeu_si512(x, _mm512_unpacklo_epi64(v.c0, v.c1));
  _mm512_storeu_si512(x + 4, _mm512_unpackhi_epi64(v.c0, v.c1));
}

/// Fetches the place of these eight elements in the table's next run. The hardware starts anew with
/// every run, because other tables come between.
INLINE void prefetch(const K *x) {
  const uintptr_t next = (uintptr_t)x + (sizeof(K) << ASSAY_INNER_BITS);
  _mm_prefetch((const char *)next, _MM_HINT_T0);
  _mm_prefetch((const char *)(next + 64), _MM_HINT_T0);
}

/// Brings a word below 2p below p.
INLINE V canonical(V x) { return _mm512_min_epu64(x, _mm512_sub_epi64(x, order())); }

INLINE V subtract(V a, V b) {
  const V d = _mm512_sub_epi64(a, b);
  return _mm512_mask_add_epi64(d, _mm512_cmplt_epu64_mask(a, b), d, order());
}

/// a + b without the last reduction: below 2⁶⁴.
INLINE V add_loose(V a, V b) {
  const V s = _mm512_add_epi64(a, b);
  return _mm512_mask_add_epi64(s, _mm512_cmplt_epu64_mask(s, a), s, epsilon());
}

INLINE V add(V a, V b) { return canonical(add_loose(a, b)); }

INLINE E add_e(E a, E b) { return (E){add(a.c0, b.c0), add(a.c1, b.c1)}; }
INLINE E subtract_e(E a, E b) { return (E){subtract(a.c0, b.c0), subtract(a.c1, b.c1)}; }

INLINE sum zero_sum(void) {
  return (sum){_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
}

/// The sum that holds a word.
INLINE sum word_sum(V a) {
  return (sum){
      _mm512_and_si512(a, splat((1ull << 52) - 1)), _mm512_srli_epi64(a, 52),
      _mm512_setzero_si512()};
}

INLINE V upper(V a) { return _mm512_srli_epi64(a, 52); }

/// s + a·b, where a1 and b1 are the upper parts.
INLINE sum multiply_add(sum s, V a, V a1, V b, V b1) {
  s.l = _mm512_madd52lo_epu64(s.l, a, b);
  s.m = _mm512_madd52hi_epu64(s.m, a, b);
  s.h = _mm512_madd52hi_epu64(s.h, a, b1);
  s.m = _mm512_madd52lo_epu64(s.m, a, b1);
  s.h = _mm512_madd52hi_epu64(s.h, a1, b);
  s.m = _mm512_madd52lo_epu64(s.m, a1, b);
  s.h = _mm512_madd52lo_epu64(s.h, a1, b1);
  return s;
}

/// The canonical word for l + 2⁵²·m + 2¹⁰⁴·h, with l, m < 2⁶³ and h < 2⁵⁴.
///
/// With m = u + 2¹²·v + 2⁴⁴·w, where v has 32 bits: 2⁵²·m = 2⁵²·u + 2⁶⁴·v + 2⁹⁶·w
/// = 2⁵²·u + (2³² − 1)·v − w, and 2¹⁰⁴ = −2⁸.
INLINE V reduce(sum s) {
  V t = add_loose(_mm512_slli_epi64(s.m, 52), s.l);
  t = add_loose(t, _mm512_mul_epu32(_mm512_srli_epi64(s.m, 12), epsilon()));
  const V minus = _mm512_add_epi64(_mm512_slli_epi64(s.h, 8), _mm512_srli_epi64(s.m, 44));
  const V d = _mm512_sub_epi64(t, minus);
  return canonical(
      _mm512_mask_sub_epi64(d, _mm512_cmplt_epu64_mask(t, minus), d, epsilon()));
}

INLINE V times_seven(V x) { return _mm512_sub_epi64(_mm512_slli_epi64(x, 3), x); }

INLINE E_sum zero_e_sum(void) { return (E_sum){zero_sum(), zero_sum(), zero_sum()}; }

INLINE E_sum multiply_add_e(E_sum s, E a, E b) {
  const V a0 = upper(a.c0), a1 = upper(a.c1), b0 = upper(b.c0), b1 = upper(b.c1);
  s.plain = multiply_add(s.plain, a.c0, a0, b.c0, b0);
  s.seven = multiply_add(s.seven, a.c1, a1, b.c1, b1);
  s.cross = multiply_add(s.cross, a.c0, a0, b.c1, b1);
  s.cross = multiply_add(s.cross, a.c1, a1, b.c0, b0);
  return s;
}

INLINE E reduce_e(E_sum s) {
  s.plain.l = _mm512_add_epi64(s.plain.l, times_seven(s.seven.l));
  s.plain.m = _mm512_add_epi64(s.plain.m, times_seven(s.seven.m));
  s.plain.h = _mm512_add_epi64(s.plain.h, times_seven(s.seven.h));
  return (E){reduce(s.plain), reduce(s.cross)};
}

INLINE E multiply_e(E a, E b) { return reduce_e(multiply_add_e(zero_e_sum(), a, b)); }

/// The sum of the eight elements.
INLINE K total(E v) {
  uint64_t c0[8], c1[8];
  _mm512_storeu_si512(c0, v.c0);
  _mm512_storeu_si512(c1, v.c1);
  K sum = {0, 0};
  for (int i = 0; i < 8; i++) sum = assay_k_add(sum, (K){c0[i], c1[i]});
  return sum;
}

/// A factor that is the same for all, with what its products need.
typedef struct {
  V c0, c0_upper, c1, c1_upper, seven, seven_upper;
} factor;

INLINE factor factor_of(K c) {
  const uint64_t seven = assay_multiply(c.c1, 7);
  return (factor){splat(c.c0), splat(c.c0 >> 52), splat(c.c1),
                  splat(c.c1 >> 52), splat(seven), splat(seven >> 52)};
}

/// a + c·b.
INLINE E multiple_plus(E a, factor c, E b) {
  const V b0 = upper(b.c0), b1 = upper(b.c1);
  sum s0 = word_sum(a.c0), s1 = word_sum(a.c1);
  s0 = multiply_add(s0, b.c0, b0, c.c0, c.c0_upper);
  s0 = multiply_add(s0, b.c1, b1, c.seven, c.seven_upper);
  s1 = multiply_add(s1, b.c0, b0, c.c1, c.c1_upper);
  s1 = multiply_add(s1, b.c1, b1, c.c0, c.c0_upper);
  return (E){reduce(s0), reduce(s1)};
}

static IFMA void fold(const K *a, const K *b, K c, K *out, int64_t n) {
  const factor f = factor_of(c);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    prefetch(a + i), prefetch(b + i);
    const E low = load(a + i);
    store(out + i, multiple_plus(low, f, subtract_e(load(b + i), low)));
  }
  assay_sumcheck_portable.fold(a + i, b + i, c, out + i, n - i);
}

static IFMA void add_multiple(const K *a, const K *b, K c, K *out, int64_t n) {
  const factor f = factor_of(c);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    prefetch(a + i), prefetch(b + i);
    store(out + i, multiple_plus(load(a + i), f, load(b + i)));
  }
  assay_sumcheck_portable.add_multiple(a + i, b + i, c, out + i, n - i);
}

static IFMA void add_fractions(
    const K *p0, const K *q0, const K *p1, const K *q1, K *p, K *q, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E d0 = load(q0 + i), d1 = load(q1 + i);
    const E_sum s = multiply_add_e(zero_e_sum(), load(p0 + i), d1);
    const E numerator = reduce_e(multiply_add_e(s, load(p1 + i), d0));
    store(q + i, multiply_e(d0, d1));
    store(p + i, numerator);
  }
  assay_sumcheck_portable.add(p0 + i, q0 + i, p1 + i, q1 + i, p + i, q + i, n - i);
}

static IFMA void add_units(const K *q0, const K *q1, K *p, K *q, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E d0 = load(q0 + i), d1 = load(q1 + i);
    store(q + i, multiply_e(d0, d1));
    store(p + i, add_e(d0, d1));
  }
  assay_sumcheck_portable.add_units(q0 + i, q1 + i, p + i, q + i, n - i);
}

/// Eight unsigned integers below 2¹⁶ of a lane.
INLINE V piece_values(const struct assay_piece *piece, int64_t i) {
  switch (piece->type) {
    case ASSAY_LANE_UINT8:
      return _mm512_cvtepu8_epi64(_mm_loadu_si64((const uint8_t *)piece->values + i));
    case ASSAY_LANE_INT8:
      return _mm512_cvtepu8_epi64(_mm_xor_si128(
          _mm_loadu_si64((const int8_t *)piece->values + i), _mm_set1_epi8(-128)));
    case ASSAY_LANE_UINT16:
      return _mm512_cvtepu16_epi64(
          _mm_loadu_si128((const __m128i *)((const uint16_t *)piece->values + i)));
    case ASSAY_LANE_INT16:
      return _mm512_cvtepu16_epi64(_mm_xor_si128(
          _mm_loadu_si128((const __m128i *)((const int16_t *)piece->values + i)),
          _mm_set1_epi16(-32768)));
    default: {
      const __m256i x = _mm256_xor_si256(
          _mm256_loadu_si256((const __m256i *)((const int32_t *)piece->values + i)),
          _mm256_set1_epi32(INT32_MIN));
      const V wide = _mm512_cvtepu32_epi64(x);
      return piece->upper ? _mm512_srli_epi64(wide, 16)
                          : _mm512_and_si512(wide, splat(0xffff));
    }
  }
}

/// low + 2³²·high as a canonical word, both below 2⁵³.
INLINE V join(V low, V high) {
  V t = add_loose(_mm512_slli_epi64(high, 32), low);
  t = add_loose(t, _mm512_mul_epu32(_mm512_srli_epi64(high, 32), epsilon()));
  return canonical(t);
}

/// The constants of a run of leaves, in halves of 32 bits.
struct leaf_factors {
  V constant[4];
  V coefficient[ASSAY_MAXIMUM_PIECES][4];
};

INLINE void split(K x, V out[4]) {
  out[0] = splat((uint32_t)x.c0);
  out[1] = splat(x.c0 >> 32);
  out[2] = splat((uint32_t)x.c1);
  out[3] = splat(x.c1 >> 32);
}

static IFMA void leaves(
    const struct assay_piece *pieces, int count, K constant, K *out, int64_t n) {
  struct leaf_factors f;
  split(constant, f.constant);
  for (int j = 0; j < count; j++) split(pieces[j].coefficient, f.coefficient[j]);
  const V first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  const V second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    V s[4] = {f.constant[0], f.constant[1], f.constant[2], f.constant[3]};
    for (int j = 0; j < count; j++) {
      const V value = piece_values(&pieces[j], i);
      for (int k = 0; k < 4; k++) {
        s[k] = _mm512_add_epi64(s[k], _mm512_mul_epu32(value, f.coefficient[j][k]));
      }
    }
    const V c0 = join(s[0], s[1]), c1 = join(s[2], s[3]);
    _mm512_storeu_si512(out + i, _mm512_permutex2var_epi64(c0, first, c1));
    _mm512_storeu_si512(out + i + 4, _mm512_permutex2var_epi64(c0, second, c1));
  }
  assay_sumcheck_rest_of_leaves(pieces, count, constant, out, i, n);
}

/// Table values at X = 0, or their slopes (what is left at X = ∞).
INLINE E take(const K *low, const K *high, int64_t i, int slope) {
  if (!slope) prefetch(low + i), prefetch(high + i);
  const E a = load(low + i);
  return slope ? subtract_e(load(high + i), a) : a;
}

INLINE E cross_total(
    const K *const *low, const K *const *high, const K *weights, int64_t n, int slope) {
  E_sum total = zero_e_sum();
  for (int64_t i = 0; i + 8 <= n; i += 8) {
    E_sum s = multiply_add_e(
        zero_e_sum(), take(low[0], high[0], i, slope), take(low[2], high[2], i, slope));
    s = multiply_add_e(s, take(low[1], high[1], i, slope), take(low[3], high[3], i, slope));
    total = multiply_add_e(total, load(weights + i), reduce_e(s));
  }
  return reduce_e(total);
}

INLINE E product_total(
    const K *const *low, const K *const *high, const K *weights, int64_t n, int slope) {
  E_sum total = zero_e_sum();
  for (int64_t i = 0; i + 8 <= n; i += 8) {
    const E a = take(low[0], high[0], i, slope), b = take(low[1], high[1], i, slope);
    total = weights ? multiply_add_e(total, load(weights + i), multiply_e(a, b))
                    : multiply_add_e(total, a, b);
  }
  return reduce_e(total);
}

static IFMA void sum_cross(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  out[0] = total(cross_total(low, high, weights, n, 0));
  out[1] = total(cross_total(low, high, weights, n, 1));
  assay_sumcheck_rest_of_cross(low, high, weights, n & ~7ll, n, out);
}

static IFMA void sum_product(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  out[0] = total(product_total(low, high, weights, n, 0));
  out[1] = total(product_total(low, high, weights, n, 1));
  assay_sumcheck_rest_of_product(low, high, weights, n & ~7ll, n, out);
}

static IFMA void sum_cubic(const K *const *low, const K *const *high, int64_t n, K *out) {
  E_sum at_0 = zero_e_sum(), at_infinity = zero_e_sum(), at_2 = zero_e_sum();
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    E a[3], d[3], two[3];
    for (int t = 0; t < 3; t++) {
      const E end = load(high[t] + i);
      a[t] = load(low[t] + i);
      d[t] = subtract_e(end, a[t]);
      two[t] = add_e(end, d[t]);
    }
    at_0 = multiply_add_e(at_0, a[0], multiply_e(a[1], a[2]));
    at_infinity = multiply_add_e(at_infinity, d[0], multiply_e(d[1], d[2]));
    at_2 = multiply_add_e(at_2, two[0], multiply_e(two[1], two[2]));
  }
  out[0] = total(reduce_e(at_0));
  out[1] = total(reduce_e(at_infinity));
  out[2] = total(reduce_e(at_2));
  assay_sumcheck_rest_of_cubic(low, high, i, n, out);
}

const struct assay_sumcheck_engine assay_sumcheck_ifma = {
    ASSAY_SUMCHECK_IFMA, "avx512ifma", fold, add_multiple, add_fractions, add_units, leaves,
    sum_cross, sum_product, sum_cubic};
#else
typedef int assay_sumcheck_ifma_needs_x86_64;
#endif
