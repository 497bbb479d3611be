// One item for each element.
#define UNARY(name)                                                                           \
  KERNEL(unary_##name, ELEMENT_ITEMS)(HEAP, index_t x_at, index_t out_at, index_t count) {    \
    ELEMENT(i, count);                                                                        \
    READ(float, x, x_at);                                                                     \
    AT(float, out, out_at);                                                                   \
    out[i] = canonical(f_##name(x[i]));                                                       \
  }                                                                                           \
  KERNEL(unary_##name##_gradient, ELEMENT_ITEMS)                                              \
  (HEAP, index_t x_at, index_t y_at, index_t gradient_at, index_t out_at, index_t count) {    \
    ELEMENT(i, count);                                                                        \
    READ(float, x, x_at);                                                                     \
    READ(float, y, y_at);                                                                     \
    READ(float, gradient, gradient_at);                                                       \
    AT(float, out, out_at);                                                                   \
    out[i] = canonical(d_##name(x[i], y[i], gradient[i]));                                    \
  }

UNARY(relu)
UNARY(tanh)
UNARY(gelu)
UNARY(gelu_erf)
UNARY(sigmoid)
UNARY(silu)

KERNEL(add, ELEMENT_ITEMS)(HEAP, index_t x_at, index_t y_at, index_t out_at, index_t count) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, y, y_at);
  AT(float, out, out_at);
  out[i] = canonical(x[i] + y[i]);
}

/// out[r] = x[r] + y[r mod period], rows of `columns`; a bias has the period 1.
KERNEL(add_periodic, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t y_at, index_t out_at, index_t count, index_t period) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, y, y_at);
  AT(float, out, out_at);
  out[i] = canonical(x[i] + y[i % period]);
}

KERNEL(clear, ELEMENT_ITEMS)(HEAP, index_t out_at, index_t count) {
  ELEMENT(i, count);
  AT(float, out, out_at);
  out[i] = 0.0f;
}

KERNEL(scale, ELEMENT_ITEMS)(HEAP, index_t x_at, index_t factor_at, index_t out_at, index_t count) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, factor, factor_at);
  AT(float, out, out_at);
  out[i] = canonical(x[i] * factor[0]);
}

/// out = x in a step's first micro-batch, out + x in the others.
KERNEL(accumulate, ELEMENT_ITEMS)(HEAP, index_t x_at, index_t out_at, index_t count) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  AT(float, out, out_at);
  out[i] = canonical(SCALARS->micro_batch == 0 ? x[i] : out[i] + x[i]);
}

KERNEL(moving_average, ELEMENT_ITEMS)
(HEAP, index_t parameter_at, index_t average_at, index_t count, float rate) {
  ELEMENT(i, count);
  READ(float, parameter, parameter_at);
  AT(float, average, average_at);
  average[i] = canonical(FMA(rate, parameter[i] - average[i], average[i]));
}

KERNEL(sgd, ELEMENT_ITEMS)
(HEAP, index_t parameter_at, index_t gradient_at, index_t count, float weight_decay) {
  ELEMENT(i, count);
  AT(float, parameter, parameter_at);
  READ(float, gradient, gradient_at);
  const float p = parameter[i];
  const float d = weight_decay != 0.0f ? FMA(weight_decay, p, gradient[i]) : gradient[i];
  parameter[i] = canonical(FMA(-SCALARS->learning_rate, d, p));
}

KERNEL(sgd_momentum, ELEMENT_ITEMS)
(HEAP, index_t parameter_at, index_t gradient_at, index_t velocity_at, index_t count,
 float weight_decay, float momentum, int nesterov) {
  ELEMENT(i, count);
  AT(float, parameter, parameter_at);
  READ(float, gradient, gradient_at);
  AT(float, velocity, velocity_at);
  const float p = parameter[i];
  const float g = weight_decay != 0.0f ? FMA(weight_decay, p, gradient[i]) : gradient[i];
  const float v = FMA(momentum, velocity[i], g);
  velocity[i] = canonical(v);
  parameter[i] = canonical(FMA(-SCALARS->learning_rate, nesterov ? FMA(momentum, v, g) : v, p));
}

KERNEL(adam, ELEMENT_ITEMS)
(HEAP, index_t parameter_at, index_t gradient_at, index_t first_at, index_t second_at,
 index_t count, float beta1, float one_minus_beta1, float beta2, float one_minus_beta2,
 float epsilon, float weight_decay, int decoupled) {
  ELEMENT(i, count);
  AT(float, parameter, parameter_at);
  READ(float, gradient, gradient_at);
  AT(float, first_moment, first_at);
  AT(float, second_moment, second_at);
  const float rate = SCALARS->learning_rate;
  float p = parameter[i], g = gradient[i];
  if (decoupled) {
    p = p * FMA(-rate, weight_decay, 1.0f);
  } else if (weight_decay != 0.0f) {
    g = FMA(weight_decay, p, g);
  }
  const float m = FMA(beta1, first_moment[i], one_minus_beta1 * g);
  const float v = FMA(beta2, second_moment[i], one_minus_beta2 * (g * g));
  const float d = SQRT(v) / SCALARS->second_moment_correction_root + epsilon;
  first_moment[i] = canonical(m);
  second_moment[i] = canonical(v);
  parameter[i] = canonical(FMA(-(rate / SCALARS->first_moment_correction), m / d, p));
}
