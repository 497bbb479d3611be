// Copies of the source, shifted as the taps see it.

enum { PLANE_SLACK = 2 * TILE_COLUMNS };  // whole vectors are read and written beyond the end

/// Every second element of 2·n − 1, n ≤ 16.
INLINE vec every_second(const float *x, int64_t n) {
  const vec low = read(x, smaller(LANES, 2 * n - 1));
  const vec high = n > LANES / 2 ? load_up_to(x + LANES, 2 * n - 1 - LANES) : splat(0.0f);
  return __builtin_shufflevector(
      low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

INLINE vec strided(const float *x, int64_t step, int64_t n) {
  if (step == 1) return read(x, n);
  if (step == 2) return every_second(x, n);
  float lanes[LANES] = {0};
  for (int64_t i = 0; i < n; i++) lanes[i] = x[i * step];
  return load(lanes);
}

INLINE void fill_zeros(float *out, int64_t count) {
  for (int64_t i = 0; i < count; i += LANES) store(out + i, splat(0.0f));
}

INLINE int64_t clamp(int64_t x, int64_t low, int64_t high) {
  return x < low ? low : x > high ? high : x;
}

/// The first n ≥ 0 with start + n·step ≥ limit.
INLINE int64_t steps_to(int64_t start, int64_t limit, int64_t step) {
  return limit <= start ? 0 : (limit - start + step - 1) / step;
}

/// out[c] = row[start + c·step], +0 outside of the row's `width`. May write up to 15 more.
INLINE void fill_row(
    const float *row, int64_t width, int64_t start, int64_t step, int64_t columns, float *out) {
  const int64_t left = smaller(columns, steps_to(start, 0, step));
  const int64_t right = clamp(steps_to(start, width, step), left, columns);
  fill_zeros(out, left);
  for (int64_t c = left; c < right; c += LANES) {
    store(out + c, strided(row + start + c * step, step, smaller(LANES, right - c)));
  }
  fill_zeros(out + right, columns - right);
}

/// Makes the planes of some channels, `plane_stride` apart, for a patch of the target.
static void fill_planes(
    const struct windows *w, const struct patch *patch, const float *source, int64_t channels,
    int64_t plane_stride, float *out) {
  const int64_t own_rows = w->step == 1 ? 1 : w->tap_rows;
  const int64_t rows = plane_rows(w, patch->rows);
  const int64_t first_row =
      patch->row * w->step + w->first_row - (w->reversed ? w->tap_rows - 1 : 0);
  for (int64_t channel = 0; channel < channels; channel++) {
    const float *plane = source + channel * w->height * w->width;
    for (int64_t i = 0; i < own_rows; i++) {
      for (int64_t j = 0; j < w->tap_columns; j++, out += plane_stride) {
        const int64_t start =
            patch->column * w->step + w->first_column + (w->reversed ? -j : j);
        for (int64_t r = 0; r < rows; r++) {
          const int64_t row = first_row + i + r * w->step;
          if (row < 0 || row >= w->height) {
            fill_zeros(out + r * patch->pitch, patch->columns);
          } else {
            fill_row(
                plane + row * w->width, w->width, start, w->step, patch->columns,
                out + r * patch->pitch);
          }
        }
      }
    }
  }
}

/// Where tap (i, j) of a channel's position 0 lies, from the channel's first plane.
INLINE int64_t tap_offset(
    const struct windows *w, int64_t i, int64_t j, int64_t plane_stride, int64_t pitch) {
  if (w->step != 1) return (i * w->tap_columns + j) * plane_stride;
  return j * plane_stride + (w->reversed ? w->tap_rows - 1 - i : i) * pitch;
}
