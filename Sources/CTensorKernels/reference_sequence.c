// The definitions of lookups, positions, dropout, copies and updates, one element at a time.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"

static int32_t check_ids(const int32_t *ids, int64_t rows, int64_t vocabulary) {
  for (int64_t r = 0; r < rows; r++) {
    if (ids[r] < 0 || ids[r] >= vocabulary) return ASSAY_ERROR_LABEL;
  }
  return ASSAY_OK;
}

int32_t assay_embed_reference(
    const float *table, const int32_t *ids, float *out, int64_t rows, int64_t vocabulary,
    int64_t columns) {
  if (check_ids(ids, rows, vocabulary)) return ASSAY_ERROR_LABEL;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) {
      out[r * columns + c] = canonical(table[ids[r] * columns + c]);
    }
  }
  return ASSAY_OK;
}

int32_t assay_embed_gradient_reference(
    const int32_t *ids, const float *gradient, float *out, int64_t rows, int64_t vocabulary,
    int64_t columns) {
  if (check_ids(ids, rows, vocabulary)) return ASSAY_ERROR_LABEL;
  for (int64_t i = 0; i < vocabulary * columns; i++) out[i] = 0.0f;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) {
      const int64_t i = ids[r] * columns + c;
      out[i] = canonical(out[i] + gradient[r * columns + c]);
    }
  }
  return ASSAY_OK;
}

int32_t assay_add_periodic_reference(
    const float *x, const float *y, float *out, int64_t rows, int64_t period, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) {
      out[r * columns + c] = canonical(x[r * columns + c] + y[r % period * columns + c]);
    }
  }
  return ASSAY_OK;
}

int32_t assay_sum_periodic_reference(
    const float *x, float *out, int64_t rows, int64_t period, int64_t columns) {
  for (int64_t p = 0; p < period; p++) {
    const int64_t count = p < rows ? (rows - p + period - 1) / period : 0;
    for (int64_t c = 0; c < columns; c++) {
      out[p * columns + c] =
          canonical(strided_lane_sum(x + p * columns + c, count, period * columns));
    }
  }
  return ASSAY_OK;
}

int32_t assay_rotate_reference(
    const float *x, const float *cosines, const float *sines, float *out, int64_t rows,
    int64_t period, int64_t heads, int64_t head_width, int32_t is_inverse) {
  const int64_t half = head_width / 2;
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t h = 0; h < heads; h++) {
      const int64_t first = (r * heads + h) * head_width;
      for (int64_t i = 0; i < half; i++) {
        const float a = x[first + i], b = x[first + i + half];
        const float c = cosines[r % period * half + i];
        const float sine = sines[r % period * half + i], s = is_inverse ? -sine : sine;
        out[first + i] = canonical(fmaf(a, c, -(b * s)));
        out[first + i + half] = canonical(fmaf(b, c, a * s));
      }
    }
  }
  return ASSAY_OK;
}

/// Philox4x32-10: ten rounds over a counter, with a key that grows by two constants.
static void philox(uint32_t words[4], uint64_t seed) {
  uint32_t low = (uint32_t)seed, high = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t x = (uint64_t)words[0] * 0xD2511F53, y = (uint64_t)words[2] * 0xCD9E8D57;
    const uint32_t next[4] = {
        (uint32_t)(y >> 32) ^ words[1] ^ low, (uint32_t)y,
        (uint32_t)(x >> 32) ^ words[3] ^ high, (uint32_t)x};
    memcpy(words, next, sizeof next);
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
}

int32_t assay_dropout_reference(
    const float *x, float *out, int64_t count, struct assay_dropout s) {
  for (int64_t i = 0; i < count; i++) {
    const int64_t element = s.first + i;
    uint32_t words[4] = {
        (uint32_t)(element / 4), (s.node & 0xffffff) | 4u << 24, (uint32_t)s.step,
        (uint32_t)(s.step >> 32)};
    philox(words, s.seed);
    out[i] = words[element % 4] >= s.threshold ? canonical(x[i] * s.scale) : 0.0f;
  }
  return ASSAY_OK;
}

static void copy(
    const float *x, float *out, const struct assay_copy_shape *shape, int32_t dimension) {
  for (int64_t i = 0; i < shape->extents[dimension]; i++) {
    const float *from = x + i * shape->x_strides[dimension];
    float *to = out + i * shape->out_strides[dimension];
    if (dimension + 1 < shape->rank) {
      copy(from, to, shape, dimension + 1);
    } else {
      *to = canonical(*from);
    }
  }
}

int32_t assay_copy_reference(const float *x, float *out, struct assay_copy_shape shape) {
  if (shape.rank < 1 || shape.rank > ASSAY_COPY_RANK) return ASSAY_ERROR_SHAPE;
  copy(x, out, &shape, 0);
  return ASSAY_OK;
}

int32_t assay_clear_reference(float *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = 0.0f;
  return ASSAY_OK;
}

int32_t assay_clip_scale_reference(
    const float *const *gradients, const int64_t *counts, int64_t gradient_count, float *out,
    float limit) {
  float sum = 0.0f;
  for (int64_t index = 0; index < gradient_count; index++) {
    float lanes[64] = {0};
    for (int64_t i = 0; i < counts[index]; i++) {
      lanes[i % 64] = fmaf(gradients[index][i], gradients[index][i], lanes[i % 64]);
    }
    sum = sum + tree(lanes);
  }
  const float norm = sqrtf(sum);
  out[0] = canonical(norm != norm ? norm : norm > limit ? limit / norm : 1.0f);
  return ASSAY_OK;
}

int32_t assay_scale_reference(
    const float *x, const float *factor, float *out, int64_t count) {
  const float f = factor[0];
  for (int64_t i = 0; i < count; i++) out[i] = canonical(x[i] * f);
  return ASSAY_OK;
}

int32_t assay_moving_average_reference(
    const float *parameter, float *average, int64_t count, float rate) {
  for (int64_t i = 0; i < count; i++) {
    average[i] = canonical(fmaf(rate, parameter[i] - average[i], average[i]));
  }
  return ASSAY_OK;
}
