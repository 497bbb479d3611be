// One matrix product, in the order that `Instruction.matmul` defines. Included once for each
// kernel, which defines before:
//   PRODUCT        the kernel's name
//   PARAMETERS     its parameters after the extents
//   PREPARE        statements before the loop
//   LEFT(i, p)     element of the left operand, i < m, p < k
//   RIGHT(p, j)    element of the right operand, j < n
//   PLACE(i, j)    where the result's element goes in `out`
//   LEFT_BY_ROWS, RIGHT_BY_ROWS   1 where neighbours along k lie side by side in memory
//   WIDE           elements of the tile that an item has along each side: 4 or 8
//   ELEMENT, SUM, MULTIPLY(x, y, sum), FINAL(x)   the arithmetic
//
// A group computes a tile of 16·WIDE rows and columns, an item WIDE × WIDE of its elements: each is
// one chain along k within a block of 512. A group goes through all blocks and adds them in order;
// or, where the grid has a group for each block, writes its block's sums apart, and
// `combine_blocks` adds them.
#define SIDE (16 * WIDE)
#define DEPTH 8
#define BLOCK 512

KERNEL(PRODUCT, 256)
(HEAP, index_t left_at, index_t right_at, index_t out_at, int m, int n, int k, index_t apart_at
 PARAMETERS) {
  LOCAL_ARRAY(ELEMENT_TYPE, lefts, DEPTH * SIDE);
  LOCAL_ARRAY(ELEMENT_TYPE, rights, DEPTH * SIDE);
  READ(ELEMENT_SOURCE, left, left_at);
  READ(ELEMENT_SOURCE, right, right_at);
  AT(SUM, out, out_at);
  AT(SUM, apart, apart_at);
  const int item = ITEM, across = item % 16, down = item / 16;
  const int first_row = (int)GROUP(1) * SIDE, first_column = (int)GROUP(0) * SIDE;
  const int is_apart = GROUP_COUNT(2) > 1;
  const int first_block = is_apart ? (int)GROUP(2) : 0;
  const int blocks = (k + BLOCK - 1) / BLOCK;
  const int last_block = is_apart ? first_block + 1 : blocks > 0 ? blocks : 1;
  PREPARE
  for (int block = first_block; block < last_block; block++) {
    SUM sums[WIDE][WIDE];
    UNROLL for (int r = 0; r < WIDE; r++) {
      UNROLL for (int c = 0; c < WIDE; c++) sums[r][c] = 0;
    }
    const int end = k - block * BLOCK < BLOCK ? k : block * BLOCK + BLOCK;
    for (int start = block * BLOCK; start < end; start += DEPTH) {
      UNROLL for (int step = 0; step < DEPTH * SIDE / 256; step++) {
        const int e = item + 256 * step;
        const int left_depth = LEFT_BY_ROWS ? e % DEPTH : e / SIDE;
        const int left_row = LEFT_BY_ROWS ? e / DEPTH : e % SIDE;
        const int i = first_row + left_row, p = start + left_depth;
        lefts[left_depth * SIDE + left_row] = i < m && p < end ? LEFT(i, p) : 0;
      }
      UNROLL for (int step = 0; step < DEPTH * SIDE / 256; step++) {
        const int e = item + 256 * step;
        const int depth = RIGHT_BY_ROWS ? e % DEPTH : e / SIDE;
        const int column = RIGHT_BY_ROWS ? e / DEPTH : e % SIDE;
        const int j = first_column + column, p = start + depth;
        rights[depth * SIDE + column] = j < n && p < end ? RIGHT(p, j) : 0;
      }
      BARRIER();
      // What fills the last tile along k up takes no part.
      const int depth = end - start < DEPTH ? end - start : DEPTH;
      KEEP_LOOP for (int q = 0; q < depth; q++) {
        UNROLL for (int r = 0; r < WIDE; r++) {
          const ELEMENT_TYPE x = lefts[q * SIDE + down * WIDE + r];
          UNROLL for (int c = 0; c < WIDE; c++) {
            sums[r][c] = MULTIPLY(x, rights[q * SIDE + across + 16 * c], sums[r][c]);
          }
        }
      }
      BARRIER();
    }
    UNROLL for (int r = 0; r < WIDE; r++) {
      UNROLL for (int c = 0; c < WIDE; c++) {
        const int i = first_row + down * WIDE + r, j = first_column + across + 16 * c;
        if (i < m && j < n) {
          const SUM sum = sums[r][c];
          if (is_apart) {
            apart[((index_t)block * m + i) * n + j] = sum;
          } else {
            const index_t place = PLACE(i, j);
            out[place] = FINAL(block == 0 ? sum : out[place] + sum);
          }
        }
      }
    }
  }
}
#undef SIDE
#undef DEPTH
#undef BLOCK
#undef PRODUCT
#undef PARAMETERS
#undef PREPARE
#undef LEFT
#undef RIGHT
#undef PLACE
#undef LEFT_BY_ROWS
#undef RIGHT_BY_ROWS
