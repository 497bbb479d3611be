// The definitions as a table, of which there are two: by the processor's floating point, and by
// integer arithmetic alone.
#ifndef CASSAY_REFERENCE_KERNELS_H
#define CASSAY_REFERENCE_KERNELS_H
#include <stdint.h>

/// Every definition that computes with float32, by its name in the headers.
#define ASSAY_REFERENCE_KERNELS(KERNEL)                                                       \
  KERNEL(matmul) KERNEL(unary) KERNEL(unary_gradient) KERNEL(add) KERNEL(add_bias)            \
  KERNEL(column_sum) KERNEL(mean) KERNEL(softmax_cross_entropy)                               \
  KERNEL(softmax_cross_entropy_gradient) KERNEL(squared_error) KERNEL(squared_error_gradient) \
  KERNEL(sgd) KERNEL(adam) KERNEL(convolution) KERNEL(convolution_input_gradient)             \
  KERNEL(convolution_weight_gradient) KERNEL(max_pool) KERNEL(max_pool_gradient)              \
  KERNEL(average_pool) KERNEL(average_pool_gradient) KERNEL(channel_add_bias)                 \
  KERNEL(channel_sum) KERNEL(channel_normalize) KERNEL(channel_normalize_with)                \
  KERNEL(channel_normalize_gradient) KERNEL(layer_norm) KERNEL(layer_norm_gradient)           \
  KERNEL(rms_norm) KERNEL(rms_norm_gradient) KERNEL(norm_weight_gradient) KERNEL(softmax)     \
  KERNEL(softmax_gradient) KERNEL(attention) KERNEL(attention_gradient) KERNEL(embed)         \
  KERNEL(embed_gradient) KERNEL(add_periodic) KERNEL(sum_periodic) KERNEL(rotate)             \
  KERNEL(dropout) KERNEL(copy) KERNEL(clear) KERNEL(clip_scale) KERNEL(scale)                 \
  KERNEL(moving_average)

#pragma clang assume_nonnull begin

struct assay_reference_kernels {
#define ASSAY_FIELD(name) __typeof__(assay_##name##_reference) *name;
  ASSAY_REFERENCE_KERNELS(ASSAY_FIELD)
#undef ASSAY_FIELD
};

#ifndef __cplusplus
/// By the processor's arithmetic.
extern const struct assay_reference_kernels assay_processor_kernels;
/// By integers alone: slow, and independent of the processor's arithmetic and its mode.
extern const struct assay_reference_kernels assay_software_kernels;

/// The bits of x·y + z, x / y and √x by integers alone; NaN is 0x7fc00000.
uint32_t assay_software_fma(uint32_t x, uint32_t y, uint32_t z);
uint32_t assay_software_quotient(uint32_t x, uint32_t y);
uint32_t assay_software_root(uint32_t x);
/// The bits of the float32 nearest to an integer.
uint32_t assay_software_of_integer(int64_t x);
#endif

#pragma clang assume_nonnull end
#endif
