// The kernels as a program, so that a machine can test those of another kind in an emulator. It
// runs step programs on request; `TensorsTestSupport/RemoteBackend.swift` asks. Lines on standard
// input, numbers in decimal, floats as their bits; contents follow their line as bytes:
//
//     program <memory bytes> <buffers> <instructions> <threads>
//     <offset>                    for each buffer
//     <name …> <number …>         for each instruction: the fields of its Swift value, in order
//     load <buffer> <byte count>
//     run <step> <learning rate> <first correction> <second correction root> <micro-batch>
//         <counted rows> <instructions>   → <status>
//     get <buffer> <byte count>   → the bytes
#include "CAssayParallel.h"
#include "CAssayTensorKernels.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = ASSAY_PATH_PORTABLE, NAME_SIZE = 64, NUMBERS = 4096, UNKNOWN = -1 };

// Threads ----------------------------------------------------------------------------------------

int32_t assay_parallel_threads_default(void) { return 1; }

const char *assay_parallel_name(void) { return "pthreads"; }

struct share {
  int64_t count, next;
  assay_task task;
  void *context;
};

static void *drain(void *argument) {
  struct share *share = argument;
  for (;;) {
    const int64_t i = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED);
    if (i >= share->count) return NULL;
    share->task(i, share->context);
  }
}

void assay_parallel_for(int64_t count, int32_t threads, assay_task task, void *context) {
  struct share share = {count, 0, task, context};
  pthread_t others[16];
  int started = 0;
  while (started < 16 && started + 1 < threads && started + 1 < count &&
         pthread_create(&others[started], NULL, drain, &share) == 0) {
    started++;
  }
  drain(&share);
  for (int i = 0; i < started; i++) pthread_join(others[i], NULL);
}

// Programs ---------------------------------------------------------------------------------------

/// "convolution/inputGradient" and its numbers.
struct instruction {
  char name[NAME_SIZE];
  int64_t *numbers;
  int64_t count;
};

static char *memory;
static int64_t *offsets;
static struct instruction *instructions;
static int64_t instruction_count;
static int32_t threads;
static void *workspace;
static int64_t workspace_size;

static _Noreturn void fail(const char *reason, const char *what) {
  fprintf(stderr, "remote kernels: %s: %s\n", reason, what);
  exit(1);
}

static void *allocate(int64_t size) {
  void *block = aligned_alloc(64, (size_t)((size + 127) / 64 * 64));
  if (!block) fail("no memory", "");
  memset(block, 0, (size_t)size);
  return block;
}

static char *read_line(void) {
  static char *line;
  static size_t capacity;
  ssize_t length = getline(&line, &capacity, stdin);
  if (length <= 0) exit(0);
  line[length - 1] = 0;
  return line;
}

static struct instruction parse(char *line) {
  static int64_t numbers[NUMBERS];
  struct instruction result = {0};
  for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
    if ((word[0] >= '0' && word[0] <= '9') || word[0] == '-') {
      if (result.count == NUMBERS) fail("too many numbers", result.name);
      numbers[result.count++] =
          word[0] == '-' ? strtoll(word, NULL, 10) : (int64_t)strtoull(word, NULL, 10);
    } else {
      const size_t length = strlen(result.name);
      snprintf(
          result.name + length, NAME_SIZE - length, "%s%s", length > 0 ? "/" : "", word);
    }
  }
  result.numbers = malloc((size_t)(result.count + 1) * sizeof(int64_t));
  memcpy(result.numbers, numbers, (size_t)result.count * sizeof(int64_t));
  return result;
}

static void read_program(const int64_t *numbers) {
  for (int64_t i = 0; i < instruction_count; i++) free(instructions[i].numbers);
  free(memory);
  free(offsets);
  free(instructions);
  memory = allocate(numbers[0]);
  offsets = malloc((size_t)numbers[1] * sizeof(int64_t));
  instructions = malloc((size_t)numbers[2] * sizeof(struct instruction));
  for (int64_t i = 0; i < numbers[1]; i++) offsets[i] = atoll(read_line());
  for (int64_t i = 0; i < numbers[2]; i++) instructions[i] = parse(read_line());
  instruction_count = numbers[2];
  threads = (int32_t)numbers[3];
}

// Calls ------------------------------------------------------------------------------------------

static float real(int64_t bits) {
  const uint32_t word = (uint32_t)bits;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

static void *address(int64_t buffer) { return buffer < 0 ? NULL : memory + offsets[buffer]; }

static void grow(int64_t size) {
  if (size < 0) fail("a shape is refused", "workspace");
  if (size <= workspace_size) return;
  free(workspace);
  workspace = allocate(size);
  workspace_size = size;
}

static struct assay_convolution geometry(const int64_t *n) {
  return (struct assay_convolution){n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]};
}

static struct assay_attention_input input(const int64_t *n) {
  return (struct assay_attention_input){(float *)address(n[0]) + n[1], n[2]};
}

static struct assay_attention_output output(const int64_t *n) {
  return (struct assay_attention_output){(float *)address(n[0]) + n[1], n[2]};
}

static struct assay_attention_shape attention_shape(const int64_t *n) {
  return (struct assay_attention_shape){n[0], n[1], n[2], n[3], (int32_t)n[4]};
}

static int64_t *copy_numbers(const int64_t *n, int64_t *out) {
  for (int64_t i = 0; i < n[0]; i++) out[i] = n[i + 1];
  return (int64_t *)n + 1 + n[0];
}

static int32_t copy(const int64_t *n) {
  struct assay_copy_shape shape = {0};
  const float *x = (float *)address(n[0]) + n[1];
  const int64_t *rest = copy_numbers(n + 2, shape.x_strides);
  float *out = (float *)address(rest[0]) + rest[1];
  rest = copy_numbers(rest + 2, shape.out_strides);
  shape.rank = (int32_t)rest[0];
  copy_numbers(rest, shape.extents);
  return assay_copy(PATH, threads, x, out, shape);
}

static int32_t clip_scale(const int64_t *n) {
  const int64_t count = n[0];
  const int64_t *counts = n + count + 2, *rest = counts + count;
  const float **gradients = malloc((size_t)(count + 1) * sizeof(float *));
  for (int64_t i = 0; i < count; i++) gradients[i] = address(n[1 + i]);
  grow(count * 4);
  const int32_t status = assay_clip_scale(
      PATH, threads, gradients, counts, count, address(rest[0]), real(rest[1]), workspace,
      workspace_size);
  free(gradients);
  return status;
}

#define IS(text) (strcmp(name, text) == 0)
#define B(i) address(n[i])
#define R(i) real(n[i])

static int32_t run_unary(const char *name, const int64_t *n) {
  static const char *const kinds[] = {
      "relu", "tanh", "gelu", "exp", "log", "erf", "geluErf", "sigmoid", "silu"};
  const char *slash = strchr(name, '/');
  for (int32_t kind = 0; slash && kind < 9; kind++) {
    if (strcmp(slash + 1, kinds[kind]) != 0) continue;
    if (strncmp(name, "unary/", 6) == 0) {
      return assay_unary(PATH, threads, kind, B(0), B(1), n[2]);
    }
    return assay_unary_gradient(PATH, threads, kind, B(0), B(1), B(2), B(3), n[4]);
  }
  return UNKNOWN;
}

static int32_t run_convolution(const char *name, const int64_t *n) {
  static const char *const kinds[] = {
      "convolution/forward", "convolution/inputGradient", "convolution/weightGradient"};
  for (int32_t kind = 0; kind < 3; kind++) {
    if (!IS(kinds[kind])) continue;
    const struct assay_convolution shape = geometry(n + 3);
    grow(assay_convolution_workspace(PATH, threads, kind, &shape));
    int32_t (*const functions[])(
        int32_t, int32_t, const struct assay_convolution *, const float *, const float *, float *,
        void *, int64_t) = {
        assay_convolution, assay_convolution_input_gradient, assay_convolution_weight_gradient};
    return functions[kind](
        PATH, threads, &shape, B(0), B(1), B(2), workspace, workspace_size);
  }
  const int indices = IS("pooling/maximum") || IS("pooling/maximumGradient");
  const struct assay_convolution pool = geometry(n + 2 + indices);
  if (IS("pooling/maximum")) return assay_max_pool(PATH, threads, &pool, B(0), B(1), B(2));
  if (IS("pooling/maximumGradient")) {
    return assay_max_pool_gradient(PATH, threads, &pool, B(0), B(1), B(2));
  }
  if (IS("pooling/average")) return assay_average_pool(PATH, threads, &pool, B(0), B(1));
  if (IS("pooling/averageGradient")) {
    return assay_average_pool_gradient(PATH, threads, &pool, B(0), B(1));
  }
  return UNKNOWN;
}

static int32_t run_channel(const char *name, const int64_t *n, int64_t count) {
  const struct assay_channels shape = {n[count - 3], n[count - 2], n[count - 1]};
  if (IS("channel/addBias")) {
    return assay_channel_add_bias(PATH, threads, &shape, B(0), B(1), B(2));
  }
  if (IS("channel/sum")) return assay_channel_sum(PATH, threads, &shape, B(0), B(1));
  if (IS("channel/normalize")) {
    return assay_channel_normalize(
        PATH, threads, &shape, B(0), B(1), B(2), B(3), B(4), B(5), B(6), B(7), R(8), R(9), 0);
  }
  if (IS("channel/normalizeWith")) {
    return assay_channel_normalize_with(
        PATH, threads, &shape, B(0), B(1), B(2), B(3), B(4), B(5), R(6));
  }
  if (IS("channel/normalizeGradient")) {
    return assay_channel_normalize_gradient(
        PATH, threads, &shape, B(0), B(1), B(2), B(3), B(4), B(5), B(6), B(7), 0);
  }
  return UNKNOWN;
}

static int32_t run_row(const char *name, const int64_t *n) {
  if (IS("row/layerNorm")) {
    return assay_layer_norm(
        PATH, threads, B(0), B(1), B(2), B(3), B(4), B(5), n[7], n[8], R(6));
  }
  if (IS("row/layerNormGradient")) {
    return assay_layer_norm_gradient(
        PATH, threads, B(0), B(1), B(2), B(3), B(4), B(5), n[6], n[7]);
  }
  if (IS("row/rmsNorm")) {
    return assay_rms_norm(PATH, threads, B(0), B(1), B(2), B(3), n[5], n[6], R(4));
  }
  if (IS("row/rmsNormGradient")) {
    return assay_rms_norm_gradient(PATH, threads, B(0), B(1), B(2), B(3), B(4), n[5], n[6]);
  }
  if (IS("row/weightGradient")) {
    return assay_norm_weight_gradient(PATH, threads, B(0), B(1), B(2), B(3), B(4), n[5], n[6]);
  }
  if (IS("row/softmax")) return assay_softmax(PATH, threads, B(0), B(1), n[2], n[3]);
  if (IS("row/softmaxGradient")) {
    return assay_softmax_gradient(PATH, threads, B(0), B(1), B(2), n[3], n[4]);
  }
  return UNKNOWN;
}

static int32_t run_attention(const char *name, const int64_t *n, int64_t count) {
  const struct assay_attention_shape shape = attention_shape(n + count - 5);
  const int is_gradient = IS("attention/gradient");
  grow(assay_attention_workspace(PATH, threads, shape, is_gradient));
  if (!is_gradient) {
    return assay_attention(
        PATH, threads, shape, input(n), input(n + 3), input(n + 6), output(n + 9), B(12), B(13),
        workspace, workspace_size);
  }
  return assay_attention_gradient(
      PATH, threads, shape, input(n), input(n + 3), input(n + 6), input(n + 9), B(12), B(13),
      output(n + 14), output(n + 17), output(n + 20), workspace, workspace_size);
}

static int32_t run_sequence(const char *name, const int64_t *n, const int64_t *scalars) {
  if (IS("sequence/embed")) {
    return assay_embed(PATH, threads, B(0), B(1), B(2), n[3], n[4], n[5]);
  }
  if (IS("sequence/embedGradient")) {
    return assay_embed_gradient(PATH, threads, B(0), B(1), B(2), n[3], n[4], n[5]);
  }
  if (IS("sequence/addPeriodic")) {
    return assay_add_periodic(PATH, threads, B(0), B(1), B(2), n[3], n[4], n[5]);
  }
  if (IS("sequence/sumPeriodic")) {
    return assay_sum_periodic(PATH, threads, B(0), B(1), n[2], n[3], n[4]);
  }
  if (IS("sequence/rotate")) {
    return assay_rotate(
        PATH, threads, B(0), B(1), B(2), B(3), n[4], n[5], n[6], n[7], (int32_t)n[8]);
  }
  if (IS("sequence/dropout")) {
    const struct assay_dropout settings = {
        (uint64_t)n[3], (uint64_t)scalars[0], (uint32_t)n[4], (uint32_t)n[5], R(6),
        n[2] * scalars[4]};
    return assay_dropout(PATH, threads, B(0), B(1), n[2], settings);
  }
  if (IS("sequence/copy")) return copy(n);
  if (IS("sequence/clear")) return assay_clear(PATH, threads, B(0), n[1]);
  return UNKNOWN;
}

static int32_t run_update(const char *name, const int64_t *n, const int64_t *scalars) {
  if (IS("sgd")) {
    const struct assay_sgd settings = {real(scalars[1]), R(4), R(5), (int32_t)n[6]};
    return assay_sgd(PATH, threads, B(0), B(1), B(2), n[3], settings);
  }
  if (IS("adam")) {
    const struct assay_adam settings = {
        .learning_rate = real(scalars[1]), .beta1 = R(5), .one_minus_beta1 = R(6), .beta2 = R(7),
        .one_minus_beta2 = R(8), .epsilon = R(9), .weight_decay = R(10),
        .first_moment_correction = real(scalars[2]),
        .second_moment_correction_root = real(scalars[3]), .decoupled = (int32_t)n[11]};
    return assay_adam(PATH, threads, B(0), B(1), B(2), B(3), n[4], settings);
  }
  if (IS("update/clipScale")) return clip_scale(n);
  if (IS("update/scale")) return assay_scale(PATH, threads, B(0), B(1), B(2), n[3]);
  if (IS("update/accumulate")) {
    const struct assay_copy_shape shape = {1, {n[2]}, {1}, {1}};
    return scalars[4] == 0 ? assay_copy(PATH, threads, B(0), B(1), shape)
                           : assay_add(PATH, threads, B(1), B(0), B(1), n[2]);
  }
  if (IS("update/movingAverage")) {
    return assay_moving_average(PATH, threads, B(0), B(1), n[2], R(3));
  }
  return UNKNOWN;
}

/// The smoothing and the ignored label; −1 is none.
static struct assay_labelling labelling(const int64_t *n) {
  return (struct assay_labelling){real(n[0]), n[1] != -1, (int32_t)n[1]};
}

/// What "…/fixed" with a number, or "…/countedRows" without, divides by.
static float divisor(const char *name, const int64_t *n, const int64_t *scalars) {
  if (strcmp(strchr(name, '/'), "/fixed") == 0) return (float)n[0];
  return (float)(scalars[5] > 0 ? scalars[5] : 1);
}

static int32_t run_loss(const char *name, const int64_t *n, const int64_t *scalars) {
  if (IS("softmaxCrossEntropy")) {
    return assay_softmax_cross_entropy(
        PATH, threads, B(0), B(1), B(2), B(3), n[4], n[5], labelling(n + 6));
  }
  if (IS("squaredError")) {
    return assay_squared_error(PATH, threads, B(0), B(1), B(2), n[3], n[4]);
  }
  if (strncmp(name, "softmaxCrossEntropyGradient/", 28) == 0) {
    return assay_softmax_cross_entropy_gradient(
        PATH, threads, B(0), B(1), B(2), n[3], n[4], labelling(n + 5),
        divisor(name, n + 7, scalars));
  }
  if (strncmp(name, "squaredErrorGradient/", 21) == 0) {
    return assay_squared_error_gradient(
        PATH, threads, B(0), B(1), B(2), n[3], n[4], divisor(name, n + 5, scalars));
  }
  if (strncmp(name, "mean/", 5) == 0) {
    return assay_mean(PATH, threads, B(0), B(1), n[2], divisor(name, n + 3, scalars));
  }
  return UNKNOWN;
}

static int32_t run_matrix(const char *name, const int64_t *n) {
  if (IS("matmul")) {
    grow(assay_matmul_workspace(PATH, threads, n[3], n[4], n[5]));
    return assay_matmul(
        PATH, threads, B(0), B(1), B(2), n[3], n[4], n[5], (int32_t)n[6], (int32_t)n[7],
        workspace, workspace_size);
  }
  if (IS("addBias")) return assay_add_bias(PATH, threads, B(0), B(1), B(2), n[3], n[4]);
  if (IS("columnSum")) return assay_column_sum(PATH, threads, B(0), B(1), n[2], n[3]);
  if (IS("add")) return assay_add(PATH, threads, B(0), B(1), B(2), n[3]);
  return UNKNOWN;
}

#include "remote_integers.h"

static int32_t run_instruction(const struct instruction *instruction, const int64_t *scalars) {
  const char *name = instruction->name;
  const int64_t *n = instruction->numbers;
  int32_t status;
  if (strncmp(name, "unary", 5) == 0) {
    status = run_unary(name, n);
  } else if (strncmp(name, "convolution/", 12) == 0 || strncmp(name, "pooling/", 8) == 0) {
    status = run_convolution(name, n);
  } else if (strncmp(name, "channel/", 8) == 0) {
    status = run_channel(name, n, instruction->count);
  } else if (strncmp(name, "row/", 4) == 0) {
    status = run_row(name, n);
  } else if (strncmp(name, "attention/", 10) == 0) {
    status = run_attention(name, n, instruction->count);
  } else if (strncmp(name, "sequence/", 9) == 0) {
    status = run_sequence(name, n, scalars);
  } else if (strncmp(name, "integer/", 8) == 0) {
    status = run_integer(name, n, scalars);
  } else {
    status = run_matrix(name, n);
    if (status == UNKNOWN) status = run_loss(name, n, scalars);
    if (status == UNKNOWN) status = run_update(name, n, scalars);
  }
  if (status == UNKNOWN) fail("unknown instruction", name);
  return status;
}

// Requests ---------------------------------------------------------------------------------------

int main(void) {
  for (;;) {
    const struct instruction request = parse(read_line());
    const int64_t *numbers = request.numbers;
    const char *name = request.name;
    if (IS("program")) {
      read_program(numbers);
    } else if (IS("load")) {
      if (fread(address(numbers[0]), 1, (size_t)numbers[1], stdin) != (size_t)numbers[1]) return 1;
    } else if (IS("get")) {
      fwrite(address(numbers[0]), 1, (size_t)numbers[1], stdout);
    } else if (IS("run")) {
      int32_t status = assay_float_environment();
      for (int64_t i = 0; i < numbers[6] && status == ASSAY_OK; i++) {
        status = run_instruction(&instructions[i], numbers);
        if (status != ASSAY_OK) fprintf(stderr, "status %d: %s\n", status, instructions[i].name);
      }
      printf("%d\n", status);
    } else {
      fail("unknown request", name);
    }
    fflush(stdout);
    free(request.numbers);
  }
}
