// Roundings and updates of integer training: plain loops, which the compiler vectorises for each
// path. Every rounded value is compared with [−2^15, 2^15); what was out of range is gathered.

INLINE int32_t half_of(int32_t shift) { return shift == 0 ? 0 : 1 << (shift - 1); }

/// A value as its distance from the range's lower end: at least 2^16, taken as unsigned, outside.
INLINE uint32_t outside(int32_t q) { return ((uint32_t)q + 0x8000) >> 16; }

INLINE int32_t between(int32_t x, int32_t low, int32_t high) {
  const int32_t raised = x < low ? low : x;
  return raised > high ? high : raised;
}

static int round_weights(
    int32_t width, const void *x, int8_t *out, int64_t first, int64_t count, int32_t shift) {
  const int64_t half = half_of(shift);
  uint32_t bad = 0;
  out += first;
  if (width == ASSAY_INTEGER_32) {
    const int32_t *w = (const int32_t *)x + first;
    for (int64_t i = 0; i < count; i++) {
      // A sum may overflow: any bits can come from outside. In 64 bits it does not.
      const int32_t q = (int32_t)((w[i] + half) >> shift);
      bad |= outside(q);
      out[i] = (int8_t)between(q, -127, 127);
    }
  } else {
    const int64_t *w = (const int64_t *)x + first;
    uint64_t far = 0;
    for (int64_t i = 0; i < count; i++) {
      // What wraps around is as far out of range as what does not.
      const int64_t q = (int64_t)((uint64_t)w[i] + (uint64_t)half) >> shift;
      far |= ((uint64_t)q + 0x8000) >> 16;
      const int64_t raised = q < -127 ? -127 : q;
      out[i] = (int8_t)(raised > 127 ? 127 : raised);
    }
    bad = far != 0;
  }
  return bad != 0;
}

static int activate(const int32_t *x, int8_t *out, int64_t count, int32_t shift) {
  const int32_t half = half_of(shift);
  uint32_t bad = 0;
  for (int64_t i = 0; i < count; i++) {
    const int32_t q = (x[i] + half) >> shift;
    bad |= outside(q);
    out[i] = (int8_t)between(q, 0, 127);
  }
  return bad != 0;
}

/// One plane; `height` and `width` are the output's.
static int pool_activate(
    const int32_t *x, int8_t *out, int64_t height, int64_t width, int32_t shift) {
  const int32_t half = half_of(shift);
  uint32_t bad = 0;
  for (int64_t r = 0; r < height; r++) {
    const int32_t *upper = x + 4 * r * width, *lower = upper + 2 * width;
    for (int64_t c = 0; c < width; c++) {
      const int32_t sum = upper[2 * c] + upper[2 * c + 1] + lower[2 * c] + lower[2 * c + 1];
      const int32_t q = (sum + half) >> shift;
      bad |= outside(q);
      out[r * width + c] = (int8_t)between(q, 0, 127);
    }
  }
  return bad != 0;
}

static int mask_gradient(
    const int32_t *gradient, const int8_t *activation, int8_t *out, int64_t count,
    int32_t shift) {
  const int32_t half = half_of(shift);
  uint32_t bad = 0;
  for (int64_t i = 0; i < count; i++) {
    const int32_t q = (gradient[i] + half) >> shift;
    bad |= outside(q);
    out[i] = (int8_t)(activation[i] > 0 ? between(q, -128, 127) : 0);
  }
  return bad != 0;
}

/// One plane; `height` and `width` are the input's.
static void spread(const int8_t *x, int8_t *out, int64_t height, int64_t width) {
  for (int64_t r = 0; r < height; r++) {
    int8_t *upper = out + 4 * r * width;
    for (int64_t c = 0; c < width; c++) {
      upper[2 * c] = upper[2 * c + 1] = x[r * width + c];
    }
    memcpy(upper + 2 * width, upper, (size_t)(2 * width));
  }
}

/// v − rs(v, s) + r·d, modulo 2^64.
INLINE int64_t next_velocity(int64_t v, int64_t change, int64_t half, int32_t shift) {
  const int64_t decay = (int64_t)((uint64_t)v + (uint64_t)half) >> shift;
  return (int64_t)((uint64_t)v - (uint64_t)decay + (uint64_t)change);
}

#define INTEGER_UPDATE(name, type)                                                             \
  static void name(                                                                            \
      type *w, type *v, const int32_t *d, int64_t count, int64_t rate, int32_t shift) {        \
    const int64_t half = half_of(shift);                                                       \
    for (int64_t i = 0; i < count; i++) {                                                      \
      const int64_t change = (int64_t)((uint64_t)rate * (uint64_t)(int64_t)d[i]);              \
      const int64_t velocity = v ? next_velocity(v[i], change, half, shift) : change;          \
      if (v) v[i] = (type)velocity;                                                            \
      w[i] = (type)((uint64_t)(int64_t)w[i] - (uint64_t)velocity);                             \
    }                                                                                          \
  }
INTEGER_UPDATE(update_32, int32_t)
INTEGER_UPDATE(update_64, int64_t)

static void integer_update(
    int32_t width, void *w, void *v, const int32_t *d, int64_t first, int64_t count,
    int64_t rate, int32_t decay_shift) {
  if (width == ASSAY_INTEGER_32) {
    update_32(
        (int32_t *)w + first, v ? (int32_t *)v + first : NULL, d + first, count, rate,
        decay_shift);
  } else {
    update_64(
        (int64_t *)w + first, v ? (int64_t *)v + first : NULL, d + first, count, rate,
        decay_shift);
  }
}

const struct integer_kernels INTEGER_TABLE = {
    .tile_rows = TILE_ROWS,
    .tile_columns = INTEGER_COLUMNS,
    .workspace = integer_workspace,
    .product = integer_product,
    .round_weights = round_weights,
    .activate = activate,
    .pool_activate = pool_activate,
    .mask_gradient = mask_gradient,
    .spread = spread,
    .update = integer_update,
};
