// A Merkle tree over 2^k digests, all levels of it.
#include "CAssayHashKernels.h"
#include "CAssayParallel.h"
#include "engine.h"

enum { PAIRS_PER_TASK = 256 };

struct level {
  const struct engine *engine;
  const uint8_t *children;
  uint8_t *parents;
  int64_t count;
};

static void hash_pairs(int64_t task, void *context) {
  const struct level *level = context;
  const int64_t first = PAIRS_PER_TASK * task;
  const int64_t left = level->count - first;
  const int64_t end = first + (left < PAIRS_PER_TASK ? left : PAIRS_PER_TASK);
  const struct engine *engine = level->engine;
  for (int64_t i = first; i < end; i += engine->lanes) {
    while (engine->lanes > end - i) engine = engine->narrower;
    assay_hash_nodes(engine, level->children + 2 * DIGEST * i, level->parents + DIGEST * i);
  }
}

int32_t assay_hash_tree(
    const uint8_t *leaves, int64_t count, int32_t path, int32_t threads, uint8_t *nodes) {
  const struct engine *engine = assay_engine_for(path);
  if (!engine || count < 1 || (count & (count - 1))) return 1;
  const uint8_t *children = leaves;
  for (int64_t parents = count / 2; parents > 0; parents /= 2) {
    struct level level = {engine, children, nodes, parents};
    const int64_t tasks = (parents + PAIRS_PER_TASK - 1) / PAIRS_PER_TASK;
    assay_parallel_for(tasks, threads, hash_pairs, &level);
    children = nodes;
    nodes += DIGEST * parents;
  }
  return 0;
}
