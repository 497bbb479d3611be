// Eight elements at a time: an AVX-512 register, two of AVX2, four of SSE or NEON.
//
// "Any" elements are residues below 2^64; "reduced" ones are below p. What is written to memory is
// reduced.
#include "../goldilocks.h"

typedef uint64_t vec __attribute__((ext_vector_type(8)));
typedef int64_t ivec __attribute__((ext_vector_type(8)));
typedef uint64_t vec_anywhere __attribute__((ext_vector_type(8), aligned(8)));

// Vectors are passed only between functions that are always inlined: no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

INLINE vec splat(uint64_t x) { return (vec)x; }
INLINE vec load_anywhere(const uint64_t *p) { return *(const vec_anywhere *)p; }
INLINE void store_anywhere(uint64_t *p, vec x) { *(vec_anywhere *)p = x; }

/// All bits where a < b.
INLINE vec less(vec a, vec b) { return (vec)(a < b); }

INLINE vec reduced(vec a) { return __builtin_elementwise_min(a, a - ORDER); }

/// a + b for any a and reduced b; any.
INLINE vec add(vec a, vec b) {
  const vec sum = a + b;
  return sum + (less(sum, a) & WRAPPED);
}

/// a − b for any a and reduced b; any.
INLINE vec subtract(vec a, vec b) {
  return a - b - (less(a, b) & WRAPPED);
}

/// low + 2^64·high; any.
INLINE vec reduce(vec high, vec low) {
  const vec above = high >> 32, rest = (high & WRAPPED) * WRAPPED;
  const vec t = low - above - (less(low, above) & WRAPPED);
  const vec sum = t + rest;
  return sum + (less(sum, rest) & WRAPPED);
}

/// a·b for any a and b; any.
INLINE vec multiply(vec a, vec b) {
  const vec a0 = a & WRAPPED, a1 = a >> 32, b0 = b & WRAPPED, b1 = b >> 32;
  const vec p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  // Neither sum can overflow: a product is at most (2^32 − 1)^2.
  const vec middle = p10 + (p00 >> 32);
  const vec rest = p01 + (middle & WRAPPED);
  const vec high = p11 + (middle >> 32) + (rest >> 32);
  return reduce(high, (p00 & WRAPPED) | rest << 32);
}

/// a · 2^48, which is a times the root of unity of order 4.
INLINE vec times_root4(vec a) { return reduce(a >> 16, a << 48); }

/// 7·a for reduced a; any.
INLINE vec times_seven(vec a) {
  const vec low = (a << 3) - a, high = (a >> 61) - (less(a << 3, a) & 1);
  return reduce(high, low);
}

/// Eight extension elements, in whatever order `load_extension` brings them.
struct extension {
  vec c0, c1;
};

INLINE struct extension load_extension(const struct assay_extension *p) {
  const vec a = load_anywhere(&p[0].c0), b = load_anywhere(&p[4].c0);
  return (struct extension){
      __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14),
      __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)};
}

/// Stores reduced coordinates to where `load_extension` finds them in the same order.
INLINE void store_extension(struct assay_extension *p, struct extension x) {
  store_anywhere(&p[0].c0, __builtin_shufflevector(x.c0, x.c1, 0, 8, 2, 10, 4, 12, 6, 14));
  store_anywhere(&p[4].c0, __builtin_shufflevector(x.c0, x.c1, 1, 9, 3, 11, 5, 13, 7, 15));
}

/// a·b; reduced.
INLINE struct extension multiply_extension(struct extension a, struct extension b) {
  const vec low = multiply(a.c0, b.c0), high = reduced(multiply(a.c1, b.c1));
  const vec cross = multiply(a.c0, b.c1), other = reduced(multiply(a.c1, b.c0));
  return (struct extension){
      reduced(add(low, reduced(times_seven(high)))), reduced(add(cross, other))};
}
