// Sums over positions for attention: tiles of CHAIN_ROWS × CHAIN_VECS·16 chains, which may begin or
// end along the diagonal of a causal mask.

#if TILE_ROWS >= 14
enum { CHAIN_ROWS = 8, CHAIN_VECS = 2 };
#elif TILE_ROWS >= 6
enum { CHAIN_ROWS = 4, CHAIN_VECS = 1 };
#else
enum { CHAIN_ROWS = 2, CHAIN_VECS = 1 };
#endif
enum { CHAIN_COLUMNS = CHAIN_VECS * LANES };

/// sums[i][j] = fma(a[p][i], b[p][j], sums[i][j]) for p in order.
struct chains {
  const float *a;  // a[p·a_step + i·a_row]; one of the two is 1
  int64_t a_row, a_step;
  const float *b;  // b[p·width + j], `width` being that of the tile
  float *sums;
  int64_t sums_row;
  int64_t steps;
  int continued;  // the sums go on from what is there, else from +0
};

/// FULL: every row takes every step. AFTER: row i also takes the first i of CHAIN_ROWS − 1 steps
/// that
/// follow. BEFORE: row i leaves out its first i steps.
enum edge { FULL, AFTER, BEFORE };

INLINE void run_chains(
    const int rows, const int vecs, const enum edge edge, const int strided,
    const struct chains *c) {
  const int64_t a_row = strided ? c->a_row : 1, a_step = strided ? 1 : c->a_step;
  const int64_t width = vecs * LANES;
  vec sums[CHAIN_ROWS][CHAIN_VECS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) {
      sums[i][v] = c->continued ? load(c->sums + i * c->sums_row + v * LANES) : splat(0.0f);
    }
  }
  const float *a = c->a, *b = c->b;
  int64_t steps = c->steps;
  if (edge == BEFORE) {
#pragma clang loop unroll(full)
    for (int s = 0; s < rows - 1; s++, a += a_step, b += width, steps--) {
#pragma clang loop unroll(full)
      for (int i = 0; i <= s; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vecs; v++) {
          sums[i][v] = fma_lanes(splat(a[i * a_row]), load(b + v * LANES), sums[i][v]);
        }
      }
    }
  }
  for (; steps > 0; steps--, a += a_step, b += width) {
    vec row[CHAIN_VECS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) row[v] = load(b + v * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs; v++) {
        sums[i][v] = fma_lanes(splat(a[i * a_row]), row[v], sums[i][v]);
      }
    }
  }
  if (edge == AFTER) {
#pragma clang loop unroll(full)
    for (int s = 1; s < rows; s++, a += a_step, b += width) {
#pragma clang loop unroll(full)
      for (int i = s; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vecs; v++) {
          sums[i][v] = fma_lanes(splat(a[i * a_row]), load(b + v * LANES), sums[i][v]);
        }
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) store(c->sums + i * c->sums_row + v * LANES, sums[i][v]);
  }
}

#define CHAINS(name, rows, edge, strided)                                                  \
  static void name##_narrow(const struct chains *c) { run_chains(rows, 1, edge, strided, c); } \
  static void name##_wide(const struct chains *c) {                                       \
    run_chains(rows, CHAIN_VECS, edge, strided, c);                                        \
  }                                                                                        \
  INLINE void name(int64_t width, const struct chains *c) {                                \
    if (width == LANES) {                                                                  \
      name##_narrow(c);                                                                    \
    } else {                                                                               \
      name##_wide(c);                                                                      \
    }                                                                                      \
  }

// By rows of A: a[i·a_row + p]. By columns: a[i + p·a_step].
CHAINS(chains_by_rows, CHAIN_ROWS, FULL, 1)
CHAINS(chains_by_rows_after, CHAIN_ROWS, AFTER, 1)
CHAINS(chains_by_columns, CHAIN_ROWS, FULL, 0)
CHAINS(chains_by_columns_before, CHAIN_ROWS, BEFORE, 0)
CHAINS(chain_by_columns, 1, FULL, 0)

/// The width of the panel of columns at `d`: narrow where 16 columns hold the rest.
INLINE int64_t chain_width(int64_t width, int64_t d) {
  return width - d > LANES ? CHAIN_COLUMNS : LANES;
}

/// Copies rows of `width` elements into panels of columns, out[d·capacity + p·panel width + …], the
/// columns that do not exist as +0.
static void pack_chain_rows(
    struct assay_attention_input x, int64_t rows, int64_t width, int64_t capacity, float *out) {
  for (int64_t d = 0; d < width; d += CHAIN_COLUMNS) {
    const int64_t panel = chain_width(width, d);
    for (int64_t v = 0; v < panel; v += LANES) {
      const int64_t n = width - d - v < LANES ? width - d - v : LANES;
      float *to = out + d * capacity + v;
      for (int64_t p = 0; p < rows; p++) {
        const float *from = x.data + p * x.row_stride + d + v;
        store(to + p * panel, n <= 0 ? splat(0.0f) : read(from, n));
      }
    }
  }
}

/// Writes a block's sums to the rows of an operand, or adds them to what is there.
static void end_chain_block(
    const float *sums, int64_t sums_row, float *out, int64_t out_row, int64_t rows, int64_t width,
    int is_first) {
  for (int64_t r = 0; r < rows; r++) {
    const float *from = sums + r * sums_row;
    float *to = out + r * out_row;
    if (is_first) {
      EACH_VECTOR(width, write(to + i, read(from + i, n), n));
    } else {
      EACH_VECTOR(width, write(to + i, read(to + i, n) + read(from + i, n), n));
    }
  }
}
