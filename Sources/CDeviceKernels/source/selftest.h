// The operations that everything rests on, for inputs whose results are known.
KERNEL(selftest, ELEMENT_ITEMS)
(HEAP, index_t x_at, index_t y_at, index_t z_at, index_t out_at, index_t count) {
  ELEMENT(i, count);
  READ(float, x, x_at);
  READ(float, y, y_at);
  READ(float, z, z_at);
  AT(float, out, out_at);
  const float a = x[i], b = y[i], c = z[i];
  out[8 * i] = canonical(a + b);
  out[8 * i + 1] = canonical(a - b);
  out[8 * i + 2] = canonical(a * b);
  out[8 * i + 3] = canonical(a / b);
  out[8 * i + 4] = canonical(SQRT(a));
  out[8 * i + 5] = canonical(FMA(a, b, c));
  // A product and a sum that must not become one operation.
  out[8 * i + 6] = canonical(a * b + c);
  out[8 * i + 7] = (float)(BITS(a) >> 3);
}
