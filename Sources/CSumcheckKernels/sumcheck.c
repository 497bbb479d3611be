// Passes over tables: each is cut into runs that stay in the first-level cache, and runs of tasks.
#include "sumcheck.h"
#include "CAssayParallel.h"

#include <stddef.h>

enum {
  RUN = 1 << ASSAY_INNER_BITS,
  /// A task takes at least this many runs, so that starting it does not matter.
  RUNS_PER_TASK = 16,
  MAXIMUM_TASKS = 64,
  MAXIMUM_SUMS = 3,
};

static const struct assay_sumcheck_engine *engine_for(int32_t path) {
  switch (path) {
    case ASSAY_SUMCHECK_PORTABLE: return &assay_sumcheck_portable;
#if defined(__x86_64__)
    case ASSAY_SUMCHECK_AVX2: return __builtin_cpu_supports("avx2") ? &assay_sumcheck_avx2 : NULL;
    case ASSAY_SUMCHECK_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                 ? &assay_sumcheck_avx512
                 : NULL;
    case ASSAY_SUMCHECK_IFMA:
      return engine_for(ASSAY_SUMCHECK_AVX512) && __builtin_cpu_supports("avx512ifma")
                 ? &assay_sumcheck_ifma
                 : NULL;
#endif
    case ASSAY_SUMCHECK_BEST:
      for (path = ASSAY_SUMCHECK_IFMA; !engine_for(path); path--) {}
      return engine_for(path);
    default: return NULL;
  }
}

int32_t assay_sumcheck_is_available(int32_t path) { return engine_for(path) != NULL; }

const char *assay_sumcheck_name(int32_t path) {
  const struct assay_sumcheck_engine *engine = engine_for(path);
  return engine ? engine->name : "unknown";
}

/// A pass: `run` does runs first … last − 1 and may add to `sums`.
struct pass {
  const struct assay_sumcheck_engine *engine;
  const void *arguments;
  void (*run)(const struct pass *pass, int64_t first, int64_t last, K *sums);
  int64_t run_count, task_count;
  K (*sums)[MAXIMUM_SUMS];
};

static void do_task(int64_t task, void *context) {
  const struct pass *pass = context;
  const int64_t first = pass->run_count * task / pass->task_count;
  const int64_t last = pass->run_count * (task + 1) / pass->task_count;
  pass->run(pass, first, last, pass->sums[task]);
}

/// Does all runs; a path that is not available falls back to the best.
static void do_pass(
    struct assay_sumcheck_run how, struct pass *pass, int64_t run_count, K sums[MAXIMUM_SUMS]) {
  K parts[MAXIMUM_TASKS][MAXIMUM_SUMS] = {0};
  pass->engine = engine_for(how.path);
  if (!pass->engine) pass->engine = engine_for(ASSAY_SUMCHECK_BEST);
  pass->run_count = run_count;
  pass->task_count = run_count / RUNS_PER_TASK;
  if (pass->task_count < 1) pass->task_count = 1;
  if (pass->task_count > MAXIMUM_TASKS) pass->task_count = MAXIMUM_TASKS;
  pass->sums = parts;
  assay_parallel_for(pass->task_count, how.threads, do_task, pass);
  for (int j = 0; j < MAXIMUM_SUMS; j++) {
    sums[j] = (K){0, 0};
    for (int64_t task = 0; task < pass->task_count; task++) {
      sums[j] = assay_k_add(sums[j], parts[task][j]);
    }
  }
}

static int64_t runs(int64_t count) { return (count + RUN - 1) / RUN; }

static int64_t shorter(int64_t a, int64_t b) { return a < b ? a : b; }

// Leaves.

/// What a pass wants of a leaf with denominator d: offset + scale·d, and `neutral` of a
/// neutral one.
struct leaf_form {
  K offset, scale, neutral;
};

/// The last segment that starts at or before a leaf.
static int64_t segment_of(const struct assay_leaves *leaves, int64_t leaf) {
  int64_t low = 0, high = leaves->segment_count;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    if (leaves->segments[middle].start <= leaf) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Cuts a segment's lanes, from its element `skip` on, into pieces; returns the whole constant.
static K cut_lanes(
    const struct assay_leaf_segment *segment, int64_t skip, struct leaf_form form,
    struct assay_piece *pieces, int *count) {
  static const int width[] = {1, 1, 2, 2, 4};
  static const uint64_t offset[] = {0, 128, 0, 32768, 1ull << 31};
  K constant = assay_k_add(form.offset, assay_k_multiply(form.scale, segment->constant));
  *count = 0;
  for (int32_t l = 0; l < segment->lane_count; l++) {
    const struct assay_lane *lane = &segment->lanes[l];
    const K factor = assay_k_multiply(form.scale, lane->coefficient);
    const K bias = {offset[lane->type], 0};
    constant = assay_k_subtract(constant, assay_k_multiply(bias, factor));
    struct assay_piece piece = {
        (const uint8_t *)lane->values + skip * width[lane->type], lane->type, 0, factor};
    pieces[(*count)++] = piece;
    if (lane->type == ASSAY_LANE_INT32) {
      piece.upper = 1;
      piece.coefficient = assay_k_multiply(factor, (K){1 << 16, 0});
      pieces[(*count)++] = piece;
    }
  }
  return constant;
}

/// Writes the forms of leaves first … first + n − 1.
static void write_leaves(
    const struct assay_sumcheck_engine *engine, const struct assay_leaves *leaves,
    struct leaf_form form, int64_t first, int64_t n, K *out) {
  int64_t segment = first < leaves->count ? segment_of(leaves, first) : leaves->segment_count;
  while (n > 0 && segment < leaves->segment_count) {
    const struct assay_leaf_segment *part = &leaves->segments[segment++];
    const int64_t skip = first - part->start;
    const int64_t length = shorter(n, part->count - skip);
    struct assay_piece pieces[ASSAY_MAXIMUM_PIECES];
    int count;
    const K constant = cut_lanes(part, skip, form, pieces, &count);
    engine->leaves(pieces, count, constant, out, length);
    first += length, out += length, n -= length;
  }
  for (int64_t i = 0; i < n; i++) out[i] = form.neutral;
}

struct leaf_addition {
  const struct assay_leaves *leaves;
  K *p, *q;
};

static void add_leaf_runs(const struct pass *pass, int64_t first, int64_t last, K *sums) {
  (void)sums;
  const struct leaf_addition *to = pass->arguments;
  const int64_t half = 1ll << (to->leaves->bits - 1);
  const struct leaf_form form = {{0, 0}, {1, 0}, {1, 0}};
  for (int64_t run = first; run < last; run++) {
    const int64_t x = RUN * run, n = shorter(RUN, half - x);
    K q0[RUN], q1[RUN];
    write_leaves(pass->engine, to->leaves, form, x, n, q0);
    write_leaves(pass->engine, to->leaves, form, x + half, n, q1);
    // 1/q₀ + 1/q₁, and from `paired` on 1/q₀ + 0/1.
    int64_t paired = to->leaves->count - half - x;
    paired = paired < 0 ? 0 : shorter(paired, n);
    pass->engine->add_units(q0, q1, to->p + x, to->q + x, paired);
    for (int64_t i = paired; i < n; i++) {
      to->p[x + i] = (K){1, 0};
      to->q[x + i] = q0[i];
    }
  }
}

void assay_fraction_add_leaves(
    struct assay_sumcheck_run run, const struct assay_leaves *leaves, K *numerators,
    K *denominators) {
  const struct leaf_addition addition = {leaves, numerators, denominators};
  struct pass pass = {.arguments = &addition, .run = add_leaf_runs};
  K sums[MAXIMUM_SUMS];
  do_pass(run, &pass, runs(1ll << (leaves->bits - 1)), sums);
}

// Inner nodes.

struct addition {
  int64_t half;
  const K *p, *q;
  K *out_p, *out_q;
};

static void add_runs(const struct pass *pass, int64_t first, int64_t last, K *sums) {
  (void)sums;
  const struct addition *a = pass->arguments;
  for (int64_t run = first; run < last; run++) {
    const int64_t x = RUN * run, y = x + a->half;
    pass->engine->add(
        a->p + x, a->q + x, a->p + y, a->q + y, a->out_p + x, a->out_q + x,
        shorter(RUN, a->half - x));
  }
}

void assay_fraction_add(
    struct assay_sumcheck_run run, int64_t half, const K *numerators, const K *denominators,
    K *out_numerators, K *out_denominators) {
  const struct addition addition = {
      half, numerators, denominators, out_numerators, out_denominators};
  struct pass pass = {.arguments = &addition, .run = add_runs};
  K sums[MAXIMUM_SUMS];
  do_pass(run, &pass, runs(half), sums);
}

void assay_eq_suffixes(const K *point, int32_t count, K *out) {
  out[1] = (K){1, 0};
  for (int32_t m = 0; m < count; m++) {
    // The new first variable splits every element: 1 − w before, w behind.
    const int64_t size = 1ll << m;
    const K *old = out + size;
    K *low = out + 2 * size, *high = low + size;
    for (int64_t i = 0; i < size; i++) {
      high[i] = assay_k_multiply(old[i], point[count - 1 - m]);
      low[i] = assay_k_subtract(old[i], high[i]);
    }
  }
}

// Rounds.

static int table_count(int32_t term) {
  switch (term) {
    case ASSAY_TERM_FRACTION:
    case ASSAY_TERM_CROSS: return 4;
    case ASSAY_TERM_CUBIC: return 3;
    default: return 2;
  }
}

/// The halves of a run of each table, as the sums take them.
struct halves {
  const K *low[4], *high[4];
};

/// Points at the tables, folded first when the round says so; x counts pairs.
static void tables_run(
    const struct assay_sumcheck_engine *engine, const struct assay_round *round, int64_t pairs,
    int64_t x, int64_t n, struct halves *halves) {
  for (int t = 0; t < table_count(round->term); t++) {
    K *low = round->tables[t] + x, *high = low + pairs;
    if (round->folds) {
      engine->fold(low, low + 2 * pairs, round->challenge, low, n);
      engine->fold(high, high + 2 * pairs, round->challenge, high, n);
    }
    halves->low[t] = low;
    halves->high[t] = high;
  }
}

/// Writes p₁ + λ·q₁ over p₁, or beside it while the tables are not folded yet.
static void batch_run(
    const struct assay_sumcheck_engine *engine, const struct assay_round *round, int64_t n,
    K scratch[2][RUN], struct halves *halves) {
  K *low = round->folds ? (K *)(uintptr_t)halves->low[3] : scratch[0];
  K *high = round->folds ? (K *)(uintptr_t)halves->high[3] : scratch[1];
  engine->add_multiple(halves->low[3], halves->low[2], round->lambda, low, n);
  engine->add_multiple(halves->high[3], halves->high[2], round->lambda, high, n);
  halves->low[3] = low;
  halves->high[3] = high;
}

/// Makes s₀ and s₁ from the leaves: of `scratch` when nothing is folded, else in the tables.
static void leaves_run(
    const struct assay_sumcheck_engine *engine, const struct assay_round *round, int64_t pairs,
    int64_t x, int64_t n, K scratch[5][RUN], struct halves *halves) {
  const struct leaf_form form = {{1, 0}, round->lambda, round->lambda};
  const int64_t half = 1ll << (round->leaves->bits - 1);
  for (int t = 0; t < 2; t++) {
    for (int side = 0; side < 2; side++) {
      const int64_t first = half * t + pairs * side + x;
      K *out = scratch[2 * t + side];
      write_leaves(engine, round->leaves, form, first, n, out);
      if (round->folds) {
        write_leaves(engine, round->leaves, form, first + 2 * pairs, n, scratch[4]);
        K *folded = round->tables[t] + pairs * side + x;
        engine->fold(out, scratch[4], round->challenge, folded, n);
        out = folded;
      }
      (side ? halves->high : halves->low)[t] = out;
    }
  }
}

static void round_runs(const struct pass *pass, int64_t first, int64_t last, K *sums) {
  const struct assay_round *round = pass->arguments;
  const struct assay_sumcheck_engine *engine = pass->engine;
  const int64_t pairs = (round->folds ? round->size / 2 : round->size) / 2;
  const struct assay_weights *weights = &round->weights;
  for (int64_t run = first; run < last; run++) {
    const int64_t x = RUN * run, n = shorter(RUN, pairs - x);
    struct halves halves;
    K scratch[5][RUN];
    if (round->term == ASSAY_TERM_LEAVES) {
      leaves_run(engine, round, pairs, x, n, scratch, &halves);
    } else {
      tables_run(engine, round, pairs, x, n, &halves);
    }
    K part[MAXIMUM_SUMS] = {0};
    switch (round->term) {
      case ASSAY_TERM_FRACTION:
        batch_run(engine, round, n, scratch, &halves);
        engine->sum_cross(halves.low, halves.high, weights->inner, n, part);
        break;
      case ASSAY_TERM_CROSS:
        engine->sum_cross(halves.low, halves.high, weights->inner, n, part);
        break;
      case ASSAY_TERM_PRODUCT:
      case ASSAY_TERM_LEAVES:
        engine->sum_product(halves.low, halves.high, weights->inner, n, part);
        break;
      case ASSAY_TERM_PLAIN_PRODUCT:
        engine->sum_product(halves.low, halves.high, NULL, n, part);
        break;
      default: engine->sum_cubic(halves.low, halves.high, n, part);
    }
    const int weighted =
        round->term != ASSAY_TERM_PLAIN_PRODUCT && round->term != ASSAY_TERM_CUBIC;
    for (int j = 0; j < MAXIMUM_SUMS; j++) {
      if (weighted) part[j] = assay_k_multiply(part[j], weights->outer[run]);
      sums[j] = assay_k_add(sums[j], part[j]);
    }
  }
}

void assay_sumcheck_round(
    struct assay_sumcheck_run run, const struct assay_round *round, K *sums) {
  struct pass pass = {.arguments = round, .run = round_runs};
  const int64_t pairs = (round->folds ? round->size / 2 : round->size) / 2;
  do_pass(run, &pass, runs(pairs), sums);
}
