// Bulk work of sumcheck provers over the quadratic extension of the Goldilocks field.
//
// An element c₀ + c₁·X with X² = 7 is two uint64_t, each below 2⁶⁴ − 2³² + 1. A table of 2ⁿ
// elements is bound at its first variable by folding its halves: a + c·(b − a). All results are
// exact, so every path and every number of threads gives the same.
#ifndef CASSAY_SUMCHECK_KERNELS_H
#define CASSAY_SUMCHECK_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Ways of computing, the slowest first. `BEST` is the fastest that the processor has.
enum {
  ASSAY_SUMCHECK_BEST = 0,
  /// Plain C.
  ASSAY_SUMCHECK_PORTABLE = 1,
  ASSAY_SUMCHECK_AVX2 = 2,
  ASSAY_SUMCHECK_AVX512 = 3,
  /// AVX-512 with 52-bit multiply-add (IFMA).
  ASSAY_SUMCHECK_IFMA = 4,
};

/// 1 when the processor has what the path needs, otherwise 0.
int32_t assay_sumcheck_is_available(int32_t path);

/// A short name such as "avx512ifma"; "unknown" for a number that is no available path.
const char *assay_sumcheck_name(int32_t path);

/// How a path runs.
struct assay_sumcheck_run {
  int32_t path;
  /// At most so many threads work at a time; 0: one for each core.
  int32_t threads;
};

/// An element as two words.
struct assay_element {
  uint64_t c0, c1;
};

/// Memory for elements, in large pages where there are any; its contents are not defined. Null when
/// there is none.
struct assay_element *_Nullable assay_sumcheck_memory(int64_t count);

/// Gives memory of `assay_sumcheck_memory` back.
void assay_sumcheck_memory_free(struct assay_element *memory);

/// Types of a lane's integers.
enum {
  ASSAY_LANE_UINT8 = 0,
  ASSAY_LANE_INT8 = 1,
  ASSAY_LANE_UINT16 = 2,
  ASSAY_LANE_INT16 = 3,
  ASSAY_LANE_INT32 = 4,
};

enum { ASSAY_MAXIMUM_LANES = 8 };

/// Integers and what each is multiplied with.
struct assay_lane {
  const void *values;
  int32_t type;
  struct assay_element coefficient;
};

/// Consecutive leaves with denominators constant + Σ coefficient · value, over at most
/// `ASSAY_MAXIMUM_LANES` lanes.
struct assay_leaf_segment {
  /// The index of the first leaf; the segments follow one another without gap.
  int64_t start;
  int64_t count;
  struct assay_element constant;
  const struct assay_lane *_Nullable lanes;
  int32_t lane_count;
};

/// The leaves of a fraction sum: `count` fractions 1 / denominator, then 0 / 1 up to 2^bits.
/// `bits` is at least 1 and the least that holds all.
struct assay_leaves {
  const struct assay_leaf_segment *segments;
  int64_t segment_count;
  int64_t count;
  int32_t bits;
};

/// Adds leaf x and leaf x + half: writes `half` = 2^(bits − 1) numerators and denominators.
void assay_fraction_add_leaves(
    struct assay_sumcheck_run run, const struct assay_leaves *leaves,
    struct assay_element *numerators, struct assay_element *denominators);

/// Adds fractions x and x + half of 2·half: p₀q₁ + p₁q₀ over q₀q₁.
void assay_fraction_add(
    struct assay_sumcheck_run run, int64_t half, const struct assay_element *numerators,
    const struct assay_element *denominators, struct assay_element *out_numerators,
    struct assay_element *out_denominators);

/// Writes eq(last m coordinates, ·), 2^m elements from `out[2^m]` on, for each m from 0 to `count`.
/// `out` holds 2^(count + 1) elements, of which the first is not used.
void assay_eq_suffixes(
    const struct assay_element *point, int32_t count, struct assay_element *out);

/// Weights eq(w, ·) over a table's remaining variables: the product of two smaller tables.
struct assay_weights {
  /// 2^inner_bits elements for the last variables; `inner_bits` is at most `ASSAY_INNER_BITS`.
  const struct assay_element *inner;
  int32_t inner_bits;
  /// One element for each value of the variables before them.
  const struct assay_element *outer;
};

enum { ASSAY_INNER_BITS = 8 };

/// What a round sums; in this order the tables are
enum {
  /// p₀, q₀, q₁, p₁: eq·(p₀q₁ + q₀(p₁ + λ·q₁)).
  ASSAY_TERM_FRACTION = 0,
  /// p₀, q₀, q₁, s₁: eq·(p₀q₁ + q₀·s₁).
  ASSAY_TERM_CROSS = 1,
  /// a, b: eq·a·b.
  ASSAY_TERM_PRODUCT = 2,
  /// a, b: a·b.
  ASSAY_TERM_PLAIN_PRODUCT = 3,
  /// e, a, b: e·a·b.
  ASSAY_TERM_CUBIC = 4,
  /// Leaves: eq·s₀·s₁ with s = numerator + λ·denominator.
  ASSAY_TERM_LEAVES = 5,
};

/// One round: binds the tables at the challenge of the round before, if there is one, and sums.
struct assay_round {
  int32_t term;
  /// 1: fold by `challenge` first. The tables then shrink to half, in place.
  int32_t folds;
  struct assay_element challenge;
  struct assay_element lambda;
  /// Elements in each table before folding: a power of two that leaves at least 2.
  int64_t size;
  struct assay_element *_Nullable tables[4];
  /// For leaves; the folded s₀ and s₁ are written to the first two tables (half / 2 elements each).
  const struct assay_leaves *_Nullable leaves;
  /// For terms with eq.
  struct assay_weights weights;
};

/// Writes the term's sum over the second half of each pair at X = 0, at X = ∞ (the coefficient of
/// the highest power of X) and, for `ASSAY_TERM_CUBIC` only, at X = 2. After folding,
/// `ASSAY_TERM_FRACTION` leaves p₁ + λ·q₁ in place of p₁: the next round's term is CROSS.
void assay_sumcheck_round(
    struct assay_sumcheck_run run, const struct assay_round *round, struct assay_element *sums);

#pragma clang assume_nonnull end
#endif
