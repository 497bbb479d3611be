// Number-theoretic transforms of eight vectors side by side, one in each lane: four-way butterflies
// with decimation in frequency (Gentleman and Sande, 1966). A block is transformed to the end
// before the next is begun, so that all but the first passes stay in the caches.

/// Bits of a block whose passes follow one another without recursion: 2^8 · 64 bytes fit the
/// first-level cache.
enum { BLOCK_BITS = 8 };

/// x0 … x3 become the sums with the powers 0, 2, 1 and 3 of the root of order 4; any.
INLINE void butterfly(vec x0, vec x1, vec x2, vec x3, vec y[4]) {
  const vec even = add(x0, x2), odd = reduced(add(x1, x3));
  const vec difference = subtract(x0, x2), turned = reduced(times_root4(subtract(x1, x3)));
  y[0] = add(even, odd);
  y[1] = subtract(even, odd);
  y[2] = add(difference, turned);
  y[3] = subtract(difference, turned);
}

/// One pass over a block of 4·quarter vectors.
INLINE void pass(vec *x, int64_t quarter, const uint64_t *w) {
  vec y[4];
  butterfly(x[0], x[quarter], x[2 * quarter], x[3 * quarter], y);
  for (int k = 0; k < 4; k++) x[k * quarter] = reduced(y[k]);
  for (int64_t j = 1; j < quarter; j++) {
    butterfly(x[j], x[j + quarter], x[j + 2 * quarter], x[j + 3 * quarter], y);
    x[j] = reduced(y[0]);
    for (int k = 1; k < 4; k++) {
      x[j + k * quarter] = reduced(multiply(y[k], splat(w[3 * j + k - 1])));
    }
  }
}

/// All passes over 2^bits vectors, one after another.
INLINE void transform_block(vec *x, int bits, const uint64_t *constants) {
  const int64_t size = (int64_t)1 << bits;
  int s = bits;
  for (; s > 2; s -= 2) {
    const int64_t quarter = (int64_t)1 << (s - 2);
    for (int64_t start = 0; start < size; start += 4 * quarter) {
      pass(x + start, quarter, constants);
    }
    constants += 3 * quarter;
  }
  for (int64_t start = 0; s == 2 && start < size; start += 4) {
    vec y[4];
    butterfly(x[start], x[start + 1], x[start + 2], x[start + 3], y);
    for (int k = 0; k < 4; k++) x[start + k] = reduced(y[k]);
  }
  for (int64_t start = 0; s == 1 && start < size; start += 2) {
    const vec a = x[start], b = x[start + 1];
    x[start] = reduced(add(a, b));
    x[start + 1] = reduced(subtract(a, b));
  }
}

/// Whether a value at one of 2^bits places is wanted.
static int is_wanted(const uint8_t *wanted, int bits) {
  const int64_t count = bits > WANTED_BITS ? (int64_t)1 << (bits - WANTED_BITS) : 1;
  for (int64_t i = 0; i < count; i++) {
    if (wanted[i]) return 1;
  }
  return 0;
}

static void transform_all(
    vec *x, int bits, const uint8_t *wanted, const uint64_t *constants) {
  if (wanted && !is_wanted(wanted, bits)) return;
  if (bits <= BLOCK_BITS) {
    transform_block(x, bits, constants);
    return;
  }
  const int64_t quarter = (int64_t)1 << (bits - 2);
  pass(x, quarter, constants);
  for (int k = 0; k < 4; k++) {
    const uint8_t *part = wanted ? wanted + (k * quarter >> WANTED_BITS) : wanted;
    transform_all(x + k * quarter, bits - 2, part, constants + 3 * quarter);
  }
}

static void transform(
    uint64_t *x, int bits, const uint8_t *wanted, const uint64_t *constants) {
  transform_all((vec *)x, bits, wanted, constants);
}
