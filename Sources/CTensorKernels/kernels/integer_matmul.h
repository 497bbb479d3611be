// Exact product of int8 matrices. Both operands are packed into words of 32 bits, WORD elements
// along K each: four bytes where there is VNNI, else two int16. A register tile of
// TILE_ROWS × TILE_VECS·16 sums; K blocks whose sums are added to C.
//
// VNNI multiplies unsigned by signed bytes: A is packed as a + 128, and 128 times the sums of B's
// columns are taken off. All of it is exact modulo 2^32.

#if defined(PATH_VNNI)
enum { WORD = 4 };
#else
enum { WORD = 2 };
#endif

enum {
  INTEGER_COLUMNS = TILE_VECS * LANES,
  INTEGER_WORDS = 256,                        // words along K of a block
  INTEGER_DEPTH = INTEGER_WORDS * WORD,
  INTEGER_BLOCK_PANELS = 64,                  // row panels packed at a time
  INTEGER_BLOCK_COLUMNS = 8 * INTEGER_COLUMNS,
};

typedef int8_t bytes16 __attribute__((ext_vector_type(16)));
typedef int8_t bytes32 __attribute__((ext_vector_type(32)));
typedef int16_t shorts32 __attribute__((ext_vector_type(32)));

INLINE ivec load_words(const int32_t *p) { return (ivec)load((const float *)p); }
INLINE void store_words(int32_t *p, ivec v) { store((float *)p, (vec)v); }

/// sums + the products of the elements in each lane's words.
INLINE ivec dot_words(ivec sums, int32_t x, ivec row) {
#if defined(PATH_VNNI)
  return (ivec)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(x), (__m512i)row);
#elif defined(PATH_AVX512)
  return sums + (ivec)_mm512_madd_epi16(_mm512_set1_epi32(x), (__m512i)row);
#elif defined(PATH_AVX2)
  union {
    ivec whole;
    __m256i half[2];
  } s = {sums}, b = {row};
  const __m256i a = _mm256_set1_epi32(x);
  s.half[0] = _mm256_add_epi32(s.half[0], _mm256_madd_epi16(a, b.half[0]));
  s.half[1] = _mm256_add_epi32(s.half[1], _mm256_madd_epi16(a, b.half[1]));
  return s.whole;
#else
  const int32_t low = (int16_t)x, high = x >> 16;
  return sums + low * ((row << 16) >> 16) + high * (row >> 16);
#endif
}

/// Sixteen rows of 16·WORD elements along K as words: a row of the square for each.
INLINE ivec words_along(const int8_t *p) {
#if defined(PATH_VNNI)
  return load_words((const int32_t *)p);
#else
  bytes32 bytes;
  memcpy(&bytes, p, sizeof bytes);
  return (ivec)__builtin_convertvector(bytes, shorts32);
#endif
}

/// Sixteen adjacent lanes at WORD places along K, as words.
INLINE ivec words_across(const int8_t *rows[WORD]) {
  bytes16 r[WORD];
#pragma clang loop unroll(full)
  for (int i = 0; i < WORD; i++) memcpy(&r[i], rows[i], sizeof r[i]);
  const bytes32 first = __builtin_shufflevector(
      r[0], r[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11,
      27, 12, 28, 13, 29, 14, 30, 15, 31);
#if defined(PATH_VNNI)
  const bytes32 second = __builtin_shufflevector(
      r[2], r[3], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11,
      27, 12, 28, 13, 29, 14, 30, 15, 31);
  const short __attribute__((ext_vector_type(16))) low = (short __attribute__((
      ext_vector_type(16))))first;
  const short __attribute__((ext_vector_type(16))) high = (short __attribute__((
      ext_vector_type(16))))second;
  return (ivec)__builtin_shufflevector(
      low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11,
      27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
  return (ivec)__builtin_convertvector(first, shorts32);
#endif
}

/// Packs up to 16 lanes (rows of A or columns of B), of which `lanes` exist, as
/// out[q·width + lane]; missing elements are 0, and words are xored with `flip`. Whole
/// vectors are written: of a narrower `width`, the next row overwrites the rest.
static void pack_words(
    const int8_t *x, int64_t lane_stride, int64_t stride, int64_t lanes, int64_t depth,
    int64_t width, int32_t flip, int32_t *out) {
  const int64_t words = (depth + WORD - 1) / WORD;
  int8_t edge[LANES][LANES * WORD] __attribute__((aligned(64)));
  if (stride == 1) {
    for (int64_t q = 0; q < words; q += LANES) {
      const int64_t elements = depth - q * WORD < LANES * WORD ? depth - q * WORD : LANES * WORD;
      vec square[LANES];
      if (elements == LANES * WORD) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) {
          // Lanes that do not exist repeat the last; nobody reads their sums.
          const int64_t lane = i < lanes ? i : lanes - 1;
          square[i] = (vec)(words_along(x + lane * lane_stride + q * WORD) ^ flip);
        }
      } else {
        memset(edge, 0, sizeof edge);
        for (int64_t i = 0; i < lanes; i++) {
          memcpy(edge[i], x + i * lane_stride + q * WORD, (size_t)elements);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) square[i] = (vec)(words_along(edge[i]) ^ flip);
      }
      transpose(square);
#pragma clang loop unroll(full)
      for (int i = 0; i < LANES; i++) {
        if (q + i < words) store((float *)out + (q + i) * width, square[i]);
      }
    }
    return;
  }
  const int is_whole = lanes == LANES;
  memset(edge, 0, sizeof edge);
  for (int64_t q = 0; q < words; q++) {
    const int8_t *rows[WORD];
    for (int i = 0; i < WORD; i++) {
      const int64_t p = q * WORD + i;
      if (p >= depth) {
        memset(edge[i], 0, LANES);
        rows[i] = edge[i];
      } else if (is_whole) {
        rows[i] = x + p * stride;
      } else {
        memcpy(edge[i], x + p * stride, (size_t)lanes);
        rows[i] = edge[i];
      }
    }
    store_words(out + q * width, words_across(rows) ^ flip);
  }
}

struct integer_tile {
  int64_t words;
  const int32_t *a, *b;  // a[q·rows + i], b[q·INTEGER_COLUMNS + j]
  const int32_t *start;  // of the sums, for each column
  int32_t *c;
  int64_t c_row, columns;
  int accumulate;
};

INLINE void run_integer_tile(const int rows, const struct integer_tile *t) {
  ivec sums[TILE_ROWS][TILE_VECS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECS; v++) sums[i][v] = load_words(t->start + v * LANES);
  }
  const int32_t *a = t->a, *b = t->b;
  for (int64_t q = t->words; q > 0; q--) {
    ivec row[TILE_VECS];
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECS; v++) row[v] = load_words(b + v * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECS; v++) sums[i][v] = dot_words(sums[i][v], a[i], row[v]);
    }
    a += rows;
    b += INTEGER_COLUMNS;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECS; v++) {
      float *c = (float *)(t->c + i * t->c_row + v * LANES);
      const int64_t left = t->columns - v * LANES;
      if (left >= LANES) {
        store(c, (vec)(t->accumulate ? (ivec)load(c) + sums[i][v] : sums[i][v]));
      } else if (left > 0) {
        const ivec old = t->accumulate ? (ivec)load_up_to(c, left) : (ivec)0;
        store_up_to(c, (vec)(old + sums[i][v]), left);
      }
    }
  }
}

#define INTEGER_TILE(rows) \
  static void integer_tile_##rows(const struct integer_tile *t) { run_integer_tile(rows, t); }

INTEGER_TILE(1) INTEGER_TILE(2)
#if TILE_ROWS >= 6
INTEGER_TILE(3) INTEGER_TILE(4) INTEGER_TILE(5) INTEGER_TILE(6)
#endif
#if TILE_ROWS >= 14
INTEGER_TILE(7) INTEGER_TILE(8) INTEGER_TILE(9) INTEGER_TILE(10) INTEGER_TILE(11)
INTEGER_TILE(12) INTEGER_TILE(13) INTEGER_TILE(14)
#endif

typedef void (*integer_tile_function)(const struct integer_tile *t);
static const integer_tile_function integer_tiles[TILE_ROWS + 1] = {
    0, integer_tile_1, integer_tile_2,
#if TILE_ROWS >= 6
    integer_tile_3, integer_tile_4, integer_tile_5, integer_tile_6,
#endif
#if TILE_ROWS >= 14
    integer_tile_7, integer_tile_8, integer_tile_9, integer_tile_10, integer_tile_11,
    integer_tile_12, integer_tile_13, integer_tile_14,
#endif
};

INLINE int64_t fewer(int64_t x, int64_t y) { return x < y ? x : y; }

/// Words for the packed panels of A, of B, and for the starts of B's columns.
static int64_t packed_rows_words(int64_t m, int64_t k) {
  const int64_t rows = fewer(m, INTEGER_BLOCK_PANELS * TILE_ROWS);
  const int64_t words = fewer((k + WORD - 1) / WORD, INTEGER_WORDS);
  return (rows * words + 2 * LANES) / LANES * LANES;
}

static int64_t packed_columns_words(int64_t n, int64_t k) {
  const int64_t panels = fewer((n + INTEGER_COLUMNS - 1) / INTEGER_COLUMNS, 8);
  return panels * INTEGER_COLUMNS * fewer((k + WORD - 1) / WORD, INTEGER_WORDS);
}

static int64_t integer_workspace(int64_t m, int64_t n, int64_t k) {
  return 4 * (packed_rows_words(m, k) + packed_columns_words(n, k) + INTEGER_BLOCK_COLUMNS);
}

/// What the sums of a panel's columns start from: −128 times their elements' sums with VNNI.
static void column_starts(const int32_t *packed, int64_t words, int32_t *starts) {
#pragma clang loop unroll(full)
  for (int v = 0; v < TILE_VECS; v++) {
    ivec sums = 0;
#if defined(PATH_VNNI)
    for (int64_t q = 0; q < words; q++) {
      sums = dot_words(sums, 0x01010101, load_words(packed + q * INTEGER_COLUMNS + v * LANES));
    }
    sums = -(sums << 7);
#else
    (void)packed, (void)words;
#endif
    store_words(starts + v * LANES, sums);
  }
}

/// Packs the columns first ..< end at K block `step`, and finds their starts.
static void pack_word_columns(
    const struct integer_part *part, int64_t step, int64_t depth, int64_t first, int64_t end,
    int32_t *packed, int32_t *starts) {
  const int64_t words = (depth + WORD - 1) / WORD;
  for (int64_t j = first; j < end; j += INTEGER_COLUMNS) {
    int32_t *panel = packed + (j - first) * words;
    for (int64_t v = 0; v < INTEGER_COLUMNS; v += LANES) {
      const int64_t lanes = fewer(end - j - v, LANES);
      if (lanes <= 0) {
        for (int64_t q = 0; q < words; q++) {
          store_words(panel + q * INTEGER_COLUMNS + v, (ivec)0);
        }
        continue;
      }
      pack_words(
          part->b + step * part->b_step + (j + v) * part->b_column, part->b_column, part->b_step,
          lanes, depth, INTEGER_COLUMNS, 0, panel + v);
    }
    column_starts(panel, words, starts + (j - first));
  }
}

static void integer_product(const struct integer_part *part) {
  const int64_t panels = (part->m + TILE_ROWS - 1) / TILE_ROWS;
  int32_t *packed_a = part->workspace;
  int32_t *packed_b = packed_a + packed_rows_words(part->m, part->k);
  int32_t *starts = packed_b + packed_columns_words(part->n, part->k);
#if defined(PATH_VNNI)
  const int32_t flip = (int32_t)0x80808080;
#else
  const int32_t flip = 0;
#endif
  for (int64_t first = 0; first < panels; first += INTEGER_BLOCK_PANELS) {
    const int64_t last = fewer(panels, first + INTEGER_BLOCK_PANELS);
    // Rows are shared evenly among the panels.
    const int64_t first_row = first * part->m / panels;
    for (int64_t step = 0; step < part->k; step += INTEGER_DEPTH) {
      const int64_t depth = fewer(INTEGER_DEPTH, part->k - step);
      const int64_t words = (depth + WORD - 1) / WORD;
      for (int64_t panel = first; panel < last; panel++) {
        const int64_t row = panel * part->m / panels, end = (panel + 1) * part->m / panels;
        pack_words(
            part->a + row * part->a_row + step * part->a_step, part->a_row, part->a_step,
            end - row, depth, end - row, flip, packed_a + (row - first_row) * words);
      }
      for (int64_t column = 0; column < part->n; column += INTEGER_BLOCK_COLUMNS) {
        const int64_t end_column = fewer(part->n, column + INTEGER_BLOCK_COLUMNS);
        pack_word_columns(part, step, depth, column, end_column, packed_b, starts);
        for (int64_t panel = first; panel < last; panel++) {
          const int64_t row = panel * part->m / panels, end = (panel + 1) * part->m / panels;
          for (int64_t j = column; j < end_column; j += INTEGER_COLUMNS) {
            const struct integer_tile tile = {
                .words = words, .a = packed_a + (row - first_row) * words,
                .b = packed_b + (j - column) * words, .start = starts + (j - column),
                .c = part->c + row * part->c_row + j, .c_row = part->c_row,
                .columns = end_column - j, .accumulate = part->accumulate || step > 0};
            integer_tiles[end - row](&tile);
          }
        }
      }
    }
  }
}
