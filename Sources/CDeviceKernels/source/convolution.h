// A group of a convolution's channels, and its two gradients, as products. Images are [batch,
// channels, height, width]; `first_input` and `first_output` are the group's first channels.
#define SHAPE                                                                                   \
  , int input_channels, int first_input, int inputs, int output_channels, int first_output,     \
      int height, int width, int rows, int columns, int kernel_height, int kernel_width,        \
      int stride, int padding
#define WIDE 4

/// Element (row, column) of a plane, or 0 outside of it.
#define WITHIN(plane, height, width, row, column)                                     \
  ((row) >= 0 && (row) < (height) && (column) >= 0 && (column) < (width)              \
       ? plane[(index_t)(row) * (width) + (column)]                                   \
       : 0)

// out[n, o, r, c]: i = o, j = (n, r, c), p = (a, ki, kj).
HELPER ELEMENT_TYPE NAMED(window)(
    GLOBAL const ELEMENT_SOURCE *x, int image, int channel, int channels, int height, int width,
    int row, int column) {
  GLOBAL const ELEMENT_SOURCE *plane =
      x + ((index_t)image * channels + channel) * height * width;
  return WITHIN(plane, height, width, row, column);
}
#define PRODUCT NAMED(convolution)
#define PARAMETERS SHAPE
#define PREPARE const int area = rows * columns, taps = kernel_height * kernel_width;
#define LEFT(i, p) left[(index_t)(first_output + i) * k + p]
#define RIGHT(p, j)                                                                          \
  NAMED(window)(                                                                             \
      right, j / area, first_input + p / taps, input_channels, height, width,                \
      j % area / columns * stride - padding + p % taps / kernel_width,                       \
      j % columns * stride - padding + p % kernel_width)
#define PLACE(i, j) \
  (((index_t)(j / area) * output_channels + first_output + i) * area + j % area)
#define LEFT_BY_ROWS 1
#define RIGHT_BY_ROWS 0
#include "product.h"

// dx[n, a, h, w] at h = first_h + stride·y, w = first_w + stride·z, the positions whose windows use
// the taps tap_h + stride·u, tap_w + stride·v: i = a, j = (n, y, z), p = (o, u, v).
#define PRODUCT NAMED(convolution_input_gradient)
#define PARAMETERS                                                                     \
  SHAPE, int first_h, int first_w, int count_h, int count_w, int tap_h, int tap_w,     \
      int taps_h, int taps_w
#define PREPARE                                                                        \
  const int positions = count_h * count_w, taps = taps_h * taps_w;                     \
  const int last_row = (first_h + padding - tap_h) / stride;                           \
  const int last_column = (first_w + padding - tap_w) / stride;
#define LEFT(i, p)                                                                           \
  left[(((index_t)(first_output + p / taps) * inputs + i) * kernel_height + tap_h +          \
        p % taps / taps_w * stride) *                                                        \
           kernel_width +                                                                    \
       tap_w + p % taps_w * stride]
#define RIGHT(p, j)                                                                          \
  NAMED(window)(                                                                             \
      right, j / positions, first_output + p / taps, output_channels, rows, columns,         \
      last_row + j % positions / count_w - p % taps / taps_w,                                \
      last_column + j % count_w - p % taps_w)
#define PLACE(i, j)                                                                          \
  ((((index_t)(j / positions) * input_channels + first_input + i) * height + first_h +       \
    j % positions / count_w * stride) *                                                      \
       width +                                                                               \
   first_w + j % count_w * stride)
#define LEFT_BY_ROWS 0
#define RIGHT_BY_ROWS 0
#include "product.h"

// dweight[o, a, ki, kj]: i = o, j = (a, ki, kj), p = (n, r, c).
#define PRODUCT NAMED(convolution_weight_gradient)
#define PARAMETERS SHAPE
#define PREPARE const int area = rows * columns, taps = kernel_height * kernel_width;
#define LEFT(i, p) \
  left[((index_t)(p / area) * output_channels + first_output + i) * area + p % area]
#define RIGHT(p, j)                                                                          \
  NAMED(window)(                                                                             \
      right, p / area, first_input + j / taps, input_channels, height, width,                \
      p % area / columns * stride - padding + j % taps / kernel_width,                       \
      p % columns * stride - padding + j % kernel_width)
#define PLACE(i, j) ((index_t)(first_output + i) * n + (j))
#define LEFT_BY_ROWS 1
#define RIGHT_BY_ROWS 1
#include "product.h"

#undef WITHIN
#undef SHAPE
#undef WIDE
