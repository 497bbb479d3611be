// Lookups, positions, dropout and copies.

KERNEL(embed, ELEMENT_ITEMS)
(HEAP, index_t table_at, index_t ids_at, index_t out_at, index_t count, index_t vocabulary,
 index_t columns, int instruction) {
  ELEMENT(i, count);
  READ(float, table, table_at);
  READ(int, ids, ids_at);
  AT(float, out, out_at);
  const int id = ids[i / columns];
  if (id < 0 || id >= vocabulary) {
    FAIL(instruction);
  } else {
    out[i] = canonical(table[id * columns + i % columns]);
  }
}

/// A group for each row. The first row with an id adds up all rows with that id, in their order;
/// rows of the table that no id names were cleared before.
KERNEL(embed_gradient, 64)
(HEAP, index_t ids_at, index_t gradient_at, index_t out_at, index_t rows, index_t vocabulary,
 index_t columns, int instruction) {
  LOCAL_ARRAY(int, earlier, 64);
  READ(int, ids, ids_at);
  READ(float, gradient, gradient_at);
  AT(float, out, out_at);
  const index_t row = GROUP(0);
  const int id = ids[row];
  int is_earlier = 0;
  for (index_t r = ITEM; r < row; r += 64) is_earlier |= ids[r] == id;
  earlier[ITEM] = is_earlier;
  BARRIER();
  for (int s = 32; s > 0; s /= 2) {
    if (ITEM < s) earlier[ITEM] |= earlier[ITEM + s];
    BARRIER();
  }
  const int is_class = id >= 0 && id < vocabulary;
  if (!is_class && ITEM == 0) FAIL(instruction);
  if (is_class && !earlier[0]) {
    for (index_t c = ITEM; c < columns; c += 64) {
      float sum = 0.0f;
      for (index_t r = row; r < rows; r++) {
        if (ids[r] == id) sum = sum + gradient[r * columns + c];
      }
      out[id * columns + c] = canonical(sum);
    }
  }
}

/// `half_width` is half of a head's width; an item has one pair of elements.
KERNEL(rotate_positions, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t cosines_at, index_t sines_at, index_t out_at, index_t pairs,
 index_t heads, index_t half_width, index_t period, int is_inverse) {
  ELEMENT(pair, pairs);
  READ(float, x, x_at);
  READ(float, cosines, cosines_at);
  READ(float, sines, sines_at);
  AT(float, out, out_at);
  const index_t i = pair % half_width, head = pair / half_width;
  const index_t position = head / heads % period;
  const index_t first = head * 2 * half_width + i;
  const float a = x[first], b = x[first + half_width];
  const float c = cosines[position * half_width + i];
  const float sine = sines[position * half_width + i], s = is_inverse ? -sine : sine;
  out[first] = canonical(FMA(a, c, -(b * s)));
  out[first + half_width] = canonical(FMA(b, c, a * s));
}

/// Word `word` of Philox4x32-10 over a counter of four words.
HELPER uint philox(uint w0, uint w1, uint w2, uint w3, uint low, uint high, int word) {
  for (int round = 0; round < 10; round++) {
    const uint x_high = HIGH_PRODUCT(w0, 0xD2511F53u), x_low = w0 * 0xD2511F53u;
    const uint y_high = HIGH_PRODUCT(w2, 0xCD9E8D57u), y_low = w2 * 0xCD9E8D57u;
    w0 = y_high ^ w1 ^ low;
    w1 = y_low;
    w2 = x_high ^ w3 ^ high;
    w3 = x_low;
    low += 0x9E3779B9u;
    high += 0xBB67AE85u;
  }
  return word == 0 ? w0 : word == 1 ? w1 : word == 2 ? w2 : w3;
}

KERNEL(dropout, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, int seed_low, int seed_high, int node,
 int threshold, float factor) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  AT(float, out, out_at);
  const index_t e = count * SCALARS->micro_batch + i;
  const uint word = philox(
      (uint)(e / 4), ((uint)node & 0xffffffu) | 4u << 24, SCALARS->step_low, SCALARS->step_high,
      (uint)seed_low, (uint)seed_high, (int)(e % 4));
  out[i] = word >= (uint)threshold ? canonical(x[i] * factor) : 0.0f;
}

/// Eight extents and strides of both sides; unused extents come first and are 1.
#define STRIDES(side)                                                                         \
  index_t side##0, index_t side##1, index_t side##2, index_t side##3, index_t side##4,        \
      index_t side##5, index_t side##6, index_t side##7
#define STEP(d)                    \
  x_place += rest % n##d * x##d;   \
  y_place += rest % n##d * y##d;   \
  rest /= n##d;

KERNEL(copy, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t out_at, index_t count, STRIDES(n), STRIDES(x), STRIDES(y)) {
  ELEMENT(i, count);
  READ(float, from, x_at);
  AT(float, to, out_at);
  index_t rest = i, x_place = 0, y_place = 0;
  STEP(7) STEP(6) STEP(5) STEP(4) STEP(3) STEP(2) STEP(1) STEP(0)
  to[y_place] = canonical(from[x_place]);
}

/// The gradients' shares of the norm that clipping looks at, a group for each: its place and its
/// count stand in the table. What a lane needs next is fetched before the chain comes to it.
KERNEL(sums_of_squares, LANES)(HEAP, index_t table_at, index_t out_at) {
  LOCAL_ARRAY(float, lanes, LANES);
  READ(index_t, entry, table_at + 16 * GROUP(0));
  AT(float, out, out_at + 4 * GROUP(0));
  READ(float, x, entry[0]);
  const index_t count = entry[1];
  float sum = 0.0f;
  index_t i = ITEM;
  for (; i + 7 * LANES < count; i += 8 * LANES) {
    float next[8];
    UNROLL
    for (int j = 0; j < 8; j++) next[j] = x[i + j * LANES];
    UNROLL
    for (int j = 0; j < 8; j++) sum = FMA(next[j], next[j], sum);
  }
  for (; i < count; i += LANES) sum = FMA(x[i], x[i], sum);
  sum = fold(lanes, sum);
  if (ITEM == 0) out[0] = sum;
}

KERNEL(clip_scale, 1)(HEAP, index_t sums_at, index_t out_at, int count, float limit) {
  READ(float, sums, sums_at);
  AT(float, out, out_at);
  float sum = 0.0f;
  for (int i = 0; i < count; i++) sum = sum + sums[i];
  const float norm = SQRT(sum);
  out[0] = canonical(norm != norm ? norm : norm > limit ? limit / norm : 1.0f);
}
