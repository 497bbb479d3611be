// Norms and softmax of one row, and the gradient of a norm's weight.
//
// A lane that is a chain of fma may become −0 (by underflow), so that lanes without an element must
// keep what they hold: `chain_lanes` leaves them.

INLINE ivec first_lanes(int64_t n) {
  const uvec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (ivec)(lane < (uint32_t)n);
}

/// sum = fma(x, y, sum) in the first n lanes.
INLINE vec chain_lanes(vec x, vec y, vec sum, int64_t n) {
  const vec next = fma_lanes(x, y, sum);
  return n == LANES ? next : choose(first_lanes(n), next, sum);
}

/// `EACH_VECTOR` for lane sums: `v` counts the vectors of a step of 64 elements.
#define EACH_SUM_VECTOR(count, ...)                                  \
  do {                                                               \
    int64_t start = 0;                                               \
    for (; start + SUM_LANES <= (count); start += SUM_LANES) {       \
      _Pragma("clang loop unroll(full)")                             \
      for (int v = 0; v < SUM_VECTORS; v++) {                        \
        const int64_t i = start + v * LANES, n = LANES;              \
        __VA_ARGS__;                                                 \
      }                                                              \
    }                                                                \
    for (int v = 0; start < (count); start += LANES, v++) {          \
      const int64_t i = start, n = smaller(LANES, (count) - start);  \
      __VA_ARGS__;                                                   \
    }                                                                \
  } while (0)

INLINE float square_root(float x) { return __builtin_elementwise_sqrt(splat(x))[0]; }

INLINE float canonical_number(float x) { return x != x ? __builtin_nanf("") : x; }

static void layer_norm_row(
    const float *x, const float *weight, const float *bias, float *out, float *mean,
    float *inverse, int64_t columns, float epsilon) {
  const float center = lane_sum(x, columns) / (float)columns;
  vec squares[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(columns, {
    const vec d = read(x + i, n) - center;
    squares[v] = chain_lanes(d, d, squares[v], n);
  });
  const float scale = 1.0f / square_root(tree(squares) / (float)columns + epsilon);
  EACH_VECTOR(columns, {
    const vec h = (read(x + i, n) - center) * scale;
    write(out + i, fma_lanes(h, read(weight + i, n), read(bias + i, n)), n);
  });
  *mean = canonical_number(center);
  *inverse = canonical_number(scale);
}

static void layer_norm_gradient_row(
    const float *x, const float *gradient, const float *weight, float mean, float inverse,
    float *out, int64_t columns) {
  vec sums[SUM_VECTORS] = {0};
  vec products[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(columns, {
    const vec h = (read(x + i, n) - mean) * inverse;
    const vec g = read(gradient + i, n) * read(weight + i, n);
    sums[v] += g;
    products[v] = chain_lanes(g, h, products[v], n);
  });
  const vec a = splat(tree(sums)), b = splat(tree(products));
  const float count = (float)columns;
  EACH_VECTOR(columns, {
    const vec h = (read(x + i, n) - mean) * inverse;
    const vec g = read(gradient + i, n) * read(weight + i, n);
    write(out + i, inverse * (g - fma_lanes(h, b, a) / count), n);
  });
}

static void rms_norm_row(
    const float *x, const float *weight, float *out, float *inverse, int64_t columns,
    float epsilon) {
  vec squares[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(columns, {
    const vec value = read(x + i, n);
    squares[v] = chain_lanes(value, value, squares[v], n);
  });
  const float scale = 1.0f / square_root(tree(squares) / (float)columns + epsilon);
  EACH_VECTOR(columns, write(out + i, (read(x + i, n) * scale) * read(weight + i, n), n));
  *inverse = canonical_number(scale);
}

static void rms_norm_gradient_row(
    const float *x, const float *gradient, const float *weight, float inverse, float *out,
    int64_t columns) {
  vec products[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(columns, {
    const vec h = read(x + i, n) * inverse;
    const vec g = read(gradient + i, n) * read(weight + i, n);
    products[v] = chain_lanes(g, h, products[v], n);
  });
  const vec slope = splat(tree(products) / (float)columns);
  EACH_VECTOR(columns, {
    const vec h = read(x + i, n) * inverse;
    const vec g = read(gradient + i, n) * read(weight + i, n);
    write(out + i, inverse * fma_lanes(-h, slope, g), n);
  });
}

/// Sixteen columns over all rows: 64 lanes of one vector each.
INLINE void norm_weight_gradient_vector(
    const float *x, const float *gradient, const float *mean, const float *inverse, float *out,
    int64_t rows, int64_t row_stride, int64_t n) {
  vec lanes[SUM_LANES] = {0};
  for (int64_t r = 0; r < rows; r++) {
    const vec value = read(x + r * row_stride, n);
    const vec h = (mean ? value - mean[r] : value) * inverse[r];
    lanes[r % SUM_LANES] =
        fma_lanes(read(gradient + r * row_stride, n), h, lanes[r % SUM_LANES]);
  }
  for (int s = SUM_LANES / 2; s > 0; s /= 2) {
    for (int l = 0; l < s; l++) lanes[l] += lanes[l + s];
  }
  write(out, lanes[0], n);
}

static void norm_weight_gradient(
    const float *x, const float *gradient, const float *mean, const float *inverse, float *out,
    int64_t rows, int64_t row_stride, int64_t columns) {
  EACH_VECTOR(
      columns, norm_weight_gradient_vector(
                   x + i, gradient + i, mean, inverse, out + i, rows, row_stride, n));
}

static void plain_softmax_row(const float *x, float *out, int64_t columns) {
  const float largest = row_maximum(x, columns);
  vec sums[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(columns, {
    const vec e = exp_lanes(read(x + i, n) - largest);
    sums[v] += n == LANES ? e : choose(first_lanes(n), e, splat(0.0f));
    write(out + i, e, n);
  });
  divide(out, tree(sums), columns);
}

static void softmax_gradient_row(
    const float *y, const float *gradient, float *out, int64_t columns) {
  vec products[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(
      columns,
      products[v] = chain_lanes(read(y + i, n), read(gradient + i, n), products[v], n));
  const float mean = tree(products);
  EACH_VECTOR(columns, write(out + i, read(y + i, n) * (read(gradient + i, n) - mean), n));
}
