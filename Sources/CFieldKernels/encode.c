// Reed–Solomon encoding of rows, eight at a time, and SHA-256 of the columns that they form.
//
// Lane l of eight rows' codewords holds row l, so what lies at one position are 64 bytes: the next
// block of that column's message. Groups of eight rows are encoded into a window of memory, coset
// by coset unless there is room for all, and the columns of the window are hashed on while it is in
// the caches.
#include "CAssayHashKernels.h"
#include "CAssayParallel.h"
#include "goldilocks.h"
#include "kernels.h"

#include <stddef.h>
#include <string.h>

enum { BLOCK = 8 * LANES, DIGEST = 32, HASHED_COLUMNS = 256, TILE = 16 };

static int64_t code_length(const struct assay_code *code) {
  return (int64_t)1 << (code->message_bits + code->rate_bits);
}

/// Where column i lies: coset i mod 2^rate_bits, in it the other bits of i in reverse.
static int64_t position_of(const struct assay_code *code, int64_t i) {
  const int64_t coset = i & (((int64_t)1 << code->rate_bits) - 1);
  return (coset << code->message_bits) +
         reversed_bits(i >> code->rate_bits, code->message_bits);
}

/// Which column lies at a position.
static int64_t column_at(const struct assay_code *code, int64_t position) {
  const int64_t within = position & (((int64_t)1 << code->message_bits) - 1);
  return reversed_bits(within, code->message_bits) << code->rate_bits |
         position >> code->message_bits;
}

int64_t assay_code_constant_count(int32_t message_bits, int32_t rate_bits) {
  if (message_bits < 0 || rate_bits < 0 || rate_bits > 32 || message_bits > 32 - rate_bits) {
    return -1;
  }
  const int64_t cosets = (int64_t)1 << rate_bits;
  return assay_transform_constant_count(message_bits) + ((cosets - 1) << message_bits);
}

/// The constants of the transform, then for each coset but the first the powers of its shift.
void assay_code_fill(int32_t message_bits, int32_t rate_bits, uint64_t *constants) {
  assay_transform_fill(message_bits, constants);
  constants += assay_transform_constant_count(message_bits);
  const uint64_t root = root_of_unity(message_bits + rate_bits);
  uint64_t shift = 1;
  for (int64_t coset = 1; coset < (int64_t)1 << rate_bits; coset++) {
    shift = multiply_elements(shift, root);
    assay_powers(shift, (int64_t)1 << message_bits, constants, 1);
    constants += (int64_t)1 << message_bits;
  }
}

/// How many base rows a matrix has.
static int64_t base_rows(const struct assay_rows *rows) {
  return rows->type == ASSAY_VALUES_EXTENSION ? 2 * rows->row_count : rows->row_count;
}

struct encoding {
  const struct kernels *kernels;
  const struct assay_rows *rows;
  const struct assay_code *code;
  const struct assay_columns *columns;
  int32_t hash_path;
  /// The cosets that are worked on together, and how many positions they have.
  int64_t first_coset, cosets, span;
  int64_t first_group, groups;
};

/// The first of the positions that are worked on together.
static int64_t first_position(const struct encoding *e) {
  return e->first_coset << e->code->message_bits;
}

static int64_t wanted_per_coset(const struct assay_code *code) {
  const int32_t bits = code->message_bits;
  return bits > WANTED_BITS ? (int64_t)1 << (bits - WANTED_BITS) : 1;
}

int64_t assay_columns_wanted_bytes(const struct assay_code *code) {
  return wanted_per_coset(code) << code->rate_bits;
}

/// Adds the tails of up to eight rows: on a coset x^(2^message_bits) is the same everywhere, so
/// that coefficient 2^message_bits + i counts as that many times coefficient i.
static void add_tails(
    const struct assay_rows *rows, int64_t first, uint64_t power, const uint64_t *factors,
    uint64_t *out) {
  const int64_t left = rows->row_count - first;
  const int64_t lanes = left < LANES ? left : LANES;
  for (int64_t i = 0; i < rows->tail_count; i++) {
    const uint64_t factor = factors ? multiply_elements(power, factors[i]) : power;
    for (int64_t l = 0; l < lanes; l++) {
      const uint64_t term =
          multiply_elements(factor, rows->tails[(first + l) * rows->tail_count + i]);
      out[LANES * i + l] = add_elements(out[LANES * i + l], term);
    }
  }
}

/// Encodes one group of eight rows on one coset.
static void encode_coset(int64_t task, void *context) {
  const struct encoding *e = context;
  const int bits = e->code->message_bits, rate_bits = e->code->rate_bits;
  const int64_t group = task / e->cosets, coset = e->first_coset + task % e->cosets;
  const uint64_t *factors = NULL;
  if (coset > 0) {
    factors = e->code->constants + assay_transform_constant_count(bits) + ((coset - 1) << bits);
  }
  uint64_t *out = e->columns->code + (LANES * task << bits);
  e->kernels->load(e->rows, LANES * (e->first_group + group), factors, out);
  if (e->rows->tails) {
    const uint64_t power = power_of_element(root_of_unity(rate_bits), (uint64_t)coset);
    add_tails(e->rows, LANES * (e->first_group + group), power, factors, out);
  }
  const uint8_t *wanted = e->columns->wanted;
  if (wanted) wanted += coset * wanted_per_coset(e->code);
  e->kernels->transform(out, bits, wanted, e->code->constants);
}

/// Marks where the picked columns lie.
static void mark_wanted(const struct encoding *e) {
  memset(e->columns->wanted, 0, (size_t)assay_columns_wanted_bytes(e->code));
  const int64_t mask = ((int64_t)1 << e->code->message_bits) - 1;
  for (int64_t c = 0; c < e->columns->picked_count; c++) {
    const int64_t position = position_of(e->code, e->columns->picked[c]);
    const int64_t coset = position >> e->code->message_bits;
    e->columns->wanted[coset * wanted_per_coset(e->code) + ((position & mask) >> WANTED_BITS)] = 1;
  }
}

/// Appends the window's whole groups to the columns' messages; ends them with the last group.
static void hash_columns(int64_t task, void *context) {
  const struct encoding *e = context;
  const int64_t first = HASHED_COLUMNS * task;
  const int64_t count = e->span - first < HASHED_COLUMNS ? e->span - first : HASHED_COLUMNS;
  const int64_t rows = base_rows(e->rows);
  uint32_t *states = e->columns->states + 8 * first;
  const uint64_t *code = e->columns->code + LANES * first;
  const int64_t whole = rows / LANES - e->first_group;
  const int64_t absorbed = whole < e->groups ? whole : e->groups;
  for (int64_t g = 0; g < absorbed; g++) {
    assay_streams_absorb(
        e->hash_path, states, (const uint8_t *)(code + LANES * g * e->span), count);
  }
  if (LANES * (e->first_group + e->groups) < rows) return;
  const uint8_t *tails = (const uint8_t *)(code + LANES * absorbed * e->span);
  uint8_t digests[DIGEST * TILE];
  for (int64_t i = 0; i < count; i += TILE) {
    const int64_t streams = count - i < TILE ? count - i : TILE;
    assay_streams_finish(
        e->hash_path, states + 8 * i, tails + BLOCK * i, 8 * (rows % LANES), BLOCK + 8 * rows,
        streams, digests);
    for (int64_t l = 0; l < streams; l++) {
      const int64_t column = column_at(e->code, first_position(e) + first + i + l);
      memcpy(e->columns->leaves + DIGEST * column, digests + DIGEST * l, DIGEST);
    }
  }
}

/// Copies what the groups in memory hold of the picked columns.
static void pick(const struct encoding *e) {
  const int64_t rows = base_rows(e->rows);
  for (int64_t c = 0; c < e->columns->picked_count; c++) {
    const int64_t position = position_of(e->code, e->columns->picked[c]) - first_position(e);
    if (position < 0 || position >= e->span) continue;
    for (int64_t g = 0; g < e->groups; g++) {
      const int64_t row = LANES * (e->first_group + g);
      const int64_t count = rows - row < LANES ? rows - row : LANES;
      memcpy(
          e->columns->elements + rows * c + row,
          e->columns->code + LANES * (g * e->span + position), (size_t)(8 * count));
    }
  }
}

static int is_possible(const struct encoding *e) {
  if (!assay_rows_are_possible(e->rows) || e->rows->row_bits != e->code->message_bits ||
      assay_code_constant_count(e->code->message_bits, e->code->rate_bits) < 0) {
    return 0;
  }
  const struct assay_rows *rows = e->rows;
  if (rows->tails &&
      (rows->tail_count < 0 || rows->tail_count > (int64_t)1 << rows->row_bits ||
       rows->type == ASSAY_VALUES_EXTENSION)) {
    return 0;
  }
  for (int64_t c = 0; c < e->columns->picked_count; c++) {
    if (e->columns->picked[c] < 0 || e->columns->picked[c] >= code_length(e->code)) return 0;
  }
  return e->columns->window > 0 && (!e->columns->states) == (!e->columns->leaves) &&
         !(e->columns->states && e->columns->wanted);
}

/// Whether there is room for all codewords, so that all cosets are worked on together.
static int holds_all(
    const struct assay_rows *rows, const struct assay_code *code, int64_t window) {
  return window >= ((base_rows(rows) + LANES - 1) / LANES) << code->rate_bits;
}

int64_t assay_columns_state_words(
    const struct assay_rows *rows, const struct assay_code *code, int64_t window) {
  const int64_t n = code_length(code);
  return assay_streams_state_words(
      holds_all(rows, code, window) ? n : (int64_t)1 << code->message_bits);
}

/// Works on all rows, at a few cosets.
static void encode_rows(struct encoding *e, int32_t threads) {
  const struct assay_columns *columns = e->columns;
  const int64_t groups = (base_rows(e->rows) + LANES - 1) / LANES;
  if (columns->states) assay_streams_start(columns->header, e->span, columns->states);
  e->first_group = 0;
  do {
    e->groups = groups - e->first_group;
    if (e->groups > columns->window / e->cosets) e->groups = columns->window / e->cosets;
    assay_parallel_for(e->groups * e->cosets, threads, encode_coset, e);
    if (columns->states) {
      const int64_t tasks = (e->span + HASHED_COLUMNS - 1) / HASHED_COLUMNS;
      assay_parallel_for(tasks, threads, hash_columns, e);
    }
    pick(e);
    if (columns->take) columns->take(columns->context, columns->code, LANES * e->groups * e->span);
    e->first_group += e->groups;
  } while (e->first_group < groups);
}

int32_t assay_field_default_threads(void) { return assay_parallel_threads_default(); }

int32_t assay_encode_columns(
    struct assay_field_run run, const struct assay_rows *rows, const struct assay_code *code,
    const struct assay_columns *columns) {
  struct encoding e = {
      assay_field_kernels_of(run.path), rows, code, columns, ASSAY_HASH_BEST, 0, 0, 0, 0, 0};
  if (!e.kernels || !is_possible(&e)) return 1;
  if (run.path == ASSAY_FIELD_PORTABLE) e.hash_path = ASSAY_HASH_PORTABLE;
  if (columns->wanted) mark_wanted(&e);
  const int64_t all = (int64_t)1 << code->rate_bits;
  e.cosets = holds_all(rows, code, columns->window) ? all : 1;
  e.span = e.cosets << code->message_bits;
  for (; e.first_coset < all; e.first_coset += e.cosets) encode_rows(&e, run.threads);
  return 0;
}

int32_t assay_pick_columns(
    const struct assay_rows *rows, const struct assay_code *code,
    const struct assay_columns *columns) {
  struct encoding e = {NULL, rows, code, columns, ASSAY_HASH_BEST, 0, 0, 0, 0, 0};
  if (!is_possible(&e) || !holds_all(rows, code, columns->window)) return 1;
  e.span = code_length(code);
  e.groups = (base_rows(rows) + LANES - 1) / LANES;
  pick(&e);
  return 0;
}

int32_t assay_field_hash_tree(
    struct assay_field_run run, const uint8_t *leaves, int64_t count, uint8_t *nodes) {
  const int32_t path = run.path == ASSAY_FIELD_PORTABLE ? ASSAY_HASH_PORTABLE : ASSAY_HASH_BEST;
  return assay_hash_tree(leaves, count, path, run.threads, nodes);
}
