#define PARAMETERS
#define PREPARE
#define LEFT(i, p) BY_ROWS(left, i, p, k)
#define LEFT_BY_ROWS 1
#define RIGHT(p, j) BY_ROWS(right, j, p, k)
#define RIGHT_BY_ROWS 1
#define PLACE(i, j) ((index_t)(i) * n + (j))
#include "product.h"
