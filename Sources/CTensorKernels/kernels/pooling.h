// Pooling of one plane.

/// The columns whose windows lie inside the plane's width: first ..< end.
INLINE void inner_columns(const struct windows *w, int64_t *first, int64_t *end) {
  *first = smaller(w->columns, steps_to(w->first_column, 0, w->step));
  *end = clamp(
      steps_to(w->first_column, w->width - w->tap_columns + 1, w->step), *first, w->columns);
}

/// The taps of a window that starts at `start` which lie in 0 ..< extent.
struct taps {
  int64_t first, end;
};

INLINE struct taps taps_inside(int64_t start, int64_t taps, int64_t extent) {
  return (struct taps){start < 0 ? -start : 0, smaller(taps, extent - start)};
}

INLINE void max_pool_element(
    const struct windows *w, const float *x, int64_t row, int64_t column, float *out,
    int32_t *index) {
  const struct taps rows = taps_inside(row, w->tap_rows, w->height);
  const struct taps columns = taps_inside(column, w->tap_columns, w->width);
  int64_t best = (row + rows.first) * w->width + column + columns.first;
  for (int64_t i = rows.first; i < rows.end; i++) {
    for (int64_t j = columns.first; j < columns.end; j++) {
      const int64_t place = (row + i) * w->width + column + j;
      if (x[place] > x[best] || (x[place] != x[place] && x[best] == x[best])) best = place;
    }
  }
  *out = x[best] == x[best] ? x[best] : __builtin_nanf("");
  *index = (int32_t)best;
}

/// n ≤ 16 windows next to each other, inside the plane's width.
INLINE void max_pool_vector(
    const struct windows *w, const float *x, int64_t row, int64_t column, int64_t n, float *out,
    int32_t *indices) {
  const struct taps rows = taps_inside(row, w->tap_rows, w->height);
  const ivec lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const ivec offset = lane * (int32_t)w->step;
  vec best = splat(-__builtin_inff());
  ivec places = offset + (int32_t)((row + rows.first) * w->width + column);
  for (int64_t i = rows.first; i < rows.end; i++) {
    for (int64_t j = 0; j < w->tap_columns; j++) {
      const int64_t place = (row + i) * w->width + column + j;
      const vec value = strided(x + place, w->step, n);
      const ivec better = (value > best) | ((value != value) & (best == best));
      best = choose(better, value, best);
      places = (better & (offset + (int32_t)place)) | (~better & places);
    }
  }
  write(out, best, n);
  store_up_to((float *)indices, (vec)places, n);
}

static void max_pool(const struct windows *w, const float *x, float *out, int32_t *indices) {
  int64_t inner, end;
  inner_columns(w, &inner, &end);
  for (int64_t r = 0; r < w->rows; r++, out += w->columns, indices += w->columns) {
    const int64_t row = r * w->step + w->first_row;
    for (int64_t c = 0; c < w->columns;) {
      const int64_t column = c * w->step + w->first_column;
      if (c >= inner && c + 1 < end) {
        const int64_t n = smaller(LANES, end - c);
        max_pool_vector(w, x, row, column, n, out + c, indices + c);
        c += n;
      } else {
        max_pool_element(w, x, row, column, out + c, indices + c);
        c++;
      }
    }
  }
}

/// Returns 0 if an index is outside of the plane.
static int max_pool_gradient(
    const struct windows *w, const float *gradient, const int32_t *indices, float *out) {
  const int64_t size = w->height * w->width;
  memset(out, 0, (size_t)size * sizeof *out);
  for (int64_t y = 0; y < w->rows * w->columns; y++) {
    if (indices[y] < 0 || indices[y] >= size) return 0;
    const float sum = out[indices[y]] + gradient[y];
    out[indices[y]] = sum == sum ? sum : __builtin_nanf("");
  }
  return 1;
}

// A window's sum is never −0: the padding's +0 changes nothing and is left out.

INLINE float window_sum(const struct windows *w, const float *x, int64_t row, int64_t column) {
  const struct taps rows = taps_inside(row, w->tap_rows, w->height);
  const struct taps columns = taps_inside(column, w->tap_columns, w->width);
  float sum = 0.0f;
  for (int64_t i = rows.first; i < rows.end; i++) {
    for (int64_t j = columns.first; j < columns.end; j++) {
      sum = sum + x[(row + i) * w->width + column + j];
    }
  }
  return sum;
}

static void average_pool(const struct windows *w, const float *x, float *out) {
  const float size = (float)(w->tap_rows * w->tap_columns);
  int64_t inner, end;
  inner_columns(w, &inner, &end);
  for (int64_t r = 0; r < w->rows; r++, out += w->columns) {
    const int64_t row = r * w->step + w->first_row;
    const struct taps rows = taps_inside(row, w->tap_rows, w->height);
    for (int64_t c = 0; c < w->columns;) {
      const int64_t column = c * w->step + w->first_column;
      const int64_t n = c >= inner && c < end ? smaller(LANES, end - c) : 1;
      vec sum = splat(0.0f);
      if (n == 1) {
        sum = splat(window_sum(w, x, row, column));
      } else {
        for (int64_t i = rows.first; i < rows.end; i++) {
          for (int64_t j = 0; j < w->tap_columns; j++) {
            sum = sum + strided(x + (row + i) * w->width + column + j, w->step, n);
          }
        }
      }
      write(out + c, sum / size, n);
      c += n;
    }
  }
}

static void average_pool_gradient(const struct windows *w, const float *gradient, float *out) {
  const float size = (float)(w->tap_rows * w->tap_columns);
  memset(out, 0, (size_t)(w->height * w->width) * sizeof *out);
  for (int64_t r = 0; r < w->rows; r++, gradient += w->columns) {
    const int64_t row = r * w->step + w->first_row;
    const struct taps rows = taps_inside(row, w->tap_rows, w->height);
    for (int64_t c = 0; c < w->columns; c++) {
      const int64_t column = c * w->step + w->first_column;
      const struct taps columns = taps_inside(column, w->tap_columns, w->width);
      const float share = gradient[c] / size;
      for (int64_t i = rows.first; i < rows.end; i++) {
        float *dx = out + (row + i) * w->width + column;
        for (int64_t j = columns.first; j < columns.end; j++) {
          const float sum = dx[j] + share;
          dx[j] = sum == sum ? sum : __builtin_nanf("");
        }
      }
    }
  }
}
