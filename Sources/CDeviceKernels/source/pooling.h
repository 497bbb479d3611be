// Windows over planes of height · width; outputs of rows · columns.

KERNEL(max_pool, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t indices_at, index_t count, int height, int width,
 int rows, int columns, int kernel_height, int kernel_width, int stride, int padding) {
  ELEMENT(y, count);
  READ(float, x, x_at);
  AT(float, out, out_at);
  AT(int, indices, indices_at);
  GLOBAL const float *plane = x + y / ((index_t)rows * columns) * height * width;
  const int first_row = (int)(y / columns % rows) * stride - padding;
  const int first_column = (int)(y % columns) * stride - padding;
  int best = -1;
  float largest = 0.0f;
  for (int i = 0; i < kernel_height; i++) {
    for (int j = 0; j < kernel_width; j++) {
      const int row = first_row + i, column = first_column + j;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const float value = plane[row * width + column];
      const int is_first_nan = value != value && largest == largest;
      if (best < 0 || value > largest || is_first_nan) {
        best = row * width + column;
        largest = value;
      }
    }
  }
  out[y] = canonical(largest);
  indices[y] = best;
}

/// A group of 64 items for each plane; an item has the elements whose number is its own mod 64.
KERNEL(max_pool_gradient, 64)
(HEAP, index_t gradient_at, index_t indices_at, index_t out_at, int plane, int outputs,
 int instruction) {
  READ(float, gradient, gradient_at + 4 * GROUP(0) * outputs);
  READ(int, indices, indices_at + 4 * GROUP(0) * outputs);
  AT(float, out, out_at + 4 * GROUP(0) * plane);
  for (int i = ITEM; i < plane; i += 64) out[i] = 0.0f;
  for (int y = 0; y < outputs; y++) {
    const int index = indices[y];
    if (index < 0 || index >= plane) {
      if (ITEM == 0) FAIL(instruction);
    } else if (index % 64 == ITEM) {
      out[index] = canonical(out[index] + gradient[y]);
    }
  }
}

KERNEL(average_pool, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, int height, int width, int rows, int columns,
 int kernel_height, int kernel_width, int stride, int padding) {
  ELEMENT(y, count);
  READ(float, x, x_at);
  AT(float, out, out_at);
  GLOBAL const float *plane = x + y / ((index_t)rows * columns) * height * width;
  const int first_row = (int)(y / columns % rows) * stride - padding;
  const int first_column = (int)(y % columns) * stride - padding;
  float sum = 0.0f;
  for (int i = 0; i < kernel_height; i++) {
    for (int j = 0; j < kernel_width; j++) {
      const int row = first_row + i, column = first_column + j;
      const int is_inside = row >= 0 && row < height && column >= 0 && column < width;
      sum = sum + (is_inside ? plane[row * width + column] : 0.0f);
    }
  }
  out[y] = canonical(sum / (float)(kernel_height * kernel_width));
}

/// Each element gathers from the windows that hold it, in order of their positions.
KERNEL(average_pool_gradient, ELEMENT_ITEMS)
(HEAP, index_t gradient_at, index_t out_at, index_t count, int height, int width, int rows,
 int columns, int kernel_height, int kernel_width, int stride, int padding) {
  ELEMENT(e, count);
  READ(float, gradient, gradient_at);
  AT(float, out, out_at);
  GLOBAL const float *plane = gradient + e / ((index_t)height * width) * rows * columns;
  const int h = (int)(e / width % height) + padding, w = (int)(e % width) + padding;
  const int first_row = h < kernel_height ? 0 : (h - kernel_height) / stride + 1;
  const int first_column = w < kernel_width ? 0 : (w - kernel_width) / stride + 1;
  float sum = 0.0f;
  for (int r = first_row; r < rows && r * stride <= h; r++) {
    for (int c = first_column; c < columns && c * stride <= w; c++) {
      sum = sum + plane[r * columns + c] / (float)(kernel_height * kernel_width);
    }
  }
  out[e] = canonical(sum);
}
