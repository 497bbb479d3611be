// [batch, channels, spatial]: sums over a channel by groups of 64 items, an item for each lane.
// Element i of channel c is at (i / spatial · channels + c) · spatial + i mod spatial.
#define OF_CHANNEL(i, c) (((i) / spatial * channels + (c)) * spatial + (i) % spatial)

KERNEL(channel_add_bias, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t bias_at, index_t out_at, index_t count, index_t channels,
 index_t spatial) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, bias, bias_at);
  AT(float, out, out_at);
  out[i] = canonical(x[i] + bias[i / spatial % channels]);
}

KERNEL(channel_sum, LANES)
(HEAP, index_t x_at, index_t out_at, index_t count, index_t channels, index_t spatial) {
  LOCAL_ARRAY(float, lanes, LANES);
  READ(float, x, x_at);
  AT(float, out, out_at);
  const index_t c = GROUP(0);
  float sum = 0.0f;
  for (index_t i = ITEM; i < count; i += LANES) sum = sum + x[OF_CHANNEL(i, c)];
  sum = fold(lanes, sum);
  if (ITEM == 0) out[c] = canonical(sum);
}

/// `count` is batch · spatial, `unbiased` count / (count − 1).
KERNEL(channel_normalize, LANES)
(HEAP, index_t x_at, index_t weight_at, index_t bias_at, index_t running_mean_at,
 index_t running_variance_at, index_t out_at, index_t mean_at, index_t inverse_at, index_t count,
 index_t channels, index_t spatial, float momentum, float epsilon, float unbiased) {
  LOCAL_ARRAY(float, lanes, LANES);
  READ(float, x, x_at);
  READ(float, weight, weight_at);
  READ(float, bias, bias_at);
  AT(float, running_mean, running_mean_at);
  AT(float, running_variance, running_variance_at);
  AT(float, out, out_at);
  AT(float, mean, mean_at);
  AT(float, inverse, inverse_at);
  const index_t c = GROUP(0);
  float sum = 0.0f;
  for (index_t i = ITEM; i < count; i += LANES) sum = sum + x[OF_CHANNEL(i, c)];
  const float center = fold(lanes, sum) / (float)count;
  sum = 0.0f;
  for (index_t i = ITEM; i < count; i += LANES) {
    const float d = x[OF_CHANNEL(i, c)] - center;
    sum = FMA(d, d, sum);
  }
  const float variance = fold(lanes, sum) / (float)count;
  const float factor = 1.0f / SQRT(variance + epsilon);
  for (index_t i = ITEM; i < count; i += LANES) {
    const index_t at = OF_CHANNEL(i, c);
    out[at] = canonical(FMA((x[at] - center) * factor, weight[c], bias[c]));
  }
  if (ITEM == 0) {
    mean[c] = canonical(center);
    inverse[c] = canonical(factor);
    running_mean[c] = canonical(FMA(momentum, center - running_mean[c], running_mean[c]));
    running_variance[c] = canonical(
        FMA(momentum, variance * unbiased - running_variance[c], running_variance[c]));
  }
}

KERNEL(channel_normalize_with, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t weight_at, index_t bias_at, index_t mean_at, index_t variance_at,
 index_t out_at, index_t count, index_t channels, index_t spatial, float epsilon) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, weight, weight_at);
  READ(float, bias, bias_at);
  READ(float, mean, mean_at);
  READ(float, variance, variance_at);
  AT(float, out, out_at);
  const index_t c = i / spatial % channels;
  const float inverse = 1.0f / SQRT(variance[c] + epsilon);
  out[i] = canonical(FMA((x[i] - mean[c]) * inverse, weight[c], bias[c]));
}

KERNEL(channel_normalize_gradient, LANES)
(HEAP, index_t x_at, index_t gradient_at, index_t weight_at, index_t mean_at, index_t inverse_at,
 index_t out_at, index_t weight_gradient_at, index_t bias_gradient_at, index_t count,
 index_t channels, index_t spatial) {
  LOCAL_ARRAY(float, lanes, LANES);
  READ(float, x, x_at);
  READ(float, gradient, gradient_at);
  READ(float, weight, weight_at);
  READ(float, mean, mean_at);
  READ(float, inverse, inverse_at);
  AT(float, out, out_at);
  AT(float, weight_gradient, weight_gradient_at);
  AT(float, bias_gradient, bias_gradient_at);
  const index_t c = GROUP(0);
  const float center = mean[c], factor = inverse[c];
  float sum = 0.0f, products = 0.0f;
  for (index_t i = ITEM; i < count; i += LANES) {
    const index_t at = OF_CHANNEL(i, c);
    const float h = (x[at] - center) * factor;
    sum = sum + gradient[at];
    products = FMA(gradient[at], h, products);
  }
  const float bias_sum = fold(lanes, sum), weight_sum = fold(lanes, products);
  const float slope = weight[c] * factor;
  for (index_t i = ITEM; i < count; i += LANES) {
    const index_t at = OF_CHANNEL(i, c);
    const float h = (x[at] - center) * factor;
    const float t = FMA(h, weight_sum, bias_sum) / (float)count;
    out[at] = canonical(slope * (gradient[at] - t));
  }
  if (ITEM == 0) {
    weight_gradient[c] = canonical(weight_sum);
    bias_gradient[c] = canonical(bias_sum);
  }
}
