// Plain C for any target. On aarch64 fma is an instruction, and 24 of the 32 registers hold a
// 6 × 16 tile; elsewhere it is made from double arithmetic, and the tile is small.
#pragma STDC FP_CONTRACT OFF
#include "integer_kernels.h"
#include "kernels.h"

#if defined(__FMA__) || defined(__aarch64__)
#define PATH_HAS_FMA 1
#define TILE_ROWS 6
#else
#define PATH_HAS_FMA 0
#define TILE_ROWS 2
#endif
#define TILE_VECS 1
#define TABLE assay_kernels_portable
#define INTEGER_TABLE assay_integer_portable

#include "kernels/vector.h"
#include "kernels/formulas.h"
#include "kernels/matmul.h"
#include "kernels/windows.h"
#include "kernels/convolution.h"
#include "kernels/sliding_gradient.h"
#include "kernels/weight_gradient.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "kernels/pooling.h"
#include "kernels/channel.h"
#include "kernels/optimizer.h"
#include "kernels/rows.h"
#include "kernels/chains.h"
#include "kernels/attention.h"
#include "kernels/sequence.h"
#include "kernels/table.h"
#include "kernels/integer_matmul.h"
#include "kernels/integer.h"
