// The entry points of OpenCL and of CUDA's driver that we use, found at run time: nothing of a
// vendor is needed to build, and a machine without either runs all the same.
//
// Handles are opaque; names, numbers and the meaning of arguments are those of the Khronos
// specification (OpenCL 1.2) and of NVIDIA's driver API (CUDA 11.4 or newer).
#ifndef CASSAY_DRIVERS_H
#define CASSAY_DRIVERS_H
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// An object of a driver: its pointer as a number, 0 for none. Both are passed alike.
typedef uintptr_t assay_handle;

struct assay_opencl {
  int32_t (*get_platforms)(uint32_t, assay_handle *_Nullable, uint32_t *_Nullable);
  int32_t (*get_platform_info)(
      assay_handle, uint32_t, size_t, void *_Nullable, size_t *_Nullable);
  int32_t (*get_devices)(
      assay_handle, uint64_t, uint32_t, assay_handle *_Nullable, uint32_t *_Nullable);
  int32_t (*get_device_info)(assay_handle, uint32_t, size_t, void *_Nullable, size_t *_Nullable);
  assay_handle (*create_context)(
      const intptr_t *_Nullable, uint32_t, const assay_handle *, void *_Nullable, void *_Nullable,
      int32_t *);
  int32_t (*release_context)(assay_handle);
  assay_handle (*create_queue)(assay_handle, assay_handle, uint64_t, int32_t *);
  int32_t (*release_queue)(assay_handle);
  assay_handle (*create_buffer)(assay_handle, uint64_t, size_t, void *_Nullable, int32_t *);
  int32_t (*release_buffer)(assay_handle);
  assay_handle (*create_program)(
      assay_handle, uint32_t, const char *_Nonnull const *_Nonnull, const size_t *, int32_t *);
  int32_t (*build_program)(
      assay_handle, uint32_t, const assay_handle *, const char *, void *_Nullable,
      void *_Nullable);
  int32_t (*get_build_info)(
      assay_handle, assay_handle, uint32_t, size_t, void *_Nullable, size_t *_Nullable);
  int32_t (*release_program)(assay_handle);
  assay_handle (*create_kernel)(assay_handle, const char *, int32_t *);
  int32_t (*release_kernel)(assay_handle);
  int32_t (*set_argument)(assay_handle, uint32_t, size_t, const void *);
  int32_t (*enqueue_kernel)(
      assay_handle, assay_handle, uint32_t, const size_t *_Nullable, const size_t *,
      const size_t *, uint32_t, const assay_handle *_Nullable, assay_handle *_Nullable);
  int32_t (*enqueue_read)(
      assay_handle, assay_handle, uint32_t, size_t, size_t, void *, uint32_t,
      const assay_handle *_Nullable, assay_handle *_Nullable);
  int32_t (*enqueue_write)(
      assay_handle, assay_handle, uint32_t, size_t, size_t, const void *, uint32_t,
      const assay_handle *_Nullable, assay_handle *_Nullable);
  int32_t (*enqueue_fill)(
      assay_handle, assay_handle, const void *, size_t, size_t, size_t, uint32_t,
      const assay_handle *_Nullable, assay_handle *_Nullable);
  int32_t (*finish)(assay_handle);
};

struct assay_cuda {
  int32_t (*initialize)(uint32_t);
  int32_t (*driver_version)(int32_t *);
  int32_t (*device_count)(int32_t *);
  int32_t (*device_get)(int32_t *, int32_t);
  int32_t (*device_name)(char *, int32_t, int32_t);
  int32_t (*device_attribute)(int32_t *, int32_t, int32_t);
  int32_t (*device_memory)(size_t *, int32_t);
  int32_t (*retain_context)(assay_handle *, int32_t);
  int32_t (*release_context)(int32_t);
  int32_t (*set_context)(assay_handle);
  int32_t (*memory_allocate)(uint64_t *, size_t);
  int32_t (*memory_free)(uint64_t);
  int32_t (*memory_write)(uint64_t, const void *, size_t, assay_handle);
  int32_t (*memory_read)(void *, uint64_t, size_t, assay_handle);
  int32_t (*memory_clear)(uint64_t, uint8_t, size_t, assay_handle);
  int32_t (*load_module)(assay_handle *, const void *);
  int32_t (*unload_module)(assay_handle);
  int32_t (*get_function)(assay_handle *, assay_handle, const char *);
  int32_t (*launch)(
      assay_handle, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t,
      assay_handle, void *_Nullable *_Nullable, void *_Nullable *_Nullable);
  int32_t (*create_stream)(assay_handle *, uint32_t);
  int32_t (*destroy_stream)(assay_handle);
  int32_t (*synchronize)(assay_handle);
  int32_t (*begin_capture)(assay_handle, int32_t);
  int32_t (*end_capture)(assay_handle, assay_handle *);
  int32_t (*instantiate_graph)(assay_handle *, assay_handle, uint64_t);
  int32_t (*launch_graph)(assay_handle, assay_handle);
  int32_t (*destroy_graph)(assay_handle);
  int32_t (*destroy_executable_graph)(assay_handle);
  int32_t (*error_text)(int32_t, const char *_Nullable *_Nonnull);
};

/// The table of a shared library, both of which stay for the rest of the process; NULL where there
/// is no such library, or it lacks a function, whose name `missing` then becomes.
const struct assay_opencl *_Nullable assay_opencl_load(
    const char *library, const char *_Nullable *_Nonnull missing);

/// The same for CUDA's driver.
const struct assay_cuda *_Nullable assay_cuda_load(
    const char *library, const char *_Nullable *_Nonnull missing);

#pragma clang assume_nonnull end
#endif
