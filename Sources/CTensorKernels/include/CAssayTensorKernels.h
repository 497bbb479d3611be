// Float32 tensor operators whose result is defined to the last bit.
//
// Every function here is defined by the order of its IEEE 754 binary32 operations (round to
// nearest even, subnormals kept), so the instruction set (`path`), the number of threads and the
// vector width never change a bit. Each tuned function has a `…_reference` twin: the definition,
// written as plainly as possible, with its steps in the comment above it.
//
// Conventions
// - Tensors are dense, row-major float32; labels are int32. The caller owns all memory; no operator
//   allocates, keeps a pointer or prints. Counts and sizes are elements unless they say bytes.
// - `out` may be one of the inputs of the same shape (in place), except in `assay_matmul`,
//   `assay_column_sum`, and for the labels and losses; other overlap is not allowed.
// - `path` is an ASSAY_PATH_… that is available; `threads` ≥ 0, where 0 is one per core.
// - Every NaN that is written has the bits 0x7fc00000.
// - fma(x, y, z) is x·y + z rounded once. Nothing is contracted that is not written as fma here.
// - `lanes(x, n)` is a sum over 64 lanes: lane l starts at +0 and takes the elements
//   i ≡ l (mod 64) in order of i; then, for s in 32, 16, 8, 4, 2, 1: lane[i] += lane[i + s], i < s.
// - The result is ASSAY_OK or the first error found; after an error `out` is unspecified.
#ifndef CASSAY_TENSOR_KERNELS_H
#define CASSAY_TENSOR_KERNELS_H
#include <stdint.h>

#include "CAssayConvolutionKernels.h"

#pragma clang assume_nonnull begin

enum {
  ASSAY_OK = 0,
  ASSAY_ERROR_PATH = 1,         // the path is unknown, or this processor lacks it
  ASSAY_ERROR_SHAPE = 2,        // a negative dimension, or a product beyond 2^60 elements
  ASSAY_ERROR_LABEL = 3,        // a label outside 0 ..< columns that is not ignored
  ASSAY_ERROR_ENVIRONMENT = 4,  // a thread flushes subnormals or rounds other than to nearest
  ASSAY_ERROR_WORKSPACE = 5,    // the workspace is too small, or not aligned to 64 bytes
  ASSAY_ERROR_KIND = 6,         // an unknown unary kind, or width of a number
  ASSAY_ERROR_OVERFLOW = 7,     // an integer is out of range before its saturation
};

enum {
  ASSAY_PATH_PORTABLE = 0,  // plain C; where the target has no fma, an exact one in double
  ASSAY_PATH_AVX2 = 1,      // AVX2 and FMA
  ASSAY_PATH_AVX512 = 2,    // AVX-512 F, VL, BW, DQ
  ASSAY_PATH_AVX512_VNNI = 3,  // and VNNI, for products of integers
};

/// 1 if this processor can run `path`, else 0.
int32_t assay_tensor_path_available(int32_t path);

/// ASSAY_OK, or ASSAY_ERROR_ENVIRONMENT if the calling thread's control register flushes subnormals
/// to zero (FTZ), reads them as zero (DAZ) or rounds other than to nearest. Every kernel checks
/// the same on each thread that it runs on.
int32_t assay_float_environment(void);

/// The same question about the value of a control register: MXCSR on x86-64, FPCR on aarch64.
int32_t assay_float_environment_of(uint64_t control_register);

/// The number of threads that `threads` = 0 stands for.
int32_t assay_tensor_threads_default(void);

/// Zeroed memory for tensors, aligned for every kernel (in large pages where the system offers
/// them), or NULL where there is none. The one function that allocates.
void *_Nullable assay_tensor_memory(int64_t byte_count);

/// Frees what `assay_tensor_memory` returned.
void assay_tensor_memory_free(void *_Nullable memory);

// Matrix product ---------------------------------------------------------------------------------

/// Bytes of workspace that `assay_matmul` needs for this product, or -1 for a shape it refuses.
int64_t assay_matmul_workspace(int32_t path, int32_t threads, int64_t m, int64_t n, int64_t k);

/// out [m, n] = op(a) [m, k] · op(b) [k, n], where op transposes if the flag is not 0: `a` is then
/// stored [k, m], `b` [n, k].
///
/// K is cut into blocks of 512, the last one shorter. Within a block, s = +0, then
/// s = fma(A[i, p], B[p, j], s) in order of p. The first block's s is C[i, j]; the others are added
/// to it in order. k = 0 gives +0.
/// `workspace` is aligned to 64 bytes.
int32_t assay_matmul(
    int32_t path, int32_t threads, const float *a, const float *b, float *out, int64_t m,
    int64_t n, int64_t k, int32_t transpose_a, int32_t transpose_b, void *workspace,
    int64_t workspace_bytes);

int32_t assay_matmul_reference(
    const float *a, const float *b, float *out, int64_t m, int64_t n, int64_t k,
    int32_t transpose_a, int32_t transpose_b);

// Element-wise -----------------------------------------------------------------------------------

enum {
  ASSAY_UNARY_RELU = 0,
  ASSAY_UNARY_TANH = 1,
  ASSAY_UNARY_GELU = 2,
  ASSAY_UNARY_EXP = 3,
  ASSAY_UNARY_LOG = 4,
  ASSAY_UNARY_ERF = 5,
  ASSAY_UNARY_GELU_ERF = 6,
  ASSAY_UNARY_SIGMOID = 7,
  ASSAY_UNARY_SILU = 8,
};

/// out[i] = f(x[i]).
///
/// relu: x > 0 → x, NaN → NaN, otherwise +0.
/// The others: the formulas of `kernels/formulas.h`, made of + − × ÷ fma, comparisons and
/// exponent bits. Largest error against the C library's double-precision function, over all 2^32
/// inputs: exp 0.897, log 0.867, tanh 1.590 units in the last place; gelu 1.3e-7·max(1, |x|).
/// Likewise erf 1.033; gelu-erf 8.8e-8·max(1, |x|); sigmoid 2.481 and silu 2.394 units in the
/// last place while exp(−x) is finite (x > −88.7).
/// exp: +inf from 88.7228394 up, subnormals kept, +0 below −103.98, exp(−inf) = +0.
/// log: −inf at ±0, NaN below 0, log(+inf) = +inf. tanh is odd, ±1 from 9.02 on.
/// gelu: the tanh form x·½(1 + tanh(√(2/π)(x + 0.044715 x³))), computed as the equal
/// x / (1 + exp(−2u)); NaN at −inf, as the tanh form has it.
/// erf is odd, ±1 from 3.9 on. gelu-erf: fma(½x, erf(x·√½), ½x). sigmoid: 1 / (exp(−x) + 1).
/// silu: x / (exp(−x) + 1). The last two and gelu-erf are NaN, +0 and NaN at −inf.
int32_t assay_unary(
    int32_t path, int32_t threads, int32_t kind, const float *x, float *out, int64_t count);

int32_t assay_unary_reference(int32_t kind, const float *x, float *out, int64_t count);

/// out[i] = gradient[i] · f′(x[i]), where y = f(x). Every kind but exp, log and erf.
///
/// relu: y > 0 → gradient, otherwise +0 (x is not read).
/// tanh: gradient · fma(−y, y, 1) (x is not read).
/// gelu: gradient · fma(z·s, (1 − s)·d, s) (y is not read), where z is x clamped to ±12,
/// s = 1 / (1 + exp(−2u)), d = fma(z·z, 3·0.044715·2√(2/π), 2√(2/π)).
/// gelu-erf: gradient · fma(z/√(2π), exp(−½z²), fma(erf(z·√½), ½, ½)) (y is not read), where z is
/// x clamped to ±14.
/// sigmoid: gradient · (y·(1 − y)) (x is not read).
/// silu: gradient · (s·fma(x, 1 − s, 1)), s = sigmoid(x) (y is not read).
int32_t assay_unary_gradient(
    int32_t path, int32_t threads, int32_t kind, const float *x, const float *y,
    const float *gradient, float *out, int64_t count);

int32_t assay_unary_gradient_reference(
    int32_t kind, const float *x, const float *y, const float *gradient, float *out,
    int64_t count);

/// out[i] = x[i] + y[i].
int32_t assay_add(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t count);

/// out[i] = relu(x[i] + y[i]).
int32_t assay_add_relu(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t count);

int32_t assay_add_reference(const float *x, const float *y, float *out, int64_t count);

/// out[r, c] = x[r, c] + bias[c].
int32_t assay_add_bias(
    int32_t path, int32_t threads, const float *x, const float *bias, float *out, int64_t rows,
    int64_t columns);

int32_t assay_add_bias_reference(
    const float *x, const float *bias, float *out, int64_t rows, int64_t columns);

// Reductions -------------------------------------------------------------------------------------

/// out[c] = lanes(x[0 ..< rows, c]): the lanes run over rows.
int32_t assay_column_sum(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t columns);

int32_t assay_column_sum_reference(
    const float *x, float *out, int64_t rows, int64_t columns);

/// out[0] = lanes(x) / divisor.
int32_t assay_mean(
    int32_t path, int32_t threads, const float *x, float *out, int64_t count, float divisor);

int32_t assay_mean_reference(const float *x, float *out, int64_t count, float divisor);

// Losses -----------------------------------------------------------------------------------------

/// What a label stands for.
struct assay_labelling {
  float smoothing;  // the share of a row's weight that all columns have alike, 0 ≤ … < 1
  int32_t ignores;  // where not 0, rows whose label is `ignored` (any number) do not count
  int32_t ignored;
};

/// For each row of logits [rows, columns]: M = the maximum, e[c] = exp(x[c] − M), S = lanes(e),
/// probabilities[r, c] = e[c] / S, losses[r] = l = log(S) − (x[label] − M), or, where
/// smoothing ≠ 0, fma(smoothing, log(S) − lanes(x − M) / Float(columns), (1 − smoothing)·l).
/// An ignored row's loss is +0. The maximum is NaN if any element is, and +0 > −0. columns ≥ 1
/// where rows > 0.
int32_t assay_softmax_cross_entropy(
    int32_t path, int32_t threads, const float *logits, const int32_t *labels,
    float *probabilities, float *losses, int64_t rows, int64_t columns,
    struct assay_labelling labelling);

int32_t assay_softmax_cross_entropy_reference(
    const float *logits, const int32_t *labels, float *probabilities, float *losses,
    int64_t rows, int64_t columns, struct assay_labelling labelling);

/// out[r, c] = ((p[r, c] − smoothing / Float(columns)) − (c == label ? 1 − smoothing : 0)) /
/// divisor; +0 in an ignored row.
int32_t assay_softmax_cross_entropy_gradient(
    int32_t path, int32_t threads, const float *probabilities, const int32_t *labels, float *out,
    int64_t rows, int64_t columns, struct assay_labelling labelling, float divisor);

int32_t assay_softmax_cross_entropy_gradient_reference(
    const float *probabilities, const int32_t *labels, float *out, int64_t rows,
    int64_t columns, struct assay_labelling labelling, float divisor);

/// losses[r] = lanes(d·d) / Float(columns), d = prediction − target, where each lane's step is
/// lane = fma(d, d, lane). columns ≥ 1 where rows > 0.
int32_t assay_squared_error(
    int32_t path, int32_t threads, const float *prediction, const float *target, float *losses,
    int64_t rows, int64_t columns);

int32_t assay_squared_error_reference(
    const float *prediction, const float *target, float *losses, int64_t rows, int64_t columns);

/// out = (2·(prediction − target)) / divisor.
int32_t assay_squared_error_gradient(
    int32_t path, int32_t threads, const float *prediction, const float *target, float *out,
    int64_t rows, int64_t columns, float divisor);

int32_t assay_squared_error_gradient_reference(
    const float *prediction, const float *target, float *out, int64_t rows, int64_t columns,
    float divisor);

// Optimisers: parameters and moments are updated in place ----------------------------------------

struct assay_sgd {
  float learning_rate, momentum, weight_decay;
  int32_t nesterov;
};

/// g = gradient; if weight_decay ≠ 0: g = fma(weight_decay, p, g).
/// With a velocity v: v = fma(momentum, v, g); d = nesterov ? fma(momentum, v, g) : v.
/// Without: d = g. Then p = fma(−learning_rate, d, p).
int32_t assay_sgd(
    int32_t path, int32_t threads, float *parameter, const float *gradient,
    float *_Nullable velocity, int64_t count, struct assay_sgd settings);

int32_t assay_sgd_reference(
    float *parameter, const float *gradient, float *_Nullable velocity, int64_t count,
    struct assay_sgd settings);

struct assay_adam {
  float learning_rate, beta1, one_minus_beta1, beta2, one_minus_beta2, epsilon, weight_decay;
  float first_moment_correction;        // 1 − β1^t
  float second_moment_correction_root;  // √(1 − β2^t)
  int32_t decoupled;                    // AdamW
};

/// Coupled: g = fma(weight_decay, p, g) if weight_decay ≠ 0.
/// Decoupled: p = p · fma(−learning_rate, weight_decay, 1) first.
/// m = fma(β1, m, (1 − β1)·g); v = fma(β2, v, (1 − β2)·(g·g));
/// d = √v / second_moment_correction_root + ε;
/// p = fma(−(learning_rate / first_moment_correction), m / d, p).
int32_t assay_adam(
    int32_t path, int32_t threads, float *parameter, const float *gradient, float *first_moment,
    float *second_moment, int64_t count, struct assay_adam settings);

int32_t assay_adam_reference(
    float *parameter, const float *gradient, float *first_moment, float *second_moment,
    int64_t count, struct assay_adam settings);

// The exact fma of the portable path -------------------------------------------------------------

/// out[i] = fma(x[i], y[i], z[i]), by the arithmetic that `path` uses.
int32_t assay_fma(
    int32_t path, const float *x, const float *y, const float *z, float *out, int64_t count);

#pragma clang assume_nonnull end

#include "CAssayIntegerKernels.h"
#include "CAssaySequenceKernels.h"
#include "CAssayReferenceKernels.h"
#endif
