#define PARAMETERS
#define PREPARE
#define LEFT(i, p) BY_ROWS(left, p, i, m)
#define LEFT_BY_ROWS 0
#define RIGHT(p, j) BY_ROWS(right, p, j, n)
#define RIGHT_BY_ROWS 0
#define PLACE(i, j) ((index_t)(i) * n + (j))
#include "product.h"
