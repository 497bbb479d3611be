// What the kernels are compared with: the processor's peak, GMP, and OpenBLAS where it is there.
#ifndef CBASELINES_H
#define CBASELINES_H
#include <stdint.h>

#pragma clang assume_nonnull begin

enum { ASSAY_PEAK_AVX512 = 0, ASSAY_PEAK_AVX2 = 1, ASSAY_PEAK_PORTABLE = 2 };

/// Runs `rounds` × 16 independent vector fmas and returns how many floating-point operations they
/// were: timed, the peak of one core. The width must be one that this processor has.
int64_t assay_peak_run(int32_t width, int64_t rounds);

/// Loads OpenBLAS, with its AVX-512 kernels where the processor has AVX-512 (left
/// to itself it may choose slower ones). Returns the name of its kernels, or NULL without it.
const char *_Nullable assay_openblas_load(void);

/// How many threads OpenBLAS uses from now on. Call after a successful load.
void assay_openblas_threads(int32_t count);

/// C [m, n] = op(A)·op(B) by OpenBLAS, row-major and dense. Call after a successful load.
void assay_openblas_matmul(
    int32_t transpose_a, int32_t transpose_b, int32_t m, int32_t n, int32_t k, const float *a,
    const float *b, float *c);

/// Squares modulo the hexadecimal number, `squarings` times, by GMP's mpz_powm; returns low bits.
uint64_t assay_powm_squarings(const char *modulus, int64_t squarings);

#pragma clang assume_nonnull end
#endif
