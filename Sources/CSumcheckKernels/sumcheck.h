// What the ways of computing a sumcheck's sums have in common. Elements are canonical everywhere.
#ifndef ASSAY_SUMCHECK_H
#define ASSAY_SUMCHECK_H
#include "CAssaySumcheckKernels.h"

typedef struct assay_element K;

/// Part of a lane: unsigned integers below 2^16 and their coefficient.
struct assay_piece {
  const void *values;
  int32_t type;
  /// 1: the upper 16 bits of a 32-bit lane, 0: the lower ones (or all of a shorter lane).
  int32_t upper;
  K coefficient;
};

enum { ASSAY_MAXIMUM_PIECES = 2 * ASSAY_MAXIMUM_LANES };

/// Functions on runs of n elements; a destination may be a source, element for element.
struct assay_sumcheck_engine {
  int32_t path;
  const char *name;
  /// a + c·(b − a).
  void (*fold)(const K *a, const K *b, K c, K *out, int64_t n);
  /// a + c·b.
  void (*add_multiple)(const K *a, const K *b, K c, K *out, int64_t n);
  /// p₀q₁ + p₁q₀ and q₀q₁.
  void (*add)(const K *p0, const K *q0, const K *p1, const K *q1, K *p, K *q, int64_t n);
  /// q₀ + q₁ and q₀q₁.
  void (*add_units)(const K *q0, const K *q1, K *p, K *q, int64_t n);
  /// constant + Σ coefficient · (value + offset), the offset making signed values unsigned.
  void (*leaves)(const struct assay_piece *pieces, int count, K constant, K *out, int64_t n);
  /// Σ weight·(p₀q₁ + q₀s₁) at 0 and ∞; low and high are the tables' halves.
  void (*sum_cross)(const K *const *low, const K *const *high, const K *weights, int64_t n, K *out);
  /// Σ weight·a·b at 0 and ∞; weights may be null.
  void (*sum_product)(
      const K *const *low, const K *const *high, const K *weights, int64_t n, K *out);
  /// Σ e·a·b at 0, ∞ and 2.
  void (*sum_cubic)(const K *const *low, const K *const *high, int64_t n, K *out);
};

extern const struct assay_sumcheck_engine assay_sumcheck_portable;
#if defined(__x86_64__)
extern const struct assay_sumcheck_engine assay_sumcheck_avx2;
extern const struct assay_sumcheck_engine assay_sumcheck_avx512;
extern const struct assay_sumcheck_engine assay_sumcheck_ifma;
#endif

// What whole vectors leave over of a run: its elements `first` … n − 1. Sums are added to `out`.
void assay_sumcheck_rest_of_leaves(
    const struct assay_piece *pieces, int count, K constant, K *out, int64_t first, int64_t n);
void assay_sumcheck_rest_of_cross(
    const K *const *low, const K *const *high, const K *weights, int64_t first, int64_t n, K *out);
void assay_sumcheck_rest_of_product(
    const K *const *low, const K *const *high, const K *weights, int64_t first, int64_t n, K *out);
void assay_sumcheck_rest_of_cubic(
    const K *const *low, const K *const *high, int64_t first, int64_t n, K *out);

#define ASSAY_GOLDILOCKS 0xffffffff00000001ull

static inline uint64_t assay_add(uint64_t a, uint64_t b) {
  uint64_t sum = a + b;
  return sum < a || sum >= ASSAY_GOLDILOCKS ? sum - ASSAY_GOLDILOCKS : sum;
}

static inline uint64_t assay_subtract(uint64_t a, uint64_t b) {
  return a < b ? a - b + ASSAY_GOLDILOCKS : a - b;
}

/// 2^64 = 2^32 − 1 and 2^96 = −1 modulo the order.
static inline uint64_t assay_reduce(unsigned __int128 x) {
  const uint64_t low = (uint64_t)x, middle = (uint32_t)(x >> 64), high = (uint64_t)(x >> 96);
  uint64_t sum = low - high;
  if (low < high) sum -= 0xffffffff;
  const uint64_t rest = (middle << 32) - middle;
  sum += rest;
  if (sum < rest) sum += 0xffffffff;
  return sum >= ASSAY_GOLDILOCKS ? sum - ASSAY_GOLDILOCKS : sum;
}

static inline uint64_t assay_multiply(uint64_t a, uint64_t b) {
  return assay_reduce((unsigned __int128)a * b);
}

static inline K assay_k_add(K a, K b) {
  return (K){assay_add(a.c0, b.c0), assay_add(a.c1, b.c1)};
}

static inline K assay_k_subtract(K a, K b) {
  return (K){assay_subtract(a.c0, b.c0), assay_subtract(a.c1, b.c1)};
}

static inline K assay_k_multiply(K a, K b) {
  typedef unsigned __int128 wide;
  const uint64_t square = assay_reduce((wide)a.c1 * b.c1);
  const wide left = (wide)a.c0 * b.c1, cross = left + (wide)a.c1 * b.c0;
  // 2^128 = −2^32 modulo the order.
  const uint64_t carry = (uint64_t)(cross < left) << 32;
  return (K){
      assay_reduce((wide)a.c0 * b.c0 + (wide)7 * square),
      assay_subtract(assay_reduce(cross), carry)};
}

#endif
