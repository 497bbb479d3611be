// A sum over positions, weighted by probabilities or by the gradients of scores: 64 of its rows and
// 64 of its columns for each group. Defined before:
//   NAME         the kernel's name
//   HAS_SLOPES   whether the factors are ds = (p·(dp − mean))·factor, else p
//   BY_KEYS      whether rows are keys j, and the sum is over the positions t that see them
//   ROWS         the operand that is summed: q, k, v or dy
KERNEL(NAME, 256)
(HEAP, index_t query_at, index_t query_stride, index_t key_at, index_t key_stride,
 index_t value_at, index_t value_stride, index_t gradient_at, index_t gradient_stride,
 index_t maximum_at, index_t sum_at, index_t mean_at, index_t out_at, index_t out_stride, HEADS) {
  LOCAL_ARRAY(float, xs, CHUNK * TILE);
  LOCAL_ARRAY(float, ys, CHUNK * TILE);
  LOCAL_ARRAY(float, factors, TILE * TILE);
  const index_t head = GROUP(1);
  const struct head_rows q =
      rows_of(heap, query_at, query_stride, head, heads, positions, width);
  const struct head_rows k = rows_of(heap, key_at, key_stride, head, heads, positions, width);
  const struct head_rows v =
      rows_of(heap, value_at, value_stride, head, heads, positions, width);
  const struct head_rows dy =
      rows_of(heap, gradient_at, gradient_stride, head, heads, positions, width);
  READ(float, maximum, maximum_at + 4 * head * positions);
  READ(float, sum, sum_at + 4 * head * positions);
  READ(float, mean, mean_at + 4 * head * positions);
  AT(float, out, out_at + 4 * (head / heads * positions * out_stride + head % heads * width));
  const int item = ITEM, across = item % 16, down = item / 16;
  const int first = (int)GROUP(0) * TILE, first_column = (int)GROUP(2) * TILE;
  const int begin = BY_KEYS && is_causal ? first : 0;
  const int end = !BY_KEYS && is_causal && first + TILE < positions ? first + TILE : positions;
  float tile[4][4], slopes[4][4], block[4][4], total[4][4];
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) block[r][c] = 0.0f;
  }
  int is_first = 1;
  for (int others = begin; others < end; others += TILE) {
    tile_product(
        xs, ys, BY_KEYS ? k : q, first, BY_KEYS ? q : k, others, positions, width, tile);
    if (HAS_SLOPES) {
      tile_product(
          xs, ys, BY_KEYS ? v : dy, first, BY_KEYS ? dy : v, others, positions, width, slopes);
    }
    UNROLL for (int r = 0; r < 4; r++) {
      UNROLL for (int c = 0; c < 4; c++) {
        const int row = first + 4 * down + r, other = others + across + 16 * c;
        const int t = BY_KEYS ? other : row;
        float value = 0.0f;
        if (t < positions) {
          value = exponential(tile[r][c] * factor - maximum[t]) / sum[t];
          if (HAS_SLOPES) value = (value * (slopes[r][c] - mean[t])) * factor;
        }
        factors[(4 * down + r) * TILE + across + 16 * c] = value;
      }
    }
    for (int start = 0; start < TILE; start += CHUNK) {
      UNROLL for (int step = 0; step < CHUNK * TILE / 256; step++) {
        const int e = item + 256 * step, d = e % TILE, row = e / TILE;
        const int other = others + start + row, column = first_column + d;
        const int is_within = other < positions && column < width;
        ys[row * TILE + d] = is_within ? ROWS.data[other * ROWS.stride + column] : 0.0f;
      }
      BARRIER();
      KEEP_LOOP for (int s = 0; s < CHUNK; s++) {
        const int other = others + start + s;
        UNROLL for (int r = 0; r < 4; r++) {
          const int row = first + 4 * down + r;
          const int is_seen = BY_KEYS ? SEES(other, row) : SEES(row, other);
          if (is_seen) {
            const float value = factors[(4 * down + r) * TILE + start + s];
            UNROLL for (int c = 0; c < 4; c++) {
              block[r][c] = FMA(value, ys[s * TILE + across + 16 * c], block[r][c]);
            }
          }
        }
      }
      BARRIER();
    }
    if ((others + TILE) % 512 == 0 || others + TILE >= end) {
      UNROLL for (int r = 0; r < 4; r++) {
        UNROLL for (int c = 0; c < 4; c++) {
          total[r][c] = is_first ? block[r][c] : total[r][c] + block[r][c];
          block[r][c] = 0.0f;
        }
      }
      is_first = 0;
    }
  }
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) {
      const int row = first + 4 * down + r, d = first_column + across + 16 * c;
      if (row < positions && d < width) out[row * out_stride + d] = canonical(total[r][c]);
    }
  }
}
#undef NAME
#undef HAS_SLOPES
#undef BY_KEYS
#undef ROWS
