// The constants of exp, log, tanh, erf and GELU: part of their definition.
// Minimax polynomials (Remez in 200 bits, coefficients rounded one by one from the lowest power,
// the others fitted again after each).
#ifndef ASSAY_COEFFICIENTS_H
#define ASSAY_COEFFICIENTS_H

// ln 2 = LN2_HIGH + LN2_LOW; LN2_HIGH has 16 significant bits, so that its product with an
// exponent is exact.
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define LOG2_E 0x1.715476p+0f

// e^r = 1 + r + r²·(E0 + E1·r + … + E4·r⁴) for |r| ≤ ½ ln 2, relative error 2^-28.2.
#define E0 0x1.fffffcp-2f
#define E1 0x1.555488p-3f
#define E2 0x1.555842p-5f
#define E3 0x1.1240dep-7f
#define E4 0x1.6ae8a8p-10f

// ln(1 + f) = f − ½f² + f³·(L0 + L1·f + … + L7·f⁷) for √½ ≤ 1 + f ≤ √2, relative error 2^-26.6.
#define L0 0x1.555554p-2f
#define L1 -0x1.000228p-2f
#define L2 0x1.99a02ep-3f
#define L3 -0x1.547226p-3f
#define L4 0x1.22d872p-3f
#define L5 -0x1.0d8ec0p-3f
#define L6 0x1.053c92p-3f
#define L7 -0x1.378280p-4f

// tanh x = x + x³·(T0 + T1·x² + … + T4·x⁸) for |x| < TANH_SMALL, relative error 2^-29.7.
#define TANH_SMALL 0.55f
#define T0 -0x1.55554ap-2f
#define T1 0x1.110ceep-3f
#define T2 -0x1.b91e7ep-5f
#define T3 0x1.58e518p-6f
#define T4 -0x1.9921a2p-8f

// 2√(2/π), that times 0.044715, and three times that.
#define GELU_LINEAR 0x1.988454p+0f
#define GELU_CUBIC 0x1.2444f2p-4f
#define GELU_CUBIC_3 0x1.b6676cp-3f

// erf x = x + x·(R0 + R1·x² + … + R5·x¹⁰) for |x| < ERF_SMALL, relative error 2^-26.0; else
// 1 − e^(−v), v = x + x·(V0 + V1·x + … + V6·x⁶), v's error moving erf by 2^-30.1.
#define ERF_SMALL 0.9f
#define R0 0x1.06eba6p-3f
#define R1 -0x1.8126ecp-2f
#define R2 0x1.ce1b86p-4f
#define R3 -0x1.b69b96p-6f
#define R4 0x1.479c9ep-8f
#define R5 -0x1.3ba9cep-11f
#define V0 0x1.0772e2p-3f
#define V1 0x1.4538aap-1f
#define V2 0x1.b2d412p-4f
#define V3 -0x1.843752p-6f
#define V4 0x1.d93c62p-9f
#define V5 -0x1.4a346cp-12f
#define V6 0x1.5e47fap-17f

// √½ and 1 / √(2π).
#define ROOT_OF_HALF 0x1.6a09e6p-1f
#define NORMAL_PEAK 0x1.988454p-2f

#endif
