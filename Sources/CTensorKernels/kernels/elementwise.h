// Element-wise operators on one thread.

INLINE vec relu_lanes(vec x) { return choose((x > 0.0f) | (x != x), x, splat(0.0f)); }

static void unary(int32_t kind, const float *x, float *out, int64_t count) {
  switch (kind) {
    case ASSAY_UNARY_RELU:
      EACH_VECTOR(count, write(out + i, relu_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_TANH:
      EACH_VECTOR(count, write(out + i, tanh_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_GELU:
      EACH_VECTOR(count, write(out + i, gelu_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_EXP:
      EACH_VECTOR(count, write(out + i, exp_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_LOG:
      EACH_VECTOR(count, write(out + i, log_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_ERF:
      EACH_VECTOR(count, write(out + i, erf_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_GELU_ERF:
      EACH_VECTOR(count, write(out + i, gelu_erf_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_SIGMOID:
      EACH_VECTOR(count, write(out + i, sigmoid_lanes(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_SILU:
      EACH_VECTOR(count, write(out + i, silu_lanes(read(x + i, n)), n));
      break;
  }
}

INLINE vec relu_gradient(vec y, vec gradient) { return choose(y > 0.0f, gradient, splat(0.0f)); }

INLINE vec tanh_gradient(vec y, vec gradient) {
  return gradient * fma_lanes(-y, y, splat(1.0f));
}

INLINE vec sigmoid_gradient(vec y, vec gradient) { return gradient * (y * (1.0f - y)); }

static void unary_gradient(
    int32_t kind, const float *x, const float *y, const float *gradient, float *out,
    int64_t count) {
  switch (kind) {
    case ASSAY_UNARY_RELU:
      EACH_VECTOR(
          count, write(out + i, relu_gradient(read(y + i, n), read(gradient + i, n)), n));
      break;
    case ASSAY_UNARY_TANH:
      EACH_VECTOR(
          count, write(out + i, tanh_gradient(read(y + i, n), read(gradient + i, n)), n));
      break;
    case ASSAY_UNARY_GELU:
      EACH_VECTOR(count, write(out + i, read(gradient + i, n) * gelu_slope(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_GELU_ERF:
      EACH_VECTOR(
          count, write(out + i, read(gradient + i, n) * gelu_erf_slope(read(x + i, n)), n));
      break;
    case ASSAY_UNARY_SIGMOID:
      EACH_VECTOR(
          count, write(out + i, sigmoid_gradient(read(y + i, n), read(gradient + i, n)), n));
      break;
    case ASSAY_UNARY_SILU:
      EACH_VECTOR(count, write(out + i, read(gradient + i, n) * silu_slope(read(x + i, n)), n));
      break;
  }
}

static void add(const float *x, const float *y, float *out, int64_t count) {
  EACH_VECTOR(count, write(out + i, read(x + i, n) + read(y + i, n), n));
}

static void add_relu(const float *x, const float *y, float *out, int64_t count) {
  EACH_VECTOR(count, write(out + i, relu_lanes(read(x + i, n) + read(y + i, n)), n));
}

static void divide(float *x, float divisor, int64_t count) {
  EACH_VECTOR(count, write(x + i, read(x + i, n) / divisor, n));
}

static void squared_error_gradient(
    const float *prediction, const float *target, float *out, int64_t count, float divisor) {
  EACH_VECTOR(
      count,
      write(out + i, (2.0f * (read(prediction + i, n) - read(target + i, n))) / divisor, n));
}

static void fma_arrays(
    const float *x, const float *y, const float *z, float *out, int64_t count) {
  EACH_VECTOR(
      count, write(out + i, fma_lanes(read(x + i, n), read(y + i, n), read(z + i, n)), n));
}
