// Matrix product of one part: packed panels, a register tile of TILE_ROWS × TILE_VECS·16, K blocks
// of MATMUL_DEPTH whose sums stay in registers and are then added to C.

enum {
  TILE_COLUMNS = TILE_VECS * LANES,
  BLOCK_PANELS = 256,         // row panels of A packed at a time
  BLOCK_COLUMNS = 192,        // columns of B at a time: less than half a second-level cache
  DIRECT_FLOATS = 1 << 18,    // an operand up to this size need not be packed,
  DIRECT_PANELS = 16,         // nor one that at most so many panels of the other use
  CONFLICT_FLOATS = 1 << 10,  // rows this far apart contend for the same lines of the first level
  CONFLICT_PANELS = 4,        // and are packed if more panels of the other use them
  SLACK = LANES,              // packing writes whole vectors: up to here beyond the last panel
};

struct tile {
  int64_t depth;
  const float *a;  // a[p·a_step + i·a_row]
  int64_t a_row, a_step;
  const float *b;  // b[p·b_step + j]
  int64_t b_step;
  float *c;
  int64_t c_row, c_column;
  int64_t columns;
  int accumulate;  // 0: the first K block
};

INLINE int64_t smaller(int64_t x, int64_t y) { return x < y ? x : y; }

/// Writes (or adds) up to 16 columns of a tile's sums where it is C's rows that are adjacent.
INLINE void write_transposed(
    const int rows, const int vector, vec sums[][TILE_VECS], const struct tile *t) {
  vec square[LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++) square[i] = i < rows ? sums[i][vector] : splat(0.0f);
  transpose(square);
  const int64_t columns = smaller(t->columns - vector * LANES, LANES), c_column = t->c_column;
  float *c = t->c + vector * LANES * c_column;
  const int accumulate = t->accumulate;
#pragma clang loop unroll(full)
  for (int j = 0; j < LANES; j++, c += c_column) {
    if (j == columns) break;
    if (accumulate) square[j] += load_up_to(c, rows);
    store_up_to(c, canonical(square[j]), rows);
  }
}

/// Adds what C holds to a tile's sums where they are not the first, and gives NaNs their one bit
/// pattern: their sum says whether there are any. `last`: the columns of the last vector.
INLINE void complete_tile(
    const int rows, const int vecs, const int64_t last, vec sums[][TILE_VECS],
    const struct tile *t) {
  const float *c = t->c;
  const int64_t c_row = t->c_row;
  vec totals[2] = {splat(0.0f), splat(0.0f)};
  const int accumulate = t->accumulate;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) {
      if (accumulate) {
        const float *old = c + i * c_row + v * LANES;
        sums[i][v] += v < vecs - 1 ? load(old) : read(old, last);
      }
      totals[(i + v) & 1] += sums[i][v];
    }
  }
  if (__builtin_expect(!has_nan(totals[0] + totals[1]), 1)) return;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) sums[i][v] = canonical(sums[i][v]);
  }
}

INLINE void write_tile(
    const int rows, const int vecs, vec sums[][TILE_VECS], const struct tile *t) {
  if (t->c_column != 1) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) write_transposed(rows, v, sums, t);
    return;
  }
  // Held apart from the tile, which the compiler must take for changed by every store.
  float *c = t->c;
  const int64_t c_row = t->c_row, last = t->columns - (vecs - 1) * LANES;
  if (last == LANES) {
    complete_tile(rows, vecs, LANES, sums, t);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs; v++) store(c + i * c_row + v * LANES, sums[i][v]);
    }
  } else {
    complete_tile(rows, vecs, last, sums, t);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs - 1; v++) store(c + i * c_row + v * LANES, sums[i][v]);
      store_up_to(c + i * c_row + (vecs - 1) * LANES, sums[i][vecs - 1], last);
    }
  }
}

/// sums[i][j] = fma(a[p][i], b[p][j], sums[i][j]) for p in order, from +0.
///
/// `strided`: A lies as it was given, a_step is 1. Three rows share a pointer, from which an index
/// register reaches the next two: the rows' addresses fit into the registers there are.
INLINE void run_tile(const int rows, const int vecs, const int strided, const struct tile *t) {
  vec sums[TILE_ROWS][TILE_VECS];
  // A short sum is over before what it is written to could come.
  const int is_fetched = t->c_column == 1 && t->depth >= 64;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) {
      if (is_fetched) __builtin_prefetch(t->c + i * t->c_row + v * LANES, 1);
      sums[i][v] = splat(0.0f);
    }
  }
  const lane_mask last = mask_of(smaller(t->columns - (vecs - 1) * LANES, LANES));
  const float *b = t->b;
  const int64_t a_row = t->a_row, a_step = strided ? 1 : t->a_step, b_step = t->b_step;
  const float *a[(TILE_ROWS + 2) / 3];
#pragma clang loop unroll(full)
  for (int i = 0; i < (strided ? rows : 1); i += 3) a[i / 3] = t->a + i * a_row;
#pragma clang loop unroll_count(2)
  for (int64_t p = t->depth; p > 0; p--) {
    vec row[TILE_VECS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs - 1; v++) row[v] = load(b + v * LANES);
    row[vecs - 1] = load_masked(b + (vecs - 1) * LANES, last);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const vec x = splat(strided ? a[i / 3][i % 3 * a_row] : a[0][i]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs; v++) sums[i][v] = fma_lanes(x, row[v], sums[i][v]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < (strided ? rows : 1); i += 3) a[i / 3] += a_step;
    b += b_step;
  }
  write_tile(rows, vecs, sums, t);
}

// Functions for each number of rows: A packed or strided, up to 16 columns or more.
#define TILE(rows)                                                                             \
  static void tile_##rows##_narrow(const struct tile *t) { run_tile(rows, 1, 0, t); }          \
  static void tile_##rows##_wide(const struct tile *t) { run_tile(rows, TILE_VECS, 0, t); }    \
  static void strided_##rows##_narrow(const struct tile *t) { run_tile(rows, 1, 1, t); }       \
  static void strided_##rows##_wide(const struct tile *t) { run_tile(rows, TILE_VECS, 1, t); }
#define TILE_ENTRY(rows) \
  {{tile_##rows##_narrow, tile_##rows##_wide}, {strided_##rows##_narrow, strided_##rows##_wide}}

TILE(1) TILE(2)
#if TILE_ROWS >= 6
TILE(3) TILE(4) TILE(5) TILE(6)
#endif
#if TILE_ROWS >= 14
TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
#endif

typedef void (*tile_function)(const struct tile *t);
static const tile_function tiles[TILE_ROWS + 1][2][2] = {
    {{0}}, TILE_ENTRY(1), TILE_ENTRY(2),
#if TILE_ROWS >= 6
    TILE_ENTRY(3), TILE_ENTRY(4), TILE_ENTRY(5), TILE_ENTRY(6),
#endif
#if TILE_ROWS >= 14
    TILE_ENTRY(7), TILE_ENTRY(8), TILE_ENTRY(9), TILE_ENTRY(10), TILE_ENTRY(11), TILE_ENTRY(12),
    TILE_ENTRY(13), TILE_ENTRY(14),
#endif
};

/// Packs `rows` ≤ TILE_ROWS rows of A, whose a_row or a_step is 1, as out[p·rows + i]. Writes up to
/// SLACK floats more, which the next panel overwrites.
static void pack_a(
    const float *a, int64_t a_row, int64_t a_step, int64_t rows, int64_t depth, float *out) {
  int64_t p = 0;
  if (a_row == 1) {
    for (; p < depth; p++) store_up_to(out + p * rows, load_up_to(a + p * a_step, rows), rows);
    return;
  }
  vec square[LANES];
  for (; p < depth; p += LANES) {
    const int64_t steps = smaller(LANES, depth - p);
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) {
      // Rows that do not exist repeat the last: their lanes are overwritten.
      square[i] = i < TILE_ROWS ? read(a + p + smaller(i, rows - 1) * a_row, steps) : splat(0.0f);
    }
    transpose(square);
#pragma clang loop unroll(full)
    for (int q = 0; q < LANES; q++) {
      if (q < steps) store(out + (p + q) * rows, square[q]);
    }
  }
}

static const float zeros[LANES];

/// The width of the column panel at `j`: narrow where 16 columns hold the rest.
INLINE int64_t panel_width(int64_t columns_left) {
  return columns_left > LANES ? TILE_COLUMNS : LANES;
}

/// Packs 16 columns of B whose steps are adjacent, `columns` of which exist, as out[p·width + j];
/// the others are +0.
static void pack_transposed(
    const float *b, int64_t b_column, int64_t columns, int64_t depth, int64_t width, float *out) {
  vec square[LANES];
  for (int64_t p = 0; p < depth; p += LANES) {
    const int64_t steps = smaller(LANES, depth - p);
#pragma clang loop unroll(full)
    for (int j = 0; j < LANES; j++) {
      square[j] = read(j < columns ? b + j * b_column + p : zeros, steps);
    }
    transpose(square);
#pragma clang loop unroll(full)
    for (int q = 0; q < LANES; q++) {
      if (q < steps) store(out + (p + q) * width, square[q]);
    }
  }
}

/// Packs `columns` of B, from `b` on, into panels one after another: out[p·width + j] in each.
static void pack_b(
    const float *b, int64_t b_step, int64_t b_column, int64_t columns, int64_t depth,
    float *out) {
  if (b_column != 1) {
    for (int64_t j = 0; j < columns; j += LANES) {
      const int64_t panel = j / TILE_COLUMNS * TILE_COLUMNS;
      pack_transposed(
          b + j * b_column, b_column, smaller(columns - j, LANES), depth,
          panel_width(columns - panel), out + panel * depth + (j - panel));
    }
    return;
  }
  if (columns == 0) return;
  // A row of all panels at a time: what is read lies together.
  for (int64_t p = 0; p < depth; p++) {
    const float *row = b + p * b_step;
    int64_t panel = 0;
    for (; panel + TILE_COLUMNS <= columns; panel += TILE_COLUMNS) {
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < TILE_COLUMNS; v += LANES) {
        store(out + panel * depth + p * TILE_COLUMNS + v, load(row + panel + v));
      }
    }
    const int64_t left = columns - panel, width = panel_width(left);
    for (int64_t v = 0; v < left; v += LANES) {
      store(
          out + panel * depth + p * width + v,
          load_up_to(row + panel + v, smaller(left - v, LANES)));
    }
  }
}

INLINE int64_t panel_count(int64_t rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }

/// Floats for a block of A's panels, a multiple of a vector.
static int64_t packed_a_floats(int64_t panels, int64_t k) {
  const int64_t rows = smaller(panels, BLOCK_PANELS) * TILE_ROWS;
  return (rows * smaller(k, MATMUL_DEPTH) + SLACK + LANES - 1) / LANES * LANES;
}

/// Floats of workspace: a block of A's panels, then a block of B's.
static int64_t matmul_workspace(int64_t m, int64_t n, int64_t k) {
  const int64_t columns =
      smaller((n + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS, BLOCK_COLUMNS);
  return packed_a_floats(panel_count(m), k) + columns * smaller(k, MATMUL_DEPTH) + LANES;
}

/// A block of C in the making: what `multiply_panels` needs of the loops around it.
struct block {
  const struct matmul_part *part;
  const float *packed_a, *packed_b;
  int direct_a;                             // A is read where it lies
  int64_t step, depth;                      // the K block
  int64_t first_panel, end_panel, panels;   // row panels, of all
  int64_t column, end_column, packed_from;  // columns, those from `packed_from` on packed
};

/// The first row of a panel: rows are shared evenly, so that the last panel is not a short one.
INLINE int64_t panel_row(const struct block *block, int64_t panel) {
  return panel * block->part->m / block->panels;
}

/// Row by row of tiles: a panel of A stays in the first-level cache, the block of B in the second.
static void multiply_panels(const struct block *block) {
  const struct matmul_part *part = block->part;
  const int64_t first_row = panel_row(block, block->first_panel);
  int64_t row = first_row;
  for (int64_t panel = block->first_panel; panel < block->end_panel; panel++) {
    const int64_t rows = panel_row(block, panel + 1) - row;
    struct tile t = {.depth = block->depth, .accumulate = block->step > 0};
    t.c_row = part->c_row, t.c_column = part->c_column;
    if (block->direct_a) {
      t.a = part->a + row * part->a_row + block->step * part->a_step;
      t.a_row = part->a_row, t.a_step = part->a_step;
    } else {
      t.a = block->packed_a + (row - first_row) * block->depth;
      t.a_row = 1, t.a_step = rows;
    }
    for (int64_t j = block->column; j < block->end_column; j += TILE_COLUMNS) {
      const int64_t width = panel_width(block->end_column - j);
      t.columns = smaller(block->end_column - j, TILE_COLUMNS);
      t.c = part->c + row * part->c_row + j * part->c_column;
      if (j < block->packed_from) {
        t.b = part->b + block->step * part->b_step + j;
        t.b_step = part->b_step;
      } else {
        t.b = block->packed_b + (j - block->packed_from) * block->depth;
        t.b_step = width;
      }
      tiles[rows][t.a_row != 1][width == TILE_COLUMNS](&t);
    }
    row += rows;
  }
}

static void pack_panels(const struct block *block, float *packed_a) {
  const struct matmul_part *part = block->part;
  const int64_t first_row = panel_row(block, block->first_panel);
  for (int64_t panel = block->first_panel; panel < block->end_panel; panel++) {
    const int64_t row = panel_row(block, panel);
    pack_a(
        part->a + row * part->a_row + block->step * part->a_step, part->a_row, part->a_step,
        panel_row(block, panel + 1) - row, block->depth,
        packed_a + (row - first_row) * block->depth);
  }
}

static void matmul(const struct matmul_part *part) {
  struct block block = {.part = part, .panels = panel_count(part->m)};
  float *packed_a = part->workspace;
  float *packed_b = packed_a + packed_a_floats(block.panels, part->k);
  block.packed_a = packed_a;
  block.packed_b = packed_b;
  // B is read where it lies if it stays in the second-level cache, or if packing it would not pay
  // off over its uses; A if its rows can be followed.
  const int direct_b = part->b_column == 1 &&
                       (block.panels <= DIRECT_PANELS || part->n * part->k <= DIRECT_FLOATS);
  const int is_small = part->m * part->k <= DIRECT_FLOATS;
  const int conflict = part->a_row % CONFLICT_FLOATS == 0;
  block.direct_a = part->a_step == 1
                       ? !conflict || (is_small && part->n <= CONFLICT_PANELS * TILE_COLUMNS)
                       : is_small && part->n <= DIRECT_PANELS * TILE_COLUMNS;

  // What one panel uses only once is packed for one tile at a time: the first-level cache.
  const int64_t block_columns = block.panels == 1 && !direct_b ? TILE_COLUMNS : BLOCK_COLUMNS;

  for (int64_t first = 0; first < block.panels; first += BLOCK_PANELS) {
    block.first_panel = first;
    block.end_panel = smaller(block.panels, first + BLOCK_PANELS);
    for (int64_t step = 0; step < part->k; step += MATMUL_DEPTH) {
      block.step = step;
      block.depth = smaller(MATMUL_DEPTH, part->k - step);
      if (!block.direct_a) pack_panels(&block, packed_a);
      for (int64_t column = 0; column < part->n; column += block_columns) {
        block.column = column;
        block.end_column = smaller(part->n, column + block_columns);
        block.packed_from = block.column;
        if (direct_b) {
          const int64_t columns = block.end_column - column;
          block.packed_from += HAS_MASKS ? columns : columns / TILE_COLUMNS * TILE_COLUMNS;
        }
        pack_b(
            part->b + step * part->b_step + block.packed_from * part->b_column, part->b_step,
            part->b_column, block.end_column - block.packed_from, block.depth, packed_b);
        multiply_panels(&block);
      }
    }
  }
}
