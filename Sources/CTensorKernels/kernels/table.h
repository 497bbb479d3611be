// The table of a path: every operator above, compiled for its instruction set.
const struct kernels TABLE = {
    .tile_rows = TILE_ROWS,
    .tile_columns = TILE_COLUMNS,
    .matmul_workspace = matmul_workspace,
    .matmul = matmul,
    .unary = unary,
    .unary_gradient = unary_gradient,
    .add = add,
    .column_sum = column_sum,
    .lane_sum = lane_sum,
    .squared_distance = squared_distance,
    .softmax_rows = softmax_rows,
    .divide = divide,
    .squared_error_gradient = squared_error_gradient,
    .sgd = sgd,
    .adam = adam,
    .fma = fma_arrays,
};
