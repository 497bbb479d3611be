// Sums over the 64 lanes of the definition: four vectors. A partial vector's missing lanes add +0,
// which changes nothing: a lane starts at +0 and can never become −0.

enum { SUM_LANES = 64, SUM_VECTORS = SUM_LANES / LANES };

/// lane[i] += lane[i + s], i < s, for s = 32, 16, 8, 4, 2, 1.
INLINE float tree(const vec sums[SUM_VECTORS]) {
  const vec thirty_two[2] = {sums[0] + sums[2], sums[1] + sums[3]};
  vec lanes = thirty_two[0] + thirty_two[1];
  for (int s = 8; s > 0; s /= 2) {
    for (int i = 0; i < s; i++) lanes[i] = lanes[i] + lanes[i + s];
  }
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

/// The larger, NaN if either is, +0 above −0: the same in any order.
INLINE vec maximum(vec x, vec y) {
  const vec larger = choose(x > y, x, choose(x == y, (vec)((ivec)x & (ivec)y), y));
  return choose((x != x) | (y != y), splat(__builtin_nanf("")), larger);
}

static float row_maximum(const float *x, int64_t count) {
  vec largest = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) largest = maximum(largest, load(x + i));
  if (i < count) {
    const uvec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const ivec exists = (ivec)(lane < (uint32_t)(count - i));
    const vec rest = choose(exists, load_up_to(x + i, count - i), splat(-__builtin_inff()));
    largest = maximum(largest, rest);
  }
  vec all = largest;
  all = maximum(all, __builtin_shufflevector(
      all, all, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  all = maximum(all, __builtin_shufflevector(
      all, all, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  all = maximum(all, __builtin_shufflevector(
      all, all, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  all = maximum(all, __builtin_shufflevector(
      all, all, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  return all[0];
}

/// One row of softmax cross-entropy. `loss` may be any address outside `logits`; `probabilities`
/// may be `logits`.
static void softmax_row(
    const float *logits, int32_t label, float *probabilities, float *loss, int64_t columns) {
  const float largest = row_maximum(logits, columns);
  const float margin = logits[label] - largest;
  vec sums[SUM_VECTORS] = {0};
  EACH_VECTOR(columns, {
    const vec e = exp_lanes(read(logits + i, n) - largest);
    write(probabilities + i, e, n);
    sums[i / LANES % SUM_VECTORS] += n == LANES ? e : read(probabilities + i, n);
  });
  const float sum = tree(sums);
  divide(probabilities, sum, columns);
  float value[1];
  write(value, log_lanes(splat(sum)) - margin, 1);
  *loss = value[0];
}
