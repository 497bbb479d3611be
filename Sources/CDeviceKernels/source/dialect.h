// One language for OpenCL C and CUDA C++.
//
// A kernel runs in groups of a fixed number of items; groups have three numbers, items one. Its
// first argument is the device's memory, every other one a number: places are byte offsets into
// that memory. Floating-point operations are rounded to nearest even, one by one: nothing is
// contracted but FMA.
#ifdef __OPENCL_VERSION__
#pragma OPENCL FP_CONTRACT OFF
#define KERNEL(name, items) \
  __kernel __attribute__((reqd_work_group_size(items, 1, 1))) void name
#define GLOBAL __global
#define LOCAL __local
#define CONSTANT __constant
#define LOCAL_ARRAY(type, name, count) __local type name[count]
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define GROUP(dimension) ((index_t)get_group_id(dimension))
#define GROUP_COUNT(dimension) ((index_t)get_num_groups(dimension))
#define ITEM ((int)get_local_id(0))
#define FMA(x, y, z) fma(x, y, z)
#define SQRT(x) sqrt(x)
#define BITS(x) as_int(x)
#define FLOAT_OF(bits) as_float(bits)
#define HIGH_PRODUCT(x, y) mul_hi(x, y)
#define ATOMIC_MIN(place, value) atomic_min(place, value)
#define UNROLL __attribute__((opencl_unroll_hint))
#define KEEP_LOOP __attribute__((opencl_unroll_hint(1)))
typedef long index_t;
typedef ulong wide_t;
#else
#define KERNEL(name, items) extern "C" __global__ void __launch_bounds__(items) name
#define GLOBAL
#define LOCAL
#define CONSTANT static __device__ __constant__
#define LOCAL_ARRAY(type, name, count) __shared__ __align__(16) type name[count]
#define BARRIER() __syncthreads()
#define GROUP(dimension) group_number<dimension>()
#define GROUP_COUNT(dimension) group_count<dimension>()
#define ITEM ((int)threadIdx.x)
#define FMA(x, y, z) __fmaf_rn(x, y, z)
#define SQRT(x) __fsqrt_rn(x)
#define BITS(x) __float_as_int(x)
#define FLOAT_OF(bits) __int_as_float(bits)
#define HIGH_PRODUCT(x, y) __umulhi(x, y)
#define ATOMIC_MIN(place, value) atomicMin(place, value)
#define UNROLL _Pragma("unroll")
#define KEEP_LOOP _Pragma("unroll 1")
typedef long long index_t;
typedef unsigned long long wide_t;
typedef unsigned int uint;
template <int dimension> __device__ inline index_t group_number() {
  return dimension == 0 ? blockIdx.x : dimension == 1 ? blockIdx.y : blockIdx.z;
}
template <int dimension> __device__ inline index_t group_count() {
  return dimension == 0 ? gridDim.x : dimension == 1 ? gridDim.y : gridDim.z;
}
#endif

#ifdef __OPENCL_VERSION__
#define HELPER static inline
#else
#define HELPER __device__ static __forceinline__
#endif

#define HEAP GLOBAL unsigned char *heap
/// Names what lies at a byte offset.
#define AT(type, name, offset) GLOBAL type *name = (GLOBAL type *)(heap + (offset))
#define READ(type, name, offset) GLOBAL const type *name = (GLOBAL const type *)(heap + (offset))

/// What changes from step to step: the first bytes of the memory.
struct step_scalars {
  float learning_rate, first_moment_correction, second_moment_correction_root, counted_rows;
  uint step_low, step_high;
  int micro_batch, status;
  index_t rate;
};
#define SCALARS ((GLOBAL const struct step_scalars *)heap)

/// A status that says that all is well; else it is the number of the first instruction that failed.
#define NO_FAILURE 0x7fffffff
#define FAIL(instruction) ATOMIC_MIN(&((GLOBAL struct step_scalars *)heap)->status, instruction)

/// The item's number among all items of the first dimension, for kernels of 256 items.
#define ELEMENT_ITEMS 256
#define ELEMENT(i, count)                              \
  const index_t i = GROUP(0) * ELEMENT_ITEMS + ITEM;   \
  if (i >= (count)) return

#define INFINITE FLOAT_OF(0x7f800000)

/// The one bit pattern of NaN; every other number as it is.
HELPER float canonical(float x) { return x == x ? x : FLOAT_OF(0x7fc00000); }

/// The larger: NaN if either is, +0 above −0.
HELPER float larger(float x, float y) {
  if (x != x || y != y) return FLOAT_OF(0x7fc00000);
  if (x == 0.0f && y == 0.0f) return BITS(x) < 0 ? y : x;
  return x > y ? x : y;
}

/// What a loss is divided by: a positive number, or 0 for the rows that count.
HELPER float divisor_of(float fixed, float counted_rows) {
  return fixed > 0.0f ? fixed : counted_rows;
}

// Sums over 64 lanes, by groups of 64 items, each a lane ------------------------------------------

#define LANES 64

/// Folds the lanes; every item gets the sum.
HELPER float fold(LOCAL float *lanes, float value) {
  const int item = ITEM;
  lanes[item] = value;
  BARRIER();
  for (int s = LANES / 2; s > 0; s /= 2) {
    if (item < s) lanes[item] = lanes[item] + lanes[item + s];
    BARRIER();
  }
  const float sum = lanes[0];
  BARRIER();
  return sum;
}

/// The largest of the items' values.
HELPER float fold_largest(LOCAL float *lanes, float value) {
  const int item = ITEM;
  lanes[item] = value;
  BARRIER();
  for (int s = LANES / 2; s > 0; s /= 2) {
    if (item < s) lanes[item] = larger(lanes[item], lanes[item + s]);
    BARRIER();
  }
  const float largest = lanes[0];
  BARRIER();
  return largest;
}
