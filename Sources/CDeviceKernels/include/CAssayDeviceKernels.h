// The operators' kernels for devices, as text in the language of `source/dialect.h`, which is
// OpenCL C to one compiler and CUDA C++ to another.
#ifndef CASSAY_DEVICE_KERNELS_H
#define CASSAY_DEVICE_KERNELS_H
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A file of the source, by the name that others include it by.
struct assay_kernel_file {
  const char *name;
  const unsigned char *text;
  int64_t byte_count;
};

/// The kernels as PTX, with a zero at the end. The first line is a comment with the SHA-256 of the
/// source that `scripts/cuda-kernels` made it from.
const char *assay_kernel_ptx(void);

/// The number of files; the first is the one that includes the others.
int32_t assay_kernel_file_count(void);

/// File `index`, from 0.
struct assay_kernel_file assay_kernel_file(int32_t index);

#pragma clang assume_nonnull end
#endif
