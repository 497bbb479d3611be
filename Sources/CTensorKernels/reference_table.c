// The definitions by the processor's arithmetic.
#include "include/CAssayTensorKernels.h"

#define ENTRY(name) .name = assay_##name##_reference,
const struct assay_reference_kernels assay_processor_kernels = {ASSAY_REFERENCE_KERNELS(ENTRY)};
