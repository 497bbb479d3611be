// A K block of a weight gradient: the planes' rows times the output's gradient, whose channels fill
// the vector lanes.

/// Rows of a tile come in groups of three that are equally far apart: one address reaches them.
enum { GROUP = 3, TILE_GROUPS = TILE_ROWS / GROUP > 0 ? TILE_ROWS / GROUP : 1 };

/// Consecutive positions within an image.
struct segment {
  int64_t a;  // from a row's place in the planes
  int64_t length;
};

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

static int64_t gradient_groups(const struct windows *w, int64_t channels) {
  if (rows_slide(w)) return channels * w->tap_columns * groups_per_plane(w);
  return (channels * w->tap_rows * w->tap_columns + GROUP - 1) / GROUP;
}

/// Rows of a block's sums; some belong to no tap.
static int64_t gradient_rows(const struct windows *w, int64_t channels) {
  return gradient_groups(w, channels) * GROUP;
}

/// The row of a block's sums that belongs to tap (i, j) of a channel.
static int64_t gradient_row(const struct windows *w, int64_t channel, int64_t i, int64_t j) {
  if (!rows_slide(w)) return (channel * w->tap_rows + i) * w->tap_columns + j;
  const int64_t plane = channel * w->tap_columns + j;
  return (plane * groups_per_plane(w) + i / GROUP) * GROUP + i % GROUP;
}

/// Target rows have at most so many positions in a plane: longer ones are taken in pieces.
INLINE int64_t gradient_pitch(const struct windows *w) {
  return smaller(w->columns, MATMUL_DEPTH);
}

/// Floats of a plane for one segment.
INLINE int64_t segment_floats(const struct windows *w) {
  const int64_t rows = w->columns > MATMUL_DEPTH
                           ? 1 : smaller(w->rows, MATMUL_DEPTH / w->columns + 2);
  return plane_rows(w, rows) * gradient_pitch(w);
}

/// The most segments of a block.
INLINE int64_t segment_limit(const struct windows *w) {
  const int64_t run = w->columns > MATMUL_DEPTH ? w->columns : w->rows * w->columns;
  return (MATMUL_DEPTH - 2) / run + 2 + (w->columns > MATMUL_DEPTH);
}

/// From one plane to the next: filling the last row of one may write a vector too much.
INLINE int64_t gradient_plane_stride(const struct windows *w) {
  return (segment_limit(w) * segment_floats(w) + 2 * LANES - 1) / LANES * LANES;
}

static int64_t gradient_workspace(const struct windows *w, int64_t channels, int64_t outputs) {
  const int64_t planes = channels * planes_per_channel(w) + GROUP;
  const int64_t columns = (outputs + LANES - 1) / LANES * LANES;
  return planes * gradient_plane_stride(w) + GROUP * gradient_pitch(w) + columns * MATMUL_DEPTH +
         PLANE_SLACK;
}

/// Fills planes and transposed gradients with the block's positions; returns its segments.
static int64_t load_block(
    const struct gradient_part *part, int64_t plane_stride, float *planes, float *transposed,
    struct segment *segments) {
  const struct windows *w = part->windows;
  const int64_t size = w->rows * w->columns, floats = segment_floats(w);
  int64_t count = 0;
  for (int64_t p = part->first; p < part->end; count++) {
    const int64_t image = p / size, q = p % size, row = q / w->columns;
    struct patch patch = {.row = row, .pitch = gradient_pitch(w)};
    int64_t length;
    if (w->columns > MATMUL_DEPTH) {
      patch.column = q % w->columns;
      length = smaller(part->end - p, smaller(w->columns - patch.column, MATMUL_DEPTH));
      patch.rows = 1;
      patch.columns = length;
      segments[count].a = count * floats;
    } else {
      length = smaller(part->end - p, size - q);
      patch.rows = (q + length - 1) / w->columns - row + 1;
      patch.columns = w->columns;
      segments[count].a = count * floats + q % w->columns;
    }
    segments[count].length = length;
    fill_planes(
        w, &patch, part->x + image * part->x_image, part->channels, plane_stride,
        planes + count * floats);
    for (int64_t o = 0; o < part->outputs; o += LANES) {
      const int64_t panel = o / TILE_COLUMNS * TILE_COLUMNS;
      const int64_t width = panel_width(part->outputs - panel);
      pack_transposed(
          part->gradient + image * part->gradient_image + q + o * size, size,
          smaller(LANES, part->outputs - o), length, width,
          transposed + panel * (part->end - part->first) + (p - part->first) * width + o - panel);
    }
    p += length;
  }
  return count;
}

static void gradient_block(const struct gradient_part *part) {
  const struct windows *w = part->windows;
  const int64_t plane_stride = gradient_plane_stride(w);
  const int64_t stored = (part->outputs + LANES - 1) / LANES * LANES;
  float *transposed = part->workspace, *planes = transposed + stored * MATMUL_DEPTH;
  struct segment segments[MATMUL_DEPTH + 2];
  const int64_t segment_count = load_block(part, plane_stride, planes, transposed, segments);
  const int64_t groups = gradient_groups(w, part->channels);
  const int slide = rows_slide(w);
  for (int64_t o = 0; o < part->outputs; o += TILE_COLUMNS) {
    const int wide = panel_width(part->outputs - o) == TILE_COLUMNS;
    for (int64_t group = 0; group < groups; group += TILE_GROUPS) {
      const int64_t used = smaller(TILE_GROUPS, groups - group);
      struct gradient_tile t = {
          .segments = segments, .segment_count = segment_count,
          .a_row = slide ? gradient_pitch(w) : plane_stride,
          .b = transposed + o * (part->end - part->first),
          .c = part->sums + group * GROUP * stored + o, .c_row = stored};
      for (int64_t g = 0; g < used; g++) {
        const int64_t index = group + g, per = groups_per_plane(w);
        t.a[g] = slide ? planes + index / per * plane_stride + index % per * GROUP * t.a_row
                       : planes + index * GROUP * plane_stride;
      }
      gradient_tiles[used][wide](&t);
    }
  }
}
