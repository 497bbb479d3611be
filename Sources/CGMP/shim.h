// GMP's arithmetic on natural numbers of a fixed number of 64-bit limbs, the least significant
// first. GMP's own names are macros, and its limb is `unsigned long`; these are functions on
// `uint64_t`. Results may be written over operands where GMP's manual allows it.
#ifndef CASSAY_GMP_SHIM_H
#define CASSAY_GMP_SHIM_H
#include <gmp.h>
#include <stdint.h>

_Static_assert(
    sizeof(mp_limb_t) == 8 && GMP_NUMB_BITS == 64, "GMP must have whole limbs of 64 bits");

#define ASSAY_LIMBS(p) ((mp_ptr)(p))
#define ASSAY_CONST_LIMBS(p) ((mp_srcptr)(p))

#pragma clang assume_nonnull begin

/// r = a + b, each of n limbs; the carry is returned.
static inline uint64_t assay_mpn_add_n(
    uint64_t *r, const uint64_t *a, const uint64_t *b, int64_t n) {
  return mpn_add_n(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), ASSAY_CONST_LIMBS(b), n);
}

/// r = a - b, each of n limbs; the borrow is returned.
static inline uint64_t assay_mpn_sub_n(
    uint64_t *r, const uint64_t *a, const uint64_t *b, int64_t n) {
  return mpn_sub_n(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), ASSAY_CONST_LIMBS(b), n);
}

/// r = a + b, a and r of n limbs, b one; the carry is returned.
static inline uint64_t assay_mpn_add_1(uint64_t *r, const uint64_t *a, int64_t n, uint64_t b) {
  return mpn_add_1(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), n, b);
}

/// Negative, 0 or positive as a is less than, equal to or greater than b, each of n limbs.
static inline int32_t assay_mpn_cmp(const uint64_t *a, const uint64_t *b, int64_t n) {
  return mpn_cmp(ASSAY_CONST_LIMBS(a), ASSAY_CONST_LIMBS(b), n);
}

/// The low n limbs of a · b go to r; the highest is returned.
static inline uint64_t assay_mpn_mul_1(uint64_t *r, const uint64_t *a, int64_t n, uint64_t b) {
  return mpn_mul_1(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), n, b);
}

/// r = r + a · b, r and a of n limbs; the carry limb is returned.
static inline uint64_t assay_mpn_addmul_1(uint64_t *r, const uint64_t *a, int64_t n, uint64_t b) {
  return mpn_addmul_1(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), n, b);
}

/// r = a · b, a and b of n limbs, r of 2n that are not theirs.
static inline void assay_mpn_mul_n(
    uint64_t *r, const uint64_t *a, const uint64_t *b, int64_t n) {
  mpn_mul_n(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), ASSAY_CONST_LIMBS(b), n);
}

/// r = a², a of n limbs, r of 2n that are not a's.
static inline void assay_mpn_sqr(uint64_t *r, const uint64_t *a, int64_t n) {
  mpn_sqr(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), n);
}

/// r = a · 2^bits without what exceeds n limbs, which is returned; bits is from 1 to 63.
static inline uint64_t assay_mpn_lshift(
    uint64_t *r, const uint64_t *a, int64_t n, uint32_t bits) {
  return mpn_lshift(ASSAY_LIMBS(r), ASSAY_CONST_LIMBS(a), n, bits);
}

/// Whether a, of n limbs, is a prime by trial division and a Baillie–PSW test, for which no
/// composite is known to pass.
static inline int32_t assay_mpz_is_probable_prime(const uint64_t *a, int64_t n) {
  mpz_t number;
  return mpz_probab_prime_p(mpz_roinit_n(number, ASSAY_CONST_LIMBS(a), n), 24) != 0;
}

/// a mod d, a of n limbs.
static inline uint64_t assay_mpn_mod_1(const uint64_t *a, int64_t n, uint64_t d) {
  return mpn_mod_1(ASSAY_CONST_LIMBS(a), n, d);
}

/// q = ⌊a / d⌋ in an - dn + 1 limbs and r = a mod d in dn, none overlapping, d's highest not zero.
static inline void assay_mpn_tdiv_qr(
    uint64_t *q, uint64_t *r, const uint64_t *a, int64_t an, const uint64_t *d, int64_t dn) {
  mpn_tdiv_qr(
      ASSAY_LIMBS(q), ASSAY_LIMBS(r), 0, ASSAY_CONST_LIMBS(a), an, ASSAY_CONST_LIMBS(d), dn);
}

/// g = gcd(u, v) = u · s + v · t; un ≥ vn, v's highest limb not zero; u and v, each with a limb
/// more, are overwritten; g has vn limbs, s has vn + 1. `*sn` is the number of limbs of s, negative
/// if s is. The number of limbs of g is returned.
static inline int64_t assay_mpn_gcdext(
    uint64_t *g, uint64_t *s, int64_t *sn, uint64_t *u, int64_t un, uint64_t *v, int64_t vn) {
  mp_size_t size = 0;
  const mp_size_t count =
      mpn_gcdext(ASSAY_LIMBS(g), ASSAY_LIMBS(s), &size, ASSAY_LIMBS(u), un, ASSAY_LIMBS(v), vn);
  *sn = size;
  return count;
}

#pragma clang assume_nonnull end
#endif
