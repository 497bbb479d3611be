// Norms, attention, sequences and updates: the rest of `CAssayTensorKernels.h`, whose conventions
// hold here too.
#ifndef CASSAY_SEQUENCE_KERNELS_H
#define CASSAY_SEQUENCE_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

// Rows of [rows, columns], columns ≥ 1 where rows > 0
// ----------------------------------------------
// C = Float(columns); `chain(x, y)` is lanes() whose lane's step is lane = fma(x, y, lane).
// `out` may be any input of its shape.

/// mean[r] = lanes(x) / C; inverse[r] = 1 / √(chain(d, d) / C + epsilon), d = x − mean;
/// out = fma((x − mean)·inverse, weight, bias).
int32_t assay_layer_norm(
    int32_t path, int32_t threads, const float *x, const float *weight, const float *bias,
    float *out, float *mean, float *inverse, int64_t rows, int64_t columns, float epsilon);

int32_t assay_layer_norm_reference(
    const float *x, const float *weight, const float *bias, float *out, float *mean,
    float *inverse, int64_t rows, int64_t columns, float epsilon);

/// h = (x − mean)·inverse, g = gradient·weight, a = lanes(g), b = chain(g, h);
/// out = inverse·(g − fma(h, b, a) / C).
int32_t assay_layer_norm_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient, const float *weight,
    const float *mean, const float *inverse, float *out, int64_t rows, int64_t columns);

int32_t assay_layer_norm_gradient_reference(
    const float *x, const float *gradient, const float *weight, const float *mean,
    const float *inverse, float *out, int64_t rows, int64_t columns);

/// inverse[r] = 1 / √(chain(x, x) / C + epsilon); out = (x·inverse)·weight.
int32_t assay_rms_norm(
    int32_t path, int32_t threads, const float *x, const float *weight, float *out,
    float *inverse, int64_t rows, int64_t columns, float epsilon);

int32_t assay_rms_norm_reference(
    const float *x, const float *weight, float *out, float *inverse, int64_t rows,
    int64_t columns, float epsilon);

/// h = x·inverse, g = gradient·weight, b = chain(g, h); out = inverse·fma(−h, b / C, g).
int32_t assay_rms_norm_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient, const float *weight,
    const float *inverse, float *out, int64_t rows, int64_t columns);

int32_t assay_rms_norm_gradient_reference(
    const float *x, const float *gradient, const float *weight, const float *inverse, float *out,
    int64_t rows, int64_t columns);

/// out[c] = chain(gradient[0 ..< rows, c], h), the lanes running over rows, where
/// h = (x − mean[r])·inverse[r], or x·inverse[r] where there is no mean.
int32_t assay_norm_weight_gradient(
    int32_t path, int32_t threads, const float *x, const float *gradient,
    const float *_Nullable mean, const float *inverse, float *out, int64_t rows, int64_t columns);

int32_t assay_norm_weight_gradient_reference(
    const float *x, const float *gradient, const float *_Nullable mean, const float *inverse,
    float *out, int64_t rows, int64_t columns);

/// M = the row's maximum (as in softmax cross-entropy), e = exp(x − M), out = e / lanes(e).
int32_t assay_softmax(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t columns);

int32_t assay_softmax_reference(const float *x, float *out, int64_t rows, int64_t columns);

/// out = y·(gradient − chain(y, gradient)).
int32_t assay_softmax_gradient(
    int32_t path, int32_t threads, const float *y, const float *gradient, float *out,
    int64_t rows, int64_t columns);

int32_t assay_softmax_gradient_reference(
    const float *y, const float *gradient, float *out, int64_t rows, int64_t columns);

// Attention --------------------------------------------------------------------------------------

/// The extents, each ≥ 1; head_width ≤ 512.
struct assay_attention_shape {
  int64_t batch, positions, heads, head_width;
  int32_t is_causal;  // position t sees the positions up to t; else all
};

/// Element (b, t, h, d) is data[(b·positions + t)·row_stride + h·head_width + d]; row_stride ≥
/// heads · head_width. Operands that are written overlap no other.
struct assay_attention_input {
  const float *data;
  int64_t row_stride;
};

struct assay_attention_output {
  float *data;
  int64_t row_stride;
};

/// Bytes of workspace that attention or its gradient needs: a tile of scores and a head's keys and
/// values for each thread. −1 for a shape or path that is refused.
int64_t assay_attention_workspace(
    int32_t path, int32_t threads, struct assay_attention_shape shape, int32_t is_gradient);

/// scale = 1 / √Float(head_width). For each (b, h, t), over the positions j that t sees:
/// s[j] = (Σ_d q[t,d]·k[j,d])·scale, the sum a chain of fma from +0 in order of d;
/// maximum = the largest s[j] that is not NaN, −∞ where there is none, +0 where it is a zero;
/// e[j] = exp(s[j] − maximum); sum = lanes(e), e[j] in lane j mod 64; p[j] = e[j] / sum;
/// out[t,d] = Σ_j p[j]·v[j,d].
/// `maximum` and `sum` are [batch, heads, positions].
///
/// The sum over j is that of `assay_matmul`: the positions are cut into blocks of 512, counted from
/// 0; a block is a chain of fma from +0; the blocks are added in order. A position that is not seen
/// takes no part, nor does a block without any that is.
int32_t assay_attention(
    int32_t path, int32_t threads, struct assay_attention_shape shape,
    struct assay_attention_input query, struct assay_attention_input key,
    struct assay_attention_input value, struct assay_attention_output out, float *maximum,
    float *sum, void *workspace, int64_t workspace_bytes);

int32_t assay_attention_reference(
    struct assay_attention_shape shape, struct assay_attention_input query,
    struct assay_attention_input key, struct assay_attention_input value,
    struct assay_attention_output out, float *maximum, float *sum);

/// With p as above from `maximum` and `sum`: dp[t,j] = Σ_d gradient[t,d]·v[j,d];
/// r[t] = lanes of p·dp over the j seen, a lane a chain of fma(p, dp, lane), j in lane j mod 64;
/// ds[t,j] = (p·(dp − r))·scale; query_gradient[t,d] = Σ_j ds[t,j]·k[j,d];
/// key_gradient[j,d] = Σ ds[t,j]·q[t,d] and value_gradient[j,d] = Σ p[t,j]·gradient[t,d] over the t
/// that see j. Sums over d and over positions are as above.
int32_t assay_attention_gradient(
    int32_t path, int32_t threads, struct assay_attention_shape shape,
    struct assay_attention_input query, struct assay_attention_input key,
    struct assay_attention_input value, struct assay_attention_input gradient,
    const float *maximum, const float *sum, struct assay_attention_output query_gradient,
    struct assay_attention_output key_gradient, struct assay_attention_output value_gradient,
    void *workspace, int64_t workspace_bytes);

int32_t assay_attention_gradient_reference(
    struct assay_attention_shape shape, struct assay_attention_input query,
    struct assay_attention_input key, struct assay_attention_input value,
    struct assay_attention_input gradient, const float *maximum, const float *sum,
    struct assay_attention_output query_gradient, struct assay_attention_output key_gradient,
    struct assay_attention_output value_gradient);

// Sequences --------------------------------------------------------------------------------------

/// out[r] = table[ids[r]]; ASSAY_ERROR_LABEL where an id is outside 0 ..< vocabulary.
int32_t assay_embed(
    int32_t path, int32_t threads, const float *table, const int32_t *ids, float *out,
    int64_t rows, int64_t vocabulary, int64_t columns);

int32_t assay_embed_reference(
    const float *table, const int32_t *ids, float *out, int64_t rows, int64_t vocabulary,
    int64_t columns);

/// out = +0, then, for each row in order: out[ids[r]] += gradient[r].
int32_t assay_embed_gradient(
    int32_t path, int32_t threads, const int32_t *ids, const float *gradient, float *out,
    int64_t rows, int64_t vocabulary, int64_t columns);

int32_t assay_embed_gradient_reference(
    const int32_t *ids, const float *gradient, float *out, int64_t rows, int64_t vocabulary,
    int64_t columns);

/// out[r] = x[r] + y[r mod period]; `out` may be `x`. period ≥ 1.
int32_t assay_add_periodic(
    int32_t path, int32_t threads, const float *x, const float *y, float *out, int64_t rows,
    int64_t period, int64_t columns);

int32_t assay_add_periodic_reference(
    const float *x, const float *y, float *out, int64_t rows, int64_t period, int64_t columns);

/// out[p, c] = lanes of x[p, c], x[p + period, c], …: the lanes run over rows. period ≥ 1.
int32_t assay_sum_periodic(
    int32_t path, int32_t threads, const float *x, float *out, int64_t rows, int64_t period,
    int64_t columns);

int32_t assay_sum_periodic_reference(
    const float *x, float *out, int64_t rows, int64_t period, int64_t columns);

/// Rotary positions on x [rows, heads · head_width]; `out` may be `x`.
///
/// Row r stands at position r mod period; c and s are its rows of cosines and sines
/// [period, head_width / 2], s negated where `is_inverse` is not 0. In each head, with
/// a = x[i] and b = x[i + head_width / 2], i < head_width / 2:
/// out[i] = fma(a, c, −(b·s)), out[i + head_width / 2] = fma(b, c, a·s).
/// head_width is even, period ≥ 1.
int32_t assay_rotate(
    int32_t path, int32_t threads, const float *x, const float *cosines, const float *sines,
    float *out, int64_t rows, int64_t period, int64_t heads, int64_t head_width,
    int32_t is_inverse);

int32_t assay_rotate_reference(
    const float *x, const float *cosines, const float *sines, float *out, int64_t rows,
    int64_t period, int64_t heads, int64_t head_width, int32_t is_inverse);

struct assay_dropout {
  uint64_t seed, step;
  uint32_t node, threshold;
  float scale;
  int64_t first;
};

/// out[i] = word ≥ threshold ? x[i]·scale : +0, where `word` is word e mod 4, e = first + i, of
/// Philox4x32-10 (Salmon et al. 2011) with the key `seed` and the counter
/// (e / 4, (node & 0xffffff) + 4·2²⁴, step's low word, step's high word). first + count ≤ 2³⁴.
int32_t assay_dropout(
    int32_t path, int32_t threads, const float *x, float *out, int64_t count,
    struct assay_dropout settings);

int32_t assay_dropout_reference(
    const float *x, float *out, int64_t count, struct assay_dropout settings);

enum { ASSAY_COPY_RANK = 8 };

/// The extents of a copy, each ≥ 0, the last one adjacent in loops, and both sides' strides.
struct assay_copy_shape {
  int32_t rank;  // 1 … ASSAY_COPY_RANK
  int64_t extents[ASSAY_COPY_RANK];
  int64_t x_strides[ASSAY_COPY_RANK], out_strides[ASSAY_COPY_RANK];
};

/// out[Σ index·out_stride] = x[Σ index·x_stride] for every index below the extents. `out` is apart
/// from `x`, and no element of it is written twice.
int32_t assay_copy(
    int32_t path, int32_t threads, const float *x, float *out, struct assay_copy_shape shape);

int32_t assay_copy_reference(const float *x, float *out, struct assay_copy_shape shape);

/// out[i] = +0.
int32_t assay_clear(int32_t path, int32_t threads, float *out, int64_t count);

int32_t assay_clear_reference(float *out, int64_t count);

// Updates ----------------------------------------------------------------------------------------

/// s = +0, then s = s + chain(g, g) for each of the gradients in order; n = √s;
/// out[0] = n > limit ? limit / n : 1, NaN if n is NaN. `workspace` holds `gradient_count` floats.
int32_t assay_clip_scale(
    int32_t path, int32_t threads, const float *_Nonnull const *_Nonnull gradients,
    const int64_t *counts,
    int64_t gradient_count, float *out, float limit, void *workspace, int64_t workspace_bytes);

int32_t assay_clip_scale_reference(
    const float *_Nonnull const *_Nonnull gradients, const int64_t *counts, int64_t gradient_count,
    float *out, float limit);

/// out[i] = x[i]·factor[0]; `out` may be `x`.
int32_t assay_scale(
    int32_t path, int32_t threads, const float *x, const float *factor, float *out,
    int64_t count);

int32_t assay_scale_reference(
    const float *x, const float *factor, float *out, int64_t count);

/// average = fma(rate, parameter − average, average).
int32_t assay_moving_average(
    int32_t path, int32_t threads, const float *parameter, float *average, int64_t count,
    float rate);

int32_t assay_moving_average_reference(
    const float *parameter, float *average, int64_t count, float rate);

#pragma clang assume_nonnull end
#endif
