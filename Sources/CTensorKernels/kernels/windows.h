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

/// Lanes first ..< end from memory, +0 in the others. No other element is touched.
INLINE vec load_between(const float *p, int64_t first, int64_t end) {
#if defined(PATH_AVX512)
  const uint32_t mask = ((1u << end) - 1) & ~((1u << first) - 1);
  return (vec)_mm512_maskz_loadu_ps((__mmask16)mask, p);
#elif defined(PATH_AVX2)
  const __m256i low = first_eight(end), high = first_eight(end - 8);
  union {
    __m256 half[2];
    vec whole;
  } lanes = {
      {_mm256_maskload_ps(p, _mm256_andnot_si256(first_eight(first), low)),
       _mm256_maskload_ps(p + 8, _mm256_andnot_si256(first_eight(first - 8), high))}};
  return lanes.whole;
#else
  float lanes[LANES] __attribute__((aligned(64))) = {0};
  for (int64_t i = first; i < end; i++) lanes[i] = p[i];
  return load(lanes);
#endif
}

INLINE int64_t clamp(int64_t x, int64_t low, int64_t high) {
  return x < low ? low : x > high ? high : x;
}

/// Lanes first ..< end from p[lane·step].
INLINE vec strided_between(const float *p, int64_t step, int64_t first, int64_t end) {
  if (step == 1) return load_between(p, first, end);
  if (step == 2) {
    const vec low = load_between(p, clamp(2 * first, 0, LANES), clamp(2 * end - 1, 0, LANES));
    const vec high = load_between(
        p + LANES, clamp(2 * first - LANES, 0, LANES), clamp(2 * end - 1 - LANES, 0, LANES));
    return __builtin_shufflevector(
        low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  }
  float lanes[LANES] __attribute__((aligned(64))) = {0};
  for (int64_t i = first; i < end; i++) lanes[i] = p[i * step];
  return load(lanes);
}

INLINE void fill_zeros(float *out, int64_t count) {
  for (int64_t i = 0; i < count; i += LANES) store(out + i, splat(0.0f));
}

/// The first n ≥ 0 with start + n·step ≥ limit.
INLINE int64_t steps_to(int64_t start, int64_t limit, int64_t step) {
  if (limit <= start) return 0;
  return step == 1 ? limit - start : (limit - start + step - 1) / step;
}

/// The same plane of every channel: source element (first_row + r·step, first_column + c·step) at
/// r·pitch + c, +0 outside of the source. Writes up to 15 floats beyond each plane.
struct plane_fill {
  const float *source;
  int64_t channels, height, width, first_row, first_column;
  float *out;
  int64_t out_channel, rows, columns, pitch;
};

INLINE void fill_plane(const int64_t step, const struct plane_fill *f) {
  const int64_t top = smaller(f->rows, steps_to(f->first_row, 0, step));
  const int64_t bottom = clamp(steps_to(f->first_row, f->height, step), top, f->rows);
  const int64_t left = smaller(f->columns, steps_to(f->first_column, 0, step));
  const int64_t right = clamp(steps_to(f->first_column, f->width, step), left, f->columns);
  const int64_t plane = f->height * f->width, row_step = step * f->width;
  const float *source = f->source + (f->first_row + top * step) * f->width + f->first_column;
  for (int64_t channel = 0; channel < f->channels; channel++, source += plane) {
    float *out = f->out + channel * f->out_channel;
    fill_zeros(out, top * f->pitch);
    // From the last vector of the rows to the first: what one writes too much, the next overwrites.
    for (int64_t c = (f->columns - 1) / LANES * LANES; c >= 0; c -= LANES) {
      const int64_t first = clamp(left - c, 0, LANES), end = clamp(right - c, first, LANES);
      const float *from = source + c * step;
      float *to = out + top * f->pitch + c;
      for (int64_t r = top; r < bottom; r++, from += row_step, to += f->pitch) {
        store(to, strided_between(from, step, first, end));
      }
    }
    fill_zeros(out + bottom * f->pitch, (f->rows - bottom) * f->pitch);
  }
}

/// Asks for the next lines of a stream.
INLINE void fetch(struct stream *s, int64_t lines) {
  for (; lines > 0 && s->runs > 0; lines--) {
    __builtin_prefetch(s->start + s->at, 0, 2);
    s->at += LANES;
    if (s->at < s->run) continue;
    s->at = 0;
    s->start += s->step;
    s->runs--;
  }
}

INLINE int64_t lines_of(const struct stream *s) {
  return (s->run + LANES - 1) / LANES * s->runs;
}

/// How the planes of a patch lie.
struct planes {
  int64_t per_channel;
  int64_t columns;  // of a plane,
  int64_t pitch;    // from one of its rows to the next,
  int64_t rows;
  int64_t stride;   // from one plane to the next: at least a vector more than its rows need
};

/// Planes for `rows` × `columns` target positions. `shares`: the taps of a channel share one, which
/// only windows that are one apart can.
INLINE struct planes planes_of(
    const struct windows *w, int64_t rows, int64_t columns, int shares) {
  struct planes planes = {.per_channel = 1, .columns = columns, .rows = rows};
  if (w->step != 1) {
    planes.per_channel = w->tap_rows * w->tap_columns;
  } else {
    planes.rows += w->tap_rows - 1;
    if (shares) {
      planes.columns += w->tap_columns - 1;
    } else {
      planes.per_channel = w->tap_columns;
    }
  }
  planes.pitch = planes.columns;
  planes.stride = (planes.rows * planes.pitch + 2 * LANES - 1) / LANES * LANES;
  return planes;
}

/// Makes the planes of some channels for a patch of the target.
static void fill_planes(
    const struct windows *w, const struct patch *patch, const struct planes *planes,
    const float *source, int64_t channels, float *out) {
  const int64_t tap_columns = planes->per_channel == 1 ? 1 : w->tap_columns;
  const int64_t first_row =
      patch->row * w->step + w->first_row - (w->reversed ? w->tap_rows - 1 : 0);
  const int64_t first_column = patch->column * w->step + w->first_column -
                               (w->reversed ? w->tap_columns - 1 : 0);
  for (int64_t tap = 0; tap < planes->per_channel; tap++) {
    const struct plane_fill fill = {
        .source = source, .channels = channels, .height = w->height, .width = w->width,
        .first_row = first_row + tap / tap_columns,
        .first_column = first_column + tap % tap_columns, .out = out + tap * planes->stride,
        .out_channel = planes->per_channel * planes->stride, .rows = planes->rows,
        .columns = planes->columns, .pitch = planes->pitch};
    switch (w->step) {
      case 1: fill_plane(1, &fill); break;
      case 2: fill_plane(2, &fill); break;
      default: fill_plane(w->step, &fill); break;
    }
  }
}

/// Where tap (i, j) of a channel's position 0 lies, from the channel's first plane.
INLINE int64_t tap_offset(
    const struct windows *w, const struct planes *planes, int64_t i, int64_t j) {
  if (w->step != 1) return (i * w->tap_columns + j) * planes->stride;
  const int64_t row = w->reversed ? w->tap_rows - 1 - i : i;
  const int64_t column = w->reversed ? w->tap_columns - 1 - j : j;
  return row * planes->pitch + column * (planes->per_channel == 1 ? 1 : planes->stride);
}
