// The definitions of the integer operators, one element at a time.
#include "geometry.h"
#include "integer_kernels.h"

#include <string.h>

/// rs(x, shift), of a number that is far from the ends of its type.
static int64_t rounded(int64_t x, int32_t shift) {
  if (shift == 0) return x;
  const int64_t unit = (int64_t)1 << shift, sum = x + unit / 2;
  return sum >= 0 ? sum / unit : -((-sum + unit - 1) / unit);
}

static int is_out_of_range(int64_t q) { return q < -32768 || q > 32767; }

static int64_t saturated(int64_t x, int64_t low, int64_t high) {
  if (x < low) return low;
  return x > high ? high : x;
}

static int64_t element(int32_t width, const void *x, int64_t i) {
  return width == ASSAY_INTEGER_32 ? ((const int32_t *)x)[i] : ((const int64_t *)x)[i];
}

static void set_element(int32_t width, void *x, int64_t i, int64_t value) {
  if (width == ASSAY_INTEGER_32) {
    ((int32_t *)x)[i] = (int32_t)value;
  } else {
    ((int64_t *)x)[i] = value;
  }
}

int32_t assay_integer_matmul_reference(
    const int8_t *a, const int8_t *b, int32_t *out, int64_t m, int64_t n, int64_t k,
    int32_t transpose_a, int32_t transpose_b) {
  if (!is_shape(m, n) || !is_shape(m, k) || !is_shape(k, n)) return ASSAY_ERROR_SHAPE;
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < n; j++) {
      int64_t sum = 0;
      for (int64_t p = 0; p < k; p++) {
        sum += (int64_t)(transpose_a ? a[p * m + i] : a[i * k + p]) *
               (transpose_b ? b[j * k + p] : b[p * n + j]);
      }
      out[i * n + j] = (int32_t)sum;
    }
  }
  return ASSAY_OK;
}

/// Adds a product to element `i`, modulo 2^32.
static void add_product(int32_t *out, int64_t i, int8_t x, int8_t y) {
  out[i] = (int32_t)((uint32_t)out[i] + (uint32_t)((int32_t)x * y));
}

int32_t assay_integer_convolution_reference(
    int32_t kind, const struct assay_convolution *s, const int8_t *left, const int8_t *right,
    int32_t *out) {
  if (kind < ASSAY_CONVOLUTION_FORWARD || kind > ASSAY_CONVOLUTION_WEIGHT_GRADIENT) {
    return ASSAY_ERROR_KIND;
  }
  if (!is_convolution(s) || s->groups != 1) return ASSAY_ERROR_SHAPE;
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t x_count = s->batch * s->input_channels * s->height * s->width;
  const int64_t y_count = s->batch * s->output_channels * rows * columns;
  const int64_t taps = s->input_channels * s->kernel_height * s->kernel_width;
  const int64_t counts[] = {y_count, x_count, s->output_channels * taps};
  memset(out, 0, (size_t)(4 * counts[kind]));
  for (int64_t place = 0; place < y_count; place++) {
    const int64_t c = place % columns, r = place / columns % rows;
    const int64_t o = place / columns / rows % s->output_channels;
    const int64_t n = place / columns / rows / s->output_channels;
    for (int64_t tap = 0; tap < taps; tap++) {
      const int64_t row = r * s->stride - s->padding + tap / s->kernel_width % s->kernel_height;
      const int64_t column = c * s->stride - s->padding + tap % s->kernel_width;
      if (row < 0 || row >= s->height || column < 0 || column >= s->width) continue;
      const int64_t channel = tap / s->kernel_width / s->kernel_height;
      const int64_t x = ((n * s->input_channels + channel) * s->height + row) * s->width + column;
      const int64_t weight = o * taps + tap;
      switch (kind) {
        case ASSAY_CONVOLUTION_FORWARD:
          add_product(out, place, left[x], right[weight]);
          break;
        case ASSAY_CONVOLUTION_INPUT_GRADIENT:
          add_product(out, x, left[place], right[weight]);
          break;
        default:
          add_product(out, weight, left[place], right[x]);
      }
    }
  }
  return ASSAY_OK;
}

int32_t assay_integer_round_weights_reference(
    int32_t width, const void *x, int8_t *out, int64_t count, int32_t shift) {
  int32_t status = ASSAY_OK;
  for (int64_t i = 0; i < count; i++) {
    const int64_t w = element(width, x, i);
    // Beyond this, rounding by at most 30 bits leaves far more than 16.
    const int64_t limit = (int64_t)1 << 60;
    const int64_t q = w > limit || w < -limit ? limit : rounded(w, shift);
    if (is_out_of_range(q)) status = ASSAY_ERROR_OVERFLOW;
    out[i] = (int8_t)saturated(q, -127, 127);
  }
  return status;
}

int32_t assay_integer_activate_reference(
    const int32_t *x, int8_t *out, int64_t count, int32_t shift) {
  int32_t status = ASSAY_OK;
  for (int64_t i = 0; i < count; i++) {
    const int64_t q = rounded(x[i], shift);
    if (is_out_of_range(q)) status = ASSAY_ERROR_OVERFLOW;
    out[i] = (int8_t)saturated(q, 0, 127);
  }
  return status;
}

int32_t assay_integer_pool_activate_reference(
    const int32_t *x, int8_t *out, int64_t planes, int64_t height, int64_t width, int32_t shift) {
  int32_t status = ASSAY_OK;
  for (int64_t i = 0; i < planes * height * width; i++) {
    const int64_t c = i % width, row = i / width;  // rows of all planes, one after another
    int64_t sum = 0;
    for (int64_t place = 0; place < 4; place++) {
      sum += x[(2 * row + place / 2) * 2 * width + 2 * c + place % 2];
    }
    const int64_t q = rounded(sum, shift);
    if (is_out_of_range(q)) status = ASSAY_ERROR_OVERFLOW;
    out[i] = (int8_t)saturated(q, 0, 127);
  }
  return status;
}

int32_t assay_integer_mask_gradient_reference(
    const int32_t *gradient, const int8_t *activation, int8_t *out, int64_t count, int32_t shift) {
  int32_t status = ASSAY_OK;
  for (int64_t i = 0; i < count; i++) {
    const int64_t q = rounded(gradient[i], shift);
    if (is_out_of_range(q)) status = ASSAY_ERROR_OVERFLOW;
    out[i] = activation[i] > 0 ? (int8_t)saturated(q, -128, 127) : 0;
  }
  return status;
}

int32_t assay_integer_spread_reference(
    const int8_t *x, int8_t *out, int64_t planes, int64_t height, int64_t width) {
  for (int64_t i = 0; i < planes * 4 * height * width; i++) {
    const int64_t c = i % (2 * width), row = i / (2 * width);
    out[i] = x[row / 2 * width + c / 2];
  }
  return ASSAY_OK;
}

int32_t assay_integer_update_reference(
    int32_t width, void *w, void *v, const int32_t *d, int64_t count, int64_t rate,
    int32_t decay_shift) {
  for (int64_t i = 0; i < count; i++) {
    int64_t step = (int64_t)((uint64_t)rate * (uint64_t)(int64_t)d[i]);
    if (v) {
      const int64_t old = element(width, v, i);
      const uint64_t half = (uint64_t)1 << (decay_shift - 1);
      const int64_t decay = (int64_t)((uint64_t)old + half) >> decay_shift;
      step = (int64_t)((uint64_t)old - (uint64_t)decay + (uint64_t)step);
      set_element(width, v, i, step);
    }
    const uint64_t next = (uint64_t)element(width, w, i) - (uint64_t)step;
    set_element(width, w, i, (int64_t)next);
  }
  return ASSAY_OK;
}
