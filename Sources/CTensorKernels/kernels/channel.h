// Operations within a channel of [batch, channels, spatial]. A channel's elements lie in one run of
// `spatial` for each image; its lanes go on from run to run.

enum lane_kind { LANE_SUM, LANE_SQUARES, LANE_PRODUCTS };

struct channel_operands {
  const float *x, *gradient;
  float mean, inverse;
};

/// A lane's next value: lane + x, fma(d, d, lane) or fma(dy, (x − mean)·inverse, lane).
INLINE vec next_lane(const enum lane_kind kind, vec lane, vec x, vec dy, vec mean, vec inverse) {
  if (kind == LANE_SUM) return lane + x;
  const vec d = x - mean;
  return kind == LANE_SQUARES ? fma_lanes(d, d, lane) : fma_lanes(dy, d * inverse, lane);
}

/// n elements, in the lanes from `first` on; the others are +0.
INLINE vec load_lanes(const float *p, int64_t first, int64_t n) {
  float lanes[2 * LANES] = {0};
  store_up_to(lanes + first, load_up_to(p, n), n);
  return load(lanes);
}

INLINE float channel_lanes(
    const enum lane_kind kind, const struct assay_channels *s, int64_t channel,
    const struct channel_operands *o) {
  const vec mean = splat(o->mean), inverse = splat(o->inverse);
  const ivec lane_index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  vec sums[SUM_VECTORS] = {0};
  int64_t lane = 0;
  for (int64_t image = 0; image < s->batch; image++) {
    const int64_t start = (image * s->channels + channel) * s->spatial;
    const float *x = o->x + start, *dy = kind == LANE_PRODUCTS ? o->gradient + start : x;
    for (int64_t i = 0; i < s->spatial;) {
      for (; lane == 0 && i + SUM_LANES <= s->spatial; i += SUM_LANES) {
#pragma clang loop unroll(full)
        for (int v = 0; v < SUM_VECTORS; v++) {
          sums[v] = next_lane(
              kind, sums[v], load(x + i + v * LANES), load(dy + i + v * LANES), mean, inverse);
        }
      }
      if (i == s->spatial) break;
      const int64_t first = lane % LANES, n = smaller(LANES - first, s->spatial - i);
      const ivec used = (lane_index >= (int32_t)first) & (lane_index < (int32_t)(first + n));
      vec *sum = &sums[lane / LANES];
      const vec next = next_lane(
          kind, *sum, load_lanes(x + i, first, n), load_lanes(dy + i, first, n), mean, inverse);
      *sum = choose(used, next, *sum);
      i += n;
      lane = (lane + n) % SUM_LANES;
    }
  }
  return tree(sums);
}

static float channel_sum(const struct assay_channels *s, int64_t channel, const float *x) {
  const struct channel_operands o = {.x = x};
  return channel_lanes(LANE_SUM, s, channel, &o);
}

/// The lane sum of (x − mean)².
static float channel_squares(
    const struct assay_channels *s, int64_t channel, const float *x, float mean) {
  const struct channel_operands o = {.x = x, .mean = mean};
  return channel_lanes(LANE_SQUARES, s, channel, &o);
}

/// The lane sum of dy·(x − mean)·inverse.
static float channel_products(
    const struct assay_channels *s, int64_t channel, const float *x, const float *gradient,
    float mean, float inverse) {
  const struct channel_operands o = {x, gradient, mean, inverse};
  return channel_lanes(LANE_PRODUCTS, s, channel, &o);
}

static void channel_normalize(
    const struct assay_channels *s, int64_t channel, const float *x, float mean, float inverse,
    float weight, float bias, int rectifies, float *out) {
  for (int64_t image = 0; image < s->batch; image++) {
    const int64_t start = (image * s->channels + channel) * s->spatial;
    EACH_VECTOR(s->spatial, {
      const vec h = (read(x + start + i, n) - mean) * inverse;
      const vec y = fma_lanes(h, splat(weight), splat(bias));
      write(out + start + i, rectifies ? relu_lanes(y) : y, n);
    });
  }
}

/// (weight·inverse)·(dy − fma(h, weight_sum, bias_sum) / count), h = (x − mean)·inverse.
static void channel_normalize_gradient(
    const struct assay_channels *s, int64_t channel, const float *x, const float *gradient,
    float mean, float inverse, float weight, float weight_sum, float bias_sum, float *out) {
  const int64_t count = s->batch * s->spatial;
  const float scale = weight * inverse, divisor = (float)count, reciprocal = 1.0f / divisor;
  // Both are rounded once where the divisor is a power of two.
  const int exact = (count & (count - 1)) == 0;
  for (int64_t image = 0; image < s->batch; image++) {
    const int64_t start = (image * s->channels + channel) * s->spatial;
    EACH_VECTOR(s->spatial, {
      const vec h = (read(x + start + i, n) - mean) * inverse;
      const vec sum = fma_lanes(h, splat(weight_sum), splat(bias_sum));
      const vec t = exact ? sum * reciprocal : sum / divisor;
      write(out + start + i, scale * (read(gradient + start + i, n) - t), n);
    });
  }
}

static void add_number(const float *x, float number, float *out, int64_t count) {
  EACH_VECTOR(count, write(out + i, read(x + i, n) + number, n));
}
