#pragma STDC FP_CONTRACT OFF
#include "dispatch.h"

#include "integer_kernels.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

int32_t assay_tensor_path_available(int32_t path) { return assay_kernels_of(path) != NULL; }

const struct kernels *assay_kernels_of(int32_t path) {
  switch (path) {
    case ASSAY_PATH_PORTABLE:
      return &assay_kernels_portable;
#if defined(__x86_64__)
    case ASSAY_PATH_AVX2:
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return &assay_kernels_avx2;
      }
      return NULL;
    case ASSAY_PATH_AVX512:
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("fma")) {
        return &assay_kernels_avx512;
      }
      return NULL;
    case ASSAY_PATH_AVX512_VNNI:
      return __builtin_cpu_supports("avx512vnni") ? assay_kernels_of(ASSAY_PATH_AVX512) : NULL;
#endif
    default:
      return NULL;
  }
}

const struct integer_kernels *assay_integer_kernels_of(int32_t path) {
  if (!assay_kernels_of(path)) return NULL;
  switch (path) {
#if defined(__x86_64__)
    case ASSAY_PATH_AVX2:
      return &assay_integer_avx2;
    case ASSAY_PATH_AVX512:
      return &assay_integer_avx512;
    case ASSAY_PATH_AVX512_VNNI:
      return &assay_integer_avx512_vnni;
#endif
    default:
      return &assay_integer_portable;
  }
}

int32_t assay_float_environment_of(uint64_t control_register) {
#if defined(__x86_64__)
  const uint64_t flush_to_zero = 1u << 15, rounding = 3u << 13, denormals_are_zero = 1u << 6;
  const uint64_t wrong = flush_to_zero | rounding | denormals_are_zero;
#elif defined(__aarch64__)
  const uint64_t flush_to_zero = 1u << 24, rounding = 3u << 22, alternate = 1u << 1,
                 flush_inputs = 1u << 0;
  const uint64_t wrong = flush_to_zero | rounding | alternate | flush_inputs;
#else
  const uint64_t wrong = 0;
#endif
  return control_register & wrong ? ASSAY_ERROR_ENVIRONMENT : ASSAY_OK;
}

int32_t assay_float_environment(void) {
#if defined(__x86_64__)
  return assay_float_environment_of(_mm_getcsr());
#elif defined(__aarch64__)
  uint64_t control_register;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control_register));
  return assay_float_environment_of(control_register);
#else
  // No register to read: a subnormal must survive, and 1 + 2^-24 round to even.
  volatile float subnormal = 0x1p-149f, one = 1.0f, half_unit = 0x1p-24f;
  return subnormal * one == 0.0f || one + half_unit != one || -one - half_unit != -one
             ? ASSAY_ERROR_ENVIRONMENT
             : ASSAY_OK;
#endif
}

struct checked_task {
  assay_task task;
  void *context;
  int32_t status;
};

static void run_checked(int64_t index, void *argument) {
  struct checked_task *checked = argument;
  const int32_t status = assay_float_environment();
  if (status == ASSAY_OK) {
    checked->task(index, checked->context);
  } else {
    __atomic_store_n(&checked->status, status, __ATOMIC_RELAXED);
  }
}

int32_t assay_run_tasks(int64_t count, int32_t threads, assay_task task, void *context) {
  struct checked_task checked = {task, context, ASSAY_OK};
  assay_parallel_for(count, threads, run_checked, &checked);
  return __atomic_load_n(&checked.status, __ATOMIC_RELAXED);
}

int32_t assay_run_chunks(int64_t count, int32_t threads, assay_task task, void *context) {
  return assay_run_tasks(
      (count + CHUNK - 1) / CHUNK, count < SHARED_COUNT ? 1 : threads, task, context);
}
