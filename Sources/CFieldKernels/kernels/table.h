// The table of a path: every kernel above, compiled for its instruction set.
const struct kernels TABLE = {
    .load = load,
    .transform = transform,
    .cut_vector = cut_vector,
    .sum_integers = sum_integers,
    .sum_elements = sum_elements,
    .combine_integers = combine_integers,
    .combine_elements = combine_elements,
    .scale = scale,
    .add_scaled = add_scaled,
};
