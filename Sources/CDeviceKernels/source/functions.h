// exp, log, tanh, erf and what is made of them, with the operations that `CAssayTensorKernels.h`
// defines them by.
#include "coefficients.h"

HELPER float power_of_two(int exponent) { return FLOAT_OF((exponent + 127) << 23); }

HELPER float exponential(float x) {
  if (x != x) return x;
  if (x > 89.0f) x = 89.0f;
  if (x < -104.0f) x = -104.0f;
  const float n = FMA(x, LOG2_E, 12582912.0f) - 12582912.0f;
  const float r = FMA(n, -LN2_LOW, FMA(n, -LN2_HIGH, x));
  float p = FMA(E4, r, E3);
  p = FMA(p, r, E2);
  p = FMA(p, r, E1);
  p = FMA(p, r, E0);
  p = FMA(p, r, 1.0f);
  p = FMA(p, r, 1.0f);
  const int exponent = (int)n;
  const int half_exponent = exponent >> 1;
  return (p * power_of_two(half_exponent)) * power_of_two(exponent - half_exponent);
}

HELPER float logarithm(float x) {
  if (x != x || x == INFINITE) return x;
  if (x == 0.0f) return -INFINITE;
  if (x < 0.0f) return FLOAT_OF(0x7fc00000);
  const int is_subnormal = x < 0x1p-126f;
  const float scaled = is_subnormal ? x * 0x1p23f : x;
  const int offset = BITS(scaled) - 0x3f3504f3;  // the bits of √½
  const int e = (offset >> 23) - (is_subnormal ? 23 : 0);
  const float f = FLOAT_OF((offset & 0x007fffff) + 0x3f3504f3) - 1.0f;
  float q = FMA(L7, f, L6);
  q = FMA(q, f, L5);
  q = FMA(q, f, L4);
  q = FMA(q, f, L3);
  q = FMA(q, f, L2);
  q = FMA(q, f, L1);
  q = FMA(q, f, L0);
  const float square = f * f;
  const float tail = FMA(f * q, square, square * -0.5f);
  if (e == 0) return f + tail;
  const float exponent = (float)e;
  const float whole = exponent * LN2_HIGH;
  const float h = whole + f;
  const float c = (whole - h) + f;
  return h + (tail + FMA(exponent, LN2_LOW, c));
}

HELPER float with_sign(float size, float x) {
  return FLOAT_OF((BITS(size) & 0x7fffffff) | (BITS(x) & (int)0x80000000));
}

HELPER float hyperbolic_tangent(float x) {
  if (x != x) return x;
  const float size = with_sign(x, 0.0f);
  if (size < TANH_SMALL) {
    const float square = x * x;
    float p = FMA(T4, square, T3);
    p = FMA(p, square, T2);
    p = FMA(p, square, T1);
    p = FMA(p, square, T0);
    return with_sign(FMA(square * x, p, x), x);
  }
  const float cut = size > 10.0f ? 10.0f : size;
  return with_sign(1.0f - 2.0f / (exponential(cut + cut) + 1.0f), x);
}

HELPER float error_function(float x) {
  if (x != x) return x;
  const float size = with_sign(x, 0.0f);
  if (size < ERF_SMALL) {
    const float square = x * x;
    float p = FMA(R5, square, R4);
    p = FMA(p, square, R3);
    p = FMA(p, square, R2);
    p = FMA(p, square, R1);
    p = FMA(p, square, R0);
    return with_sign(FMA(x, p, x), x);
  }
  const float cut = size > 4.0f ? 4.0f : size;
  float q = FMA(V6, cut, V5);
  q = FMA(q, cut, V4);
  q = FMA(q, cut, V3);
  q = FMA(q, cut, V2);
  q = FMA(q, cut, V1);
  q = FMA(q, cut, V0);
  return with_sign(1.0f - exponential(-FMA(cut, q, cut)), x);
}

HELPER float gelu_exponent(float x) { return x * FMA(x * x, GELU_CUBIC, GELU_LINEAR); }

HELPER float f_relu(float x) { return x > 0.0f || x != x ? x : 0.0f; }
HELPER float f_tanh(float x) { return hyperbolic_tangent(x); }
HELPER float f_gelu(float x) { return x / (exponential(-gelu_exponent(x)) + 1.0f); }
HELPER float f_gelu_erf(float x) {
  const float h = x * 0.5f;
  return FMA(h, error_function(x * ROOT_OF_HALF), h);
}
HELPER float f_sigmoid(float x) { return 1.0f / (exponential(-x) + 1.0f); }
HELPER float f_silu(float x) { return x / (exponential(-x) + 1.0f); }

HELPER float d_relu(float x, float y, float g) { return y > 0.0f ? g : 0.0f; }
HELPER float d_tanh(float x, float y, float g) { return g * FMA(-y, y, 1.0f); }
HELPER float d_gelu(float x, float y, float g) {
  const float z = x > 12.0f ? 12.0f : x < -12.0f ? -12.0f : x;
  const float s = 1.0f / (exponential(-gelu_exponent(z)) + 1.0f);
  const float d = FMA(z * z, GELU_CUBIC_3, GELU_LINEAR);
  return g * FMA(z * s, (1.0f - s) * d, s);
}
HELPER float d_gelu_erf(float x, float y, float g) {
  const float z = x > 14.0f ? 14.0f : x < -14.0f ? -14.0f : x;
  const float below = FMA(error_function(z * ROOT_OF_HALF), 0.5f, 0.5f);
  return g * FMA(z * NORMAL_PEAK, exponential((z * z) * -0.5f), below);
}
HELPER float d_sigmoid(float x, float y, float g) { return g * (y * (1.0f - y)); }
HELPER float d_silu(float x, float y, float g) {
  const float s = f_sigmoid(x);
  return g * (s * FMA(x, 1.0f - s, 1.0f));
}
