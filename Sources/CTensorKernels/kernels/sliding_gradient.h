// A weight gradient where windows are one apart: an input element meets the output's gradient at as
// many positions as there are tap columns, and is read once for all of them.

enum {
  SUMS = TILE_ROWS * TILE_VECS,
  MOST_SUMS = SUMS > 5 ? SUMS : 5,  // one row of five tap columns
};

/// Rows of the input, (channel, tap row) each, that a tile has registers for.
INLINE int64_t sliding_rows(int64_t tap_columns) {
  return SUMS / tap_columns > 0 ? SUMS / tap_columns : 1;
}

/// Consecutive positions within an image.
struct segment {
  int64_t a;  // from a row's place in the planes
  int64_t length;
};

struct sliding_tile {
  const struct segment *segments;  // pieces of rows
  int64_t segment_count;
  const float *a[SUMS];
  const float *b;  // 16 output channels for each position
  float *c;        // for each row and tap column
  int64_t c_row;
  struct stream *next[2];
  int64_t lines[2];  // of them, to be fetched with each segment
};

/// What input element `at` of each row adds to the sums of tap columns first ..< end; column j sees
/// the gradient at b − 16·j.
INLINE void slide(
    const int rows, const int taps, const int first, const int end, const float *const *a,
    int64_t at, const float *b, vec *sums) {
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    const vec x = splat(a[i][at]);
#pragma clang loop unroll(full)
    for (int j = first; j < end; j++) {
      sums[i * taps + j] = fma_lanes(x, load(b - j * LANES), sums[i * taps + j]);
    }
  }
}

INLINE void run_sliding_tile(const int rows, const int taps, const struct sliding_tile *t) {
  vec sums[MOST_SUMS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * taps; i++) sums[i] = splat(0.0f);
  const float *a[SUMS], *b = t->b;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) a[i] = t->a[i];
  for (int64_t s = 0; s < t->segment_count; s++) {
    fetch(t->next[0], t->lines[0]);
    fetch(t->next[1], t->lines[1]);
    const int64_t length = t->segments[s].length;
    int64_t at = t->segments[s].a;
    if (length >= taps - 1) {
#pragma clang loop unroll(full)
      for (int j = 0; j < taps - 1; j++) slide(rows, taps, 0, j + 1, a, at++, b + j * LANES, sums);
      const float *next = b + (taps - 1) * LANES;
      for (int64_t p = length - taps + 1; p > 0; p--, next += LANES) {
        slide(rows, taps, 0, taps, a, at++, next, sums);
      }
#pragma clang loop unroll(full)
      for (int j = 1; j < taps; j++, next += LANES) {
        slide(rows, taps, j, taps, a, at++, next, sums);
      }
    } else {
      for (int64_t p = 0; p < length; p++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < taps; j++) {
          slide(rows, taps, j, j + 1, a, at + p + j, b + (p + j) * LANES, sums);
        }
      }
    }
    b += length * LANES;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * taps; i++) store(t->c + i * t->c_row, sums[i]);
}

#define SLIDING_TILE(rows, taps)                                            \
  static void sliding_##rows##_by_##taps(const struct sliding_tile *t) {    \
    run_sliding_tile(rows, taps, t);                                        \
  }

SLIDING_TILE(1, 3) SLIDING_TILE(1, 5)
#if TILE_ROWS * TILE_VECS >= 6
SLIDING_TILE(2, 3)
#endif
#if TILE_ROWS * TILE_VECS >= 28
SLIDING_TILE(3, 3) SLIDING_TILE(4, 3) SLIDING_TILE(5, 3) SLIDING_TILE(6, 3) SLIDING_TILE(7, 3)
SLIDING_TILE(8, 3) SLIDING_TILE(9, 3)
SLIDING_TILE(2, 5) SLIDING_TILE(3, 5) SLIDING_TILE(4, 5) SLIDING_TILE(5, 5)
#endif

typedef void (*sliding_tile_function)(const struct sliding_tile *t);
static const sliding_tile_function sliding_tiles[2][10] = {
    {0, sliding_1_by_3,
#if TILE_ROWS * TILE_VECS >= 6
     sliding_2_by_3,
#endif
#if TILE_ROWS * TILE_VECS >= 28
     sliding_3_by_3, sliding_4_by_3, sliding_5_by_3, sliding_6_by_3, sliding_7_by_3,
     sliding_8_by_3, sliding_9_by_3
#endif
    },
    {0, sliding_1_by_5,
#if TILE_ROWS * TILE_VECS >= 28
     sliding_2_by_5, sliding_3_by_5, sliding_4_by_5, sliding_5_by_5
#endif
    }};

/// Whether there are tiles for windows.
INLINE int slides(const struct windows *w) {
  return w->step == 1 && (w->tap_columns == 3 || w->tap_columns == 5);
}

/// Sums of all rows of a block, 16 output channels at a time; from one (row, tap column) to the
/// next there are `stored`.
static void sliding_block(
    const struct gradient_part *part, const struct planes *planes, const struct segment *segments,
    int64_t segment_count, const float *x, const float *transposed, int64_t stored) {
  const struct windows *w = part->windows;
  const int64_t rows = part->channels * w->tap_rows, positions = part->end - part->first;
  const int64_t tiles = (rows + sliding_rows(w->tap_columns) - 1) / sliding_rows(w->tap_columns);
  const int64_t all_segments = stored / LANES * tiles * segment_count;
  struct stream next_x = part->next_x, next_gradient = part->next_gradient;
  const int64_t x_lines = (lines_of(&next_x) + all_segments - 1) / all_segments;
  const int64_t gradient_lines =
      (lines_of(&next_gradient) + all_segments - 1) / all_segments;
  for (int64_t o = 0; o < stored; o += LANES) {
    for (int64_t tile = 0; tile < tiles; tile++) {
      const int64_t first = tile * rows / tiles, end = (tile + 1) * rows / tiles;
      struct sliding_tile t = {
          .segments = segments, .segment_count = segment_count, .b = transposed + o * positions,
          .c = part->sums + first * w->tap_columns * stored + o, .c_row = stored,
          .next = {&next_x, &next_gradient}, .lines = {x_lines, gradient_lines}};
      for (int64_t row = first; row < end; row++) {
        t.a[row - first] =
            x + row / w->tap_rows * planes->stride + row % w->tap_rows * planes->pitch;
      }
      sliding_tiles[w->tap_columns == 5][end - first](&t);
    }
  }
}
