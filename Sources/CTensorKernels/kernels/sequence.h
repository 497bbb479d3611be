// Copies, rotary positions, dropout and updates beside the optimisers' on one thread.

static void copy(const float *x, float *out, int64_t count) {
  EACH_VECTOR(count, write(out + i, read(x + i, n), n));
}

static void scale(const float *x, float factor, float *out, int64_t count) {
  EACH_VECTOR(count, write(out + i, read(x + i, n) * factor, n));
}

static void moving_average(const float *parameter, float *average, int64_t count, float rate) {
  EACH_VECTOR(count, {
    const vec old = read(average + i, n);
    write(average + i, fma_lanes(splat(rate), read(parameter + i, n) - old, old), n);
  });
}

static float sum_of_squares(const float *x, int64_t count) {
  vec squares[SUM_VECTORS] = {0};
  EACH_SUM_VECTOR(count, {
    const vec value = read(x + i, n);
    squares[v] = chain_lanes(value, value, squares[v], n);
  });
  return tree(squares);
}

/// One head of one row. Both halves of a vector are read before either is written.
static void rotate(
    const float *x, const float *cosines, const float *sines, float *out, int64_t half,
    int32_t is_inverse) {
  EACH_VECTOR(half, {
    const vec a = read(x + i, n);
    const vec b = read(x + i + half, n);
    const vec c = read(cosines + i, n);
    const vec s = is_inverse ? -read(sines + i, n) : read(sines + i, n);
    write(out + i, fma_lanes(a, c, -(b * s)), n);
    write(out + i + half, fma_lanes(b, c, a * s), n);
  });
}

// Philox4x32-10 on eight blocks at a time, one in each 64-bit lane. The upper halves of the words
// are whatever the rounds left there: a product takes the lower halves only.
typedef uint64_t wide __attribute__((ext_vector_type(8)));

struct philox_words {
  wide w[4];
};

INLINE struct philox_words philox_rounds(struct philox_words x, uint64_t seed) {
  uint32_t low = (uint32_t)seed, high = (uint32_t)(seed >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    const wide p = (x.w[0] & 0xffffffff) * 0xD2511F53, q = (x.w[2] & 0xffffffff) * 0xCD9E8D57;
    x.w[0] = (q >> 32) ^ x.w[1] ^ low;
    x.w[1] = q;
    x.w[2] = (p >> 32) ^ x.w[3] ^ high;
    x.w[3] = p;
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
  return x;
}

/// The words of blocks `block` … `block` + 7, in order, as two vectors.
///
/// Interleaving pairs of 64-bit lanes leaves lane 2q + k in place 2k + q of each vector's quarter
/// q:
/// lane 2q + k therefore draws block 4k + q.
INLINE void philox_blocks(
    uint64_t block, const struct assay_dropout *s, uvec words[2]) {
  const wide order = {0, 4, 1, 5, 2, 6, 3, 7};
  struct philox_words x = {
      {order + block, (wide)(uint64_t)((s->node & 0xffffff) | 4u << 24),
       (wide)(s->step & 0xffffffff), (wide)(s->step >> 32)}};
  x = philox_rounds(x, s->seed);
  const wide low = (x.w[0] & 0xffffffff) | x.w[1] << 32;
  const wide high = (x.w[2] & 0xffffffff) | x.w[3] << 32;
  words[0] = (uvec)__builtin_shufflevector(low, high, 0, 8, 2, 10, 4, 12, 6, 14);
  words[1] = (uvec)__builtin_shufflevector(low, high, 1, 9, 3, 11, 5, 13, 7, 15);
}

static void dropout(
    const float *x, float *out, int64_t first, int64_t count,
    const struct assay_dropout *settings) {
  const struct assay_dropout s = *settings;
  uvec words[2];
  // The rest of a block that began before `first`, so that the vectors begin with a block.
  for (; first % 4 && count > 0; first++, count--, x++, out++) {
    philox_blocks((uint64_t)first / 4, &s, words);
    const float kept = canonical_number(*x * s.scale);
    *out = words[0][first % 4] >= s.threshold ? kept : 0.0f;
  }
  EACH_VECTOR(count, {
    const int half = i / LANES % 2;
    if (half == 0) philox_blocks((uint64_t)(first + i) / 4, &s, words);
    const ivec kept = (ivec)(words[half] >= s.threshold);
    write(out + i, choose(kept, read(x + i, n) * s.scale, splat(0.0f)), n);
  });
}
