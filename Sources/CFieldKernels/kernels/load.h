// Rows to lanes: eight rows become vectors of one value of each.

/// Columns that are brought to lanes together: 64 · 64 bytes stay in the first-level cache.
enum { LOADED_COLUMNS = 64 };

INLINE uint64_t residue(int64_t x) { return (uint64_t)x + (x < 0 ? ORDER : 0); }

#define LOAD(name, type, convert, step)                                                         \
  static void load_##name(                                                                      \
      const type *restrict values, int64_t count, uint64_t *restrict out) {                     \
    for (int64_t i = 0; i < count; i++) out[LANES * i] = convert(values[step * i]);             \
  }
LOAD(int8, int8_t, residue, 1)
LOAD(uint8, uint8_t, residue, 1)
LOAD(int16, int16_t, residue, 1)
LOAD(uint16, uint16_t, residue, 1)
LOAD(int32, int32_t, residue, 1)
LOAD(int64, int64_t, residue, 1)
LOAD(element, uint64_t, (uint64_t), 1)
LOAD(coordinate, uint64_t, (uint64_t), 2)
#undef LOAD

/// One lane of `count` columns of a row, counting extension rows twice.
INLINE void load_lane(
    const struct assay_rows *rows, int64_t row, int64_t column, int64_t count, uint64_t *out) {
  const int64_t at = (row << rows->row_bits) + column;
  switch (rows->type) {
    case ASSAY_VALUES_INT8: load_int8((const int8_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_UINT8: load_uint8((const uint8_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_INT16: load_int16((const int16_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_UINT16: load_uint16((const uint16_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_INT32: load_int32((const int32_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_INT64: load_int64((const int64_t *)rows->values + at, count, out); break;
    case ASSAY_VALUES_ELEMENT: load_element((const uint64_t *)rows->values + at, count, out); break;
    default: {
      const int64_t pair = ((row / 2) << rows->row_bits) + column;
      load_coordinate((const uint64_t *)rows->values + 2 * pair + row % 2, count, out);
    }
  }
}

static void load(
    const struct assay_rows *rows, int64_t first, const uint64_t *factors, uint64_t *out) {
  const int64_t columns = (int64_t)1 << rows->row_bits;
  const int64_t all = rows->type == ASSAY_VALUES_EXTENSION ? 2 * rows->row_count : rows->row_count;
  const int64_t lanes = all - first < LANES ? all - first : LANES;
  for (int64_t column = 0; column < columns; column += LOADED_COLUMNS) {
    const int64_t count = columns < LOADED_COLUMNS ? columns : LOADED_COLUMNS;
    uint64_t *tile = out + LANES * column;
    for (int64_t l = 0; l < lanes; l++) load_lane(rows, first + l, column, count, tile + l);
    for (int64_t l = lanes; l < LANES; l++) {
      for (int64_t i = 0; i < count; i++) tile[LANES * i + l] = 0;
    }
    if (!factors) continue;
    for (int64_t i = 0; i < count; i++) {
      vec *x = (vec *)tile + i;
      *x = reduced(multiply(*x, splat(factors[column + i])));
    }
  }
}
