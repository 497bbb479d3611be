// Optimiser updates: the work is cut into chunks of CHUNK elements.
#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

struct update {
  const struct kernels *kernels;
  float *parameter;
  const float *gradient;
  float *velocity, *first_moment, *second_moment;
  int64_t count;
  struct assay_sgd sgd;
  struct assay_adam adam;
};

static void sgd_task(int64_t index, void *context) {
  const struct update *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->sgd(
      w->parameter + start, w->gradient + start, w->velocity ? w->velocity + start : NULL,
      least(CHUNK, w->count - start), &w->sgd);
}

int32_t assay_sgd(
    int32_t path, int32_t threads, float *parameter, const float *gradient, float *velocity,
    int64_t count, struct assay_sgd settings) {
  struct update work = {
      .kernels = assay_kernels_of(path), .parameter = parameter, .gradient = gradient,
      .velocity = velocity, .count = count, .sgd = settings};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, sgd_task, &work);
}

static void adam_task(int64_t index, void *context) {
  const struct update *w = context;
  const int64_t start = index * CHUNK;
  w->kernels->adam(
      w->parameter + start, w->gradient + start, w->first_moment + start,
      w->second_moment + start, least(CHUNK, w->count - start), &w->adam);
}

int32_t assay_adam(
    int32_t path, int32_t threads, float *parameter, const float *gradient, float *first_moment,
    float *second_moment, int64_t count, struct assay_adam settings) {
  struct update work = {
      .kernels = assay_kernels_of(path), .parameter = parameter, .gradient = gradient,
      .first_moment = first_moment, .second_moment = second_moment, .count = count,
      .adam = settings};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks((count + CHUNK - 1) / CHUNK, threads, adam_task, &work);
}

struct fma_work {
  const struct kernels *kernels;
  const float *x, *y, *z;
  float *out;
  int64_t count;
};

static void fma_task(int64_t index, void *context) {
  (void)index;
  const struct fma_work *w = context;
  w->kernels->fma(w->x, w->y, w->z, w->out, w->count);
}

int32_t assay_fma(
    int32_t path, const float *x, const float *y, const float *z, float *out, int64_t count) {
  struct fma_work work = {assay_kernels_of(path), x, y, z, out, count};
  if (!work.kernels) return ASSAY_ERROR_PATH;
  if (!is_shape(count, 1)) return ASSAY_ERROR_SHAPE;
  return assay_run_tasks(1, 1, fma_task, &work);
}
