// The engine in vectors of eight 64-bit words, for any instruction set that the file which includes
// this one is compiled for. It defines ENGINE_PATH, ENGINE_NAME and ENGINE before.
//
// "Any" words are residues below 2^64, "reduced" ones are below p. What is written is reduced.
#include "sumcheck.h"

typedef uint64_t V __attribute__((ext_vector_type(8)));
typedef uint64_t V_unaligned __attribute__((ext_vector_type(8), aligned(8)));

// Vectors are passed only between functions that are always inlined: no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))
#define LOW32 0xffffffffull

/// Eight elements, in whatever order `load` brings them.
typedef struct {
  V c0, c1;
} E;

INLINE V less(V a, V b) { return (V)(a < b); }
INLINE V reduced(V a) { return __builtin_elementwise_min(a, a - ASSAY_GOLDILOCKS); }

/// a + b and a − b for any a and reduced b; any.
INLINE V add(V a, V b) {
  const V sum = a + b;
  return sum + (less(sum, a) & LOW32);
}
INLINE V subtract(V a, V b) { return a - b - (less(a, b) & LOW32); }

/// low + 2^64·high; any.
INLINE V reduce(V high, V low) {
  const V above = high >> 32, rest = (high & LOW32) * LOW32;
  const V t = low - above - (less(low, above) & LOW32);
  const V sum = t + rest;
  return sum + (less(sum, rest) & LOW32);
}

/// low + 2^64·high.
typedef struct {
  V low, high;
} wide;

INLINE wide multiply_wide(V a, V b) {
  const V a0 = a & LOW32, a1 = a >> 32, b0 = b & LOW32, b1 = b >> 32;
  const V p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  // Neither sum can overflow: a product is at most (2^32 − 1)^2.
  const V middle = p10 + (p00 >> 32);
  const V rest = p01 + (middle & LOW32);
  return (wide){(p00 & LOW32) | rest << 32, p11 + (middle >> 32) + (rest >> 32)};
}

/// a·b + c·d of reduced words; any.
INLINE V dot(V a, V b, V c, V d) {
  const wide x = multiply_wide(a, b), y = multiply_wide(c, d);
  const V low = x.low + y.low;
  // The upper words of products of reduced words are below 2^64 − 2^32: the carry from below fits.
  const V up = y.high - less(low, x.low), high = x.high + up;
  // 2^128 = −2^32 modulo p.
  return subtract(reduce(high, low), less(high, up) & (1ull << 32));
}

/// 7·a for reduced a; reduced.
INLINE V times_seven(V a) {
  return reduced(reduce((a >> 61) - (less(a << 3, a) & 1), (a << 3) - a));
}

INLINE E load(const K *p) {
  const V a = *(const V_unaligned *)p, b = *(const V_unaligned *)(p + 4);
  return (E){
      __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14),
      __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)};
}

INLINE void store(K *p, E x) {
  *(V_unaligned *)p = __builtin_shufflevector(x.c0, x.c1, 0, 8, 2, 10, 4, 12, 6, 14);
  *(V_unaligned *)(p + 4) = __builtin_shufflevector(x.c0, x.c1, 1, 9, 3, 11, 5, 13, 7, 15);
}

INLINE E splat(K x) { return (E){(V)x.c0, (V)x.c1}; }
INLINE E add_e(E a, E b) { return (E){reduced(add(a.c0, b.c0)), reduced(add(a.c1, b.c1))}; }
INLINE E subtract_e(E a, E b) {
  return (E){reduced(subtract(a.c0, b.c0)), reduced(subtract(a.c1, b.c1))};
}

/// a·b where `seven` is 7·b.c1.
INLINE E multiply_with(E a, E b, V seven) {
  return (E){
      reduced(dot(a.c0, b.c0, a.c1, seven)), reduced(dot(a.c0, b.c1, a.c1, b.c0))};
}
INLINE E multiply_e(E a, E b) { return multiply_with(a, b, times_seven(b.c1)); }

INLINE K total(E v) {
  K sum = {0, 0};
  for (int i = 0; i < 8; i++) sum = assay_k_add(sum, (K){v.c0[i], v.c1[i]});
  return sum;
}

static void fold(const K *a, const K *b, K c, K *out, int64_t n) {
  const E factor = splat(c);
  const V seven = times_seven(factor.c1);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E low = load(a + i);
    store(out + i, add_e(low, multiply_with(subtract_e(load(b + i), low), factor, seven)));
  }
  assay_sumcheck_portable.fold(a + i, b + i, c, out + i, n - i);
}

static void add_multiple(const K *a, const K *b, K c, K *out, int64_t n) {
  const E factor = splat(c);
  const V seven = times_seven(factor.c1);
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    store(out + i, add_e(load(a + i), multiply_with(load(b + i), factor, seven)));
  }
  assay_sumcheck_portable.add_multiple(a + i, b + i, c, out + i, n - i);
}

static void add_fractions(
    const K *p0, const K *q0, const K *p1, const K *q1, K *p, K *q, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E d0 = load(q0 + i), d1 = load(q1 + i);
    const V seven = times_seven(d1.c1);
    const E numerator =
        add_e(multiply_with(load(p0 + i), d1, seven), multiply_e(load(p1 + i), d0));
    store(q + i, multiply_with(d0, d1, seven));
    store(p + i, numerator);
  }
  assay_sumcheck_portable.add(p0 + i, q0 + i, p1 + i, q1 + i, p + i, q + i, n - i);
}

static void add_units(const K *q0, const K *q1, K *p, K *q, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E d0 = load(q0 + i), d1 = load(q1 + i);
    store(q + i, multiply_e(d0, d1));
    store(p + i, add_e(d0, d1));
  }
  assay_sumcheck_portable.add_units(q0 + i, q1 + i, p + i, q + i, n - i);
}

typedef uint8_t bytes __attribute__((ext_vector_type(8), aligned(1)));
typedef uint16_t halves __attribute__((ext_vector_type(8), aligned(2)));
typedef uint32_t words __attribute__((ext_vector_type(8), aligned(4)));

#define widen(integers) __builtin_convertvector(integers, V)

/// Eight unsigned integers below 2^16 of a lane.
INLINE V piece_values(const struct assay_piece *piece, int64_t i) {
  const uint8_t *byte = (const uint8_t *)piece->values + i;
  const uint16_t *half = (const uint16_t *)piece->values + i;
  const uint32_t *word = (const uint32_t *)piece->values + i;
  switch (piece->type) {
    case ASSAY_LANE_UINT8: return widen(*(const bytes *)byte);
    case ASSAY_LANE_INT8: return widen(*(const bytes *)byte) ^ 0x80;
    case ASSAY_LANE_UINT16: return widen(*(const halves *)half);
    case ASSAY_LANE_INT16: return widen(*(const halves *)half) ^ 0x8000;
    default: {
      const V value = widen(*(const words *)word) ^ 0x80000000;
      return piece->upper ? value >> 16 : value & 0xffff;
    }
  }
}

/// low + 2^32·high, both below 2^53; reduced.
INLINE V join(V low, V high) { return reduced(add(reduce(high >> 32, high << 32), low)); }

static void leaves(
    const struct assay_piece *pieces, int count, K constant, K *out, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    V s[4] = {
        (V)(constant.c0 & LOW32), (V)(constant.c0 >> 32), (V)(constant.c1 & LOW32),
        (V)(constant.c1 >> 32)};
    for (int j = 0; j < count; j++) {
      const V value = piece_values(&pieces[j], i);
      const K c = pieces[j].coefficient;
      s[0] += value * (c.c0 & LOW32), s[1] += value * (c.c0 >> 32);
      s[2] += value * (c.c1 & LOW32), s[3] += value * (c.c1 >> 32);
    }
    const V c0 = join(s[0], s[1]), c1 = join(s[2], s[3]);
    // The integers come in order: pairs are made across the whole vectors.
    *(V_unaligned *)(out + i) = __builtin_shufflevector(c0, c1, 0, 8, 1, 9, 2, 10, 3, 11);
    *(V_unaligned *)(out + i + 4) =
        __builtin_shufflevector(c0, c1, 4, 12, 5, 13, 6, 14, 7, 15);
  }
  assay_sumcheck_rest_of_leaves(pieces, count, constant, out, i, n);
}

static void sum_cross(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  E sums[2] = {{0, 0}, {0, 0}};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    E a[4], d[4];
    for (int t = 0; t < 4; t++) {
      a[t] = load(low[t] + i);
      d[t] = subtract_e(load(high[t] + i), a[t]);
    }
    const E weight = load(weights + i);
    const V seven = times_seven(weight.c1);
    const E value = add_e(multiply_e(a[0], a[2]), multiply_e(a[1], a[3]));
    const E lead = add_e(multiply_e(d[0], d[2]), multiply_e(d[1], d[3]));
    sums[0] = add_e(sums[0], multiply_with(value, weight, seven));
    sums[1] = add_e(sums[1], multiply_with(lead, weight, seven));
  }
  for (int j = 0; j < 2; j++) out[j] = total(sums[j]);
  assay_sumcheck_rest_of_cross(low, high, weights, i, n, out);
}

static void sum_product(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  E sums[2] = {{0, 0}, {0, 0}};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const E a = load(low[0] + i), b = load(low[1] + i);
    E value = multiply_e(a, b);
    E lead = multiply_e(subtract_e(load(high[0] + i), a), subtract_e(load(high[1] + i), b));
    if (weights) {
      const E weight = load(weights + i);
      const V seven = times_seven(weight.c1);
      value = multiply_with(value, weight, seven);
      lead = multiply_with(lead, weight, seven);
    }
    sums[0] = add_e(sums[0], value);
    sums[1] = add_e(sums[1], lead);
  }
  for (int j = 0; j < 2; j++) out[j] = total(sums[j]);
  assay_sumcheck_rest_of_product(low, high, weights, i, n, out);
}

static void sum_cubic(const K *const *low, const K *const *high, int64_t n, K *out) {
  E sums[3] = {{0, 0}, {0, 0}, {0, 0}};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    E at[3][3];
    for (int t = 0; t < 3; t++) {
      const E end = load(high[t] + i);
      at[0][t] = load(low[t] + i);
      at[1][t] = subtract_e(end, at[0][t]);
      at[2][t] = add_e(end, at[1][t]);
    }
    for (int j = 0; j < 3; j++) {
      sums[j] = add_e(sums[j], multiply_e(at[j][0], multiply_e(at[j][1], at[j][2])));
    }
  }
  for (int j = 0; j < 3; j++) out[j] = total(sums[j]);
  assay_sumcheck_rest_of_cubic(low, high, i, n, out);
}

const struct assay_sumcheck_engine ENGINE = {
    ENGINE_PATH, ENGINE_NAME, fold, add_multiple, add_fractions, add_units, leaves,
    sum_cross, sum_product, sum_cubic};
