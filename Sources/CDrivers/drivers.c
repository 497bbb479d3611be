#include "CAssayDrivers.h"

#include <dlfcn.h>
#include <stdlib.h>

/// The addresses of `names` one after another: both tables consist of function pointers only.
static const void *load(
    const char *library, const char *const *names, size_t count, const char **missing) {
  *missing = NULL;
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void **table = handle ? calloc(count, sizeof *table) : NULL;
  if (!table) return NULL;
  for (size_t i = 0; i < count; i++) {
    table[i] = dlsym(handle, names[i]);
    if (!table[i]) {
      *missing = names[i];
      free(table);
      return NULL;
    }
  }
  return table;
}

#define COUNT(names) (sizeof names / sizeof names[0])

const struct assay_opencl *assay_opencl_load(const char *library, const char **missing) {
  static const char *const names[] = {
      "clGetPlatformIDs", "clGetPlatformInfo", "clGetDeviceIDs", "clGetDeviceInfo",
      "clCreateContext", "clReleaseContext", "clCreateCommandQueue", "clReleaseCommandQueue",
      "clCreateBuffer", "clReleaseMemObject", "clCreateProgramWithSource", "clBuildProgram",
      "clGetProgramBuildInfo", "clReleaseProgram", "clCreateKernel", "clReleaseKernel",
      "clSetKernelArg", "clEnqueueNDRangeKernel", "clEnqueueReadBuffer", "clEnqueueWriteBuffer",
      "clEnqueueFillBuffer", "clFinish"};
  _Static_assert(sizeof(struct assay_opencl) == sizeof names, "a name for each entry");
  return load(library, names, COUNT(names), missing);
}

const struct assay_cuda *assay_cuda_load(const char *library, const char **missing) {
  static const char *const names[] = {
      "cuInit", "cuDriverGetVersion", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName",
      "cuDeviceGetAttribute", "cuDeviceTotalMem_v2", "cuDevicePrimaryCtxRetain",
      "cuDevicePrimaryCtxRelease_v2", "cuCtxSetCurrent", "cuMemAlloc_v2", "cuMemFree_v2",
      "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuMemsetD8Async", "cuModuleLoadData",
      "cuModuleUnload", "cuModuleGetFunction", "cuLaunchKernel", "cuStreamCreate",
      "cuStreamDestroy_v2", "cuStreamSynchronize", "cuStreamBeginCapture_v2",
      "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphLaunch", "cuGraphDestroy",
      "cuGraphExecDestroy", "cuGetErrorString"};
  _Static_assert(sizeof(struct assay_cuda) == sizeof names, "a name for each entry");
  return load(library, names, COUNT(names), missing);
}
