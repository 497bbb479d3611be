// The integer instructions of the remote kernels: a part of `remote_kernels.c`.

/// Names end with the type of the weights where they may be of two.
static int32_t integer_width(const char *name) {
  return strcmp(strrchr(name, '/'), "/int32") == 0 ? ASSAY_INTEGER_32 : ASSAY_INTEGER_64;
}

static int32_t run_integer_loss(const int64_t *n) {
  int32_t table[256];
  for (int i = 0; i < 256; i++) table[i] = (int32_t)n[9 + i];
  return assay_integer_loss(B(0), B(1), table, B(2), B(3), n[4], n[5], (int32_t)n[6]);
}

static int32_t run_integer_product(const char *name, const int64_t *n) {
  if (IS("integer/matmul")) {
    grow(assay_integer_matmul_workspace(PATH, threads, n[3], n[4], n[5]));
    return assay_integer_matmul(
        PATH, threads, B(0), B(1), B(2), n[3], n[4], n[5], (int32_t)n[6], (int32_t)n[7],
        workspace, workspace_size);
  }
  static const char *const kinds[] = {
      "integer/convolution/forward", "integer/convolution/inputGradient",
      "integer/convolution/weightGradient"};
  for (int32_t kind = 0; kind < 3; kind++) {
    if (!IS(kinds[kind])) continue;
    const struct assay_convolution shape = geometry(n + 3);
    grow(assay_integer_convolution_workspace(PATH, threads, kind, &shape));
    return assay_integer_convolution(
        PATH, threads, kind, &shape, B(0), B(1), B(2), workspace, workspace_size);
  }
  return UNKNOWN;
}

static int32_t run_integer(const char *name, const int64_t *n, const int64_t *scalars) {
  if (strncmp(name, "integer/roundWeights/", 21) == 0) {
    return assay_integer_round_weights(
        PATH, threads, integer_width(name), B(0), B(1), n[2], (int32_t)n[3]);
  }
  if (IS("integer/activate")) {
    return assay_integer_activate(PATH, threads, B(0), B(1), n[2], (int32_t)n[3]);
  }
  if (IS("integer/poolActivate")) {
    return assay_integer_pool_activate(
        PATH, threads, B(0), B(1), n[2], n[3], n[4], (int32_t)n[5]);
  }
  if (IS("integer/maskGradient")) {
    return assay_integer_mask_gradient(
        PATH, threads, B(0), B(1), B(2), n[3], (int32_t)n[4]);
  }
  if (IS("integer/spread")) {
    return assay_integer_spread(PATH, threads, B(0), B(1), n[2], n[3], n[4]);
  }
  if (IS("integer/loss")) return run_integer_loss(n);
  if (strncmp(name, "integer/update/", 15) == 0) {
    return assay_integer_update(
        PATH, threads, integer_width(name), B(0), B(1), B(2), n[3], (int64_t)real(scalars[1]),
        (int32_t)n[4]);
  }
  return run_integer_product(name, n);
}
