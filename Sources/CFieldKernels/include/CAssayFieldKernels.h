// Bulk work over the prime field of order p = 2^64 − 2^32 + 1 and its extension by X² = 7: rows of
// integers or elements are encoded, hashed by columns, and combined linearly.
//
// Elements are reduced integers everywhere, so every path and every number of threads gives the
// same bits. The caller owns all memory; nothing is kept after a call. Functions return 0, or 1
// and do nothing when the path is not available or a size is impossible.
#ifndef CASSAY_FIELD_KERNELS_H
#define CASSAY_FIELD_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Instruction sets. `BEST` is the fastest that the processor has.
enum {
  ASSAY_FIELD_BEST = 0,
  /// Plain C.
  ASSAY_FIELD_PORTABLE = 1,
  ASSAY_FIELD_AVX2 = 2,
  ASSAY_FIELD_AVX512 = 3,
};

/// 1 when the processor has what the path needs, otherwise 0.
int32_t assay_field_is_available(int32_t path);

/// The path that `ASSAY_FIELD_BEST` stands for.
int32_t assay_field_best(void);

/// How a call is computed: on which path, by at most `threads` threads (0: one for each core).
struct assay_field_run {
  int32_t path, threads;
};

/// The number of threads that `threads = 0` stands for.
int32_t assay_field_default_threads(void);

/// An element c0 + c1·X of the extension; both coordinates are below p.
struct assay_extension {
  uint64_t c0, c1;
};

/// Types of the values in rows. Signed integers stand for their residues.
enum {
  ASSAY_VALUES_INT8 = 0,
  ASSAY_VALUES_UINT8 = 1,
  ASSAY_VALUES_INT16 = 2,
  ASSAY_VALUES_UINT16 = 3,
  ASSAY_VALUES_INT32 = 4,
  ASSAY_VALUES_INT64 = 5,
  /// Reduced elements of the prime field.
  ASSAY_VALUES_ELEMENT = 6,
  /// Elements of the extension: each row counts as two, its c0 before its c1.
  ASSAY_VALUES_EXTENSION = 7,
};

/// A matrix of `row_count` rows, one after another, each of 2^row_bits values.
struct assay_rows {
  const void *values;
  int32_t type, row_bits;
  int64_t row_count;
  /// `tail_count` ≤ 2^row_bits further coefficients of each row, of degree 2^row_bits and more, row
  /// after row: reduced elements. Only encoding reads them. Null where there are none, and for rows
  /// of extension elements.
  const uint64_t *_Nullable tails;
  int64_t tail_count;
};

/// Memory that begins at a multiple of 64 bytes, not cleared; null when there is not enough.
void *_Nullable assay_field_memory(int64_t byte_count);
void assay_field_memory_free(void *_Nullable memory);

/// Gives memory that was freed back to the operating system.
void assay_field_memory_trim(void);

/// A Reed–Solomon code: the coefficients of a polynomial of degree < 2^message_bits become its
/// values at the powers 0 … n − 1 of the root of unity of order n = 2^(message_bits + rate_bits)
/// that is 7^((p − 1)/n).
struct assay_code {
  int32_t message_bits, rate_bits;
  /// As `assay_code_fill` made them.
  const uint64_t *constants;
};

/// How many constants a code has; −1 when n would exceed 2^32 or a number of bits is negative.
int64_t assay_code_constant_count(int32_t message_bits, int32_t rate_bits);

/// Computes a code's constants.
void assay_code_fill(int32_t message_bits, int32_t rate_bits, uint64_t *constants);

/// What is made of the columns of the encoded rows. Column i has the value at the i-th power of
/// each row in turn, each as 8 bytes, the least significant first.
struct assay_columns {
  /// Room for `window` pieces of codewords, 2^message_bits · 64 bytes each, on a multiple of 64: a
  /// piece is what 8 rows are on one of the code's 2^rate_bits cosets.
  uint64_t *code;
  /// How many pieces there is room for. If for all, the code stays there: element (row, i) at
  /// code[(row / 8 · n + position of i) · 8 + row % 8].
  int64_t window;
  /// The 64 bytes that each column's message begins with.
  const uint8_t *header;
  /// `assay_columns_state_words` words for the hashing, or null: then nothing is hashed.
  uint32_t *_Nullable states;
  /// For 32 · n bytes: the SHA-256 of the header and column i at leaves + 32·i.
  uint8_t *_Nullable leaves;
  /// `picked_count` columns whose elements are wanted, one column after another; may be null.
  const int64_t *_Nullable picked;
  int64_t picked_count;
  uint64_t *_Nullable elements;
  /// Where nothing is hashed, `assay_columns_wanted_bytes` bytes, or null: then no more is computed
  /// than the picked columns need.
  uint8_t *_Nullable wanted;
  /// Called with codewords as they are made, `count` words at a time: where there is no room for
  /// all, the pieces of the first coset, row after row, then those of the next. May be null.
  void (*_Nullable take)(void *_Nullable context, const uint64_t *words, int64_t count);
  void *_Nullable context;
};

/// How many 32-bit words of scratch memory hashing takes with room for `window` pieces.
int64_t assay_columns_state_words(
    const struct assay_rows *rows, const struct assay_code *code, int64_t window);

/// How many bytes it takes to mark what is wanted of a code.
int64_t assay_columns_wanted_bytes(const struct assay_code *code);

/// Encodes all rows, and hashes or picks columns.
int32_t assay_encode_columns(
    struct assay_field_run run, const struct assay_rows *rows, const struct assay_code *code,
    const struct assay_columns *columns);

/// Picks columns from a code that stayed in `columns->code`.
int32_t assay_pick_columns(
    const struct assay_rows *rows, const struct assay_code *code,
    const struct assay_columns *columns);

/// All inner nodes of the Merkle tree (RFC 9162, SHA-256) over `count` = 2^k hashes of 32 bytes:
/// count / 2 nodes that have leaves below them, then count / 4, …, the root last.
int32_t assay_field_hash_tree(
    struct assay_field_run run, const uint8_t *leaves, int64_t count, uint8_t *nodes);

/// sums[r] = Σ_i value start + i of row chosen[r] · vector[i] for r < count and i < 2^part_bits: a
/// part of some rows that starts at a multiple of its length. `chosen` is null for all rows, which
/// are not of extension elements. `scratch` has `assay_part_sums_scratch(part_bits, count)`
/// elements.
int32_t assay_part_sums(
    struct assay_field_run run, const struct assay_rows *rows, const int64_t *_Nullable chosen,
    int64_t count, int64_t start, int32_t part_bits, const struct assay_extension *vector,
    struct assay_extension *scratch, struct assay_extension *sums);
int64_t assay_part_sums_scratch(int32_t part_bits, int64_t count);

/// How many columns are summed at a time.
enum { ASSAY_PIECE_COLUMNS = 1 << 11 };

/// sum[i] += Σ_r coefficients[r] · value i of row chosen[r] for r < count; `chosen` as above.
int32_t assay_add_rows(
    struct assay_field_run run, const struct assay_rows *rows, const int64_t *_Nullable chosen,
    int64_t count, const struct assay_extension *coefficients, struct assay_extension *sum);

/// products[i·count2 + j] = first[i] · second[j].
int32_t assay_outer_product(
    struct assay_field_run run, const struct assay_extension *first, int64_t count1,
    const struct assay_extension *second, int64_t count2, struct assay_extension *products);

/// sum[i] += factor · vector[i].
int32_t assay_add_scaled(
    struct assay_field_run run, struct assay_extension factor,
    const struct assay_extension *vector, int64_t count, struct assay_extension *sum);

/// values[i] = Σ_q coefficients[q] · x^(i · exponents[q]) for i < value_count, where x is the root
/// of unity of order 2^order_bits. `order_bits` is at least 3 and at most 32, exponents and
/// value_count at most the order. `scratch` has `assay_sparse_transform_scratch(order_bits)` words
/// and begins at a multiple of 64 bytes.
int32_t assay_sparse_transform(
    struct assay_field_run run, const struct assay_extension *coefficients,
    const int64_t *exponents, int64_t count, int32_t order_bits, int64_t value_count,
    uint64_t *scratch, struct assay_extension *values);
int64_t assay_sparse_transform_scratch(int32_t order_bits);

#pragma clang assume_nonnull end
#endif
