// What one path provides: every kernel on one thread, for a part of the work. The public functions
// check their arguments, divide the work and call these.
#ifndef ASSAY_FIELD_KERNELS_H
#define ASSAY_FIELD_KERNELS_H
#include "CAssayFieldKernels.h"

/// Rows that are worked on together, one in each lane of a vector.
enum { LANES = 8 };

/// Limbs of 22 bits that a coordinate is cut into where it meets integers of 32 bits, and how many
/// products of a limb and such an integer a signed 64-bit sum takes.
enum { LIMB_BITS = 22, LIMBS = 3, LIMB_TERMS = 1 << 10 };

struct kernels {
  /// out[8·i + l] = value i of row first + l of all rows (an extension row counts as two), times
  /// factors[i] if there are factors; 0 in lanes without a row.
  void (*load)(
      const struct assay_rows *rows, int64_t first, const uint64_t *factors, uint64_t *out);
  /// Eight transforms of 2^bits values side by side, in place: the value at the k-th power goes to
  /// where k's bits in reverse say. `constants` are those of the size.
  /// Where `wanted` is not null, byte i says whether anything is at places i · 2^WANTED_BITS and
  /// on; the others are left undefined.
  void (*transform)(
      uint64_t *x, int bits, const uint8_t *wanted, const uint64_t *constants);
  /// Cuts a vector into limbs: limb l of coordinate c of element i to
  /// limbs[(3·c + l) · columns + i].
  void (*cut_vector)(const struct assay_extension *vector, int64_t columns, int32_t *limbs);
  /// sums[r] = Σ_i value i behind at[r] · element i of a vector that was cut into limbs, for `rows`
  /// rows of integers of at most 32 bits.
  void (*sum_integers)(
      const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
      const int32_t *limbs, struct assay_extension *sums);
  /// The same for 64-bit integers and elements; coordinate c of element i at
  /// vector[c · columns + i].
  void (*sum_elements)(
      const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
      const uint64_t *vector, struct assay_extension *sums);
  /// sum[i] += Σ_r coefficients[r] · value i behind at[r], for i < columns ≤ COMBINED_COLUMNS and
  /// integers of at most 32 bits; `at` is one for each of `rows` rows.
  void (*combine_integers)(
      const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
      const struct assay_extension *coefficients, struct assay_extension *sum);
  /// The same for 64-bit integers and elements.
  void (*combine_elements)(
      const void *values, int32_t type, const int64_t *at, int64_t rows, int64_t columns,
      const struct assay_extension *coefficients, struct assay_extension *sum);
  /// out[i] = factor · x[i].
  void (*scale)(
      struct assay_extension factor, const struct assay_extension *x, int64_t count,
      struct assay_extension *out);
  /// out[i] += factor · x[i].
  void (*add_scaled)(
      struct assay_extension factor, const struct assay_extension *x, int64_t count,
      struct assay_extension *out);
};

/// No more than the bits of what a transform does at once after its recursion.
enum { WANTED_BITS = 7 };

enum { COMBINED_COLUMNS = 256 };

extern const struct kernels assay_field_portable;
#if defined(__x86_64__)
extern const struct kernels assay_field_avx2;
extern const struct kernels assay_field_avx512;
#endif

/// The kernels of a path; null when the processor does not have it.
const struct kernels *assay_field_kernels_of(int32_t path);

/// How many constants transforms of 2^bits values take, and what they are: for each pass over
/// blocks of size s = 2^bits, 2^(bits − 2), … down to 8 or 4, and each j < s/4, the powers 2j, j
/// and 3j of the root of order s.
int64_t assay_transform_constant_count(int bits);
void assay_transform_fill(int bits, uint64_t *constants);

/// out[step · i] = base^i for i < count.
void assay_powers(uint64_t base, int64_t count, uint64_t *out, int64_t step);

/// Whether rows have a known type, a possible size, and memory.
int assay_rows_are_possible(const struct assay_rows *rows);

#endif
