// A K block of a weight gradient: the planes' rows times the output's gradient, whose channels fill
// the vector lanes.

/// Rows of a tile come in groups of three that are equally far apart: one address reaches them.
enum { GROUP = 3, TILE_GROUPS = TILE_ROWS / GROUP > 0 ? TILE_ROWS / GROUP : 1 };

struct gradient_tile {
  const struct segment *segments;
  int64_t segment_count;
  const float *a[TILE_GROUPS];
  int64_t a_row;
  const float *b;
  float *c;
  int64_t c_row;
};

INLINE void run_gradient_tile(const int groups, const int vecs, const struct gradient_tile *t) {
  vec sums[TILE_GROUPS * GROUP][TILE_VECS];
#pragma clang loop unroll(full)
  for (int i = 0; i < groups * GROUP; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) sums[i][v] = splat(0.0f);
  }
  const float *b = t->b;
  const int64_t a_row = t->a_row;
  for (int64_t s = 0; s < t->segment_count; s++) {
    const float *a[TILE_GROUPS];
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) a[g] = t->a[g] + t->segments[s].a;
#pragma clang loop unroll_count(2)
    for (int64_t p = t->segments[s].length; p > 0; p--) {
      vec row[TILE_VECS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs; v++) row[v] = load(b + v * LANES);
#pragma clang loop unroll(full)
      for (int i = 0; i < groups * GROUP; i++) {
        const vec x = splat(a[i / GROUP][i % GROUP * a_row]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vecs; v++) sums[i][v] = fma_lanes(x, row[v], sums[i][v]);
      }
#pragma clang loop unroll(full)
      for (int g = 0; g < groups; g++) a[g]++;
      b += vecs * LANES;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < groups * GROUP; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) store(t->c + i * t->c_row + v * LANES, sums[i][v]);
  }
}

#define GRADIENT_TILE(groups)                                                                 \
  static void gradient_##groups##_narrow(const struct gradient_tile *t) {                     \
    run_gradient_tile(groups, 1, t);                                                          \
  }                                                                                           \
  static void gradient_##groups##_wide(const struct gradient_tile *t) {                       \
    run_gradient_tile(groups, TILE_VECS, t);                                                  \
  }
#define GRADIENT_ENTRY(groups) {gradient_##groups##_narrow, gradient_##groups##_wide}

GRADIENT_TILE(1)
#if TILE_ROWS >= 6
GRADIENT_TILE(2)
#endif
#if TILE_ROWS >= 14
GRADIENT_TILE(3) GRADIENT_TILE(4)
#endif

typedef void (*gradient_tile_function)(const struct gradient_tile *t);
static const gradient_tile_function gradient_tiles[TILE_GROUPS + 1][2] = {
    {0}, GRADIENT_ENTRY(1),
#if TILE_ROWS >= 6
    GRADIENT_ENTRY(2),
#endif
#if TILE_ROWS >= 14
    GRADIENT_ENTRY(3), GRADIENT_ENTRY(4),
#endif
};

/// Whether rows i of one (channel, j) lie `pitch` apart in a plane; else row (channel, i, j) has a
/// plane of its own, and all are equally far apart.
INLINE int rows_slide(const struct windows *w) { return w->step == 1 && w->tap_rows > 1; }

INLINE int64_t groups_per_plane(const struct windows *w) {
  return (w->tap_rows + GROUP - 1) / GROUP;
}

/// Groups of three rows of a block's sums, unless its windows slide.
static int64_t gradient_groups(const struct windows *w, int64_t channels) {
  if (rows_slide(w)) return channels * w->tap_columns * groups_per_plane(w);
  return (channels * w->tap_rows * w->tap_columns + GROUP - 1) / GROUP;
}

/// Rows of a block's sums; some belong to no tap.
static int64_t gradient_rows(const struct windows *w, int64_t channels) {
  if (slides(w)) return channels * w->tap_rows * w->tap_columns;
  return gradient_groups(w, channels) * GROUP;
}

/// The row of a block's sums that belongs to tap (i, j) of a channel.
static int64_t gradient_row(const struct windows *w, int64_t channel, int64_t i, int64_t j) {
  if (slides(w) || !rows_slide(w)) return (channel * w->tap_rows + i) * w->tap_columns + j;
  const int64_t plane = channel * w->tap_columns + j;
  return (plane * groups_per_plane(w) + i / GROUP) * GROUP + i % GROUP;
}

/// Target rows are taken in pieces of at most so many positions,
INLINE int64_t piece_columns(const struct windows *w) { return smaller(w->columns, MATMUL_DEPTH); }

/// and so many rows of an image at a time.
INLINE int64_t piece_rows(const struct windows *w) {
  return w->columns > MATMUL_DEPTH ? 1 : smaller(w->rows, MATMUL_DEPTH / w->columns + 2);
}

/// The most pieces of a block.
INLINE int64_t piece_limit(const struct windows *w) {
  const int64_t run = w->columns > MATMUL_DEPTH ? w->columns : w->rows * w->columns;
  return (MATMUL_DEPTH - 2) / run + 2 + (w->columns > MATMUL_DEPTH);
}

/// The planes of all pieces: those of one piece, one after another, are a plane here.
INLINE struct planes gradient_planes(const struct windows *w) {
  struct planes planes = planes_of(w, piece_rows(w), piece_columns(w), slides(w));
  planes.stride =
      (piece_limit(w) * planes.rows * planes.pitch + 2 * LANES - 1) / LANES * LANES;
  return planes;
}

static int64_t gradient_workspace(const struct windows *w, int64_t channels, int64_t outputs) {
  const struct planes planes = gradient_planes(w);
  const int64_t columns = (outputs + LANES - 1) / LANES * LANES;
  return (channels * planes.per_channel + GROUP) * planes.stride + GROUP * planes.pitch +
         columns * MATMUL_DEPTH + PLANE_SLACK;
}

/// Adds the segments of `length` positions from column `column` of a row on; returns their number.
static int64_t add_segments(
    const struct windows *w, const struct planes *planes, int64_t a, int64_t column,
    int64_t length, struct segment *segments) {
  if (!slides(w)) {
    segments[0] = (struct segment){.a = a + column, .length = length};
    return 1;
  }
  int64_t count = 0;
  for (; length > 0; a += planes->pitch, column = 0, count++) {
    const int64_t run = smaller(length, w->columns - column);
    segments[count] = (struct segment){.a = a + column, .length = run};
    length -= run;
  }
  return count;
}

/// Fills planes and transposed gradients with the block's positions; returns its segments.
static int64_t load_block(
    const struct gradient_part *part, const struct planes *layout, float *planes,
    float *transposed, struct segment *segments) {
  const struct windows *w = part->windows;
  const int64_t size = w->rows * w->columns, floats = layout->rows * layout->pitch;
  const int64_t width = slides(w) ? LANES : TILE_COLUMNS;
  int64_t count = 0;
  for (int64_t p = part->first, piece = 0, length; p < part->end; p += length, piece++) {
    const int64_t image = p / size, q = p % size;
    struct patch patch = {.row = q / w->columns, .rows = 1, .columns = w->columns};
    struct planes filled = *layout;
    int64_t column = q % w->columns;
    if (w->columns > MATMUL_DEPTH) {
      patch.column = column;
      length = smaller(part->end - p, smaller(w->columns - column, MATMUL_DEPTH));
      filled.columns += length - MATMUL_DEPTH;
      column = 0;
    } else {
      length = smaller(part->end - p, size - q);
      const int64_t rows = (q + length - 1) / w->columns - patch.row + 1;
      filled.rows += rows - piece_rows(w);
    }
    fill_planes(
        w, &patch, &filled, part->x + image * part->x_image, part->channels,
        planes + piece * floats);
    count += add_segments(w, layout, piece * floats, column, length, segments + count);
    for (int64_t o = 0; o < part->outputs; o += LANES) {
      const int64_t panel = o / width * width;
      const int64_t used = width == LANES ? LANES : panel_width(part->outputs - panel);
      pack_transposed(
          part->gradient + image * part->gradient_image + q + o * size, size,
          smaller(LANES, part->outputs - o), length, used,
          transposed + panel * (part->end - part->first) + (p - part->first) * used + o - panel);
    }
  }
  return count;
}

static void gradient_block(const struct gradient_part *part) {
  const struct windows *w = part->windows;
  const struct planes layout = gradient_planes(w);
  const int64_t stored = (part->outputs + LANES - 1) / LANES * LANES;
  const int64_t positions = part->end - part->first;
  float *transposed = part->workspace, *planes = transposed + stored * MATMUL_DEPTH;
  struct segment segments[MATMUL_DEPTH + 2];
  const int64_t segment_count = load_block(part, &layout, planes, transposed, segments);
  if (slides(w)) {
    sliding_block(part, &layout, segments, segment_count, planes, transposed, stored);
    return;
  }
  const int64_t groups = gradient_groups(w, part->channels);
  const int slide = rows_slide(w);
  const int64_t tiles = (part->outputs + TILE_COLUMNS - 1) / TILE_COLUMNS *
                        ((groups + TILE_GROUPS - 1) / TILE_GROUPS);
  struct stream next_x = part->next_x, next_gradient = part->next_gradient;
  const int64_t x_lines = (lines_of(&next_x) + tiles - 1) / tiles;
  const int64_t gradient_lines = (lines_of(&next_gradient) + tiles - 1) / tiles;
  for (int64_t o = 0; o < part->outputs; o += TILE_COLUMNS) {
    const int wide = panel_width(part->outputs - o) == TILE_COLUMNS;
    for (int64_t group = 0; group < groups; group += TILE_GROUPS) {
      const int64_t used = smaller(TILE_GROUPS, groups - group);
      struct gradient_tile t = {
          .segments = segments, .segment_count = segment_count,
          .a_row = slide ? layout.pitch : layout.stride,
          .b = transposed + o * positions,
          .c = part->sums + group * GROUP * stored + o, .c_row = stored};
      for (int64_t g = 0; g < used; g++) {
        const int64_t index = group + g, per = groups_per_plane(w);
        t.a[g] = slide ? planes + index / per * layout.stride + index % per * GROUP * t.a_row
                       : planes + index * GROUP * layout.stride;
      }
      fetch(&next_x, x_lines);
      fetch(&next_gradient, gradient_lines);
      gradient_tiles[used][wide](&t);
    }
  }
}
