// Copies between strided layouts, and clearing.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

#include <string.h>

/// The innermost loop is a *line*: `width` elements at strides `x_step` and `out_step`.
struct copy {
  const struct kernels *kernels;
  const float *x;
  float *out;
  struct assay_copy_shape shape;
  int64_t lines, width, x_step, out_step, lines_per_task;
};

static void copy_line(const struct copy *w, const float *x, float *out) {
  if (w->x_step == 1 && w->out_step == 1) {
    w->kernels->sequence.copy(x, out, w->width);
    return;
  }
  for (int64_t i = 0; i < w->width; i++) {
    const float value = x[i * w->x_step];
    out[i * w->out_step] = value != value ? __builtin_nanf("") : value;
  }
}

static void copy_task(int64_t index, void *context) {
  const struct copy *w = context;
  const int64_t last = least(w->lines, (index + 1) * w->lines_per_task);
  for (int64_t line = index * w->lines_per_task; line < last; line++) {
    int64_t rest = line, from = 0, to = 0;
    for (int32_t d = w->shape.rank - 2; d >= 0; d--) {
      const int64_t place = rest % w->shape.extents[d];
      rest /= w->shape.extents[d];
      from += place * w->shape.x_strides[d];
      to += place * w->shape.out_strides[d];
    }
    copy_line(w, w->x + from, w->out + to);
  }
}

int32_t assay_copy(
    int32_t path, int32_t threads, const float *x, float *out, struct assay_copy_shape shape) {
  struct copy work = {.kernels = assay_kernels_of(path), .x = x, .out = out, .shape = shape};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (shape.rank < 1 || shape.rank > ASSAY_COPY_RANK) return ASSAY_ERROR_SHAPE;
  const int32_t inner = shape.rank - 1;
  work.lines = 1;
  for (int32_t d = 0; d < inner; d++) {
    if (!is_shape(work.lines, shape.extents[d])) return ASSAY_ERROR_SHAPE;
    work.lines *= shape.extents[d];
  }
  work.width = shape.extents[inner];
  work.x_step = shape.x_strides[inner];
  work.out_step = shape.out_strides[inner];
  if (!is_shape(work.lines, work.width)) return ASSAY_ERROR_SHAPE;
  work.lines_per_task = CHUNK / (work.width + 1) + 1;
  return assay_run_tasks(
      (work.lines + work.lines_per_task - 1) / work.lines_per_task, threads, copy_task, &work);
}

struct clear {
  float *out;
  int64_t count;
};

static void clear_task(int64_t index, void *context) {
  const struct clear *w = context;
  const int64_t start = index * CHUNK;
  memset(w->out + start, 0, (size_t)least(CHUNK, w->count - start) * sizeof(float));
}

int32_t assay_clear(int32_t path, int32_t threads, float *out, int64_t count) {
  struct clear work = {out, count};
  if (!assay_kernels_of(path)) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, clear_task, &work);
}
