// The reference: one element at a time.
#include "sumcheck.h"

static void fold(const K *a, const K *b, K c, K *out, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    out[i] = assay_k_add(a[i], assay_k_multiply(c, assay_k_subtract(b[i], a[i])));
  }
}

static void add_multiple(const K *a, const K *b, K c, K *out, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = assay_k_add(a[i], assay_k_multiply(c, b[i]));
}

static void add(const K *p0, const K *q0, const K *p1, const K *q1, K *p, K *q, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const K numerator =
        assay_k_add(assay_k_multiply(p0[i], q1[i]), assay_k_multiply(p1[i], q0[i]));
    q[i] = assay_k_multiply(q0[i], q1[i]);
    p[i] = numerator;
  }
}

static void add_units(const K *q0, const K *q1, K *p, K *q, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const K numerator = assay_k_add(q0[i], q1[i]);
    q[i] = assay_k_multiply(q0[i], q1[i]);
    p[i] = numerator;
  }
}

static uint64_t piece_value(const struct assay_piece *piece, int64_t i) {
  switch (piece->type) {
    case ASSAY_LANE_UINT8: return ((const uint8_t *)piece->values)[i];
    case ASSAY_LANE_INT8: return (uint8_t)(((const int8_t *)piece->values)[i] + 128);
    case ASSAY_LANE_UINT16: return ((const uint16_t *)piece->values)[i];
    case ASSAY_LANE_INT16: return (uint16_t)(((const int16_t *)piece->values)[i] + 32768);
    default: {
      const uint32_t value = (uint32_t)((const int32_t *)piece->values)[i] ^ 0x80000000u;
      return piece->upper ? value >> 16 : value & 0xffff;
    }
  }
}

static void leaves(const struct assay_piece *pieces, int count, K constant, K *out, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    unsigned __int128 sum0 = constant.c0, sum1 = constant.c1;
    for (int j = 0; j < count; j++) {
      const uint64_t value = piece_value(&pieces[j], i);
      sum0 += (unsigned __int128)pieces[j].coefficient.c0 * value;
      sum1 += (unsigned __int128)pieces[j].coefficient.c1 * value;
    }
    out[i] = (K){assay_reduce(sum0), assay_reduce(sum1)};
  }
}

static void sum_cross(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  K at_0 = {0, 0}, at_infinity = {0, 0};
  for (int64_t i = 0; i < n; i++) {
    K a[4], d[4];
    for (int t = 0; t < 4; t++) a[t] = low[t][i], d[t] = assay_k_subtract(high[t][i], a[t]);
    const K value =
        assay_k_add(assay_k_multiply(a[0], a[2]), assay_k_multiply(a[1], a[3]));
    const K lead = assay_k_add(assay_k_multiply(d[0], d[2]), assay_k_multiply(d[1], d[3]));
    at_0 = assay_k_add(at_0, assay_k_multiply(weights[i], value));
    at_infinity = assay_k_add(at_infinity, assay_k_multiply(weights[i], lead));
  }
  out[0] = at_0;
  out[1] = at_infinity;
}

static void sum_product(
    const K *const *low, const K *const *high, const K *weights, int64_t n, K *out) {
  K at_0 = {0, 0}, at_infinity = {0, 0};
  for (int64_t i = 0; i < n; i++) {
    const K a = low[0][i], b = low[1][i];
    K value = assay_k_multiply(a, b);
    K lead = assay_k_multiply(
        assay_k_subtract(high[0][i], a), assay_k_subtract(high[1][i], b));
    if (weights) {
      value = assay_k_multiply(weights[i], value);
      lead = assay_k_multiply(weights[i], lead);
    }
    at_0 = assay_k_add(at_0, value);
    at_infinity = assay_k_add(at_infinity, lead);
  }
  out[0] = at_0;
  out[1] = at_infinity;
}

static void sum_cubic(const K *const *low, const K *const *high, int64_t n, K *out) {
  K sums[3] = {{0, 0}, {0, 0}, {0, 0}};
  for (int64_t i = 0; i < n; i++) {
    K at[3] = {{1, 0}, {1, 0}, {1, 0}};
    for (int t = 0; t < 3; t++) {
      const K a = low[t][i], d = assay_k_subtract(high[t][i], a);
      at[0] = assay_k_multiply(at[0], a);
      at[1] = assay_k_multiply(at[1], d);
      at[2] = assay_k_multiply(at[2], assay_k_add(high[t][i], d));
    }
    for (int j = 0; j < 3; j++) sums[j] = assay_k_add(sums[j], at[j]);
  }
  for (int j = 0; j < 3; j++) out[j] = sums[j];
}

void assay_sumcheck_rest_of_leaves(
    const struct assay_piece *pieces, int count, K constant, K *out, int64_t first, int64_t n) {
  static const int width[] = {1, 1, 2, 2, 4};
  struct assay_piece rest[ASSAY_MAXIMUM_PIECES];
  for (int j = 0; j < count; j++) {
    rest[j] = pieces[j];
    rest[j].values = (const uint8_t *)pieces[j].values + first * width[pieces[j].type];
  }
  leaves(rest, count, constant, out + first, n - first);
}

/// Points at the rest of each of `count` tables.
static void skip(
    const K *const *low, const K *const *high, int count, int64_t first, const K *rest[2][4]) {
  for (int t = 0; t < count; t++) {
    rest[0][t] = low[t] + first;
    rest[1][t] = high[t] + first;
  }
}

static void add_sums(K *out, const K *sums, int count) {
  for (int j = 0; j < count; j++) out[j] = assay_k_add(out[j], sums[j]);
}

void assay_sumcheck_rest_of_cross(
    const K *const *low, const K *const *high, const K *weights, int64_t first, int64_t n,
    K *out) {
  const K *rest[2][4];
  K sums[2];
  skip(low, high, 4, first, rest);
  sum_cross(rest[0], rest[1], weights + first, n - first, sums);
  add_sums(out, sums, 2);
}

void assay_sumcheck_rest_of_product(
    const K *const *low, const K *const *high, const K *weights, int64_t first, int64_t n,
    K *out) {
  const K *rest[2][4];
  K sums[2];
  skip(low, high, 2, first, rest);
  sum_product(rest[0], rest[1], weights ? weights + first : weights, n - first, sums);
  add_sums(out, sums, 2);
}

void assay_sumcheck_rest_of_cubic(
    const K *const *low, const K *const *high, int64_t first, int64_t n, K *out) {
  const K *rest[2][4];
  K sums[3];
  skip(low, high, 3, first, rest);
  sum_cubic(rest[0], rest[1], n - first, sums);
  add_sums(out, sums, 3);
}

const struct assay_sumcheck_engine assay_sumcheck_portable = {
    ASSAY_SUMCHECK_PORTABLE, "portable", fold, add_multiple, add, add_units, leaves,
    sum_cross, sum_product, sum_cubic};
