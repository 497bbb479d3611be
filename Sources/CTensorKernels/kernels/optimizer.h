// Optimiser updates on one thread.

INLINE void sgd_vector(
    float *parameter, const float *gradient, float *velocity, int64_t n,
    const struct assay_sgd *s) {
  const vec p = read(parameter, n);
  vec d = read(gradient, n);
  if (s->weight_decay != 0.0f) d = fma_lanes(splat(s->weight_decay), p, d);
  if (velocity) {
    const vec v = fma_lanes(splat(s->momentum), read(velocity, n), d);
    write(velocity, v, n);
    d = s->nesterov ? fma_lanes(splat(s->momentum), v, d) : v;
  }
  write(parameter, fma_lanes(splat(-s->learning_rate), d, p), n);
}

static void sgd(
    float *parameter, const float *gradient, float *velocity, int64_t count,
    const struct assay_sgd *settings) {
  const struct assay_sgd s = *settings;
  EACH_VECTOR(
      count, sgd_vector(parameter + i, gradient + i, velocity ? velocity + i : 0, n, &s));
}

INLINE void adam_vector(
    float *parameter, const float *gradient, float *first_moment, float *second_moment, int64_t n,
    const struct assay_adam *s, float shrink, float rate) {
  vec p = read(parameter, n), g = read(gradient, n);
  if (s->decoupled) {
    p = p * shrink;
  } else if (s->weight_decay != 0.0f) {
    g = fma_lanes(splat(s->weight_decay), p, g);
  }
  const vec m = fma_lanes(splat(s->beta1), read(first_moment, n), s->one_minus_beta1 * g);
  const vec v = fma_lanes(splat(s->beta2), read(second_moment, n), s->one_minus_beta2 * (g * g));
  write(first_moment, m, n);
  write(second_moment, v, n);
  const vec d = __builtin_elementwise_sqrt(v) / s->second_moment_correction_root + s->epsilon;
  write(parameter, fma_lanes(splat(-rate), m / d, p), n);
}

static void adam(
    float *parameter, const float *gradient, float *first_moment, float *second_moment,
    int64_t count, const struct assay_adam *settings) {
  const struct assay_adam s = *settings;
  const float shrink = fma_lanes(splat(-s.learning_rate), splat(s.weight_decay), splat(1.0f))[0];
  const float rate = s.learning_rate / s.first_moment_correction;
  EACH_VECTOR(
      count, adam_vector(
                 parameter + i, gradient + i, first_moment + i, second_moment + i, n, &s, shrink,
                 rate));
}
