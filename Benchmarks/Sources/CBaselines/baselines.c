#include "CBaselines.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

// Sixteen chains hide the latency of two units; the barrier keeps the compiler from summing up.
#define CHAINS(type, operation)                                                  \
  type sums[16], x = (type){0} + 1.0f, y = x * 0.5f;                             \
  for (int i = 0; i < 16; i++) sums[i] = x * (float)i;                           \
  for (int64_t r = 0; r < rounds; r++) {                                         \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) {            \
      sums[i] = operation(x, y, sums[i]);                                        \
    }                                                                            \
    __asm__ volatile("" : "+r"(rounds));                                         \
  }                                                                              \
  type total = sums[0];                                                          \
  for (int i = 1; i < 16; i++) total += sums[i];                                 \
  volatile float sink = total[0];                                                \
  (void)sink;                                                                    \
  return rounds * 16 * 2 * (int64_t)(sizeof(type) / sizeof(float));

typedef float float4 __attribute__((ext_vector_type(4)));

#if defined(__x86_64__)
typedef float float8 __attribute__((ext_vector_type(8)));
typedef float float16 __attribute__((ext_vector_type(16)));

__attribute__((target("avx512f"))) static int64_t peak_avx512(int64_t rounds) {
  CHAINS(float16, __builtin_elementwise_fma)
}

__attribute__((target("avx2,fma"))) static int64_t peak_avx2(int64_t rounds) {
  CHAINS(float8, __builtin_elementwise_fma)
}
#endif

#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))

static int64_t peak_portable(int64_t rounds) { CHAINS(float4, MULTIPLY_ADD) }

int64_t assay_peak_run(int32_t width, int64_t rounds) {
#if defined(__x86_64__)
  if (width == ASSAY_PEAK_AVX512) return peak_avx512(rounds);
  if (width == ASSAY_PEAK_AVX2) return peak_avx2(rounds);
#else
  (void)width;
#endif
  return peak_portable(rounds);
}

enum { ROW_MAJOR = 101, AS_GIVEN = 111, TRANSPOSED = 112 };

typedef void (*sgemm)(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *,
    int);
static sgemm openblas;
static void (*openblas_threads)(int);

const char *assay_openblas_load(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
#endif
  const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
  void *library = NULL;
  for (int i = 0; i < 2 && !library; i++) library = dlopen(names[i], RTLD_NOW);
  if (!library) return NULL;
  openblas = (sgemm)dlsym(library, "cblas_sgemm");
  openblas_threads = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  char *(*core_name)(void) = (char *(*)(void))dlsym(library, "openblas_get_corename");
  return openblas && openblas_threads && core_name ? core_name() : NULL;
}

void assay_openblas_threads(int32_t count) { openblas_threads(count); }

void assay_openblas_matmul(
    int32_t transpose_a, int32_t transpose_b, int32_t m, int32_t n, int32_t k, const float *a,
    const float *b, float *c) {
  openblas(
      ROW_MAJOR, transpose_a ? TRANSPOSED : AS_GIVEN, transpose_b ? TRANSPOSED : AS_GIVEN, m, n, k,
      1.0f, a, transpose_a ? m : k, b, transpose_b ? k : n, 0.0f, c, n);
}
