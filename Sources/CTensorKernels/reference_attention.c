// The definition of attention, one score at a time. Nothing is stored: a score is computed again
// wherever it is used.
#pragma STDC FP_CONTRACT OFF
#include "reference.h"

/// One head of one example: pointers to its position 0.
struct head {
  struct assay_attention_shape shape;
  struct assay_attention_input query, key, value, gradient;
  const float *maximum, *sum;
  float scale;
};

/// The chain over d of x[t]·y[j].
static float product(
    const struct head *head, struct assay_attention_input x, int64_t t,
    struct assay_attention_input y, int64_t j) {
  float sum = 0.0f;
  for (int64_t d = 0; d < head->shape.head_width; d++) {
    sum = fmaf(x.data[t * x.row_stride + d], y.data[j * y.row_stride + d], sum);
  }
  return sum;
}

static float score(const struct head *head, int64_t t, int64_t j) {
  return product(head, head->query, t, head->key, j) * head->scale;
}

static float probability(const struct head *head, int64_t t, int64_t j) {
  return assay_reference_exp(score(head, t, j) - head->maximum[t]) / head->sum[t];
}

/// The positions that t sees are 0 … seen − 1.
static int64_t seen(const struct head *head, int64_t t) {
  return head->shape.is_causal ? t + 1 : head->shape.positions;
}

/// Sums over positions, one for each d, in blocks of 512; terms come in order of their positions.
struct sums {
  float totals[512], block[512];
  int64_t number;  // of the block, −1 before the first
  int is_first;
};

static const struct sums nothing = {.number = -1, .is_first = 1};

static void end_block(struct sums *sums, int64_t width) {
  for (int64_t d = 0; d < width; d++) {
    sums->totals[d] = sums->is_first ? sums->block[d] : sums->totals[d] + sums->block[d];
    sums->block[d] = 0.0f;
  }
  sums->is_first = 0;
}

static void add_terms(
    struct sums *sums, int64_t position, float factor, const float *row, int64_t width) {
  if (sums->number >= 0 && position / 512 != sums->number) end_block(sums, width);
  sums->number = position / 512;
  for (int64_t d = 0; d < width; d++) sums->block[d] = fmaf(factor, row[d], sums->block[d]);
}

static void write_totals(struct sums *sums, float *out, int64_t width) {
  end_block(sums, width);
  for (int64_t d = 0; d < width; d++) out[d] = canonical(sums->totals[d]);
}

static struct head head_of(
    struct assay_attention_shape shape, int64_t index, struct assay_attention_input query,
    struct assay_attention_input key, struct assay_attention_input value,
    struct assay_attention_input gradient, const float *maximum, const float *sum) {
  const int64_t row = index / shape.heads * shape.positions;
  const int64_t column = index % shape.heads * shape.head_width;
  query.data += row * query.row_stride + column;
  key.data += row * key.row_stride + column;
  value.data += row * value.row_stride + column;
  gradient.data += row * gradient.row_stride + column;
  return (struct head){
      shape, query, key, value, gradient, maximum + index * shape.positions,
      sum + index * shape.positions, 1.0f / sqrtf((float)shape.head_width)};
}

/// Where a head's element 0 is written.
static float *output_of(
    struct assay_attention_shape shape, int64_t index, struct assay_attention_output out) {
  return out.data + index / shape.heads * shape.positions * out.row_stride +
         index % shape.heads * shape.head_width;
}

int32_t assay_attention_reference(
    struct assay_attention_shape shape, struct assay_attention_input query,
    struct assay_attention_input key, struct assay_attention_input value,
    struct assay_attention_output out, float *maximum, float *sum) {
  for (int64_t index = 0; index < shape.batch * shape.heads; index++) {
    const struct head head = head_of(shape, index, query, key, value, value, maximum, sum);
    float *result = output_of(shape, index, out);
    for (int64_t t = 0; t < shape.positions; t++) {
      float largest = -INFINITY;
      for (int64_t j = 0; j < seen(&head, t); j++) {
        const float s = score(&head, t, j);
        if (s > largest) largest = s;
      }
      maximum[index * shape.positions + t] = largest == 0.0f ? 0.0f : largest;
      float lanes[64] = {0};
      for (int64_t j = 0; j < seen(&head, t); j++) {
        lanes[j % 64] = lanes[j % 64] + assay_reference_exp(score(&head, t, j) - largest);
      }
      sum[index * shape.positions + t] = canonical(tree(lanes));
      struct sums sums = nothing;
      for (int64_t j = 0; j < seen(&head, t); j++) {
        add_terms(
            &sums, j, probability(&head, t, j), head.value.data + j * value.row_stride,
            shape.head_width);
      }
      write_totals(&sums, result + t * out.row_stride, shape.head_width);
    }
  }
  return ASSAY_OK;
}

/// The lane sum over the positions that t sees of p·dp.
static float mean_gradient(const struct head *head, int64_t t) {
  float lanes[64] = {0};
  for (int64_t j = 0; j < seen(head, t); j++) {
    const float dp = product(head, head->gradient, t, head->value, j);
    lanes[j % 64] = fmaf(probability(head, t, j), dp, lanes[j % 64]);
  }
  return tree(lanes);
}

static float score_gradient(const struct head *head, int64_t t, int64_t j, float mean) {
  const float dp = product(head, head->gradient, t, head->value, j);
  return (probability(head, t, j) * (dp - mean)) * head->scale;
}

int32_t assay_attention_gradient_reference(
    struct assay_attention_shape shape, struct assay_attention_input query,
    struct assay_attention_input key, struct assay_attention_input value,
    struct assay_attention_input gradient, const float *maximum, const float *sum,
    struct assay_attention_output query_gradient, struct assay_attention_output key_gradient,
    struct assay_attention_output value_gradient) {
  for (int64_t index = 0; index < shape.batch * shape.heads; index++) {
    const struct head head = head_of(shape, index, query, key, value, gradient, maximum, sum);
    float *dq = output_of(shape, index, query_gradient);
    float *dk = output_of(shape, index, key_gradient);
    float *dv = output_of(shape, index, value_gradient);
    // The first element of a row of dq holds r until the row is made, last of all.
    for (int64_t t = 0; t < shape.positions; t++) {
      dq[t * query_gradient.row_stride] = mean_gradient(&head, t);
    }
    for (int64_t j = 0; j < shape.positions; j++) {
      struct sums keys = nothing, values = nothing;
      for (int64_t t = shape.is_causal ? j : 0; t < shape.positions; t++) {
        const float ds = score_gradient(&head, t, j, dq[t * query_gradient.row_stride]);
        const float p = probability(&head, t, j);
        add_terms(&keys, t, ds, head.query.data + t * query.row_stride, shape.head_width);
        add_terms(&values, t, p, head.gradient.data + t * gradient.row_stride, shape.head_width);
      }
      write_totals(&keys, dk + j * key_gradient.row_stride, shape.head_width);
      write_totals(&values, dv + j * value_gradient.row_stride, shape.head_width);
    }
    for (int64_t t = 0; t < shape.positions; t++) {
      struct sums sums = nothing;
      float *row = dq + t * query_gradient.row_stride;
      for (int64_t j = 0; j < seen(&head, t); j++) {
        const float ds = score_gradient(&head, t, j, row[0]);
        add_terms(&sums, j, ds, head.key.data + j * key.row_stride, shape.head_width);
      }
      write_totals(&sums, row, shape.head_width);
    }
  }
  return ASSAY_OK;
}
