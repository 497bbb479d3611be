// The prime field of order p = 2^64 − 2^32 + 1, one element at a time. Elements are reduced.
#ifndef ASSAY_GOLDILOCKS_H
#define ASSAY_GOLDILOCKS_H
#include <stdint.h>

/// p, and 2^64 − p = 2^32 − 1.
#define ORDER 0xffffffff00000001ull
#define WRAPPED 0xffffffffull

static inline uint64_t add_elements(uint64_t a, uint64_t b) {
  const uint64_t sum = a + b;
  return sum < a || sum >= ORDER ? sum - ORDER : sum;
}

/// 2^64 = 2^32 − 1 and 2^96 = −1.
static inline uint64_t reduce_wide(unsigned __int128 x) {
  const uint64_t low = (uint64_t)x, high = (uint64_t)(x >> 64);
  const uint64_t above = high >> 32, rest = (high & WRAPPED) * WRAPPED;
  uint64_t t = low - above;
  if (low < above) t -= WRAPPED;
  const uint64_t sum = t + rest;
  const uint64_t wrapped = sum < t ? sum + WRAPPED : sum;
  return wrapped >= ORDER ? wrapped - ORDER : wrapped;
}

static inline uint64_t multiply_elements(uint64_t a, uint64_t b) {
  return reduce_wide((unsigned __int128)a * b);
}

/// The residue of any integer of 127 bits and a sign.
static inline uint64_t element_of(__int128 x) {
  if (x >= 0) return reduce_wide((unsigned __int128)x);
  const uint64_t magnitude = reduce_wide((unsigned __int128)-x);
  return magnitude ? ORDER - magnitude : 0;
}

static inline uint64_t power_of_element(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1, base = multiply_elements(base, base)) {
    if (exponent & 1) result = multiply_elements(result, base);
  }
  return result;
}

/// The root of unity of order 2^bits that is a power of the generator 7.
static inline uint64_t root_of_unity(int bits) {
  return power_of_element(7, (ORDER - 1) >> bits);
}

/// The lowest `bits` bits in reverse.
static inline int64_t reversed_bits(int64_t index, int bits) {
  return bits == 0 ? 0 : (int64_t)(__builtin_bitreverse64((uint64_t)index) >> (64 - bits));
}

#endif
