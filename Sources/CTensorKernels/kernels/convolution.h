// Weights times windows: the matrix product's register tile, its B rows found by an offset each.

/// As `run_tile` with A packed, row p of B at b + offsets[p], its vectors b_step apart.
INLINE void run_window_tile(
    const int rows, const int vecs, const int32_t *offsets, const struct tile *t) {
  vec sums[TILE_ROWS][TILE_VECS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    __builtin_prefetch(t->c + i * t->c_row, 1);
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) sums[i][v] = splat(0.0f);
  }
  const float *a = t->a, *base = t->b;
  const int64_t depth = t->depth, b_step = t->b_step;
#pragma clang loop unroll_count(2)
  for (int64_t p = 0; p < depth; p++) {
    const float *b = base + offsets[p];
    vec row[TILE_VECS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vecs; v++) row[v] = load(b + v * b_step);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const vec x = splat(a[i]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vecs; v++) sums[i][v] = fma_lanes(x, row[v], sums[i][v]);
    }
    a += rows;
  }
  write_tile(rows, vecs, sums, t);
}

#define WINDOW_TILE(rows)                                                                \
  static void window_##rows##_narrow(const int32_t *offsets, const struct tile *t) {     \
    run_window_tile(rows, 1, offsets, t);                                                \
  }                                                                                      \
  static void window_##rows##_wide(const int32_t *offsets, const struct tile *t) {       \
    run_window_tile(rows, TILE_VECS, offsets, t);                                        \
  }
#define WINDOW_ENTRY(rows) {window_##rows##_narrow, window_##rows##_wide}

WINDOW_TILE(1) WINDOW_TILE(2)
#if TILE_ROWS >= 6
WINDOW_TILE(3) WINDOW_TILE(4) WINDOW_TILE(5) WINDOW_TILE(6)
#endif
#if TILE_ROWS >= 14
WINDOW_TILE(7) WINDOW_TILE(8) WINDOW_TILE(9) WINDOW_TILE(10)
WINDOW_TILE(11) WINDOW_TILE(12) WINDOW_TILE(13) WINDOW_TILE(14)
#endif

typedef void (*window_tile_function)(const int32_t *offsets, const struct tile *t);
static const window_tile_function window_tiles[TILE_ROWS + 1][2] = {
    {0}, WINDOW_ENTRY(1), WINDOW_ENTRY(2),
#if TILE_ROWS >= 6
    WINDOW_ENTRY(3), WINDOW_ENTRY(4), WINDOW_ENTRY(5), WINDOW_ENTRY(6),
#endif
#if TILE_ROWS >= 14
    WINDOW_ENTRY(7), WINDOW_ENTRY(8), WINDOW_ENTRY(9), WINDOW_ENTRY(10), WINDOW_ENTRY(11),
    WINDOW_ENTRY(12), WINDOW_ENTRY(13), WINDOW_ENTRY(14),
#endif
};

/// Packs weights [m, k] for `window_product`: element (i, (c, r, s)) is at
/// weight[i·row + c·channel + r·tap_row + s·tap_column].
static void pack_weights(
    const float *weight, int64_t m, const struct windows *w, int64_t row, int64_t channel,
    int64_t tap_row, int64_t tap_column, float *out) {
  const int64_t taps = w->tap_rows * w->tap_columns, k = w->channels * taps;
  const int64_t panels = panel_count(m);
  for (int64_t step = 0; step < k; step += MATMUL_DEPTH) {
    const int64_t end = smaller(k, step + MATMUL_DEPTH);
    for (int64_t panel = 0; panel < panels; panel++) {
      const int64_t first = panel * m / panels, last = (panel + 1) * m / panels;
      for (int64_t p = step; p < end; p++) {
        const float *column = weight + p / taps * channel + p % taps / w->tap_columns * tap_row +
                              p % w->tap_columns * tap_column;
        for (int64_t i = first; i < last; i++) *out++ = column[i * row];
      }
    }
  }
}

/// Where the B row of each step of a K block lies, from the planes of the block's first channel.
static void block_offsets(
    const struct windows *w, const struct planes *planes, int64_t step, int64_t depth,
    int32_t *offsets) {
  const int64_t taps = w->tap_rows * w->tap_columns;
  const int32_t channel_stride = (int32_t)(planes->per_channel * planes->stride);
  for (int64_t p = 0; p < smaller(taps, depth); p++) {
    const int64_t tap = (step + p) % taps, channel = (step + p) / taps - step / taps;
    offsets[p] = (int32_t)tap_offset(w, planes, tap / w->tap_columns, tap % w->tap_columns) +
                 (int32_t)channel * channel_stride;
  }
  for (int64_t p = taps; p < depth; p++) offsets[p] = offsets[p - taps] + channel_stride;
}

/// The channels that K steps step ..< step + depth see.
INLINE int64_t block_channels(const struct windows *w, int64_t step, int64_t depth) {
  const int64_t taps = w->tap_rows * w->tap_columns;
  return (step + depth - 1) / taps - step / taps + 1;
}

/// Planes for a product. A vector of positions must lie in one row of a shared plane.
INLINE struct planes window_planes(const struct windows *w, int64_t rows, int64_t columns) {
  return planes_of(w, rows, columns, rows == 1 || columns % LANES == 0);
}

/// Floats of workspace for a patch of `rows` × `columns`.
static int64_t window_workspace(const struct windows *w, int64_t rows, int64_t columns) {
  const int64_t taps = w->tap_rows * w->tap_columns;
  const int64_t channels = smaller(w->channels, MATMUL_DEPTH / taps + 2);
  const struct planes planes = window_planes(w, rows, columns);
  return channels * planes.per_channel * planes.stride + PLANE_SLACK;
}

/// Where target position q of a patch lies in a plane.
INLINE int64_t position_offset(const struct planes *planes, int64_t columns, int64_t q) {
  return q / columns * planes->pitch + q % columns;
}

static void window_product(const struct window_part *part) {
  const struct windows *w = part->windows;
  const int64_t taps = w->tap_rows * w->tap_columns, k = w->channels * taps;
  const int64_t columns = part->patch.columns, count = part->patch.rows * columns;
  const struct planes planes = window_planes(w, part->patch.rows, columns);
  const int64_t panels = panel_count(part->m);
  int32_t offsets[MATMUL_DEPTH];
  struct stream ahead = part->next;
  const int64_t tiles = (k + MATMUL_DEPTH - 1) / MATMUL_DEPTH * panels *
                        ((count + TILE_COLUMNS - 1) / TILE_COLUMNS);
  const int64_t lines = (lines_of(&ahead) + tiles - 1) / tiles;
  for (int64_t step = 0; step < k; step += MATMUL_DEPTH) {
    const int64_t depth = smaller(MATMUL_DEPTH, k - step);
    fill_planes(
        w, &part->patch, &planes, part->source + step / taps * w->height * w->width,
        block_channels(w, step, depth), part->workspace);
    block_offsets(w, &planes, step, depth, offsets);
    for (int64_t q = 0; q < count; q += TILE_COLUMNS) {
      const int wide = panel_width(count - q) == TILE_COLUMNS;
      const int64_t place = position_offset(&planes, columns, q);
      const int64_t next = position_offset(&planes, columns, q + LANES);
      for (int64_t panel = 0; panel < panels; panel++) {
        const int64_t first = panel * part->m / panels, last = (panel + 1) * part->m / panels;
        const struct tile t = {
            .depth = depth, .a = part->weights + step * part->m + first * depth,
            .b = part->workspace + place, .b_step = next - place,
            .c = part->out + first * part->out_row + q,
            .c_row = part->out_row, .c_column = 1, .columns = smaller(count - q, TILE_COLUMNS),
            .accumulate = step > 0};
        fetch(&ahead, lines);
        window_tiles[last - first][wide](offsets, &t);
      }
    }
  }
}

/// Writes n ≤ 16 lanes to p[0], p[2], … and nothing between them.
INLINE void store_every_second(float *p, vec v, int64_t n) {
#if defined(PATH_AVX512)
  const vec low = __builtin_shufflevector(v, v, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const vec high =
      __builtin_shufflevector(v, v, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15);
  const uint32_t mask = 0x55555555u & (uint32_t)((1ull << (2 * n)) - 1);
  _mm512_mask_storeu_ps(p, (__mmask16)mask, (__m512)low);
  if (n > LANES / 2) _mm512_mask_storeu_ps(p + LANES, (__mmask16)(mask >> LANES), (__m512)high);
#else
  float lanes[LANES] __attribute__((aligned(64)));
  store(lanes, v);
  for (int64_t i = 0; i < n; i++) p[2 * i] = lanes[i];
#endif
}

/// Spreads a patch's rows over the input: element (r, c) goes to r·row_step + c·column_step.
static void spread_rows(
    const float *x, int64_t rows, int64_t columns, float *out, int64_t row_step,
    int64_t column_step) {
  for (int64_t r = 0; r < rows; r++, x += columns, out += row_step) {
    if (column_step == 2) {
      EACH_VECTOR(columns, store_every_second(out + 2 * i, read(x + i, n), n));
    } else {
      for (int64_t c = 0; c < columns; c++) out[c * column_step] = x[c];
    }
  }
}
