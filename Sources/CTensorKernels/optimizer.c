// Optimiser updates.
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
  return assay_run_chunks(count, threads, sgd_task, &work);
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
  return assay_run_chunks(count, threads, adam_task, &work);
}
