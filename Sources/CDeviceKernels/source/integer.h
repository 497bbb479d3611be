// Rounding, loss and update of the integer system.

/// floor((x + 2^(shift − 1)) / 2^shift): >> rounds down.
HELPER index_t rounded(index_t x, int shift) {
  return shift == 0 ? x : (x + ((index_t)1 << (shift - 1))) >> shift;
}

HELPER index_t saturated(index_t x, index_t low, index_t high) {
  return x < low ? low : x > high ? high : x;
}

HELPER int is_out_of_range(index_t q) { return q < -32768 || q > 32767; }

#define WEIGHTS(name, type)                                                                   \
  KERNEL(integer_round_##name, ELEMENT_ITEMS)                                                 \
  (HEAP, index_t x_at, index_t out_at, index_t count, int shift, int instruction) {           \
    ELEMENT(i, count);                                                                        \
    READ(type, x, x_at);                                                                      \
    AT(signed char, out, out_at);                                                             \
    const index_t limit = (index_t)1 << 60, w = x[i];                                         \
    const index_t q = w > limit || w < -limit ? limit : rounded(w, shift);                    \
    if (is_out_of_range(q)) FAIL(instruction);                                                \
    out[i] = (signed char)saturated(q, -127, 127);                                            \
  }                                                                                           \
  KERNEL(integer_update_##name, ELEMENT_ITEMS)                                                \
  (HEAP, index_t w_at, index_t v_at, index_t d_at, index_t count, int has_velocity,           \
   int decay_shift) {                                                                         \
    ELEMENT(i, count);                                                                        \
    AT(type, w, w_at);                                                                        \
    AT(type, v, v_at);                                                                        \
    READ(int, d, d_at);                                                                       \
    if (SCALARS->status != NO_FAILURE) return;                                                \
    wide_t step = (wide_t)SCALARS->rate * (wide_t)(index_t)d[i];                              \
    if (has_velocity) {                                                                       \
      const wide_t old = (wide_t)(index_t)v[i];                                               \
      const index_t decay =                                                                   \
          (index_t)(old + ((wide_t)1 << (decay_shift - 1))) >> decay_shift;                   \
      step = old - (wide_t)decay + step;                                                      \
      v[i] = (type)step;                                                                      \
    }                                                                                         \
    w[i] = (type)((wide_t)(index_t)w[i] - step);                                              \
  }

WEIGHTS(32, int)
WEIGHTS(64, index_t)

KERNEL(integer_activate, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, int shift, int instruction) {
  ELEMENT(i, count);
  READ(int, x, x_at);
  AT(signed char, out, out_at);
  const index_t q = rounded(x[i], shift);
  if (is_out_of_range(q)) FAIL(instruction);
  out[i] = (signed char)saturated(q, 0, 127);
}

KERNEL(integer_pool_activate, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, index_t width, int shift, int instruction) {
  ELEMENT(i, count);
  READ(int, x, x_at);
  AT(signed char, out, out_at);
  const index_t first = i / width * 4 * width + i % width * 2;
  const index_t z = ((index_t)x[first] + x[first + 1]) +
                    ((index_t)x[first + 2 * width] + x[first + 2 * width + 1]);
  const index_t q = rounded(z, shift);
  if (is_out_of_range(q)) FAIL(instruction);
  out[i] = (signed char)saturated(q, 0, 127);
}

KERNEL(integer_mask_gradient, ELEMENT_ITEMS)
(HEAP, index_t gradient_at, index_t activation_at, index_t out_at, index_t count, int shift,
 int instruction) {
  ELEMENT(i, count);
  READ(int, gradient, gradient_at);
  READ(signed char, activation, activation_at);
  AT(signed char, out, out_at);
  const index_t q = rounded(gradient[i], shift);
  if (is_out_of_range(q)) FAIL(instruction);
  out[i] = activation[i] > 0 ? (signed char)saturated(q, -128, 127) : 0;
}

/// `width` is the input's; count is the output's.
KERNEL(integer_spread, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, index_t width) {
  ELEMENT(i, count);
  READ(signed char, x, x_at);
  AT(signed char, out, out_at);
  const index_t column = i % (2 * width), row = i / (2 * width);
  out[i] = x[row / 2 * width + column / 2];
}

/// An item for each row: its gradient, and 2^7 − p_y, which `missing` keeps.
KERNEL(integer_loss_rows, 64)
(HEAP, index_t logits_at, index_t labels_at, index_t table_at, index_t gradient_at,
 index_t missing_at, int rows, int columns, int shift, int instruction) {
  const int row = (int)GROUP(0) * 64 + ITEM;
  if (row >= rows) return;
  READ(int, z, logits_at + 4 * (index_t)row * columns);
  READ(int, labels, labels_at);
  READ(int, table, table_at);
  AT(signed char, gradient, gradient_at + (index_t)row * columns);
  AT(int, missing, missing_at);
  const int label = labels[row];
  if (label < 0 || label >= columns) {
    FAIL(instruction);
    return;
  }
  index_t sum = 0;
  for (int j = 0; j < columns; j++) {
    const index_t q = rounded((index_t)z[j] - z[label], shift);
    if (is_out_of_range(q)) FAIL(instruction);
    sum += table[(int)saturated(q, -128, 127) + 128];
  }
  for (int j = 0; j < columns; j++) {
    const index_t q = rounded((index_t)z[j] - z[label], shift);
    const index_t e = table[(int)saturated(q, -128, 127) + 128];
    const index_t p = ((e << 8) + sum) / (2 * sum);
    gradient[j] = (signed char)(p - (j == label ? 128 : 0));
    if (j == label) missing[row] = (int)(128 - p);
  }
}

KERNEL(integer_loss, 1)(HEAP, index_t missing_at, index_t out_at, int rows) {
  READ(int, missing, missing_at);
  AT(float, out, out_at);
  index_t sum = 0;
  for (int row = 0; row < rows; row++) sum += missing[row];
  out[0] = (float)sum / (float)((index_t)128 * rows);
}
