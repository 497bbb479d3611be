// Sums of rows times a vector, and of rows times coefficients, in the extension.
//
// Where rows are integers of at most 32 bits, the coordinates of the other factor are cut into
// limbs of 22 bits: products are exact in 53 bits and their sums in 63, and the field is entered
// once for many terms.

typedef int32_t ints_anywhere __attribute__((ext_vector_type(8), aligned(4)));

/// Values `at` to `at + 8` of the matrix as integers.
#define WIDEN(type, p)                                                                          \
  ({                                                                                            \
    typedef type narrow __attribute__((ext_vector_type(8), aligned(sizeof(type))));            \
    __builtin_convertvector(*(const narrow *)(p), ivec);                                        \
  })
INLINE ivec load_integers(const void *values, int32_t type, int64_t at) {
  switch (type) {
    case ASSAY_VALUES_INT8: return WIDEN(int8_t, (const int8_t *)values + at);
    case ASSAY_VALUES_UINT8: return WIDEN(uint8_t, (const uint8_t *)values + at);
    case ASSAY_VALUES_INT16: return WIDEN(int16_t, (const int16_t *)values + at);
    case ASSAY_VALUES_UINT16: return WIDEN(uint16_t, (const uint16_t *)values + at);
    default: return WIDEN(int32_t, (const int32_t *)values + at);
  }
}

INLINE int64_t load_integer(const void *values, int32_t type, int64_t at) {
  switch (type) {
    case ASSAY_VALUES_INT8: return ((const int8_t *)values)[at];
    case ASSAY_VALUES_UINT8: return ((const uint8_t *)values)[at];
    case ASSAY_VALUES_INT16: return ((const int16_t *)values)[at];
    case ASSAY_VALUES_UINT16: return ((const uint16_t *)values)[at];
    default: return ((const int32_t *)values)[at];
  }
}

/// Value `at` of a matrix of 64-bit integers or elements, as an element.
INLINE uint64_t load_one_element(const void *values, int32_t type, int64_t at) {
  const uint64_t value = ((const uint64_t *)values)[at];
  return type == ASSAY_VALUES_INT64 && value >> 63 ? value + ORDER : value;
}

INLINE vec load_elements(const void *values, int32_t type, int64_t at) {
  const vec value = load_anywhere((const uint64_t *)values + at);
  // 2^64 stands for 2^32 − 1, so a negative integer is its two's complement minus that.
  return type == ASSAY_VALUES_INT64 ? value - ((vec)((ivec)value < 0) & WRAPPED) : value;
}

/// Σ 2^(22·l) · limb l, the limbs being signed.
INLINE uint64_t element_of_limbs(const __int128 limbs[LIMBS]) {
  uint64_t result = 0;
  for (int l = LIMBS - 1; l >= 0; l--) {
    result = multiply_elements(result, (uint64_t)1 << LIMB_BITS);
    result = add_elements(result, element_of(limbs[l]));
  }
  return result;
}

/// Σ 2^(22·l) · limb l for signed limbs; any.
INLINE vec elements_of_limbs(const ivec limbs[LIMBS]) {
  vec terms[LIMBS];
  for (int l = 0; l < LIMBS; l++) {
    // As in `load_elements`.
    terms[l] = reduced((vec)limbs[l] - ((vec)(limbs[l] < 0) & WRAPPED));
  }
  const vec middle = reduce(terms[1] >> (64 - LIMB_BITS), terms[1] << LIMB_BITS);
  const vec high = reduce(terms[2] >> (64 - 2 * LIMB_BITS), terms[2] << 2 * LIMB_BITS);
  return reduced(add(reduced(add(middle, terms[0])), reduced(high)));
}

/// Rows that share the loads of the vector's limbs: as many as the registers hold the sums of.
#ifndef SHARED_ROWS
#define SHARED_ROWS 2
#endif

/// Calls `function` with a type that the compiler knows.
#define BY_TYPE(type, function, ...)                                                            \
  switch (type) {                                                                               \
    case ASSAY_VALUES_INT8: function(ASSAY_VALUES_INT8, __VA_ARGS__); break;                    \
    case ASSAY_VALUES_UINT8: function(ASSAY_VALUES_UINT8, __VA_ARGS__); break;                  \
    case ASSAY_VALUES_INT16: function(ASSAY_VALUES_INT16, __VA_ARGS__); break;                  \
    case ASSAY_VALUES_UINT16: function(ASSAY_VALUES_UINT16, __VA_ARGS__); break;                \
    default: function(ASSAY_VALUES_INT32, __VA_ARGS__);                                         \
  }

INLINE void sum_some_integers(
    const int32_t type, const void *values, const int64_t *at, const int rows, int64_t columns,
    const int32_t *limbs, struct assay_extension *sums) {
  __int128 totals[SHARED_ROWS][2 * LIMBS] = {{0}};
  int64_t column = 0;
  while (columns - column >= 8) {
    ivec parts[SHARED_ROWS][2 * LIMBS];
    for (int r = 0; r < rows; r++) {
      for (int l = 0; l < 2 * LIMBS; l++) parts[r][l] = (ivec)(0);
    }
    const int64_t left = (columns - column) / 8 * 8;
    const int64_t end = column + (left < 8 * LIMB_TERMS / 2 ? left : 8 * LIMB_TERMS / 2);
    for (; column < end; column += 8) {
      ivec x[SHARED_ROWS];
      for (int r = 0; r < rows; r++) x[r] = load_integers(values, type, at[r] + column);
      for (int l = 0; l < 2 * LIMBS; l++) {
        const int32_t *p = limbs + l * columns + column;
        const ivec limb = __builtin_convertvector(*(const ints_anywhere *)p, ivec);
        for (int r = 0; r < rows; r++) parts[r][l] += x[r] * limb;
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int l = 0; l < 2 * LIMBS; l++) {
        for (int i = 0; i < 8; i++) totals[r][l] += parts[r][l][i];
      }
    }
  }
  for (; column < columns; column++) {
    for (int r = 0; r < rows; r++) {
      const int64_t x = load_integer(values, type, at[r] + column);
      for (int l = 0; l < 2 * LIMBS; l++) totals[r][l] += x * limbs[l * columns + column];
    }
  }
  for (int r = 0; r < rows; r++) {
    sums[r].c0 = element_of_limbs(totals[r]);
    sums[r].c1 = element_of_limbs(totals[r] + LIMBS);
  }
}

INLINE void sum_integers_typed(
    const int32_t type, const void *values, const int64_t *at, int64_t rows, int64_t columns,
    const int32_t *limbs, struct assay_extension *sums) {
  int64_t row = 0;
  for (; row + SHARED_ROWS <= rows; row += SHARED_ROWS) {
    sum_some_integers(type, values, at + row, SHARED_ROWS, columns, limbs, sums + row);
  }
  for (; row < rows; row++) {
    sum_some_integers(type, values, at + row, 1, columns, limbs, sums + row);
  }
}

static void sum_integers(
    const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
    const int32_t *limbs, struct assay_extension *sums) {
  BY_TYPE(type, sum_integers_typed, values, at, rows, columns, limbs, sums)
}

static void cut_vector(const struct assay_extension *vector, int64_t columns, int32_t *limbs) {
  const uint64_t mask = (1 << LIMB_BITS) - 1;
  int64_t i = 0;
  for (; i + 8 <= columns; i += 8) {
    const vec a = load_anywhere(&vector[i].c0), b = load_anywhere(&vector[i + 4].c0);
    const vec c[2] = {
        __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
        __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)};
    for (int l = 0; l < 2 * LIMBS; l++) {
      const vec limb = c[l / LIMBS] >> l % LIMBS * LIMB_BITS & mask;
      *(ints_anywhere *)(limbs + l * columns + i) = __builtin_convertvector(limb, ints_anywhere);
    }
  }
  for (; i < columns; i++) {
    for (int l = 0; l < 2 * LIMBS; l++) {
      const uint64_t c = l < LIMBS ? vector[i].c0 : vector[i].c1;
      limbs[l * columns + i] = (int32_t)(c >> l % LIMBS * LIMB_BITS & mask);
    }
  }
}

static void sum_elements(
    const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
    const uint64_t *vector, struct assay_extension *sums) {
  for (int64_t row = 0; row < rows; row++) {
    vec sum0 = splat(0), sum1 = splat(0);
    int64_t column = 0;
    for (; column + 8 <= columns; column += 8) {
      const vec x = load_elements(values, type, at[row] + column);
      sum0 = add(sum0, reduced(multiply(x, load_anywhere(vector + column))));
      sum1 = add(sum1, reduced(multiply(x, load_anywhere(vector + columns + column))));
    }
    sum0 = reduced(sum0), sum1 = reduced(sum1);
    struct assay_extension sum = {0, 0};
    for (int i = 0; i < 8; i++) {
      sum.c0 = add_elements(sum.c0, sum0[i]), sum.c1 = add_elements(sum.c1, sum1[i]);
    }
    for (; column < columns; column++) {
      const uint64_t x = load_one_element(values, type, at[row] + column);
      sum.c0 = add_elements(sum.c0, multiply_elements(x, vector[column]));
      sum.c1 = add_elements(sum.c1, multiply_elements(x, vector[columns + column]));
    }
    sums[row] = sum;
  }
}

/// Rows whose products are added before the sums are stored again.
enum { COMBINED_ROWS = 4 };

/// Adds COMBINED_ROWS rows to the limbs' sums.
INLINE void combine_some(
    const int32_t type, const void *values, const int64_t *at, int64_t columns,
    const struct assay_extension *coefficients, ivec (*sums)[2 * LIMBS]) {
  const uint64_t mask = (1 << LIMB_BITS) - 1;
  ivec limbs[COMBINED_ROWS][2 * LIMBS];
  for (int r = 0; r < COMBINED_ROWS; r++) {
    for (int l = 0; l < LIMBS; l++) {
      limbs[r][l] = (ivec)(int64_t)(coefficients[r].c0 >> LIMB_BITS * l & mask);
      limbs[r][LIMBS + l] = (ivec)(int64_t)(coefficients[r].c1 >> LIMB_BITS * l & mask);
    }
  }
  for (int64_t i = 0; i < columns / 8; i++) {
    ivec x[COMBINED_ROWS];
    for (int r = 0; r < COMBINED_ROWS; r++) x[r] = load_integers(values, type, at[r] + 8 * i);
    for (int l = 0; l < 2 * LIMBS; l++) {
      ivec sum = sums[i][l];
      for (int r = 0; r < COMBINED_ROWS; r++) sum += x[r] * limbs[r][l];
      sums[i][l] = sum;
    }
  }
}

INLINE void combine_typed(
    const int32_t type, const void *values, const int64_t *at, int64_t rows, int64_t columns,
    const struct assay_extension *coefficients, struct assay_extension *sum) {
  int64_t row = 0;
  while (rows - row >= COMBINED_ROWS && columns % 8 == 0) {
    ivec sums[COMBINED_COLUMNS / 8][2 * LIMBS] = {{(ivec)(0)}};
    const int64_t left = rows - row;
    const int64_t end = row + (left < LIMB_TERMS / 2 ? left : LIMB_TERMS / 2);
    for (; row + COMBINED_ROWS <= end; row += COMBINED_ROWS) {
      combine_some(type, values, at + row, columns, coefficients + row, sums);
    }
    for (int64_t i = 0; i < columns / 8; i++) {
      const vec c0 = elements_of_limbs(sums[i]), c1 = elements_of_limbs(sums[i] + LIMBS);
      const vec low = __builtin_shufflevector(c0, c1, 0, 8, 1, 9, 2, 10, 3, 11);
      const vec high = __builtin_shufflevector(c0, c1, 4, 12, 5, 13, 6, 14, 7, 15);
      uint64_t *out = &sum[8 * i].c0;
      store_anywhere(out, reduced(add(load_anywhere(out), low)));
      store_anywhere(out + 8, reduced(add(load_anywhere(out + 8), high)));
    }
  }
  for (; row < rows; row++) {
    for (int64_t i = 0; i < columns; i++) {
      const uint64_t x = residue(load_integer(values, type, at[row] + i));
      const struct assay_extension c = coefficients[row];
      sum[i].c0 = add_elements(sum[i].c0, multiply_elements(x, c.c0));
      sum[i].c1 = add_elements(sum[i].c1, multiply_elements(x, c.c1));
    }
  }
}

static void combine_integers(
    const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
    const struct assay_extension *coefficients, struct assay_extension *sum) {
  BY_TYPE(type, combine_typed, values, at, rows, columns, coefficients, sum)
}

static void combine_elements(
    const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
    const struct assay_extension *coefficients, struct assay_extension *sum) {
  int64_t i = 0;
  for (; i + 8 <= columns; i += 8) {
    vec sum0 = splat(0), sum1 = splat(0);
    for (int64_t row = 0; row < rows; row++) {
      const vec x = load_elements(values, type, at[row] + i);
      sum0 = add(sum0, reduced(multiply(x, splat(coefficients[row].c0))));
      sum1 = add(sum1, reduced(multiply(x, splat(coefficients[row].c1))));
    }
    sum0 = reduced(sum0), sum1 = reduced(sum1);
    for (int l = 0; l < 8; l++) {
      sum[i + l].c0 = add_elements(sum[i + l].c0, sum0[l]);
      sum[i + l].c1 = add_elements(sum[i + l].c1, sum1[l]);
    }
  }
  for (; i < columns; i++) {
    for (int64_t row = 0; row < rows; row++) {
      const uint64_t x = load_one_element(values, type, at[row] + i);
      sum[i].c0 = add_elements(sum[i].c0, multiply_elements(x, coefficients[row].c0));
      sum[i].c1 = add_elements(sum[i].c1, multiply_elements(x, coefficients[row].c1));
    }
  }
}

static void scale(
    struct assay_extension factor, const struct assay_extension *x, int64_t count,
    struct assay_extension *out) {
  const struct extension f = {splat(factor.c0), splat(factor.c1)};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    store_extension(out + i, multiply_extension(f, load_extension(x + i)));
  }
  struct assay_extension rest[8] = {{0, 0}};
  for (int64_t j = i; j < count; j++) rest[j - i] = x[j];
  store_extension(rest, multiply_extension(f, load_extension(rest)));
  for (int64_t j = i; j < count; j++) out[j] = rest[j - i];
}

static void add_scaled(
    struct assay_extension factor, const struct assay_extension *x, int64_t count,
    struct assay_extension *out) {
  const struct extension f = {splat(factor.c0), splat(factor.c1)};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const struct extension product = multiply_extension(f, load_extension(x + i));
    const struct extension sum = load_extension(out + i);
    store_extension(
        out + i, (struct extension){
                     reduced(add(product.c0, sum.c0)), reduced(add(product.c1, sum.c1))});
  }
  for (; i < count; i++) {
    const uint64_t high = multiply_elements(factor.c1, x[i].c1);
    const uint64_t c0 =
        add_elements(multiply_elements(factor.c0, x[i].c0), multiply_elements(7, high));
    const uint64_t c1 = add_elements(
        multiply_elements(factor.c0, x[i].c1), multiply_elements(factor.c1, x[i].c0));
    out[i] = (struct assay_extension){add_elements(out[i].c0, c0), add_elements(out[i].c1, c1)};
  }
}
