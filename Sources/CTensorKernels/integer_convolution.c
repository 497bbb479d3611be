// Convolutions of integers: the windows of an image, laid out one row for each tap, times weights.
#include "geometry.h"
#include "integer_kernels.h"

#include <string.h>

struct integer_convolution {
  const struct integer_kernels *kernels;
  const struct assay_convolution *shape;
  const int8_t *left, *right;
  int32_t *out;
  char *workspace;
  int64_t parts;
  int64_t rows, columns, positions, taps;  // of the output; channels · kernel height · width
  // In a part's workspace: windows or their gradients, a padded image, the part's sums, the
  // product's own.
  int64_t window_bytes, padded_bytes, sum_bytes, product_bytes;
};

/// Bytes behind what is copied in whole vectors.
enum { SLACK = 16 };

static int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

static int is_small(int64_t x, int64_t y) {
  int64_t product;
  return !__builtin_mul_overflow(x, y, &product) && product <= LARGEST_COUNT / 64;
}

/// The error in a shape, or ASSAY_OK and what its work needs.
static int32_t prepare(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *s,
    struct integer_convolution *w) {
  w->kernels = assay_integer_kernels_of(path);
  if (!w->kernels) return ASSAY_ERROR_PATH;
  if (kind < ASSAY_CONVOLUTION_FORWARD || kind > ASSAY_CONVOLUTION_WEIGHT_GRADIENT) {
    return ASSAY_ERROR_KIND;
  }
  if (!is_convolution(s) || s->groups != 1) return ASSAY_ERROR_SHAPE;
  w->shape = s;
  w->rows = output_rows(s);
  w->columns = output_columns(s);
  w->positions = w->rows * w->columns;
  w->taps = s->input_channels * s->kernel_height * s->kernel_width;
  if (!is_small(w->taps, w->positions) || !is_small(w->taps, s->output_channels)) {
    return ASSAY_ERROR_SHAPE;
  }
  w->parts = least(thread_count(threads), s->batch);
  const int64_t m = s->output_channels, n = w->positions, k = w->taps;
  const int64_t padded = whole_lines(
      s->input_channels * (s->height + 2 * s->padding) * (s->width + 2 * s->padding) + SLACK);
  switch (kind) {
    case ASSAY_CONVOLUTION_FORWARD:
      w->window_bytes = whole_lines(k * n + SLACK);
      w->padded_bytes = padded;
      w->product_bytes = w->kernels->workspace(m, n, k);
      break;
    case ASSAY_CONVOLUTION_INPUT_GRADIENT:
      w->window_bytes = whole_lines(4 * k * n);
      w->product_bytes = w->kernels->workspace(k, n, m);
      break;
    default:
      w->window_bytes = whole_lines(k * n + SLACK);
      w->padded_bytes = padded;
      w->sum_bytes = whole_lines(4 * m * k);
      w->product_bytes = w->kernels->workspace(m, k, n);
  }
  w->product_bytes = whole_lines(w->product_bytes);
  return ASSAY_OK;
}

static int64_t part_bytes(const struct integer_convolution *w) {
  return w->window_bytes + w->padded_bytes + w->sum_bytes + w->product_bytes;
}

int64_t assay_integer_convolution_workspace(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *shape) {
  struct integer_convolution work = {0};
  if (prepare(path, threads, kind, shape, &work) != ASSAY_OK) return -1;
  return work.parts * part_bytes(&work);
}

/// Elements of an image.
static int64_t image_count(const struct integer_convolution *w) {
  return w->shape->input_channels * w->shape->height * w->shape->width;
}

/// The columns of the output whose tap `tap` lies inside of the image, first ..< end.
static void inside(
    const struct integer_convolution *w, int64_t tap, int64_t *first, int64_t *end) {
  const struct assay_convolution *s = w->shape;
  const int64_t before = s->padding - tap, after = s->width + s->padding - tap;
  *first = before <= 0 ? 0 : least(w->columns, (before + s->stride - 1) / s->stride);
  *end = after <= 0 ? *first : least(w->columns, (after + s->stride - 1) / s->stride);
  if (*end < *first) *end = *first;
}

/// The image with its padding, which is 0.
static void pad(const struct integer_convolution *w, const int8_t *x, int8_t *padded) {
  const struct assay_convolution *s = w->shape;
  const int64_t width = s->width + 2 * s->padding, height = s->height + 2 * s->padding;
  memset(padded, 0, (size_t)(s->input_channels * height * width));
  for (int64_t channel = 0; channel < s->input_channels; channel++) {
    for (int64_t row = 0; row < s->height; row++) {
      memcpy(
          padded + (channel * height + s->padding + row) * width + s->padding,
          x + (channel * s->height + row) * s->width, (size_t)s->width);
    }
  }
}

/// windows[tap][position] of one image. Whole vectors are copied: of a row's last one, the next row
/// overwrites what is too much, and SLACK bytes lie behind both buffers.
static void gather(const struct integer_convolution *w, const int8_t *x, char *memory) {
  const struct assay_convolution *s = w->shape;
  int8_t *windows = (int8_t *)memory, *padded = (int8_t *)memory + w->window_bytes;
  const int64_t width = s->width + 2 * s->padding, height = s->height + 2 * s->padding;
  pad(w, x, padded);
  int8_t *out = windows;
  for (int64_t tap = 0; tap < w->taps; tap++) {
    const int64_t j = tap % s->kernel_width, i = tap / s->kernel_width % s->kernel_height;
    const int64_t channel = tap / s->kernel_width / s->kernel_height;
    for (int64_t r = 0; r < w->rows; r++, out += w->columns) {
      const int8_t *in = padded + (channel * height + r * s->stride + i) * width + j;
      if (s->stride == 1) {
        for (int64_t c = 0; c < w->columns; c += 16) memcpy(out + c, in + c, 16);
      } else {
        for (int64_t c = 0; c < w->columns; c++) out[c] = in[c * s->stride];
      }
    }
  }
}

/// Adds windows[tap][position] to the image's elements that they came from.
static void scatter(const struct integer_convolution *w, const int32_t *windows, int32_t *x) {
  const struct assay_convolution *s = w->shape;
  memset(x, 0, (size_t)(4 * image_count(w)));
  for (int64_t tap = 0; tap < w->taps; tap++) {
    const int64_t j = tap % s->kernel_width, i = tap / s->kernel_width % s->kernel_height;
    int32_t *plane = x + tap / s->kernel_width / s->kernel_height * s->height * s->width;
    int64_t first, end;
    inside(w, j, &first, &end);
    for (int64_t r = 0; r < w->rows; r++) {
      const int64_t row = r * s->stride - s->padding + i;
      if (row < 0 || row >= s->height) continue;
      const int32_t *in = windows + tap * w->positions + r * w->columns + first;
      int32_t *out = plane + row * s->width + first * s->stride - s->padding + j;
      if (s->stride == 1) {
        for (int64_t c = 0; c < end - first; c++) out[c] += in[c];
      } else {
        for (int64_t c = 0; c < end - first; c++) out[c * s->stride] += in[c];
      }
    }
  }
}

/// The images of part `index` of all: first ..< end.
static int64_t first_image(const struct integer_convolution *w, int64_t index) {
  return w->shape->batch * index / w->parts;
}

static void forward_task(int64_t index, void *context) {
  const struct integer_convolution *w = context;
  char *memory = w->workspace + index * part_bytes(w);
  const int64_t outputs = w->shape->output_channels, image = image_count(w);
  for (int64_t n = first_image(w, index); n < first_image(w, index + 1); n++) {
    gather(w, w->left + n * image, memory);
    const struct integer_part part = {
        .m = outputs, .n = w->positions, .k = w->taps, .a = w->right, .a_row = w->taps,
        .a_step = 1, .b = (const int8_t *)memory, .b_step = w->positions, .b_column = 1,
        .c = w->out + n * outputs * w->positions, .c_row = w->positions,
        .workspace = memory + w->window_bytes + w->padded_bytes};
    w->kernels->product(&part);
  }
}

static void input_gradient_task(int64_t index, void *context) {
  const struct integer_convolution *w = context;
  char *memory = w->workspace + index * part_bytes(w);
  const int64_t outputs = w->shape->output_channels, image = image_count(w);
  for (int64_t n = first_image(w, index); n < first_image(w, index + 1); n++) {
    const struct integer_part part = {
        .m = w->taps, .n = w->positions, .k = outputs, .a = w->right, .a_row = 1,
        .a_step = w->taps, .b = w->left + n * outputs * w->positions, .b_step = w->positions,
        .b_column = 1, .c = (int32_t *)memory, .c_row = w->positions,
        .workspace = memory + w->window_bytes};
    w->kernels->product(&part);
    scatter(w, (const int32_t *)memory, w->out + n * image);
  }
}

static void weight_gradient_task(int64_t index, void *context) {
  const struct integer_convolution *w = context;
  char *memory = w->workspace + index * part_bytes(w);
  const int64_t outputs = w->shape->output_channels, image = image_count(w);
  const int64_t first = first_image(w, index);
  for (int64_t n = first; n < first_image(w, index + 1); n++) {
    gather(w, w->right + n * image, memory);
    const struct integer_part part = {
        .m = outputs, .n = w->taps, .k = w->positions,
        .a = w->left + n * outputs * w->positions, .a_row = w->positions, .a_step = 1,
        .b = (const int8_t *)memory, .b_step = 1, .b_column = w->positions,
        .c = (int32_t *)(memory + w->window_bytes + w->padded_bytes), .c_row = w->taps,
        .accumulate = n > first,
        .workspace = memory + w->window_bytes + w->padded_bytes + w->sum_bytes};
    w->kernels->product(&part);
  }
}

/// The sum of the parts' sums, modulo 2^32.
static void add_parts(const struct integer_convolution *w) {
  const int64_t count = w->shape->output_channels * w->taps;
  for (int64_t part = 0; part < w->parts; part++) {
    const uint32_t *sums =
        (const uint32_t *)(
            w->workspace + part * part_bytes(w) + w->window_bytes + w->padded_bytes);
    uint32_t *out = (uint32_t *)w->out;
    if (part == 0) {
      memcpy(out, sums, (size_t)(4 * count));
    } else {
      for (int64_t i = 0; i < count; i++) out[i] += sums[i];
    }
  }
}

int32_t assay_integer_convolution(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *shape,
    const int8_t *left, const int8_t *right, int32_t *out, void *workspace,
    int64_t workspace_bytes) {
  struct integer_convolution work = {
      .left = left, .right = right, .out = out, .workspace = workspace};
  const int32_t status = prepare(path, threads, kind, shape, &work);
  if (status) return status;
  if (workspace_bytes < work.parts * part_bytes(&work) || (uintptr_t)workspace % 64) {
    return ASSAY_ERROR_WORKSPACE;
  }
  switch (kind) {
    case ASSAY_CONVOLUTION_FORWARD:
      assay_parallel_for(work.parts, threads, forward_task, &work);
      break;
    case ASSAY_CONVOLUTION_INPUT_GRADIENT:
      assay_parallel_for(work.parts, threads, input_gradient_task, &work);
      break;
    default:
      assay_parallel_for(work.parts, threads, weight_gradient_task, &work);
      add_parts(&work);
  }
  return ASSAY_OK;
}
