// exp, log, tanh, erf and what is made of them by IEEE operations alone. `reference.c` says the
// same lane by lane.
#include "coefficients.h"

/// p·2^n for an integer n in −150 … 128 and p near 1, rounded once: the product with 2^⌊n/2⌋ is
/// exact, that with 2^(n − ⌊n/2⌋) may be subnormal or overflow. `exponent` is n as an integer.
INLINE vec scale_lanes(vec p, vec n, ivec exponent) {
#if defined(PATH_AVX512)
  (void)exponent;
  return (vec)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  (void)n;
  const ivec half = exponent >> 1;
  const uvec low = (uvec)(half + 127) << 23;
  const uvec high = (uvec)(exponent - half + 127) << 23;
  return (p * (vec)low) * (vec)high;
#endif
}

/// e^x = e^r·2^n, where n is the integer nearest to x·log₂e (found by adding 1.5·2²³) and
/// r = x − n·ln 2, in two steps.
INLINE vec exp_lanes(vec x) {
  x = choose(x > 89.0f, splat(89.0f), x);
  x = choose(x < -104.0f, splat(-104.0f), x);
  const vec shifted = fma_lanes(x, splat(LOG2_E), splat(0x1.8p23f));
  const vec n = shifted - 0x1.8p23f;
  vec r = fma_lanes(n, splat(-LN2_HIGH), x);
  r = fma_lanes(n, splat(-LN2_LOW), r);
  vec p = splat(E4);
  p = fma_lanes(p, r, splat(E3));
  p = fma_lanes(p, r, splat(E2));
  p = fma_lanes(p, r, splat(E1));
  p = fma_lanes(p, r, splat(E0));
  p = fma_lanes(p, r, splat(1.0f));
  p = fma_lanes(p, r, splat(1.0f));
  return scale_lanes(p, n, (ivec)shifted - 0x4b400000);
}

/// ln x. x = 2^e·(1 + f) with √½ ≤ 1 + f < √2. The sum h = e·LN2_HIGH + f and its error c are kept
/// apart (e·LN2_HIGH is exact and, where e ≠ 0, the larger), and everything small is added to c.
INLINE vec log_lanes(vec x) {
  const ivec subnormal = x < 0x1p-126f;
  const vec scaled = choose(subnormal, x * 0x1p23f, x);
  const ivec offset = (ivec)((uvec)scaled - 0x3f3504f3u);  // the bits of √½
  const ivec e = (offset >> 23) - (subnormal & 23);
  const vec f = (vec)((offset & 0x007fffff) + 0x3f3504f3) - 1.0f;
  vec q = splat(L7);
  q = fma_lanes(q, f, splat(L6));
  q = fma_lanes(q, f, splat(L5));
  q = fma_lanes(q, f, splat(L4));
  q = fma_lanes(q, f, splat(L3));
  q = fma_lanes(q, f, splat(L2));
  q = fma_lanes(q, f, splat(L1));
  q = fma_lanes(q, f, splat(L0));
  const vec square = f * f;
  const vec tail = fma_lanes(f * q, square, square * -0.5f);
  const vec exponent = __builtin_convertvector(e, vec);
  const vec whole = exponent * LN2_HIGH;
  const vec h = whole + f;
  const vec c = (whole - h) + f;
  const vec c0 = choose(e == 0, splat(0.0f), fma_lanes(exponent, splat(LN2_LOW), c));
  vec y = h + (tail + c0);
  y = choose(x == __builtin_inff(), x, y);
  y = choose(x < 0.0f, splat(__builtin_nanf("")), y);
  y = choose(x == 0.0f, splat(-__builtin_inff()), y);
  return choose(x != x, x, y);
}

/// tanh x: the odd polynomial for |x| < 0.55, else ±(1 − 2/(e^{2|x|} + 1)), |x| cut at 10.
INLINE vec tanh_lanes(vec x) {
  const ivec sign = (ivec)x & (int32_t)0x80000000;
  const vec size = (vec)((ivec)x & 0x7fffffff);
  const vec square = x * x;
  vec p = splat(T4);
  p = fma_lanes(p, square, splat(T3));
  p = fma_lanes(p, square, splat(T2));
  p = fma_lanes(p, square, splat(T1));
  p = fma_lanes(p, square, splat(T0));
  const vec small = fma_lanes(square * x, p, x);
  const vec cut = choose(size > 10.0f, splat(10.0f), size);
  const vec large = 1.0f - 2.0f / (exp_lanes(cut + cut) + 1.0f);
  const vec y = choose(size < TANH_SMALL, small, large);
  return choose(x != x, x, (vec)((ivec)y | sign));
}

/// 2u = x·(2√(2/π) + 2√(2/π)·0.044715·x²).
INLINE vec gelu_exponent(vec x) {
  return x * fma_lanes(x * x, splat(GELU_CUBIC), splat(GELU_LINEAR));
}

INLINE vec gelu_lanes(vec x) { return x / (exp_lanes(-gelu_exponent(x)) + 1.0f); }

INLINE vec gelu_slope(vec x) {
  vec z = choose(x > 12.0f, splat(12.0f), x);
  z = choose(z < -12.0f, splat(-12.0f), z);
  const vec s = 1.0f / (exp_lanes(-gelu_exponent(z)) + 1.0f);
  const vec d = fma_lanes(z * z, splat(GELU_CUBIC_3), splat(GELU_LINEAR));
  return fma_lanes(z * s, (1.0f - s) * d, s);
}

/// erf x: the odd polynomial for |x| < 0.9, else ±(1 − e^−v), |x| cut at 4.
INLINE vec erf_lanes(vec x) {
  const ivec sign = (ivec)x & (int32_t)0x80000000;
  const vec size = (vec)((ivec)x & 0x7fffffff);
  const vec square = x * x;
  vec p = splat(R5);
  p = fma_lanes(p, square, splat(R4));
  p = fma_lanes(p, square, splat(R3));
  p = fma_lanes(p, square, splat(R2));
  p = fma_lanes(p, square, splat(R1));
  p = fma_lanes(p, square, splat(R0));
  const vec small = fma_lanes(x, p, x);
  const vec cut = choose(size > 4.0f, splat(4.0f), size);
  vec q = splat(V6);
  q = fma_lanes(q, cut, splat(V5));
  q = fma_lanes(q, cut, splat(V4));
  q = fma_lanes(q, cut, splat(V3));
  q = fma_lanes(q, cut, splat(V2));
  q = fma_lanes(q, cut, splat(V1));
  q = fma_lanes(q, cut, splat(V0));
  const vec large = 1.0f - exp_lanes(-fma_lanes(cut, q, cut));
  const vec y = choose(size < ERF_SMALL, small, large);
  return choose(x != x, x, (vec)((ivec)y | sign));
}

/// ½x·erf(x·√½) + ½x.
INLINE vec gelu_erf_lanes(vec x) {
  const vec half = x * 0.5f;
  return fma_lanes(half, erf_lanes(x * ROOT_OF_HALF), half);
}

/// The normal distribution function, and x times its density.
INLINE vec gelu_erf_slope(vec x) {
  vec z = choose(x > 14.0f, splat(14.0f), x);
  z = choose(z < -14.0f, splat(-14.0f), z);
  const vec below = fma_lanes(erf_lanes(z * ROOT_OF_HALF), splat(0.5f), splat(0.5f));
  return fma_lanes(z * NORMAL_PEAK, exp_lanes((z * z) * -0.5f), below);
}

INLINE vec sigmoid_lanes(vec x) { return 1.0f / (exp_lanes(-x) + 1.0f); }

INLINE vec silu_lanes(vec x) { return x / (exp_lanes(-x) + 1.0f); }

INLINE vec silu_slope(vec x) {
  const vec s = sigmoid_lanes(x);
  return s * fma_lanes(x, 1.0f - s, splat(1.0f));
}
