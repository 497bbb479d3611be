// The definitions once more, from the same text, with every float32 in integer arithmetic: what
// decides where two back ends differ.
//
// `assay_software::number` is passed and laid out as a float is, so that the table has the type
// that C sees.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "software_float.h"

static_assert(sizeof(assay_software::number) == 4, "");
static_assert(alignof(assay_software::number) == alignof(float), "");

// C leaves out what is zero.
#pragma clang diagnostic ignored "-Wmissing-field-initializers"
#pragma clang diagnostic ignored "-Wmissing-designated-field-initializers"

namespace assay_software {
#define float number
#include "../include/CAssayTensorKernels.h"
#include "../reference.c"
#include "../reference_attention.c"
#include "../reference_channel.c"
#include "../reference_convolution.c"
#include "../reference_rows.c"
#include "../reference_sequence.c"
#undef float
}  // namespace assay_software

extern "C" {
#define ENTRY(name) .name = assay_software::assay_##name##_reference,
extern const assay_software::assay_reference_kernels assay_software_kernels;
const assay_software::assay_reference_kernels assay_software_kernels = {
    ASSAY_REFERENCE_KERNELS(ENTRY)};

uint32_t assay_software_fma(uint32_t x, uint32_t y, uint32_t z) {
  using assay_software::number;
  return fmaf(number::of_bits(x), number::of_bits(y), number::of_bits(z)).bits();
}

uint32_t assay_software_quotient(uint32_t x, uint32_t y) {
  return (assay_software::number::of_bits(x) / assay_software::number::of_bits(y)).bits();
}

uint32_t assay_software_root(uint32_t x) {
  return sqrtf(assay_software::number::of_bits(x)).bits();
}

uint32_t assay_software_of_integer(int64_t x) { return assay_software::number(x).bits(); }
}
