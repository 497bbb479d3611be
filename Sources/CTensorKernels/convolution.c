// Convolution and its input's gradient: how the images are cut into patches and shared out.
#pragma STDC FP_CONTRACT OFF
#include "convolution.h"

/// Floats of planes that stay in the second-level cache beside weights and results.
enum { PLANE_FLOATS = 1 << 17, LEAST_COLUMNS = 64, SMALL_CONVOLUTION = 1 << 19 };

/// A product of weights and windows for every image and group.
struct window_plan {
  struct windows windows;
  int64_t images, groups, m;
  int64_t patch_rows, patch_columns;       // of the target, at most
  int64_t patches_down, patches_across;
  int64_t packed_floats;                   // of one group's weights
  int64_t workers, worker_floats;
};

static int64_t divided_up(int64_t x, int64_t y) { return (x + y - 1) / y; }
static int64_t whole_vectors(int64_t floats) { return divided_up(floats, 16) * 16; }

static struct window_plan window_plan(
    const struct kernels *kernels, int32_t threads, struct windows windows, int64_t images,
    int64_t groups, int64_t m, int spreads) {
  struct window_plan plan = {.windows = windows, .images = images, .groups = groups, .m = m};
  const int64_t k = windows.channels * windows.tap_rows * windows.tap_columns;
  const double work = (double)images * (double)(groups * m * k) *
                      (double)(windows.rows * windows.columns);
  if (work < SMALL_CONVOLUTION) threads = 1;
  plan.patch_rows = windows.rows;
  plan.patch_columns = windows.columns;
  const struct convolution_kernels *c = &kernels->convolution;
  while (plan.patch_rows > 1 &&
         c->window_workspace(&windows, plan.patch_rows, windows.columns) > PLANE_FLOATS) {
    plan.patch_rows = divided_up(plan.patch_rows, 2);
  }
  if (plan.patch_rows == 1) {
    while (plan.patch_columns > LEAST_COLUMNS &&
           c->window_workspace(&windows, 1, plan.patch_columns) > PLANE_FLOATS) {
      plan.patch_columns = divided_up(plan.patch_columns, 2);
    }
  }
  // Few images: smaller patches, so that every thread has some.
  while (plan.patch_rows > 1 &&
         images * groups * divided_up(windows.rows, plan.patch_rows) < 2 * threads) {
    plan.patch_rows = divided_up(plan.patch_rows, 2);
  }
  plan.patches_down = divided_up(windows.rows, plan.patch_rows);
  plan.patches_across = divided_up(windows.columns, plan.patch_columns);
  plan.packed_floats = m * k;
  plan.workers = least(threads, images * groups * plan.patches_down * plan.patches_across);
  plan.worker_floats = whole_vectors(
      c->window_workspace(&windows, plan.patch_rows, plan.patch_columns) +
      (spreads ? m * plan.patch_rows * plan.patch_columns : 0));
  return plan;
}

static int64_t plan_floats(const struct window_plan *plan) {
  return whole_vectors(plan->groups * plan->packed_floats) + plan->workers * plan->worker_floats;
}

struct window_work {
  const struct kernels *kernels;
  const struct window_plan *plan;
  const float *source;  // [images, groups · channels, height, width]
  float *out;           // the element of target position (0, 0) of image 0, channel 0
  int64_t out_channel;  // from one channel's element to the next
  int64_t out_row, out_column;
  float *workspace;
  int64_t next;
};

static struct patch patch_at(const struct window_plan *plan, int64_t index) {
  const struct windows *w = &plan->windows;
  struct patch patch = {
      .row = index / plan->patches_across * plan->patch_rows,
      .column = index % plan->patches_across * plan->patch_columns};
  patch.rows = least(plan->patch_rows, w->rows - patch.row);
  patch.columns = least(plan->patch_columns, w->columns - patch.column);
  return patch;
}

/// The channels that a patch sees.
static const float *source_at(const struct window_work *w, int64_t index) {
  const struct windows *windows = &w->plan->windows;
  return w->source + index / (w->plan->patches_down * w->plan->patches_across) *
                         windows->channels * windows->height * windows->width;
}

/// The rows that a patch sees first, about.
static struct stream stream_at(const struct window_work *w, int64_t index) {
  const struct windows *windows = &w->plan->windows;
  const struct patch patch =
      patch_at(w->plan, index % (w->plan->patches_down * w->plan->patches_across));
  const int64_t first = least(patch.row * windows->step, windows->height);
  const int64_t rows = least(patch.rows * windows->step, windows->height - first);
  return stream_of(
      source_at(w, index) + first * windows->width, rows * windows->width, windows->channels,
      windows->height * windows->width);
}

/// `next`: the patch that comes after this one, or −1.
static void run_patch(
    const struct window_work *w, int64_t index, int64_t next, float *workspace) {
  const struct window_plan *plan = w->plan;
  const struct windows *windows = &plan->windows;
  const int64_t patches = plan->patches_down * plan->patches_across;
  const int64_t group = index / patches % plan->groups, image = index / patches / plan->groups;
  struct window_part part = {
      .windows = windows, .patch = patch_at(plan, index % patches),
      .source = source_at(w, index), .weights = w->workspace + group * plan->packed_floats,
      .m = plan->m};
  if (next >= 0) part.next = stream_at(w, next);
  float *out = w->out + (image * plan->groups + group) * plan->m * w->out_channel +
               part.patch.row * w->out_row + part.patch.column * w->out_column;
  const int64_t count = part.patch.rows * part.patch.columns;
  if (w->out_column == 1 && (w->out_row == part.patch.columns || part.patch.rows == 1)) {
    part.out = out;
    part.out_row = w->out_channel;
    part.workspace = workspace;
    w->kernels->convolution.window_product(&part);
    return;
  }
  part.out = workspace;
  part.out_row = count;
  part.workspace = workspace + whole_vectors(plan->m * plan->patch_rows * plan->patch_columns);
  w->kernels->convolution.window_product(&part);
  for (int64_t i = 0; i < plan->m; i++) {
    w->kernels->convolution.spread_rows(
        part.out + i * count, part.patch.rows, part.patch.columns, out + i * w->out_channel,
        w->out_row, w->out_column);
  }
}

static void window_task(int64_t worker, void *context) {
  struct window_work *w = context;
  const struct window_plan *plan = w->plan;
  const int64_t count = plan->images * plan->groups * plan->patches_down * plan->patches_across;
  float *workspace = w->workspace + whole_vectors(plan->groups * plan->packed_floats) +
                     worker * plan->worker_floats;
  int64_t index = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
  while (index < count) {
    const int64_t next = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
    run_patch(w, index, next < count ? next : -1, workspace);
    index = next;
  }
}

static struct window_plan forward_plan(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s) {
  return window_plan(
      kernels, thread_count(threads), assay_forward_windows(s), s->batch, s->groups,
      s->output_channels / s->groups, 0);
}

/// The windows of the output's gradient that the input's rows u (mod stride) and columns v see;
/// rows = 0 or tap_rows = 0 (columns likewise) where there are none.
static struct windows gradient_windows(
    const struct assay_convolution *s, int64_t u, int64_t v, int64_t *row, int64_t *column) {
  // The first input row, and the position of the window whose tap u sees it.
  *row = (u - s->padding) % s->stride + (u < s->padding ? s->stride : 0);
  if (*row >= s->stride) *row -= s->stride;
  *column = (v - s->padding) % s->stride + (v < s->padding ? s->stride : 0);
  if (*column >= s->stride) *column -= s->stride;
  return (struct windows){
      .channels = s->output_channels / s->groups, .height = output_rows(s),
      .width = output_columns(s),
      .rows = *row < s->height ? divided_up(s->height - *row, s->stride) : 0,
      .columns = *column < s->width ? divided_up(s->width - *column, s->stride) : 0,
      .step = 1,
      .tap_rows = u < s->kernel_height ? divided_up(s->kernel_height - u, s->stride) : 0,
      .tap_columns = v < s->kernel_width ? divided_up(s->kernel_width - v, s->stride) : 0,
      .first_row = (*row + s->padding - u) / s->stride,
      .first_column = (*column + s->padding - v) / s->stride, .reversed = 1};
}

static struct window_plan gradient_plan(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s, int64_t u,
    int64_t v, int64_t *row, int64_t *column) {
  return window_plan(
      kernels, thread_count(threads), gradient_windows(s, u, v, row, column), s->batch, s->groups,
      s->input_channels / s->groups, s->stride > 1);
}

static int64_t input_gradient_floats(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s) {
  int64_t most = 0, row, column;
  for (int64_t u = 0; u < least(s->stride, s->kernel_height); u++) {
    for (int64_t v = 0; v < least(s->stride, s->kernel_width); v++) {
      const struct window_plan plan = gradient_plan(kernels, threads, s, u, v, &row, &column);
      if (plan.windows.rows == 0 || plan.windows.columns == 0) continue;
      const int64_t floats = plan_floats(&plan);
      most = floats > most ? floats : most;
    }
  }
  return most;
}

int64_t assay_convolution_workspace(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *s) {
  const struct kernels *kernels = assay_kernels_of(path);
  if (!kernels || !is_convolution(s)) return -1;
  int64_t floats;
  switch (kind) {
    case ASSAY_CONVOLUTION_FORWARD: {
      const struct window_plan plan = forward_plan(kernels, threads, s);
      floats = plan_floats(&plan);
      break;
    }
    case ASSAY_CONVOLUTION_INPUT_GRADIENT:
      floats = input_gradient_floats(kernels, threads, s);
      break;
    case ASSAY_CONVOLUTION_WEIGHT_GRADIENT:
      floats = assay_weight_gradient_floats(kernels, threads, s);
      break;
    default: return -1;
  }
  return floats * (int64_t)sizeof(float);
}

int32_t assay_convolution_check(
    int32_t path, int32_t threads, int32_t kind, const struct assay_convolution *s,
    const void *workspace, int64_t workspace_bytes) {
  if (!assay_kernels_of(path)) return ASSAY_ERROR_PATH;
  const int64_t needed = assay_convolution_workspace(path, threads, kind, s);
  if (needed < 0) return ASSAY_ERROR_SHAPE;
  if (workspace_bytes < needed || (uintptr_t)workspace % 64) return ASSAY_ERROR_WORKSPACE;
  return ASSAY_OK;
}

int32_t assay_convolution(
    int32_t path, int32_t threads, const struct assay_convolution *s, const float *x,
    const float *weight, float *out, void *workspace, int64_t workspace_bytes) {
  const int32_t status = assay_convolution_check(
      path, threads, ASSAY_CONVOLUTION_FORWARD, s, workspace, workspace_bytes);
  if (status) return status;
  const struct kernels *kernels = assay_kernels_of(path);
  const struct window_plan plan = forward_plan(kernels, threads, s);
  const int64_t taps = s->kernel_height * s->kernel_width;
  const int64_t k = plan.windows.channels * taps;
  struct window_work work = {
      .kernels = kernels, .plan = &plan, .source = x, .out = out,
      .out_channel = plan.windows.rows * plan.windows.columns, .out_row = plan.windows.columns,
      .out_column = 1, .workspace = workspace};
  for (int64_t g = 0; g < s->groups; g++) {
    kernels->convolution.pack_weights(
        weight + g * plan.packed_floats, plan.m, &plan.windows, k, taps, s->kernel_width, 1,
        work.workspace + g * plan.packed_floats);
  }
  return assay_run_tasks(plan.workers, threads, window_task, &work);
}

/// The input rows u and columns v (mod stride): a product of their own.
static int32_t run_input_gradient(
    const struct kernels *kernels, int32_t threads, const struct assay_convolution *s, int64_t u,
    int64_t v, const float *gradient, const float *weight, float *out, float *workspace) {
  int64_t row, column;
  const struct window_plan plan = gradient_plan(kernels, threads, s, u, v, &row, &column);
  if (plan.windows.rows == 0 || plan.windows.columns == 0) return ASSAY_OK;
  struct window_work work = {
      .kernels = kernels, .plan = &plan, .source = gradient,
      .out = out + row * s->width + column, .out_channel = s->height * s->width,
      .out_row = s->stride * s->width, .out_column = s->stride, .workspace = workspace};
  const int64_t taps = s->kernel_height * s->kernel_width;
  for (int64_t g = 0; g < s->groups; g++) {
    kernels->convolution.pack_weights(
        weight + g * plan.windows.channels * plan.m * taps + u * s->kernel_width + v, plan.m,
        &plan.windows, taps, plan.m * taps, s->stride * s->kernel_width, s->stride,
        workspace + g * plan.packed_floats);
  }
  return assay_run_tasks(plan.workers, threads, window_task, &work);
}

int32_t assay_convolution_input_gradient(
    int32_t path, int32_t threads, const struct assay_convolution *s, const float *gradient,
    const float *weight, float *out, void *workspace, int64_t workspace_bytes) {
  const int32_t status = assay_convolution_check(
      path, threads, ASSAY_CONVOLUTION_INPUT_GRADIENT, s, workspace, workspace_bytes);
  if (status) return status;
  if (s->stride > s->kernel_height || s->stride > s->kernel_width) {
    memset(out, 0, (size_t)(s->batch * s->input_channels * s->height * s->width) * sizeof *out);
  }
  for (int64_t u = 0; u < least(s->stride, s->kernel_height); u++) {
    for (int64_t v = 0; v < least(s->stride, s->kernel_width); v++) {
      const int32_t result = run_input_gradient(
          assay_kernels_of(path), threads, s, u, v, gradient, weight, out, workspace);
      if (result) return result;
    }
  }
  return ASSAY_OK;
}
