// The definitions, one element at a time, by the C library's fmaf and sqrtf.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"
#include "kernels/coefficients.h"

#include <stddef.h>

static float power_of_two(int32_t exponent) {
  const uint32_t bits = (uint32_t)(exponent + 127) << 23;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Functions of one number ------------------------------------------------------------------------

float assay_reference_exp(float x) {
  if (x != x) return x;
  if (x > 89.0f) x = 89.0f;
  if (x < -104.0f) x = -104.0f;
  const float n = fmaf(x, LOG2_E, 0x1.8p23f) - 0x1.8p23f;
  const float r = fmaf(n, -LN2_LOW, fmaf(n, -LN2_HIGH, x));
  const float coefficients[] = {E4, E3, E2, E1, E0, 1.0f, 1.0f};
  float p = coefficients[0];
  for (int i = 1; i < 7; i++) p = fmaf(p, r, coefficients[i]);
  const int32_t exponent = (int32_t)n;
  const int32_t half = exponent < 0 ? -((1 - exponent) / 2) : exponent / 2;  // ⌊n/2⌋
  return p * power_of_two(half) * power_of_two(exponent - half);
}

static float reference_log(float x) {
  if (x != x || x == INFINITY) return x;
  if (x == 0.0f) return -INFINITY;
  if (x < 0.0f) return NAN;
  int32_t e = 0;
  if (x < 0x1p-126f) {
    x = x * 0x1p23f;
    e = -23;
  }
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t root_of_half = 0x3f3504f3;
  // The exponent that leaves a significand of at least √½ and below √2.
  const int32_t offset = (int32_t)(bits - root_of_half);
  const int32_t shift = offset < 0 ? -((-offset + 0x7fffff) >> 23) : offset >> 23;
  e += shift;
  bits -= (uint32_t)shift << 23;
  float significand;
  memcpy(&significand, &bits, sizeof significand);
  const float f = significand - 1.0f;
  const float coefficients[] = {L7, L6, L5, L4, L3, L2, L1, L0};
  float q = coefficients[0];
  for (int i = 1; i < 8; i++) q = fmaf(q, f, coefficients[i]);
  const float square = f * f;
  const float tail = fmaf(f * q, square, square * -0.5f);
  if (e == 0) return f + tail;
  const float whole = (float)e * LN2_HIGH;
  const float h = whole + f;
  const float c = (whole - h) + f;
  return h + (tail + fmaf((float)e, LN2_LOW, c));
}

static float reference_tanh(float x) {
  if (x != x) return x;
  if (fabsf(x) < TANH_SMALL) {
    const float square = x * x;
    const float coefficients[] = {T4, T3, T2, T1, T0};
    float p = coefficients[0];
    for (int i = 1; i < 5; i++) p = fmaf(p, square, coefficients[i]);
    return copysignf(fmaf(square * x, p, x), x);
  }
  const float size = fabsf(x) > 10.0f ? 10.0f : fabsf(x);
  return copysignf(1.0f - 2.0f / (assay_reference_exp(size + size) + 1.0f), x);
}

static float gelu_exponent(float x) { return x * fmaf(x * x, GELU_CUBIC, GELU_LINEAR); }

static float reference_gelu(float x) {
  return x / (assay_reference_exp(-gelu_exponent(x)) + 1.0f);
}

static float reference_gelu_slope(float x) {
  const float z = x > 12.0f ? 12.0f : x < -12.0f ? -12.0f : x;
  const float s = 1.0f / (assay_reference_exp(-gelu_exponent(z)) + 1.0f);
  const float d = fmaf(z * z, GELU_CUBIC_3, GELU_LINEAR);
  return fmaf(z * s, (1.0f - s) * d, s);
}

static float reference_erf(float x) {
  if (x != x) return x;
  if (fabsf(x) < ERF_SMALL) {
    const float coefficients[] = {R5, R4, R3, R2, R1, R0};
    float p = coefficients[0];
    for (int i = 1; i < 6; i++) p = fmaf(p, x * x, coefficients[i]);
    return copysignf(fmaf(x, p, x), x);
  }
  const float size = fabsf(x) > 4.0f ? 4.0f : fabsf(x);
  const float coefficients[] = {V6, V5, V4, V3, V2, V1, V0};
  float q = coefficients[0];
  for (int i = 1; i < 7; i++) q = fmaf(q, size, coefficients[i]);
  return copysignf(1.0f - assay_reference_exp(-fmaf(size, q, size)), x);
}

static float reference_gelu_erf(float x) {
  const float half = x * 0.5f;
  return fmaf(half, reference_erf(x * ROOT_OF_HALF), half);
}

static float reference_gelu_erf_slope(float x) {
  const float z = x > 14.0f ? 14.0f : x < -14.0f ? -14.0f : x;
  const float below = fmaf(reference_erf(z * ROOT_OF_HALF), 0.5f, 0.5f);
  return fmaf(z * NORMAL_PEAK, assay_reference_exp((z * z) * -0.5f), below);
}

static float reference_sigmoid(float x) { return 1.0f / (assay_reference_exp(-x) + 1.0f); }

static float reference_silu(float x) { return x / (assay_reference_exp(-x) + 1.0f); }

static float reference_silu_slope(float x) {
  const float s = reference_sigmoid(x);
  return s * fmaf(x, 1.0f - s, 1.0f);
}

int32_t assay_unary_reference(int32_t kind, const float *x, float *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    float y;
    switch (kind) {
      case ASSAY_UNARY_RELU: y = x[i] > 0.0f || x[i] != x[i] ? x[i] : 0.0f; break;
      case ASSAY_UNARY_TANH: y = reference_tanh(x[i]); break;
      case ASSAY_UNARY_GELU: y = reference_gelu(x[i]); break;
      case ASSAY_UNARY_EXP: y = assay_reference_exp(x[i]); break;
      case ASSAY_UNARY_LOG: y = reference_log(x[i]); break;
      case ASSAY_UNARY_ERF: y = reference_erf(x[i]); break;
      case ASSAY_UNARY_GELU_ERF: y = reference_gelu_erf(x[i]); break;
      case ASSAY_UNARY_SIGMOID: y = reference_sigmoid(x[i]); break;
      case ASSAY_UNARY_SILU: y = reference_silu(x[i]); break;
      default: return ASSAY_ERROR_KIND;
    }
    out[i] = canonical(y);
  }
  return ASSAY_OK;
}

int32_t assay_unary_gradient_reference(
    int32_t kind, const float *x, const float *y, const float *gradient, float *out,
    int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    float d;
    switch (kind) {
      case ASSAY_UNARY_RELU: d = y[i] > 0.0f ? gradient[i] : 0.0f; break;
      case ASSAY_UNARY_TANH: d = gradient[i] * fmaf(-y[i], y[i], 1.0f); break;
      case ASSAY_UNARY_GELU: d = gradient[i] * reference_gelu_slope(x[i]); break;
      case ASSAY_UNARY_GELU_ERF: d = gradient[i] * reference_gelu_erf_slope(x[i]); break;
      case ASSAY_UNARY_SIGMOID: d = gradient[i] * (y[i] * (1.0f - y[i])); break;
      case ASSAY_UNARY_SILU: d = gradient[i] * reference_silu_slope(x[i]); break;
      default: return ASSAY_ERROR_KIND;
    }
    out[i] = canonical(d);
  }
  return ASSAY_OK;
}

// Matrix product and element-wise ----------------------------------------------------------------

int32_t assay_matmul_reference(
    const float *a, const float *b, float *out, int64_t m, int64_t n, int64_t k,
    int32_t transpose_a, int32_t transpose_b) {
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < n; j++) {
      float c = 0.0f;
      for (int64_t block = 0; block < k; block += 512) {
        float sum = 0.0f;
        for (int64_t p = block; p < k && p < block + 512; p++) {
          const float x = transpose_a ? a[p * m + i] : a[i * k + p];
          const float y = transpose_b ? b[j * k + p] : b[p * n + j];
          sum = fmaf(x, y, sum);
        }
        c = block == 0 ? sum : c + sum;
      }
      out[i * n + j] = canonical(c);
    }
  }
  return ASSAY_OK;
}

int32_t assay_add_reference(const float *x, const float *y, float *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = canonical(x[i] + y[i]);
  return ASSAY_OK;
}

int32_t assay_add_bias_reference(
    const float *x, const float *bias, float *out, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows * columns; i++) out[i] = canonical(x[i] + bias[i % columns]);
  return ASSAY_OK;
}

// Reductions -------------------------------------------------------------------------------------

int32_t assay_column_sum_reference(
    const float *x, float *out, int64_t rows, int64_t columns) {
  for (int64_t c = 0; c < columns; c++) out[c] = canonical(strided_lane_sum(x + c, rows, columns));
  return ASSAY_OK;
}

int32_t assay_mean_reference(const float *x, float *out, int64_t count, float divisor) {
  out[0] = canonical(strided_lane_sum(x, count, 1) / divisor);
  return ASSAY_OK;
}

// Losses -----------------------------------------------------------------------------------------

static int is_ignored(int32_t label, struct assay_labelling labelling) {
  return labelling.ignores && label == labelling.ignored;
}

static int32_t check_labels(
    const int32_t *labels, int64_t rows, int64_t columns, struct assay_labelling labelling) {
  for (int64_t r = 0; r < rows; r++) {
    const int is_class = labels[r] >= 0 && labels[r] < columns;
    if (!is_class && !is_ignored(labels[r], labelling)) return ASSAY_ERROR_LABEL;
  }
  return ASSAY_OK;
}

int32_t assay_softmax_cross_entropy_reference(
    const float *logits, const int32_t *labels, float *probabilities, float *losses,
    int64_t rows, int64_t columns, struct assay_labelling labelling) {
  if (check_labels(labels, rows, columns, labelling)) return ASSAY_ERROR_LABEL;
  const float smoothing = labelling.smoothing;
  for (int64_t r = 0; r < rows; r++) {
    const int ignored = is_ignored(labels[r], labelling);
    const float *x = logits + r * columns;
    float *p = probabilities + r * columns;
    float largest = -INFINITY;
    for (int64_t c = 0; c < columns; c++) largest = larger(largest, x[c]);
    const float margin = ignored ? 0.0f : x[labels[r]] - largest;
    float margins[64] = {0};
    for (int64_t c = 0; c < columns; c++) margins[c % 64] = margins[c % 64] + (x[c] - largest);
    const float mean_margin = tree(margins) / (float)columns;
    for (int64_t c = 0; c < columns; c++) p[c] = assay_reference_exp(x[c] - largest);
    const float sum = strided_lane_sum(p, columns, 1);
    for (int64_t c = 0; c < columns; c++) p[c] = canonical(p[c] / sum);
    const float loss = reference_log(sum) - margin;
    const float smooth = reference_log(sum) - mean_margin;
    const float smoothed = fmaf(smoothing, smooth, (1.0f - smoothing) * loss);
    losses[r] = ignored ? 0.0f : canonical(smoothing != 0.0f ? smoothed : loss);
  }
  return ASSAY_OK;
}

int32_t assay_softmax_cross_entropy_gradient_reference(
    const float *probabilities, const int32_t *labels, float *out, int64_t rows,
    int64_t columns, struct assay_labelling labelling, float divisor) {
  if (check_labels(labels, rows, columns, labelling)) return ASSAY_ERROR_LABEL;
  const float share = labelling.smoothing / (float)columns;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) {
      const float expected = c == labels[r] ? 1.0f - labelling.smoothing : 0.0f;
      const int64_t i = r * columns + c;
      const float slope = ((probabilities[i] - share) - expected) / divisor;
      out[i] = is_ignored(labels[r], labelling) ? 0.0f : canonical(slope);
    }
  }
  return ASSAY_OK;
}

int32_t assay_squared_error_reference(
    const float *prediction, const float *target, float *losses, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float lanes[64] = {0};
    for (int64_t c = 0; c < columns; c++) {
      const float d = prediction[r * columns + c] - target[r * columns + c];
      lanes[c % 64] = fmaf(d, d, lanes[c % 64]);
    }
    losses[r] = canonical(tree(lanes) / (float)columns);
  }
  return ASSAY_OK;
}

int32_t assay_squared_error_gradient_reference(
    const float *prediction, const float *target, float *out, int64_t rows, int64_t columns,
    float divisor) {
  for (int64_t i = 0; i < rows * columns; i++) {
    out[i] = canonical(2.0f * (prediction[i] - target[i]) / divisor);
  }
  return ASSAY_OK;
}

// Optimisers -------------------------------------------------------------------------------------

int32_t assay_sgd_reference(
    float *parameter, const float *gradient, float *velocity, int64_t count,
    struct assay_sgd s) {
  for (int64_t i = 0; i < count; i++) {
    const float p = parameter[i];
    float d = s.weight_decay != 0.0f ? fmaf(s.weight_decay, p, gradient[i]) : gradient[i];
    if (velocity) {
      const float v = fmaf(s.momentum, velocity[i], d);
      velocity[i] = canonical(v);
      d = s.nesterov ? fmaf(s.momentum, v, d) : v;
    }
    parameter[i] = canonical(fmaf(-s.learning_rate, d, p));
  }
  return ASSAY_OK;
}

int32_t assay_adam_reference(
    float *parameter, const float *gradient, float *first_moment, float *second_moment,
    int64_t count, struct assay_adam s) {
  for (int64_t i = 0; i < count; i++) {
    float p = parameter[i], g = gradient[i];
    if (s.decoupled) {
      p = p * fmaf(-s.learning_rate, s.weight_decay, 1.0f);
    } else if (s.weight_decay != 0.0f) {
      g = fmaf(s.weight_decay, p, g);
    }
    const float m = fmaf(s.beta1, first_moment[i], s.one_minus_beta1 * g);
    const float v = fmaf(s.beta2, second_moment[i], s.one_minus_beta2 * (g * g));
    const float d = sqrtf(v) / s.second_moment_correction_root + s.epsilon;
    first_moment[i] = canonical(m);
    second_moment[i] = canonical(v);
    parameter[i] = canonical(fmaf(-(s.learning_rate / s.first_moment_correction), m / d, p));
  }
  return ASSAY_OK;
}
