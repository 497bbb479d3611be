// Attention: each thread takes heads one after another, with a workspace of its own.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

enum { WIDEST_HEAD = 512 };  // a K block of the matrix product

struct attention_work {
  const struct kernels *kernels;
  struct assay_attention_shape shape;
  struct attention_head whole;  // pointers to the first head of the first example
  void (*run)(const struct attention_head *head);
  int64_t heads, next, workspace_floats;
};

static int is_attention_shape(struct assay_attention_shape s) {
  return s.batch >= 1 && s.positions >= 1 && s.heads >= 1 && s.head_width >= 1 &&
         s.head_width <= WIDEST_HEAD && is_shape(s.batch, s.positions) &&
         is_shape(s.heads, s.head_width) &&
         is_shape(s.batch * s.positions, s.heads * s.head_width) &&
         is_shape(s.positions, 1 << 16);
}

/// The number of threads that have a head to work on.
static int64_t busy_threads(struct assay_attention_shape s, int32_t threads) {
  return least(thread_count(threads), s.batch * s.heads);
}

static int64_t thread_floats(
    const struct kernels *kernels, struct assay_attention_shape s, int32_t is_gradient) {
  const int64_t floats =
      kernels->sequence.attention_workspace(s.positions, s.head_width, is_gradient);
  return (floats + 15) / 16 * 16;
}

int64_t assay_attention_workspace(
    int32_t path, int32_t threads, struct assay_attention_shape shape, int32_t is_gradient) {
  const struct kernels *kernels = assay_kernels_of(path);
  if (!kernels || !is_attention_shape(shape)) return -1;
  return busy_threads(shape, threads) * thread_floats(kernels, shape, is_gradient) *
         (int64_t)sizeof(float);
}

static void move_input(struct assay_attention_input *x, int64_t row, int64_t column) {
  if (x->data) x->data += row * x->row_stride + column;
}

static void move_output(struct assay_attention_output *x, int64_t row, int64_t column) {
  if (x->data) x->data += row * x->row_stride + column;
}

/// The head `index` of batch × heads.
static struct attention_head head_at(const struct attention_work *w, int64_t index) {
  struct attention_head head = w->whole;
  const int64_t row = index / w->shape.heads * w->shape.positions;
  const int64_t column = index % w->shape.heads * w->shape.head_width;
  const int64_t statistics = index * w->shape.positions;
  move_input(&head.query, row, column);
  move_input(&head.key, row, column);
  move_input(&head.value, row, column);
  move_input(&head.gradient, row, column);
  move_output(&head.out, row, column);
  move_output(&head.query_gradient, row, column);
  move_output(&head.key_gradient, row, column);
  move_output(&head.value_gradient, row, column);
  if (head.maximum) {
    head.maximum += statistics;
    head.sum += statistics;
  } else {
    head.new_maximum += statistics;
    head.new_sum += statistics;
  }
  return head;
}

static void heads_task(int64_t thread, void *context) {
  struct attention_work *w = context;
  for (;;) {
    const int64_t index = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
    if (index >= w->heads) return;
    struct attention_head head = head_at(w, index);
    head.workspace += thread * w->workspace_floats;
    w->run(&head);
  }
}

static int32_t run(
    int32_t path, int32_t threads, int32_t is_gradient, struct attention_work *work,
    void *workspace, int64_t workspace_bytes) {
  work->kernels = assay_kernels_of(path);
  if (!work->kernels) return ASSAY_ERROR_PATH;
  const int64_t needed = assay_attention_workspace(path, threads, work->shape, is_gradient);
  if (needed < 0) return ASSAY_ERROR_SHAPE;
  if (workspace_bytes < needed || (uintptr_t)workspace % 64) return ASSAY_ERROR_WORKSPACE;
  const struct assay_attention_shape s = work->shape;
  work->run = is_gradient ? work->kernels->sequence.attention_gradient
                          : work->kernels->sequence.attention;
  work->heads = s.batch * s.heads;
  work->workspace_floats = thread_floats(work->kernels, s, is_gradient);
  work->whole.positions = s.positions;
  work->whole.width = s.head_width;
  work->whole.is_causal = s.is_causal;
  work->whole.scale = 1.0f / __builtin_sqrtf((float)s.head_width);
  work->whole.workspace = workspace;
  return assay_run_tasks(busy_threads(s, threads), threads, heads_task, work);
}

int32_t assay_attention(
    int32_t path, int32_t threads, struct assay_attention_shape shape,
    struct assay_attention_input query, struct assay_attention_input key,
    struct assay_attention_input value, struct assay_attention_output out, float *maximum,
    float *sum, void *workspace, int64_t workspace_bytes) {
  struct attention_work work = {
      .shape = shape,
      .whole = {
          .query = query, .key = key, .value = value, .out = out, .new_maximum = maximum,
          .new_sum = sum}};
  return run(path, threads, 0, &work, workspace, workspace_bytes);
}

int32_t assay_attention_gradient(
    int32_t path, int32_t threads, struct assay_attention_shape shape,
    struct assay_attention_input query, struct assay_attention_input key,
    struct assay_attention_input value, struct assay_attention_input gradient,
    const float *maximum, const float *sum, struct assay_attention_output query_gradient,
    struct assay_attention_output key_gradient, struct assay_attention_output value_gradient,
    void *workspace, int64_t workspace_bytes) {
  struct attention_work work = {
      .shape = shape,
      .whole = {
          .query = query, .key = key, .value = value, .gradient = gradient, .maximum = maximum,
          .sum = sum, .query_gradient = query_gradient, .key_gradient = key_gradient,
          .value_gradient = value_gradient}};
  return run(path, threads, 1, &work, workspace, workspace_bytes);
}
