// Operations within a channel of [batch, channels, spatial]. A channel's elements lie in one run of
// `spatial` for each image; its lanes go on from run to run.

enum lane_kind { LANE_SUM, LANE_SQUARES, LANE_GRADIENT, LANE_RECTIFIED, LANE_RECTIFIED_SUM };

/// The first n lanes of a vector, moved to the lanes from `first` on; the others are +0.
INLINE vec from_lane(vec v, int64_t first, int64_t n) {
  float lanes[2 * LANES] = {0};
  store_up_to(lanes + first, v, n);
  return load(lanes);
}

/// n elements of dy: what is given, or what `rectified` makes of it and keeps.
INLINE vec channel_gradient_at(
    const enum lane_kind kind, const struct channel_gradient *g, int64_t at, int64_t n) {
  const vec given = read(g->gradient + at, n);
  if (kind == LANE_GRADIENT) return given;
  const struct assay_rectified *r = &g->rectified;
  const vec sum = kind == LANE_RECTIFIED ? given : given + read(r->addend + at, n);
  const vec dy = relu_gradient(read(r->output + at, n), sum);
  write(r->out + at, dy, n);
  return dy;
}

/// The lanes' next values, n elements on: lane + x, fma(d, d, lane), d = x − mean, or both of
/// lane + dy and fma(dy, d·inverse, lane). What stands in the lanes from `first` on is added.
INLINE void add_lanes(
    const enum lane_kind kind, const struct channel_gradient *g, int64_t at, int64_t first,
    int64_t n, vec *sum, vec *product) {
  const int whole = n == LANES;
  const ivec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const ivec used = (lane >= (int32_t)first) & (lane < (int32_t)(first + n));
  vec x = read(g->x + at, n), dy = x;
  if (kind >= LANE_GRADIENT) dy = channel_gradient_at(kind, g, at, n);
  if (!whole) x = from_lane(x, first, n), dy = from_lane(dy, first, n);
  const vec d = x - splat(g->mean);
  vec next = kind == LANE_SQUARES ? fma_lanes(d, d, *sum) : *sum + dy;
  *sum = whole ? next : choose(used, next, *sum);
  if (kind < LANE_GRADIENT) return;
  next = fma_lanes(dy, d * splat(g->inverse), *product);
  *product = whole ? next : choose(used, next, *product);
}

/// Brings what is read of an element into the cache.
INLINE void fetch_channel(
    const enum lane_kind kind, const struct channel_gradient *g, int64_t at) {
  __builtin_prefetch(g->x + at);
  if (kind >= LANE_GRADIENT) __builtin_prefetch(g->gradient + at);
  if (kind >= LANE_RECTIFIED) __builtin_prefetch(g->rectified.output + at);
  if (kind == LANE_RECTIFIED_SUM) __builtin_prefetch(g->rectified.addend + at);
}

/// How many elements further on the same place of an image lies that is worth fetching now: about
/// 4 KB of a channel away, where the channel's next run is not the memory's. 0 near the end.
INLINE int64_t fetch_distance(const struct assay_channels *s, int64_t image) {
  const int64_t images = 1 + (1023 / s->spatial);
  return image + images < s->batch ? images * s->channels * s->spatial : 0;
}

INLINE void channel_lanes(
    const enum lane_kind kind, const struct assay_channels *s, int64_t channel,
    const struct channel_gradient *g, float *out_sum, float *out_product) {
  vec sums[SUM_VECTORS] = {0}, products[SUM_VECTORS] = {0};
  int64_t lane = 0;
  for (int64_t image = 0; image < s->batch; image++) {
    const int64_t start = (image * s->channels + channel) * s->spatial;
    const int64_t soon = start + fetch_distance(s, image);
    for (int64_t i = 0; i < s->spatial;) {
      for (; lane == 0 && i + SUM_LANES <= s->spatial; i += SUM_LANES) {
#pragma clang loop unroll(full)
        for (int v = 0; v < SUM_VECTORS; v++) {
          fetch_channel(kind, g, soon + i + v * LANES);
          add_lanes(kind, g, start + i + v * LANES, 0, LANES, &sums[v], &products[v]);
        }
      }
      if (i == s->spatial) break;
      const int64_t first = lane % LANES, n = smaller(LANES - first, s->spatial - i);
      const int64_t v = lane / LANES;
      add_lanes(kind, g, start + i, first, n, &sums[v], &products[v]);
      i += n;
      lane = (lane + n) % SUM_LANES;
    }
  }
  *out_sum = tree(sums);
  if (kind >= LANE_GRADIENT) *out_product = tree(products);
}

static float channel_sum(const struct assay_channels *s, int64_t channel, const float *x) {
  const struct channel_gradient operands = {.x = x};
  float sum;
  channel_lanes(LANE_SUM, s, channel, &operands, &sum, 0);
  return sum;
}

/// The lane sum of (x − mean)².
static float channel_squares(
    const struct assay_channels *s, int64_t channel, const float *x, float mean) {
  const struct channel_gradient operands = {.x = x, .mean = mean};
  float sum;
  channel_lanes(LANE_SQUARES, s, channel, &operands, &sum, 0);
  return sum;
}

/// The lane sums of dy and of dy·(x − mean)·inverse.
static void channel_gradient_sums(
    const struct assay_channels *s, int64_t channel, const struct channel_gradient *g, float *sum,
    float *product) {
  if (!g->rectified.output) {
    channel_lanes(LANE_GRADIENT, s, channel, g, sum, product);
  } else if (g->rectified.addend) {
    channel_lanes(LANE_RECTIFIED_SUM, s, channel, g, sum, product);
  } else {
    channel_lanes(LANE_RECTIFIED, s, channel, g, sum, product);
  }
}

static void channel_normalize(
    const struct assay_channels *s, int64_t channel, const float *x, float mean, float inverse,
    float weight, float bias, int rectifies, float *out) {
  for (int64_t image = 0; image < s->batch; image++) {
    const int64_t start = (image * s->channels + channel) * s->spatial;
    const float *soon = x + start + fetch_distance(s, image);
    EACH_VECTOR(s->spatial, {
      __builtin_prefetch(soon + i);
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
    const int64_t soon = start + fetch_distance(s, image);
    EACH_VECTOR(s->spatial, {
      __builtin_prefetch(x + soon + i);
      __builtin_prefetch(gradient + soon + i);
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
