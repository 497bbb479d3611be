#include "CBaselines.h"

#include <gmp.h>

uint64_t assay_powm_squarings(const char *modulus, int64_t squarings) {
  mpz_t base, exponent, number, result;
  mpz_init_set_str(number, modulus, 16);
  mpz_inits(base, exponent, result, NULL);
  mpz_setbit(base, mpz_sizeinbase(number, 2) - 2);
  mpz_sub_ui(base, base, 12345);
  mpz_setbit(exponent, (mp_bitcnt_t)squarings);
  mpz_powm(result, base, exponent, number);
  const uint64_t low = mpz_getlimbn(result, 0);
  mpz_clears(base, exponent, number, result, NULL);
  return low;
}
