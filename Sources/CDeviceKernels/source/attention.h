// Attention by groups of 256 items that work on tiles of 64 × 64 scores, 4 × 4 for each item. No
// score is stored: every kernel computes the tiles that it needs, each score one chain over the
// head's width.
#define TILE 64
#define CHUNK 16

/// A row operand of one head: element (position, d) is at data[position · stride + d].
struct head_rows {
  GLOBAL const float *data;
  index_t stride;
};

HELPER struct head_rows rows_of(
    HEAP, index_t at, index_t stride, index_t head, int heads, int positions, int width) {
  struct head_rows rows;
  rows.data = (GLOBAL const float *)(heap + at) + head / heads * positions * stride +
              head % heads * width;
  rows.stride = stride;
  return rows;
}

/// tile[r][c] = the chain over d of x[first_x + 4·down + r, d] · y[first_y + across + 16·c, d];
/// rows behind the last position count as zeros.
HELPER void tile_product(
    LOCAL float *xs, LOCAL float *ys, struct head_rows x, int first_x, struct head_rows y,
    int first_y, int positions, int width, float tile[4][4]) {
  const int item = ITEM, across = item % 16, down = item / 16;
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) tile[r][c] = 0.0f;
  }
  for (int start = 0; start < width; start += CHUNK) {
    UNROLL for (int step = 0; step < CHUNK * TILE / 256; step++) {
      const int e = item + 256 * step, d = e % CHUNK, row = e / CHUNK;
      const int is_within = start + d < width;
      xs[d * TILE + row] = is_within && first_x + row < positions
                               ? x.data[(first_x + row) * x.stride + start + d]
                               : 0.0f;
      ys[d * TILE + row] = is_within && first_y + row < positions
                               ? y.data[(first_y + row) * y.stride + start + d]
                               : 0.0f;
    }
    BARRIER();
    const int depth = width - start < CHUNK ? width - start : CHUNK;
    KEEP_LOOP for (int d = 0; d < depth; d++) {
      UNROLL for (int r = 0; r < 4; r++) {
        const float value = xs[d * TILE + 4 * down + r];
        UNROLL for (int c = 0; c < 4; c++) {
          tile[r][c] = FMA(value, ys[d * TILE + across + 16 * c], tile[r][c]);
        }
      }
    }
    BARRIER();
  }
}

#define HEADS int positions, int heads, int width, int is_causal, float factor
/// Whether position t sees position j.
#define SEES(t, j) ((t) < positions && (j) < positions && (!is_causal || (j) <= (t)))

/// maximum[t] and sum[t] of a tile of 64 positions t.
KERNEL(attention_statistics, 256)
(HEAP, index_t query_at, index_t query_stride, index_t key_at, index_t key_stride,
 index_t maximum_at, index_t sum_at, HEADS) {
  LOCAL_ARRAY(float, xs, CHUNK * TILE);
  LOCAL_ARRAY(float, ys, CHUNK * TILE);
  LOCAL_ARRAY(float, lanes, TILE * TILE);
  const index_t head = GROUP(1);
  const struct head_rows q =
      rows_of(heap, query_at, query_stride, head, heads, positions, width);
  const struct head_rows k = rows_of(heap, key_at, key_stride, head, heads, positions, width);
  AT(float, maximum, maximum_at + 4 * head * positions);
  AT(float, sum, sum_at + 4 * head * positions);
  const int item = ITEM, across = item % 16, down = item / 16;
  const int first = (int)GROUP(0) * TILE;
  const int end = is_causal && first + TILE < positions ? first + TILE : positions;
  float tile[4][4], state[4][4];
  UNROLL for (int r = 0; r < 4; r++) state[r][0] = -INFINITE;
  for (int keys = 0; keys < end; keys += TILE) {
    tile_product(xs, ys, q, first, k, keys, positions, width, tile);
    UNROLL for (int r = 0; r < 4; r++) {
      UNROLL for (int c = 0; c < 4; c++) {
        const float score = tile[r][c] * factor;
        const int is_seen = SEES(first + 4 * down + r, keys + across + 16 * c);
        if (is_seen && score > state[r][0]) state[r][0] = score;
      }
    }
  }
  UNROLL for (int r = 0; r < 4; r++) lanes[(4 * down + r) * TILE + across] = state[r][0];
  BARRIER();
  KEEP_LOOP for (int s = 8; s > 0; s /= 2) {
    UNROLL for (int r = 0; r < 4; r++) {
      const int place = (4 * down + r) * TILE + across;
      if (across < s && lanes[place + s] > lanes[place]) lanes[place] = lanes[place + s];
    }
    BARRIER();
  }
  float largest[4];
  UNROLL for (int r = 0; r < 4; r++) {
    largest[r] = lanes[(4 * down + r) * TILE];
    if (largest[r] == 0.0f) largest[r] = 0.0f;
    if (across == 0 && first + 4 * down + r < positions) {
      maximum[first + 4 * down + r] = largest[r];
    }
    UNROLL for (int c = 0; c < 4; c++) state[r][c] = 0.0f;
  }
  BARRIER();
  for (int keys = 0; keys < end; keys += TILE) {
    tile_product(xs, ys, q, first, k, keys, positions, width, tile);
    UNROLL for (int r = 0; r < 4; r++) {
      UNROLL for (int c = 0; c < 4; c++) {
        if (SEES(first + 4 * down + r, keys + across + 16 * c)) {
          state[r][c] = state[r][c] + exponential(tile[r][c] * factor - largest[r]);
        }
      }
    }
  }
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) {
      lanes[(4 * down + r) * TILE + across + 16 * c] = state[r][c];
    }
  }
  BARRIER();
  KEEP_LOOP for (int s = TILE / 2; s > 0; s /= 2) {
    KEEP_LOOP for (int e = item; e < s * TILE; e += 256) {
      const int place = e / s * TILE + e % s;
      lanes[place] = lanes[place] + lanes[place + s];
    }
    BARRIER();
  }
  if (item < TILE && first + item < positions) sum[first + item] = canonical(lanes[item * TILE]);
}

/// r[t], the lanes of p·dp, of a tile of 64 positions t.
KERNEL(attention_means, 256)
(HEAP, index_t query_at, index_t query_stride, index_t key_at, index_t key_stride,
 index_t value_at, index_t value_stride, index_t gradient_at, index_t gradient_stride,
 index_t maximum_at, index_t sum_at, index_t mean_at, HEADS) {
  LOCAL_ARRAY(float, xs, CHUNK * TILE);
  LOCAL_ARRAY(float, ys, CHUNK * TILE);
  LOCAL_ARRAY(float, lanes, TILE * TILE);
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
  AT(float, mean, mean_at + 4 * head * positions);
  const int item = ITEM, across = item % 16, down = item / 16;
  const int first = (int)GROUP(0) * TILE;
  const int end = is_causal && first + TILE < positions ? first + TILE : positions;
  float tile[4][4], slopes[4][4], state[4][4];
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) state[r][c] = 0.0f;
  }
  for (int keys = 0; keys < end; keys += TILE) {
    tile_product(xs, ys, q, first, k, keys, positions, width, tile);
    tile_product(xs, ys, dy, first, v, keys, positions, width, slopes);
    UNROLL for (int r = 0; r < 4; r++) {
      const int t = first + 4 * down + r;
      UNROLL for (int c = 0; c < 4; c++) {
        if (SEES(t, keys + across + 16 * c)) {
          const float p = exponential(tile[r][c] * factor - maximum[t]) / sum[t];
          state[r][c] = FMA(p, slopes[r][c], state[r][c]);
        }
      }
    }
  }
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int c = 0; c < 4; c++) {
      lanes[(4 * down + r) * TILE + across + 16 * c] = state[r][c];
    }
  }
  BARRIER();
  KEEP_LOOP for (int s = TILE / 2; s > 0; s /= 2) {
    KEEP_LOOP for (int e = item; e < s * TILE; e += 256) {
      const int place = e / s * TILE + e % s;
      lanes[place] = lanes[place] + lanes[place + s];
    }
    BARRIER();
  }
  if (item < TILE && first + item < positions) mean[first + item] = lanes[item * TILE];
}

// out[t, d] = Σ_j p[t, j]·v[j, d].
#define NAME attention_output
#define HAS_SLOPES 0
#define BY_KEYS 0
#define ROWS v
#include "attention_sum.h"

// dq[t, d] = Σ_j ds[t, j]·k[j, d].
#define NAME attention_query_gradient
#define HAS_SLOPES 1
#define BY_KEYS 0
#define ROWS k
#include "attention_sum.h"

// dk[j, d] = Σ_t ds[t, j]·q[t, d].
#define NAME attention_key_gradient
#define HAS_SLOPES 1
#define BY_KEYS 1
#define ROWS q
#include "attention_sum.h"

// dv[j, d] = Σ_t p[t, j]·dy[t, d].
#define NAME attention_value_gradient
#define HAS_SLOPES 0
#define BY_KEYS 1
#define ROWS dy
#include "attention_sum.h"
