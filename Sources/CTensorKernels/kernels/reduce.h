// Sums over the 64 lanes of the definition: four vectors. A partial vector's missing lanes add +0,
// which changes nothing: a lane starts at +0 and can never become −0.

enum { SUM_LANES = 64, SUM_VECTORS = SUM_LANES / LANES };

// The first s lanes become the s after them; the others are of no interest.
#define MOVE_DOWN_8(x) \
  __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
#define MOVE_DOWN_4(x) \
  __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15)
#define MOVE_DOWN_2(x) \
  __builtin_shufflevector(x, x, 2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15)
#define MOVE_DOWN_1(x) \
  __builtin_shufflevector(x, x, 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15)

/// lane[i] += lane[i + s], i < s, for s = 32, 16, 8, 4, 2, 1.
INLINE float tree(const vec sums[SUM_VECTORS]) {
  const vec thirty_two[2] = {sums[0] + sums[2], sums[1] + sums[3]};
  vec lanes = thirty_two[0] + thirty_two[1];
  lanes += MOVE_DOWN_8(lanes);
  lanes += MOVE_DOWN_4(lanes);
  lanes += MOVE_DOWN_2(lanes);
  lanes += MOVE_DOWN_1(lanes);
  return lanes[0];
}

static float lane_sum(const float *x, int64_t count) {
  vec sums[SUM_VECTORS] = {0};
  int64_t start = 0;
  for (; start + SUM_LANES <= count; start += SUM_LANES) {
    for (int v = 0; v < SUM_VECTORS; v++) sums[v] += load(x + start + v * LANES);
  }
  for (int v = 0; start < count; start += LANES, v++) {
    sums[v] += load_up_to(x + start, smaller(LANES, count - start));
  }
  return tree(sums);
}

static float squared_distance(const float *x, const float *y, int64_t count) {
  vec sums[SUM_VECTORS] = {0};
  int64_t start = 0;
  for (; start + SUM_LANES <= count; start += SUM_LANES) {
    for (int v = 0; v < SUM_VECTORS; v++) {
      const vec d = load(x + start + v * LANES) - load(y + start + v * LANES);
      sums[v] = fma_lanes(d, d, sums[v]);
    }
  }
  for (int v = 0; start < count; start += LANES, v++) {
    const int64_t n = smaller(LANES, count - start);
    const vec d = load_up_to(x + start, n) - load_up_to(y + start, n);
    sums[v] = fma_lanes(d, d, sums[v]);
  }
  return tree(sums);
}

/// Sums 16 columns over rows: 64 lanes of one vector each. Lanes that no row reached hold +0 and
/// are left out of the tree.
INLINE void column_sum_vector(
    const float *x, float *out, int64_t rows, int64_t row_stride, int64_t n) {
  vec lanes[SUM_LANES];
  const int64_t used = smaller(rows, SUM_LANES);
  for (int64_t r = 0; r < used; r++) lanes[r] = splat(0.0f) + read(x + r * row_stride, n);
  for (int64_t r = used; r < rows; r++) lanes[r % SUM_LANES] += read(x + r * row_stride, n);
  if (used == 0) lanes[0] = splat(0.0f);
  for (int64_t s = SUM_LANES / 2; s > 0; s /= 2) {
    for (int64_t l = 0; l < s && l + s < used; l++) lanes[l] += lanes[l + s];
  }
  write(out, lanes[0], n);
}

static void column_sum(
    const float *x, float *out, int64_t rows, int64_t row_stride, int64_t columns) {
  EACH_VECTOR(columns, column_sum_vector(x + i, out + i, rows, row_stride, n));
}

/// The larger of x and y; y where x is NaN.
INLINE vec larger(vec x, vec y) { return choose(x > y, x, y); }

/// The largest element that is not NaN, −∞ where there is none; a zero of either sign.
///
/// It may stand for the maximum of the definition: a NaN in the row makes the sum and so every
/// result NaN, and neither exp(±0) nor log(sum) − (±0) shows the sign of a zero.
static float row_maximum(const float *x, int64_t count) {
  const vec lowest = splat(-__builtin_inff());
  vec largest[2] = {lowest, lowest};
  int64_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    largest[0] = larger(load(x + i), largest[0]);
    largest[1] = larger(load(x + i + LANES), largest[1]);
  }
  for (; i < count; i += LANES) {
    const int64_t n = smaller(LANES, count - i);
    const uvec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const ivec exists = (ivec)(lane < (uint32_t)n);
    largest[0] = larger(choose(exists, read(x + i, n), lowest), largest[0]);
  }
  vec all = larger(largest[0], largest[1]);
  all = larger(MOVE_DOWN_8(all), all);
  all = larger(MOVE_DOWN_4(all), all);
  all = larger(MOVE_DOWN_2(all), all);
  all = larger(MOVE_DOWN_1(all), all);
  return all[0];
}

/// Writes exp(x − largest) and returns its sum.
static float row_exponentials(const float *x, float largest, float *out, int64_t count) {
  vec sums[SUM_VECTORS] = {0};
  int64_t start = 0;
  for (; start + SUM_LANES <= count; start += SUM_LANES) {
#pragma clang loop unroll(full)
    for (int v = 0; v < SUM_VECTORS; v++) {
      const vec e = exp_lanes(load(x + start + v * LANES) - largest);
      store(out + start + v * LANES, e);
      sums[v] += e;
    }
  }
#pragma clang loop unroll(full)
  for (int v = 0; v < SUM_VECTORS; v++) {
    const int64_t i = start + v * LANES;
    if (i >= count) break;
    const int64_t n = smaller(LANES, count - i);
    const uvec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const vec e = exp_lanes(read(x + i, n) - largest);
    store_up_to(out + i, e, n);
    sums[v] += choose((ivec)(lane < (uint32_t)n), e, splat(0.0f));
  }
  return tree(sums);
}

/// The sum of x − largest.
static float row_margins(const float *x, float largest, int64_t count) {
  vec sums[SUM_VECTORS] = {0};
  for (int64_t i = 0, v = 0; i < count; i += LANES, v = (v + 1) % SUM_VECTORS) {
    const int64_t n = smaller(LANES, count - i);
    const uvec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    sums[v] += choose((ivec)(lane < (uint32_t)n), read(x + i, n) - largest, splat(0.0f));
  }
  return tree(sums);
}

/// Softmax cross-entropy of up to 16 rows, whose losses are one vector. `probabilities` may be
/// `logits`.
static void softmax_rows(
    const float *logits, const int32_t *labels, float *probabilities, float *losses, int64_t rows,
    int64_t columns, const struct assay_labelling *labelling) {
  const float smoothing = labelling->smoothing;
  vec sums = splat(1.0f), margins = splat(0.0f), all_margins = splat(0.0f);
  ivec ignored = {0};
  for (int64_t r = 0; r < rows; r++) {
    const float *x = logits + r * columns;
    float *p = probabilities + r * columns;
    const float largest = row_maximum(x, columns);
    ignored[r] = labelling->ignores && labels[r] == labelling->ignored ? -1 : 0;
    if (!ignored[r]) margins[r] = x[labels[r]] - largest;
    if (smoothing != 0.0f) all_margins[r] = row_margins(x, largest, columns);
    const float sum = row_exponentials(x, largest, p, columns);
    sums[r] = sum;
    divide(p, sum, columns);
  }
  const vec logs = log_lanes(sums);
  vec result = logs - margins;
  if (smoothing != 0.0f) {
    const vec smooth = logs - all_margins / (float)columns;
    result = fma_lanes(splat(smoothing), smooth, (1.0f - smoothing) * result);
  }
  write(losses, choose(ignored, splat(0.0f), result), rows);
}
