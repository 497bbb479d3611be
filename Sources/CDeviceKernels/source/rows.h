// Sums and rows: 64 items for each sum, an item for each lane.

/// out[c] = the lanes of x[c], x[c + columns], … of `count` elements in all; four columns in a
/// group of 256 items.
KERNEL(column_sum, 256)
(HEAP, index_t x_at, index_t out_at, index_t count, index_t columns) {
  LOCAL_ARRAY(float, lanes, 256);
  READ(float, x, x_at);
  AT(float, out, out_at);
  const int column = ITEM % 4, lane = ITEM / 4;
  const index_t c = GROUP(0) * 4 + column;
  float sum = 0.0f;
  if (c < columns) {
    for (index_t i = lane * columns + c; i < count; i += LANES * columns) sum = sum + x[i];
  }
  lanes[ITEM] = sum;
  BARRIER();
  for (int s = LANES / 2; s > 0; s /= 2) {
    if (lane < s) lanes[ITEM] = lanes[ITEM] + lanes[ITEM + 4 * s];
    BARRIER();
  }
  if (lane == 0 && c < columns) out[c] = canonical(lanes[ITEM]);
}

/// out[c] = the lanes over rows of gradient·h, h = (x − mean[row])·inverse[row]; without a mean
/// x·inverse[row].
KERNEL(norm_weight_gradient, 256)
(HEAP, index_t x_at, index_t gradient_at, index_t mean_at, index_t inverse_at, index_t out_at,
 index_t rows, index_t columns, int has_mean) {
  LOCAL_ARRAY(float, lanes, 256);
  READ(float, x, x_at);
  READ(float, gradient, gradient_at);
  READ(float, mean, mean_at);
  READ(float, inverse, inverse_at);
  AT(float, out, out_at);
  const int column = ITEM % 4, lane = ITEM / 4;
  const index_t c = GROUP(0) * 4 + column;
  float sum = 0.0f;
  if (c < columns) {
    for (index_t r = lane; r < rows; r += LANES) {
      const float value = x[r * columns + c];
      const float h = (has_mean ? value - mean[r] : value) * inverse[r];
      sum = FMA(gradient[r * columns + c], h, sum);
    }
  }
  lanes[ITEM] = sum;
  BARRIER();
  for (int s = LANES / 2; s > 0; s /= 2) {
    if (lane < s) lanes[ITEM] = lanes[ITEM] + lanes[ITEM + 4 * s];
    BARRIER();
  }
  if (lane == 0 && c < columns) out[c] = canonical(lanes[ITEM]);
}

KERNEL(mean, LANES)
(HEAP, index_t x_at, index_t out_at, index_t count, float divisor) {
  LOCAL_ARRAY(float, lanes, LANES);
  READ(float, x, x_at);
  AT(float, out, out_at);
  float sum = 0.0f;
  for (index_t i = ITEM; i < count; i += LANES) sum = sum + x[i];
  sum = fold(lanes, sum);
  if (ITEM == 0) out[0] = canonical(sum / divisor_of(divisor, SCALARS->counted_rows));
}

// Losses -----------------------------------------------------------------------------------------

KERNEL(softmax_cross_entropy, LANES)
(HEAP, index_t logits_at, index_t labels_at, index_t probabilities_at, index_t losses_at,
 index_t columns, float smoothing, int ignores, int ignored, int instruction) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, logits_at + 4 * row * columns);
  READ(int, labels, labels_at);
  AT(float, p, probabilities_at + 4 * row * columns);
  AT(float, losses, losses_at);
  const int label = labels[row];
  const int is_ignored = ignores && label == ignored;
  const int is_class = label >= 0 && label < columns;
  if (ITEM == 0 && !is_class && !is_ignored) FAIL(instruction);
  float largest = -INFINITE;
  for (index_t c = ITEM; c < columns; c += LANES) largest = larger(largest, x[c]);
  largest = fold_largest(lanes, largest);
  // Read by every item before the first writes: the probabilities may take the logits' place.
  const float margin = is_class && !is_ignored ? x[label] - largest : 0.0f;
  float margins = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) margins = margins + (x[c] - largest);
  const float mean_margin = fold(lanes, margins) / (float)columns;
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float e = exponential(x[c] - largest);
    p[c] = e;
    sum = sum + e;
  }
  sum = fold(lanes, sum);
  for (index_t c = ITEM; c < columns; c += LANES) p[c] = canonical(p[c] / sum);
  if (ITEM == 0) {
    const float loss = logarithm(sum) - margin;
    const float smooth = logarithm(sum) - mean_margin;
    const float smoothed = FMA(smoothing, smooth, (1.0f - smoothing) * loss);
    losses[row] = is_ignored ? 0.0f : canonical(smoothing != 0.0f ? smoothed : loss);
  }
}

KERNEL(softmax_cross_entropy_gradient, ELEMENT_ITEMS)
(HEAP, index_t probabilities_at, index_t labels_at, index_t out_at, index_t count,
 index_t columns, float smoothing, int ignores, int ignored, float divisor, int instruction) {
  ELEMENT(i, count);
  READ(float, probabilities, probabilities_at);
  READ(int, labels, labels_at);
  AT(float, out, out_at);
  const int label = labels[i / columns];
  const index_t c = i % columns;
  const int is_ignored = ignores && label == ignored;
  if (c == 0 && !is_ignored && (label < 0 || label >= columns)) FAIL(instruction);
  const float share = smoothing / (float)columns;
  const float expected = c == label ? 1.0f - smoothing : 0.0f;
  const float slope =
      ((probabilities[i] - share) - expected) / divisor_of(divisor, SCALARS->counted_rows);
  out[i] = is_ignored ? 0.0f : canonical(slope);
}

KERNEL(squared_error, LANES)
(HEAP, index_t prediction_at, index_t target_at, index_t losses_at, index_t columns) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, prediction, prediction_at + 4 * row * columns);
  READ(float, target, target_at + 4 * row * columns);
  AT(float, losses, losses_at);
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float d = prediction[c] - target[c];
    sum = FMA(d, d, sum);
  }
  sum = fold(lanes, sum);
  if (ITEM == 0) losses[row] = canonical(sum / (float)columns);
}

KERNEL(squared_error_gradient, ELEMENT_ITEMS)
(HEAP, index_t prediction_at, index_t target_at, index_t out_at, index_t count, float divisor) {
  ELEMENT(i, count);
  READ(float, prediction, prediction_at);
  READ(float, target, target_at);
  AT(float, out, out_at);
  const float d = 2.0f * (prediction[i] - target[i]);
  out[i] = canonical(d / divisor_of(divisor, SCALARS->counted_rows));
}

// Norms and softmax ------------------------------------------------------------------------------

KERNEL(layer_norm, LANES)
(HEAP, index_t x_at, index_t weight_at, index_t bias_at, index_t out_at, index_t mean_at,
 index_t inverse_at, index_t columns, float epsilon) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, x_at + 4 * row * columns);
  READ(float, weight, weight_at);
  READ(float, bias, bias_at);
  AT(float, out, out_at + 4 * row * columns);
  AT(float, mean, mean_at);
  AT(float, inverse, inverse_at);
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) sum = sum + x[c];
  const float center = fold(lanes, sum) / (float)columns;
  sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float d = x[c] - center;
    sum = FMA(d, d, sum);
  }
  const float factor = 1.0f / SQRT(fold(lanes, sum) / (float)columns + epsilon);
  for (index_t c = ITEM; c < columns; c += LANES) {
    out[c] = canonical(FMA((x[c] - center) * factor, weight[c], bias[c]));
  }
  if (ITEM == 0) {
    mean[row] = canonical(center);
    inverse[row] = canonical(factor);
  }
}

KERNEL(layer_norm_gradient, LANES)
(HEAP, index_t x_at, index_t gradient_at, index_t weight_at, index_t mean_at, index_t inverse_at,
 index_t out_at, index_t columns) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, x_at + 4 * row * columns);
  READ(float, gradient, gradient_at + 4 * row * columns);
  READ(float, weight, weight_at);
  READ(float, mean, mean_at);
  READ(float, inverse, inverse_at);
  AT(float, out, out_at + 4 * row * columns);
  const float center = mean[row], factor = inverse[row];
  float sum = 0.0f, products = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float h = (x[c] - center) * factor;
    const float g = gradient[c] * weight[c];
    sum = sum + g;
    products = FMA(g, h, products);
  }
  const float a = fold(lanes, sum), b = fold(lanes, products);
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float h = (x[c] - center) * factor;
    const float g = gradient[c] * weight[c];
    out[c] = canonical(factor * (g - FMA(h, b, a) / (float)columns));
  }
}

KERNEL(rms_norm, LANES)
(HEAP, index_t x_at, index_t weight_at, index_t out_at, index_t inverse_at, index_t columns,
 float epsilon) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, x_at + 4 * row * columns);
  READ(float, weight, weight_at);
  AT(float, out, out_at + 4 * row * columns);
  AT(float, inverse, inverse_at);
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) sum = FMA(x[c], x[c], sum);
  const float factor = 1.0f / SQRT(fold(lanes, sum) / (float)columns + epsilon);
  for (index_t c = ITEM; c < columns; c += LANES) out[c] = canonical((x[c] * factor) * weight[c]);
  if (ITEM == 0) inverse[row] = canonical(factor);
}

KERNEL(rms_norm_gradient, LANES)
(HEAP, index_t x_at, index_t gradient_at, index_t weight_at, index_t inverse_at, index_t out_at,
 index_t columns) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, x_at + 4 * row * columns);
  READ(float, gradient, gradient_at + 4 * row * columns);
  READ(float, weight, weight_at);
  READ(float, inverse, inverse_at);
  AT(float, out, out_at + 4 * row * columns);
  const float factor = inverse[row];
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    sum = FMA(gradient[c] * weight[c], x[c] * factor, sum);
  }
  const float slope = fold(lanes, sum) / (float)columns;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float g = gradient[c] * weight[c];
    out[c] = canonical(factor * FMA(-(x[c] * factor), slope, g));
  }
}

KERNEL(softmax, LANES)(HEAP, index_t x_at, index_t out_at, index_t columns) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, x, x_at + 4 * row * columns);
  AT(float, p, out_at + 4 * row * columns);
  float largest = -INFINITE;
  for (index_t c = ITEM; c < columns; c += LANES) largest = larger(largest, x[c]);
  largest = fold_largest(lanes, largest);
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) {
    const float e = exponential(x[c] - largest);
    p[c] = e;
    sum = sum + e;
  }
  sum = fold(lanes, sum);
  for (index_t c = ITEM; c < columns; c += LANES) p[c] = canonical(p[c] / sum);
}

KERNEL(softmax_gradient, LANES)
(HEAP, index_t y_at, index_t gradient_at, index_t out_at, index_t columns) {
  LOCAL_ARRAY(float, lanes, LANES);
  const index_t row = GROUP(0);
  READ(float, y, y_at + 4 * row * columns);
  READ(float, gradient, gradient_at + 4 * row * columns);
  AT(float, out, out_at + 4 * row * columns);
  float sum = 0.0f;
  for (index_t c = ITEM; c < columns; c += LANES) sum = FMA(y[c], gradient[c], sum);
  const float r = fold(lanes, sum);
  for (index_t c = ITEM; c < columns; c += LANES) out[c] = canonical(y[c] * (gradient[c] - r));
}
