// Clipping, scaling and moving averages.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

struct clip {
  const struct kernels *kernels;
  const float *const *gradients;
  const int64_t *counts;
  int64_t gradient_count;
  float *squares;
  float limit, *out;
};

/// A gradient's lanes are chains: there is nothing to share within one.
static void squares_task(int64_t index, void *context) {
  const struct clip *w = context;
  w->squares[index] =
      w->kernels->sequence.sum_of_squares(w->gradients[index], w->counts[index]);
}

int32_t assay_clip_scale(
    int32_t path, int32_t threads, const float *const *gradients, const int64_t *counts,
    int64_t gradient_count, float *out, float limit, void *workspace, int64_t workspace_bytes) {
  struct clip work = {
      assay_kernels_of(path), gradients, counts, gradient_count, workspace, limit, out};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(gradient_count, 4)) return ASSAY_ERROR_SHAPE;
  if (workspace_bytes < gradient_count * (int64_t)sizeof(float) || (uintptr_t)workspace % 64) {
    return ASSAY_ERROR_WORKSPACE;
  }
  for (int64_t i = 0; i < gradient_count; i++) {
    if (!is_shape(counts[i], 1)) return ASSAY_ERROR_SHAPE;
  }
  const int32_t status = assay_run_tasks(gradient_count, threads, squares_task, &work);
  if (status) return status;
  float sum = 0.0f;
  for (int64_t i = 0; i < gradient_count; i++) sum = sum + work.squares[i];
  const float norm = __builtin_sqrtf(sum);
  out[0] = norm != norm ? __builtin_nanf("") : norm > limit ? limit / norm : 1.0f;
  if (out[0] != out[0]) out[0] = __builtin_nanf("");
  return ASSAY_OK;
}

struct elements {
  const struct kernels *kernels;
  const float *x;
  float *out;
  int64_t count;
  float factor;
};

static void scale_task(int64_t index, void *context) {
  const struct elements *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->sequence.scale(
      w->x + start, w->factor, w->out + start, least(CHUNK, w->count - start));
}

int32_t assay_scale(
    int32_t path, int32_t threads, const float *x, const float *factor, float *out,
    int64_t count) {
  struct elements work = {assay_kernels_of(path), x, out, count, factor[0]};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, scale_task, &work);
}

static void moving_average_task(int64_t index, void *context) {
  const struct elements *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->sequence.moving_average(
      w->x + start, w->out + start, least(CHUNK, w->count - start), w->factor);
}

int32_t assay_moving_average(
    int32_t path, int32_t threads, const float *parameter, float *average, int64_t count,
    float rate) {
  struct elements work = {assay_kernels_of(path), parameter, average, count, rate};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, moving_average_task, &work);
}
