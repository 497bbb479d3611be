// Integer tensor operators: exact sums, written rounding rules. No order of operations, instruction
// set or number of threads can change a result. Conventions are those of CAssayTensorKernels.h.
//
// rs(x, s) = floor((x + 2^(s−1)) / 2^s) for s ≥ 1, rs(x, 0) = x; sat(x, l, h) = min(max(x, l), h).
// A rounded value outside [−2^15, 2^15) before saturation is ASSAY_ERROR_OVERFLOW. Shifts are
// 0 … 30, and x + 2^(s−1) must fit its type: what is too large for that is the caller's to exclude.
// Sums are taken modulo 2^32: exact where the caller's bounds hold.
#ifndef CASSAY_INTEGER_KERNELS_H
#define CASSAY_INTEGER_KERNELS_H
#include <stdint.h>

#include "CAssayConvolutionKernels.h"

#pragma clang assume_nonnull begin

// Products ---------------------------------------------------------------------------------------

/// Bytes of workspace that `assay_integer_matmul` needs, or -1 for a shape that it refuses.
int64_t assay_integer_matmul_workspace(
    int32_t path, int32_t threads, int64_t m, int64_t n, int64_t k);

/// out [m, n] = op(a) [m, k] · op(b) [k, n], where op transposes if the flag is not 0: `a` is then
/// stored [k, m], `b` [n, k]. `out` overlaps nothing; `workspace` is aligned to 64 bytes.
int32_t assay_integer_matmul(
    int32_t path, int32_t threads, const int8_t *a, const int8_t *b, int32_t *out, int64_t m,
    int64_t n, int64_t k, int32_t transpose_a, int32_t transpose_b, void *workspace,
    int64_t workspace_bytes);

int32_t assay_integer_matmul_reference(
    const int8_t *a, const int8_t *b, int32_t *out, int64_t m, int64_t n, int64_t k,
    int32_t transpose_a, int32_t transpose_b);

/// Bytes of workspace of one of the three products of a convolution (ASSAY_CONVOLUTION_…), or -1
/// for a shape or kind that is refused: more than one group is.
int64_t assay_integer_convolution_workspace(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *shape);

/// One of the three products, with the operands of its float32 form: forward (x, weight), input
/// gradient (gradient, weight), weight gradient (gradient, x).
int32_t assay_integer_convolution(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *shape,
    const int8_t *left, const int8_t *right, int32_t *out, void *workspace,
    int64_t workspace_bytes);

int32_t assay_integer_convolution_reference(
    int32_t kind, const struct assay_convolution *shape, const int8_t *left, const int8_t *right,
    int32_t *out);

// Rounding ---------------------------------------------------------------------------------------

/// Numbers of 4 or 8 bytes.
enum { ASSAY_INTEGER_32 = 4, ASSAY_INTEGER_64 = 8 };

/// out[i] = sat(rs(x[i], shift), −127, 127); x is int32 or int64, by its `width` in bytes.
int32_t assay_integer_round_weights(
    int32_t path, int32_t threads, int32_t width, const void *x, int8_t *out, int64_t count,
    int32_t shift);

int32_t assay_integer_round_weights_reference(
    int32_t width, const void *x, int8_t *out, int64_t count, int32_t shift);

/// out[i] = sat(rs(x[i], shift), 0, 127): rounding, relu and saturation.
int32_t assay_integer_activate(
    int32_t path, int32_t threads, const int32_t *x, int8_t *out, int64_t count, int32_t shift);

int32_t assay_integer_activate_reference(
    const int32_t *x, int8_t *out, int64_t count, int32_t shift);

/// out [planes, height, width] = sat(rs(z, shift), 0, 127), z being the sum of a 2 × 2 block of
/// x [planes, 2·height, 2·width].
int32_t assay_integer_pool_activate(
    int32_t path, int32_t threads, const int32_t *x, int8_t *out, int64_t planes, int64_t height,
    int64_t width, int32_t shift);

int32_t assay_integer_pool_activate_reference(
    const int32_t *x, int8_t *out, int64_t planes, int64_t height, int64_t width, int32_t shift);

/// out[i] = activation[i] > 0 ? sat(rs(gradient[i], shift), −128, 127) : 0. Masked elements
/// overflow too.
int32_t assay_integer_mask_gradient(
    int32_t path, int32_t threads, const int32_t *gradient, const int8_t *activation, int8_t *out,
    int64_t count, int32_t shift);

int32_t assay_integer_mask_gradient_reference(
    const int32_t *gradient, const int8_t *activation, int8_t *out, int64_t count, int32_t shift);

/// out [planes, 2·height, 2·width]: each element of x [planes, height, width] at four places.
int32_t assay_integer_spread(
    int32_t path, int32_t threads, const int8_t *x, int8_t *out, int64_t planes, int64_t height,
    int64_t width);

int32_t assay_integer_spread_reference(
    const int8_t *x, int8_t *out, int64_t planes, int64_t height, int64_t width);

// Loss and update --------------------------------------------------------------------------------

/// For each row of logits z [rows, columns] with label y:
/// d_j = sat(rs(z_j − z_y, shift), −128, 127), E_j = table[d_j + 128], S = Σ E_j,
/// p_j = floor((2^8·E_j + S) / (2·S)), gradient_j = p_j − 2^7·[j = y].
/// loss[0] = Float(Σ of 2^7 − p_y) / Float(2^7 · rows).
/// One thread: a batch's logits are few. Table entries are 0 … 2^15 − 1, entry 128 is not 0;
/// columns ≤ 2^15.
int32_t assay_integer_loss(
    const int32_t *logits, const int32_t *labels, const int32_t *table, int8_t *gradient,
    float *loss, int64_t rows, int64_t columns, int32_t shift);

/// Without a velocity: w = w − rate·d. With one: v = v − rs(v, decay_shift) + rate·d; w = w − v.
/// w and v are int32 or int64, by their `width` in bytes; results are taken modulo it.
int32_t assay_integer_update(
    int32_t path, int32_t threads, int32_t width, void *w, void *_Nullable v, const int32_t *d,
    int64_t count, int64_t rate, int32_t decay_shift);

int32_t assay_integer_update_reference(
    int32_t width, void *w, void *_Nullable v, const int32_t *d, int64_t count, int64_t rate,
    int32_t decay_shift);

#pragma clang assume_nonnull end
#endif
