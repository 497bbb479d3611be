// A weight's gradient: every K block makes its own sums, which are then added in order.
#pragma STDC FP_CONTRACT OFF
#include "convolution.h"

enum {
  SUM_FLOATS = 1 << 22,   // of block sums that are kept at a time,
  LEAST_SLOTS = 16,       // unless that is fewer blocks than this
  PART_FLOATS = 160 << 10,  // of planes, if fewer channels at a time make it so
  SUM_CHUNK = 1 << 12,
  SMALL_GRADIENT = 1 << 19,
};

struct gradient_plan {
  struct windows windows;
  int64_t groups, outputs, k, blocks;
  int64_t slots;      // blocks at a time
  int64_t channels;   // of a task, at most
  int64_t parts;      // tasks of a block
  int64_t row_floats, slot_floats;
  int64_t workers, worker_floats;
};

static int64_t divided_up(int64_t x, int64_t y) { return (x + y - 1) / y; }
static int64_t whole_vectors(int64_t floats) { return divided_up(floats, 16) * 16; }

static struct gradient_plan gradient_plan(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s) {
  struct gradient_plan plan = {
      .windows = assay_forward_windows(s), .groups = s->groups,
      .outputs = s->output_channels / s->groups};
  const struct windows *w = &plan.windows;
  plan.k = s->batch * w->rows * w->columns;
  plan.blocks = divided_up(plan.k, MATMUL_DEPTH);
  plan.row_floats = whole_vectors(plan.outputs);
  const int64_t rows = kernels->convolution.gradient_rows(w, w->channels);
  const double work = (double)plan.k * (double)(rows * plan.outputs * s->groups);
  threads = work < SMALL_GRADIENT ? 1 : thread_count(threads);
  plan.channels = w->channels;
  while (plan.channels > 1 &&
         kernels->convolution.gradient_workspace(w, plan.channels, 0) > PART_FLOATS) {
    plan.channels = divided_up(plan.channels, 2);
  }
  while (plan.channels > 1 &&
         plan.blocks * divided_up(w->channels, plan.channels) < 2 * threads) {
    plan.channels = divided_up(plan.channels, 2);
  }
  plan.parts = divided_up(w->channels, plan.channels);
  // Each part's rows begin in a group of their own.
  plan.slot_floats =
      plan.parts * kernels->convolution.gradient_rows(w, plan.channels) * plan.row_floats;
  const int64_t kept = SUM_FLOATS / plan.slot_floats;
  plan.slots = least(plan.blocks, kept > LEAST_SLOTS ? kept : LEAST_SLOTS);
  plan.workers = least(threads, plan.slots * plan.parts);
  plan.worker_floats =
      whole_vectors(kernels->convolution.gradient_workspace(w, plan.channels, plan.outputs));
  return plan;
}

int64_t assay_weight_gradient_floats(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s) {
  const struct gradient_plan plan = gradient_plan(kernels, threads, s);
  return plan.slots * plan.slot_floats + plan.workers * plan.worker_floats;
}

struct gradient_work {
  const struct kernels *kernels;
  const struct gradient_plan *plan;
  const struct assay_convolution *shape;
  const float *gradient, *x;  // of the group
  float *out;
  float *sums, *workspace;
  int64_t first_block, block_count, first_slot;
  int64_t next;
};

/// The first image that a block reads, or those that it reads whole.
static struct stream stream_at(
    const struct gradient_work *w, int64_t block, const float *x, int64_t channels,
    int64_t height, int64_t width, int64_t image) {
  const int64_t size = w->plan->windows.rows * w->plan->windows.columns;
  const int64_t first = (w->first_block + block) * MATMUL_DEPTH;
  const int64_t plane = height * width;
  const float *start = x + first / size * image;
  if (size <= MATMUL_DEPTH) {
    const int64_t end = least(w->plan->k, first + MATMUL_DEPTH);
    return stream_of(
        start, channels * plane, divided_up(end, size) - first / size, image);
  }
  const int64_t row = first % size * height / size;
  const int64_t rows = least(divided_up(MATMUL_DEPTH * height, size) + 1, height - row);
  return stream_of(start + row * width, rows * width, channels, plane);
}

/// `next`: the block that comes after this one, or −1.
static void run_block(
    const struct gradient_work *w, int64_t index, int64_t next, float *workspace) {
  const struct gradient_plan *plan = w->plan;
  const struct windows *windows = &plan->windows;
  const int64_t block = index / plan->parts, part_index = index % plan->parts;
  const int64_t channel = part_index * plan->channels;
  const int64_t size = windows->rows * windows->columns;
  const int64_t first = (w->first_block + block) * MATMUL_DEPTH;
  const int64_t part_floats =
      w->kernels->convolution.gradient_rows(windows, plan->channels) * plan->row_floats;
  struct gradient_part part = {
      .windows = windows, .x = w->x + channel * windows->height * windows->width,
      .x_image = w->shape->input_channels * windows->height * windows->width,
      .channels = least(plan->channels, windows->channels - channel), .gradient = w->gradient,
      .gradient_image = w->shape->output_channels * size, .outputs = plan->outputs,
      .first = first, .end = least(plan->k, first + MATMUL_DEPTH),
      .sums = w->sums + (w->first_slot + block) * plan->slot_floats + part_index * part_floats,
      .workspace = workspace};
  if (next >= 0) {
    const int64_t following = next / plan->parts;
    part.next_x = stream_at(
        w, following, w->x + next % plan->parts * plan->channels * windows->height * windows->width,
        part.channels, windows->height, windows->width, part.x_image);
    part.next_gradient = stream_at(
        w, following, w->gradient, plan->outputs, windows->rows, windows->columns,
        part.gradient_image);
  }
  w->kernels->convolution.gradient_block(&part);
}

static void block_task(int64_t worker, void *context) {
  struct gradient_work *w = context;
  const int64_t count = w->block_count * w->plan->parts;
  int64_t index = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
  while (index < count) {
    const int64_t next = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
    run_block(
        w, index, next < count ? next : -1, w->workspace + worker * w->plan->worker_floats);
    index = next;
  }
}

/// Adds the slots that were filled to the first, in order of blocks.
static void sum_task(int64_t index, void *context) {
  const struct gradient_work *w = context;
  const int64_t start = index * SUM_CHUNK;
  float *total = w->sums + start;
  const int64_t count = least(SUM_CHUNK, w->plan->slot_floats - start);
  for (int64_t slot = 1; slot < w->first_slot + w->block_count; slot++) {
    w->kernels->add(total, total + slot * w->plan->slot_floats, total, count);
  }
}

/// Brings the sums of one output channel into the weight's order.
static void finish_task(int64_t o, void *context) {
  const struct gradient_work *w = context;
  const struct gradient_plan *plan = w->plan;
  const struct windows *windows = &plan->windows;
  const int64_t part_rows = w->kernels->convolution.gradient_rows(windows, plan->channels);
  float *out = w->out + o * windows->channels * windows->tap_rows * windows->tap_columns;
  for (int64_t a = 0; a < windows->channels; a++) {
    for (int64_t i = 0; i < windows->tap_rows; i++) {
      for (int64_t j = 0; j < windows->tap_columns; j++) {
        const int64_t row =
            a / plan->channels * part_rows +
            w->kernels->convolution.gradient_row(windows, a % plan->channels, i, j);
        const float sum = w->sums[row * plan->row_floats + o];
        *out++ = sum != sum ? __builtin_nanf("") : sum;
      }
    }
  }
}

static int32_t run_group(struct gradient_work *work, int32_t threads) {
  const struct gradient_plan *plan = work->plan;
  int32_t status = ASSAY_OK;
  for (int64_t block = 0; block < plan->blocks && !status; block += work->block_count) {
    // After the first round the first slot holds the total so far.
    work->first_slot = block == 0 ? 0 : 1;
    work->first_block = block;
    work->block_count = least(plan->slots - work->first_slot, plan->blocks - block);
    work->next = 0;
    status = assay_run_tasks(plan->workers, threads, block_task, work);
    if (status) break;
    status = assay_run_tasks(
        divided_up(plan->slot_floats, SUM_CHUNK), plan->workers > 1 ? threads : 1, sum_task, work);
  }
  if (status) return status;
  return assay_run_tasks(plan->outputs, plan->workers > 1 ? threads : 1, finish_task, work);
}

int32_t assay_convolution_weight_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *s, const float *gradient,
    const float *x, float *out, void *workspace, int64_t workspace_bytes) {
  int32_t status = assay_convolution_check(
      path, threads, ASSAY_CONVOLUTION_WEIGHT_GRADIENT, s, workspace, workspace_bytes);
  if (status) return status;
  const struct kernels *kernels = assay_kernels_of(path);
  const struct gradient_plan plan = gradient_plan(kernels, threads, s);
  const struct windows *w = &plan.windows;
  const int64_t weights = plan.outputs * w->channels * w->tap_rows * w->tap_columns;
  for (int64_t g = 0; g < s->groups && !status; g++) {
    struct gradient_work work = {
        .kernels = kernels, .plan = &plan, .shape = s,
        .gradient = gradient + g * plan.outputs * w->rows * w->columns,
        .x = x + g * w->channels * w->height * w->width, .out = out + g * weights,
        .sums = workspace,
        .workspace = (float *)workspace + plan.slots * plan.slot_floats};
    status = run_group(&work, threads);
  }
  return status;
}
