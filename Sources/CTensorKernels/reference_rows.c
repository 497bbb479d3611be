// The definitions of norms and softmax, one element at a time.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"

/// The lane sum of x·y, a lane a chain of fma.
static float chain(const float *x, const float *y, int64_t count) {
  float lanes[64] = {0};
  for (int64_t i = 0; i < count; i++) lanes[i % 64] = fmaf(x[i], y[i], lanes[i % 64]);
  return tree(lanes);
}

int32_t assay_layer_norm_reference(
    const float *x, const float *weight, const float *bias, float *out, float *mean,
    float *inverse, int64_t rows, int64_t columns, float epsilon) {
  const float count = (float)columns;
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    const float center = strided_lane_sum(row, columns, 1) / count;
    float lanes[64] = {0};
    for (int64_t c = 0; c < columns; c++) {
      const float d = row[c] - center;
      lanes[c % 64] = fmaf(d, d, lanes[c % 64]);
    }
    const float scale = 1.0f / sqrtf(tree(lanes) / count + epsilon);
    for (int64_t c = 0; c < columns; c++) {
      out[r * columns + c] = canonical(fmaf((row[c] - center) * scale, weight[c], bias[c]));
    }
    mean[r] = canonical(center);
    inverse[r] = canonical(scale);
  }
  return ASSAY_OK;
}

int32_t assay_layer_norm_gradient_reference(
    const float *x, const float *gradient, const float *weight, const float *mean,
    const float *inverse, float *out, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float sums[64] = {0}, products[64] = {0};
    for (int64_t c = 0; c < columns; c++) {
      const float h = (x[r * columns + c] - mean[r]) * inverse[r];
      const float g = gradient[r * columns + c] * weight[c];
      sums[c % 64] = sums[c % 64] + g;
      products[c % 64] = fmaf(g, h, products[c % 64]);
    }
    const float a = tree(sums), b = tree(products);
    for (int64_t c = 0; c < columns; c++) {
      const float h = (x[r * columns + c] - mean[r]) * inverse[r];
      const float g = gradient[r * columns + c] * weight[c];
      out[r * columns + c] = canonical(inverse[r] * (g - fmaf(h, b, a) / (float)columns));
    }
  }
  return ASSAY_OK;
}

int32_t assay_rms_norm_reference(
    const float *x, const float *weight, float *out, float *inverse, int64_t rows,
    int64_t columns, float epsilon) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    const float scale = 1.0f / sqrtf(chain(row, row, columns) / (float)columns + epsilon);
    for (int64_t c = 0; c < columns; c++) {
      out[r * columns + c] = canonical((row[c] * scale) * weight[c]);
    }
    inverse[r] = canonical(scale);
  }
  return ASSAY_OK;
}

int32_t assay_rms_norm_gradient_reference(
    const float *x, const float *gradient, const float *weight, const float *inverse, float *out,
    int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float products[64] = {0};
    for (int64_t c = 0; c < columns; c++) {
      const float h = x[r * columns + c] * inverse[r];
      const float g = gradient[r * columns + c] * weight[c];
      products[c % 64] = fmaf(g, h, products[c % 64]);
    }
    const float slope = tree(products) / (float)columns;
    for (int64_t c = 0; c < columns; c++) {
      const float h = x[r * columns + c] * inverse[r];
      const float g = gradient[r * columns + c] * weight[c];
      out[r * columns + c] = canonical(inverse[r] * fmaf(-h, slope, g));
    }
  }
  return ASSAY_OK;
}

int32_t assay_norm_weight_gradient_reference(
    const float *x, const float *gradient, const float *mean, const float *inverse, float *out,
    int64_t rows, int64_t columns) {
  for (int64_t c = 0; c < columns; c++) {
    float lanes[64] = {0};
    for (int64_t r = 0; r < rows; r++) {
      const float value = x[r * columns + c];
      const float h = (mean ? value - mean[r] : value) * inverse[r];
      lanes[r % 64] = fmaf(gradient[r * columns + c], h, lanes[r % 64]);
    }
    out[c] = canonical(tree(lanes));
  }
  return ASSAY_OK;
}

int32_t assay_softmax_reference(const float *x, float *out, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    float *p = out + r * columns;
    float largest = -INFINITY;
    for (int64_t c = 0; c < columns; c++) largest = larger(largest, row[c]);
    for (int64_t c = 0; c < columns; c++) p[c] = assay_reference_exp(row[c] - largest);
    const float sum = strided_lane_sum(p, columns, 1);
    for (int64_t c = 0; c < columns; c++) p[c] = canonical(p[c] / sum);
  }
  return ASSAY_OK;
}

int32_t assay_softmax_gradient_reference(
    const float *y, const float *gradient, float *out, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    const float *p = y + r * columns, *g = gradient + r * columns;
    const float mean = chain(p, g, columns);
    for (int64_t c = 0; c < columns; c++) {
      out[r * columns + c] = canonical(p[c] * (g[c] - mean));
    }
  }
  return ASSAY_OK;
}
