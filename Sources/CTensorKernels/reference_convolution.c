// The definitions of convolution and pooling, one element at a time, by the C library's fmaf.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"

static int64_t output_rows(const struct assay_convolution *s) {
  return (s->height + 2 * s->padding - s->kernel_height) / s->stride + 1;
}

static int64_t output_columns(const struct assay_convolution *s) {
  return (s->width + 2 * s->padding - s->kernel_width) / s->stride + 1;
}

/// Element (row, column) of a plane, or +0 outside of it.
static float at(const float *plane, int64_t height, int64_t width, int64_t row, int64_t column) {
  const int inside = row >= 0 && row < height && column >= 0 && column < width;
  return inside ? plane[row * width + column] : 0.0f;
}

/// A sum along K: blocks of 512, each a chain of fma from +0, added in order.
struct chain {
  int64_t count;
  float block, total;
};

static void chain_close(struct chain *chain) {
  chain->total = chain->count <= 512 ? chain->block : chain->total + chain->block;
  chain->block = 0.0f;
}

static void chain_add(struct chain *chain, float x, float y) {
  if (chain->count > 0 && chain->count % 512 == 0) chain_close(chain);
  chain->block = fmaf(x, y, chain->block);
  chain->count++;
}

static float chain_total(struct chain *chain) {
  if (chain->count > 0) chain_close(chain);
  return canonical(chain->total);
}

// Convolution ------------------------------------------------------------------------------------

int32_t assay_convolution_reference(
    const struct assay_convolution *s, const float *x, const float *weight, float *out) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t inputs = s->input_channels / s->groups, outputs = s->output_channels / s->groups;
  for (int64_t n = 0; n < s->batch; n++) {
    for (int64_t o = 0; o < s->output_channels; o++) {
      for (int64_t position = 0; position < rows * columns; position++) {
        const int64_t row = position / columns * s->stride - s->padding;
        const int64_t column = position % columns * s->stride - s->padding;
        struct chain chain = {0};
        for (int64_t a = 0; a < inputs; a++) {
          const int64_t channel = n * s->input_channels + o / outputs * inputs + a;
          const float *plane = x + channel * s->height * s->width;
          for (int64_t i = 0; i < s->kernel_height; i++) {
            for (int64_t j = 0; j < s->kernel_width; j++) {
              const int64_t tap = ((o * inputs + a) * s->kernel_height + i) * s->kernel_width + j;
              chain_add(&chain, at(plane, s->height, s->width, row + i, column + j), weight[tap]);
            }
          }
        }
        out[(n * s->output_channels + o) * rows * columns + position] = chain_total(&chain);
      }
    }
  }
  return ASSAY_OK;
}

/// dx of one element: the windows that hold it, weighted.
static float input_gradient_at(
    const struct assay_convolution *s, const float *gradient, const float *weight, int64_t n,
    int64_t input, int64_t h, int64_t w) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t inputs = s->input_channels / s->groups, outputs = s->output_channels / s->groups;
  struct chain chain = {0};
  for (int64_t o = input / inputs * outputs; o < (input / inputs + 1) * outputs; o++) {
    const float *plane = gradient + (n * s->output_channels + o) * rows * columns;
    const float *kernel =
        weight + (o * inputs + input % inputs) * s->kernel_height * s->kernel_width;
    for (int64_t i = 0; i < s->kernel_height; i++) {
      for (int64_t j = 0; j < s->kernel_width; j++) {
        const int64_t row = h + s->padding - i, column = w + s->padding - j;
        if (row % s->stride != 0 || column % s->stride != 0) continue;
        const float dy = at(plane, rows, columns, row / s->stride, column / s->stride);
        chain_add(&chain, dy, kernel[i * s->kernel_width + j]);
      }
    }
  }
  return chain_total(&chain);
}

int32_t assay_convolution_input_gradient_reference(
    const struct assay_convolution *s, const float *gradient, const float *weight, float *out) {
  for (int64_t n = 0; n < s->batch; n++) {
    for (int64_t a = 0; a < s->input_channels; a++) {
      for (int64_t h = 0; h < s->height; h++) {
        for (int64_t w = 0; w < s->width; w++) {
          out[((n * s->input_channels + a) * s->height + h) * s->width + w] =
              input_gradient_at(s, gradient, weight, n, a, h, w);
        }
      }
    }
  }
  return ASSAY_OK;
}

int32_t assay_convolution_weight_gradient_reference(
    const struct assay_convolution *s, const float *gradient, const float *x, float *out) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t inputs = s->input_channels / s->groups, outputs = s->output_channels / s->groups;
  const int64_t taps = s->kernel_height * s->kernel_width;
  for (int64_t element = 0; element < s->output_channels * inputs * taps; element++) {
    const int64_t o = element / taps / inputs, a = o / outputs * inputs + element / taps % inputs;
    const int64_t i = element % taps / s->kernel_width, j = element % s->kernel_width;
    struct chain chain = {0};
    for (int64_t n = 0; n < s->batch; n++) {
      const float *dy = gradient + (n * s->output_channels + o) * rows * columns;
      const float *plane = x + (n * s->input_channels + a) * s->height * s->width;
      for (int64_t r = 0; r < rows; r++) {
        for (int64_t c = 0; c < columns; c++) {
          const int64_t row = r * s->stride - s->padding + i;
          const int64_t column = c * s->stride - s->padding + j;
          chain_add(&chain, dy[r * columns + c], at(plane, s->height, s->width, row, column));
        }
      }
    }
    out[element] = chain_total(&chain);
  }
  return ASSAY_OK;
}

// Pooling ----------------------------------------------------------------------------------------

int32_t assay_max_pool_reference(
    const struct assay_convolution *s, const float *x, float *out, int32_t *indices) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  for (int64_t y = 0; y < s->batch * s->input_channels * rows * columns; y++) {
    const float *plane = x + y / (rows * columns) * s->height * s->width;
    const int64_t first_row = y / columns % rows * s->stride - s->padding;
    const int64_t first_column = y % columns * s->stride - s->padding;
    int64_t best = -1;
    for (int64_t i = 0; i < s->kernel_height; i++) {
      for (int64_t j = 0; j < s->kernel_width; j++) {
        const int64_t row = first_row + i, column = first_column + j;
        if (row < 0 || row >= s->height || column < 0 || column >= s->width) continue;
        const int64_t place = row * s->width + column;
        const float value = plane[place];
        const int first_nan = value != value && best >= 0 && plane[best] == plane[best];
        if (best < 0 || value > plane[best] || first_nan) best = place;
      }
    }
    out[y] = canonical(plane[best]);
    indices[y] = (int32_t)best;
  }
  return ASSAY_OK;
}

int32_t assay_max_pool_gradient_reference(
    const struct assay_convolution *s, const float *gradient, const int32_t *indices,
    float *out) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t planes = s->batch * s->input_channels, plane = s->height * s->width;
  for (int64_t i = 0; i < planes * plane; i++) out[i] = 0.0f;
  for (int64_t y = 0; y < planes * rows * columns; y++) {
    if (indices[y] < 0 || indices[y] >= plane) return ASSAY_ERROR_LABEL;
    float *dx = out + y / (rows * columns) * plane + indices[y];
    *dx = canonical(*dx + gradient[y]);
  }
  return ASSAY_OK;
}

int32_t assay_average_pool_reference(
    const struct assay_convolution *s, const float *x, float *out) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const float size = (float)(s->kernel_height * s->kernel_width);
  for (int64_t y = 0; y < s->batch * s->input_channels * rows * columns; y++) {
    const float *plane = x + y / (rows * columns) * s->height * s->width;
    const int64_t row = y / columns % rows * s->stride - s->padding;
    const int64_t column = y % columns * s->stride - s->padding;
    float sum = 0.0f;
    for (int64_t i = 0; i < s->kernel_height; i++) {
      for (int64_t j = 0; j < s->kernel_width; j++) {
        sum = sum + at(plane, s->height, s->width, row + i, column + j);
      }
    }
    out[y] = canonical(sum / size);
  }
  return ASSAY_OK;
}

int32_t assay_average_pool_gradient_reference(
    const struct assay_convolution *s, const float *gradient, float *out) {
  const int64_t rows = output_rows(s), columns = output_columns(s);
  const int64_t planes = s->batch * s->input_channels, plane = s->height * s->width;
  const float size = (float)(s->kernel_height * s->kernel_width);
  for (int64_t i = 0; i < planes * plane; i++) out[i] = 0.0f;
  for (int64_t y = 0; y < planes * rows * columns; y++) {
    for (int64_t i = 0; i < s->kernel_height; i++) {
      for (int64_t j = 0; j < s->kernel_width; j++) {
        const int64_t row = y / columns % rows * s->stride - s->padding + i;
        const int64_t column = y % columns * s->stride - s->padding + j;
        if (row < 0 || row >= s->height || column < 0 || column >= s->width) continue;
        float *dx = out + y / (rows * columns) * plane + row * s->width + column;
        *dx = canonical(*dx + gradient[y] / size);
      }
    }
  }
  return ASSAY_OK;
}
