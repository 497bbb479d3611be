// Products of matrices: n and t say which operand is transposed, the number how wide a tile is.

/// out = the sums of the blocks, added in order.
KERNEL(NAMED(combine_blocks), ELEMENT_ITEMS)
(HEAP, index_t apart_at, index_t out_at, index_t count, index_t blocks) {
  ELEMENT(i, count);
  READ(SUM, apart, apart_at);
  AT(SUM, out, out_at);
  SUM sum = apart[i];
  for (index_t block = 1; block < blocks; block++) sum = sum + apart[block * count + i];
  out[i] = FINAL(sum);
}

#define BY_ROWS(x, row, column, columns) x[(index_t)(row) * (columns) + (column)]
#define WIDE 4
#define PRODUCT NAMED(matmul_nn_4)
#include "matmul_nn.h"
#define PRODUCT NAMED(matmul_nt_4)
#include "matmul_nt.h"
#define PRODUCT NAMED(matmul_tn_4)
#include "matmul_tn.h"
#define PRODUCT NAMED(matmul_tt_4)
#include "matmul_tt.h"
#undef WIDE
#define WIDE 8
#define PRODUCT NAMED(matmul_nn_8)
#include "matmul_nn.h"
#define PRODUCT NAMED(matmul_nt_8)
#include "matmul_nt.h"
#define PRODUCT NAMED(matmul_tn_8)
#include "matmul_tn.h"
#define PRODUCT NAMED(matmul_tt_8)
#include "matmul_tt.h"
#undef WIDE
#undef BY_ROWS
