// Attention of one head, a tile of ATTENTION_ROWS queries at a time: only a tile's scores exist.

// Divides MATMUL_DEPTH, so that a tile lies in one block of positions.
enum { ATTENTION_ROWS = 64 };

INLINE int64_t rounded_up(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }

/// Where the parts of a head's workspace lie, in floats.
struct attention_layout {
  int64_t score_row;  // from one row of scores to the next
  int64_t padded_width, padded_rows;
  int64_t key_columns, value_columns;  // transposed keys and values, as B of the scores' product
  int64_t rows_packed;                 // values (forward) or keys (gradient), as B of the chains
  int64_t scores, score_gradients;
  int64_t tile;                        // sums of a tile of queries
  int64_t query_tile, gradient_tile;   // rows of a tile, as B of the chains
  int64_t key_sums, value_sums;
  int64_t count;
};

static struct attention_layout attention_layout(
    int64_t positions, int64_t width, int32_t is_gradient) {
  struct attention_layout l = {0};
  // An odd number of cache lines keeps rows from sharing a few sets of the cache.
  l.score_row = rounded_up(positions, 2 * LANES) + LANES;
  l.padded_width = rounded_up(width, LANES);
  l.padded_rows = rounded_up(positions, CHAIN_ROWS);
  const int64_t columns = rounded_up(positions, TILE_COLUMNS) * width;
  const int64_t rows = l.padded_rows * l.padded_width;
  const int64_t tile = ATTENTION_ROWS * l.padded_width;
  const int64_t scores = ATTENTION_ROWS * l.score_row;
  int64_t *const parts[] = {
      &l.key_columns, &l.rows_packed, &l.scores, &l.tile, &l.value_columns, &l.score_gradients,
      &l.query_tile, &l.gradient_tile, &l.key_sums, &l.value_sums};
  const int64_t sizes[] = {
      columns, rows, scores, tile, columns, scores, tile, tile, rows, rows};
  for (int i = 0; i < (is_gradient ? 10 : 4); i++) {
    *parts[i] = l.count;
    l.count += rounded_up(sizes[i], LANES);
  }
  return l;
}

static int64_t attention_workspace(int64_t positions, int64_t width, int32_t is_gradient) {
  return attention_layout(positions, width, is_gradient).count;
}

/// Packs x transposed: element (d, j) of B.
static void pack_columns(
    struct assay_attention_input x, int64_t positions, int64_t width, float *out) {
  pack_b(x.data, 1, x.row_stride, positions, width, out);
}

/// out[t − first, j] = Σ_d x[t, d]·columns[d, j] for the queries `first` ..< `end`; in a causal
/// head only the tiles that hold a position that is seen.
static void multiply_scores(
    const struct attention_head *head, struct assay_attention_input x, const float *columns,
    int64_t first, int64_t end, float *out, int64_t out_row) {
  const int64_t rows = end - first, panels = panel_count(rows);
  for (int64_t j = 0; j < (head->is_causal ? end : head->positions); j += TILE_COLUMNS) {
    const int64_t width = panel_width(head->positions - j);
    for (int64_t panel = 0; panel < panels; panel++) {
      const int64_t row = panel * rows / panels, last = (panel + 1) * rows / panels;
      if (head->is_causal && j >= first + last) continue;
      const struct tile tile = {
          .depth = head->width, .a = x.data + (first + row) * x.row_stride,
          .a_row = x.row_stride, .a_step = 1, .b = columns + j * head->width, .b_step = width,
          .c = out + row * out_row + j, .c_row = out_row, .c_column = 1, .columns = width};
      tiles[last - row][1][width == TILE_COLUMNS](&tile);
    }
  }
}

INLINE int64_t seen_positions(const struct attention_head *head, int64_t t) {
  return head->is_causal ? t + 1 : head->positions;
}

/// Sums over the positions that the queries `first` ..< `end` see of factor·row, to `out`.
///
/// Rows of `factors` up to a multiple of CHAIN_ROWS exist; what they hold beyond `end` is not used.
static void sum_over_keys(
    const struct attention_head *head, const struct attention_layout *l, const float *factors,
    const float *packed, float *sums, int64_t first, int64_t end,
    struct assay_attention_output out) {
  for (int64_t start = 0; start < seen_positions(head, end - 1); start += MATMUL_DEPTH) {
    const int64_t block_end = smaller(start + MATMUL_DEPTH, head->positions);
    const int diagonal = head->is_causal && first < start + MATMUL_DEPTH;
    for (int64_t d = 0; d < head->width; d += CHAIN_COLUMNS) {
      const int64_t width = chain_width(head->width, d);
      for (int64_t t = first; t < end; t += CHAIN_ROWS) {
        const struct chains chains = {
            .a = factors + (t - first) * l->score_row + start, .a_row = l->score_row,
            .a_step = 1, .b = packed + d * l->padded_rows + start * width,
            .sums = sums + (t - first) * l->padded_width + d, .sums_row = l->padded_width,
            .steps = diagonal ? t + 1 - start : block_end - start};
        if (diagonal) {
          chains_by_rows_after(width, &chains);
        } else {
          chains_by_rows(width, &chains);
        }
      }
    }
    end_chain_block(
        sums, l->padded_width, out.data + first * out.row_stride, out.row_stride, end - first,
        head->width, start == 0);
  }
}

/// Scores to probabilities in place, with the row's maximum and sum. Rows are whole vectors long.
static void attention_row(
    float *scores, int64_t count, float factor, float *maximum_out, float *sum_out) {
  for (int64_t i = 0; i < count; i += LANES) store(scores + i, load(scores + i) * factor);
  const float largest = row_maximum(scores, count);
  const float sum = row_exponentials(scores, largest, scores, count);
  for (int64_t i = 0; i < count; i += LANES) store(scores + i, load(scores + i) / sum);
  *maximum_out = largest == 0.0f ? 0.0f : largest;
  *sum_out = canonical_number(sum);
}

static void attention(const struct attention_head *head) {
  const struct attention_layout l = attention_layout(head->positions, head->width, 0);
  float *work = head->workspace;
  pack_columns(head->key, head->positions, head->width, work + l.key_columns);
  pack_chain_rows(
      head->value, head->positions, head->width, l.padded_rows, work + l.rows_packed);
  for (int64_t first = 0; first < head->positions; first += ATTENTION_ROWS) {
    const int64_t end = smaller(first + ATTENTION_ROWS, head->positions);
    float *scores = work + l.scores;
    multiply_scores(
        head, head->query, work + l.key_columns, first, end, scores, l.score_row);
    for (int64_t t = first; t < end; t++) {
      attention_row(
          scores + (t - first) * l.score_row, seen_positions(head, t), head->scale,
          head->new_maximum + t, head->new_sum + t);
    }
    sum_over_keys(
        head, &l, scores, work + l.rows_packed, work + l.tile, first, end, head->out);
  }
}

/// Scores to probabilities and gradients of probabilities to those of scores, both in place.
static void attention_gradient_row(
    float *scores, float *gradients, int64_t count, float factor, float largest, float sum) {
  vec products[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(count, {
    const vec p = exp_lanes(load(scores + i) * factor - largest) / sum;
    store(scores + i, p);
    products[v] = chain_lanes(p, load(gradients + i), products[v], n);
  });
  const float mean = tree(products);
  for (int64_t i = 0; i < count; i += LANES) {
    store(gradients + i, (load(scores + i) * (load(gradients + i) - mean)) * factor);
  }
}

/// Continues the chains of every key seen by the queries `first` ..< `end`: sums[j] += factor·row.
static void sum_over_queries(
    const struct attention_head *head, const struct attention_layout *l, const float *factors,
    const float *packed, float *sums, int64_t first, int64_t end) {
  const int64_t keys = head->is_causal ? end : head->positions;
  const int continued = first % MATMUL_DEPTH != 0;
  for (int64_t d = 0; d < head->width; d += CHAIN_COLUMNS) {
    const int64_t width = chain_width(head->width, d);
    for (int64_t j = 0; j < keys; j += CHAIN_ROWS) {
      struct chains chains = {
          .a = factors + j, .a_row = 1, .a_step = l->score_row,
          .b = packed + d * ATTENTION_ROWS, .sums = sums + j * l->padded_width + d,
          .sums_row = l->padded_width, .steps = end - first, .continued = continued};
      if (!head->is_causal || j < first) {
        chains_by_columns(width, &chains);
        continue;
      }
      // The diagonal: these chains begin here.
      chains.a += (j - first) * l->score_row;
      chains.b += (j - first) * width;
      chains.steps = end - j;
      chains.continued = 0;
      if (chains.steps >= CHAIN_ROWS) {
        chains_by_columns_before(width, &chains);
        continue;
      }
      for (; chains.steps > 0; chains.steps--) {
        chain_by_columns(width, &chains);
        chains.a += l->score_row + 1;
        chains.b += width;
        chains.sums += l->padded_width;
      }
    }
  }
}

/// Adds the sums of the block of queries that ends at `end` to the keys that it saw.
static void end_query_block(
    const struct attention_head *head, const struct attention_layout *l, const float *sums,
    int64_t end, struct assay_attention_output out) {
  const int64_t start = (end - 1) / MATMUL_DEPTH * MATMUL_DEPTH;
  const int64_t keys = head->is_causal ? end : head->positions;
  // Of a causal head's keys, those within the block have seen no query before.
  const int64_t old = head->is_causal ? start : start == 0 ? 0 : keys;
  end_chain_block(sums, l->padded_width, out.data, out.row_stride, old, head->width, 0);
  end_chain_block(
      sums + old * l->padded_width, l->padded_width, out.data + old * out.row_stride,
      out.row_stride, keys - old, head->width, 1);
}

static struct assay_attention_input rows_from(struct assay_attention_input x, int64_t first) {
  x.data += first * x.row_stride;
  return x;
}

static void attention_gradient(const struct attention_head *head) {
  const int64_t positions = head->positions, width = head->width;
  const struct attention_layout l = attention_layout(positions, width, 1);
  float *work = head->workspace;
  float *scores = work + l.scores, *gradients = work + l.score_gradients;
  pack_columns(head->key, positions, width, work + l.key_columns);
  pack_columns(head->value, positions, width, work + l.value_columns);
  pack_chain_rows(head->key, positions, width, l.padded_rows, work + l.rows_packed);
  for (int64_t first = 0; first < positions; first += ATTENTION_ROWS) {
    const int64_t end = smaller(first + ATTENTION_ROWS, positions);
    multiply_scores(head, head->query, work + l.key_columns, first, end, scores, l.score_row);
    multiply_scores(
        head, head->gradient, work + l.value_columns, first, end, gradients, l.score_row);
    for (int64_t t = first; t < end; t++) {
      attention_gradient_row(
          scores + (t - first) * l.score_row, gradients + (t - first) * l.score_row,
          seen_positions(head, t), head->scale, head->maximum[t], head->sum[t]);
    }
    sum_over_keys(
        head, &l, gradients, work + l.rows_packed, work + l.tile, first, end,
        head->query_gradient);
    pack_chain_rows(
        rows_from(head->query, first), end - first, width, ATTENTION_ROWS, work + l.query_tile);
    pack_chain_rows(
        rows_from(head->gradient, first), end - first, width, ATTENTION_ROWS,
        work + l.gradient_tile);
    sum_over_queries(
        head, &l, gradients, work + l.query_tile, work + l.key_sums, first, end);
    sum_over_queries(
        head, &l, scores, work + l.gradient_tile, work + l.value_sums, first, end);
    if (end % MATMUL_DEPTH == 0 || end == positions) {
      end_query_block(head, &l, work + l.key_sums, end, head->key_gradient);
      end_query_block(head, &l, work + l.value_sums, end, head->value_gradient);
    }
  }
}
