// float32 in integer arithmetic alone: what IEEE 754 says of sums, products, quotients, square
// roots and fma, rounded to nearest even, without the processor's own floating point.
//
// A number is m·2^e with an integer m; results are computed exactly, or to enough bits with a last
// one that says whether anything is left, and rounded once. NaN has one bit pattern.
#ifndef ASSAY_SOFTWARE_FLOAT_H
#define ASSAY_SOFTWARE_FLOAT_H
#include <stdint.h>

namespace assay_software {

typedef unsigned __int128 wide;

/// The bits of a number. It holds a `float` that nothing is ever computed with, so that functions
/// pass it as they pass one.
class number {
  float stored;

 public:
  number() = default;
  constexpr number(float value) : stored(value) {}
  number(int value) : number(static_cast<long>(value)) {}
  number(long value);
  explicit operator int32_t() const;

  static constexpr number of_bits(uint32_t bits) { return __builtin_bit_cast(float, bits); }
  constexpr uint32_t bits() const { return __builtin_bit_cast(uint32_t, stored); }

  constexpr bool is_negative() const { return bits() >> 31; }
  constexpr uint32_t size_bits() const { return bits() & 0x7fffffff; }
  constexpr bool is_nan() const { return size_bits() > 0x7f800000; }
  constexpr bool is_infinite() const { return size_bits() == 0x7f800000; }
  constexpr bool is_zero() const { return size_bits() == 0; }
};

static constexpr uint32_t infinity_bits = 0x7f800000, nan_bits = 0x7fc00000;

inline number nan() { return number::of_bits(nan_bits); }
inline number infinity(bool negative) {
  return number::of_bits(infinity_bits | static_cast<uint32_t>(negative) << 31);
}
inline number zero(bool negative) {
  return number::of_bits(static_cast<uint32_t>(negative) << 31);
}

/// ±significand·2^exponent.
struct parts {
  bool negative;
  wide significand;
  int32_t exponent;
};

/// A finite number, its significand below 2^24.
inline parts taken_apart(number x) {
  const uint32_t biased = x.size_bits() >> 23, fraction = x.bits() & 0x7fffff;
  return {
      x.is_negative(), biased ? fraction | 1u << 23 : fraction,
      static_cast<int32_t>(biased ? biased : 1) - 150};
}

/// The same with a significand of exactly 24 bits; the number is not 0.
inline parts normalized(number x) {
  parts p = taken_apart(x);
  while (p.significand < 1u << 23) {
    p.significand <<= 1;
    p.exponent--;
  }
  return p;
}

inline int leading_bit(wide x) {
  const uint64_t high = static_cast<uint64_t>(x >> 64), low = static_cast<uint64_t>(x);
  return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll(low);
}

/// The nearest float32, the even one of two; significands are below 2^126.
inline number rounded(parts p) {
  if (p.significand == 0) return zero(p.negative);
  const int top = leading_bit(p.significand);
  // The weight of the last bit that is kept: 24 bits, or what subnormals have.
  int32_t last = p.exponent + top - 23;
  if (last < -149) last = -149;
  const int32_t shift = last - p.exponent;
  uint32_t kept;
  if (shift <= 0) {
    kept = static_cast<uint32_t>(p.significand << -shift);
  } else if (shift > top + 1) {
    kept = 0;
  } else {
    const wide half = static_cast<wide>(1) << (shift - 1);
    const wide rest = p.significand & (2 * half - 1);
    kept = static_cast<uint32_t>(p.significand >> shift);
    if (rest > half || (rest == half && kept % 2)) kept++;
  }
  if (kept == 1u << 24) {
    kept >>= 1;
    last++;
  }
  const uint32_t sign = static_cast<uint32_t>(p.negative) << 31;
  if (kept < 1u << 23) return number::of_bits(sign | kept);
  const int32_t biased = last + 150;
  if (biased >= 255) return infinity(p.negative);
  return number::of_bits(sign | static_cast<uint32_t>(biased) << 23 | (kept & 0x7fffff));
}

/// The sum of numbers with significands of at most 48 bits, rounded.
inline number sum(parts a, parts b) {
  if (a.significand == 0 && b.significand == 0) return zero(a.negative && b.negative);
  if (a.significand == 0) return rounded(b);
  if (b.significand == 0) return rounded(a);
  if (a.exponent < b.exponent) {
    const parts lower = a;
    a = b;
    b = lower;
  }
  if (a.exponent - b.exponent > 76) {
    // b is less than 2^(a.exponent − 28): all that counts is that it is there.
    b.significand = 1;
    b.exponent = a.exponent - 27;
  }
  a.significand <<= a.exponent - b.exponent;
  a.exponent = b.exponent;
  if (a.negative == b.negative) {
    a.significand += b.significand;
  } else if (a.significand == b.significand) {
    return zero(false);
  } else {
    const bool is_larger = a.significand > b.significand;
    a.significand = is_larger ? a.significand - b.significand : b.significand - a.significand;
    a.negative = is_larger == a.negative;
  }
  return rounded(a);
}

/// x·y + z.
inline number fmaf(number x, number y, number z) {
  if (x.is_nan() || y.is_nan() || z.is_nan()) return nan();
  const bool negative = x.is_negative() != y.is_negative();
  if (x.is_infinite() || y.is_infinite()) {
    if (x.is_zero() || y.is_zero()) return nan();
    return z.is_infinite() && z.is_negative() != negative ? nan() : infinity(negative);
  }
  if (z.is_infinite()) return z;
  const parts a = taken_apart(x), b = taken_apart(y);
  return sum(
      {negative, a.significand * b.significand, a.exponent + b.exponent}, taken_apart(z));
}

inline number operator-(number x) { return number::of_bits(x.bits() ^ 0x80000000); }
inline number operator+(number x, number y) { return fmaf(x, 1.0f, y); }
inline number operator-(number x, number y) { return x + -y; }
inline number operator*(number x, number y) { return fmaf(x, y, -0.0f); }

inline number operator/(number x, number y) {
  const bool negative = x.is_negative() != y.is_negative();
  if (x.is_nan() || y.is_nan()) return nan();
  if (x.is_infinite()) return y.is_infinite() ? nan() : infinity(negative);
  if (y.is_infinite()) return zero(negative);
  if (y.is_zero()) return x.is_zero() ? nan() : infinity(negative);
  if (x.is_zero()) return zero(negative);
  const parts a = normalized(x), b = normalized(y);
  const wide dividend = a.significand << 40;
  const wide left = dividend % b.significand ? 1 : 0;
  return rounded(
      {negative, dividend / b.significand << 1 | left, a.exponent - b.exponent - 41});
}

inline number sqrtf(number x) {
  if (x.is_nan() || (x.is_negative() && !x.is_zero())) return nan();
  if (x.is_zero() || x.is_infinite()) return x;
  const parts p = normalized(x);
  // An even exponent, and enough bits for a root of 31 or 32.
  const int odd = p.exponent & 1;
  const uint64_t square = static_cast<uint64_t>(p.significand << (38 + odd));
  uint64_t root = 0;
  for (uint64_t bit = 1u << 31; bit; bit >>= 1) {
    if ((root | bit) * (root | bit) <= square) root |= bit;
  }
  const wide left = root * root < square ? 1 : 0;
  return rounded(
      {false, static_cast<wide>(root) << 1 | left, (p.exponent - 38 - odd) / 2 - 1});
}

inline number::number(long value) {
  const bool negative = value < 0;
  const uint64_t size = negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  *this = rounded({negative, size, 0});
}

/// Towards 0, of a number whose result fits.
inline number::operator int32_t() const {
  const parts p = taken_apart(*this);
  const int64_t size = p.exponent >= 0 ? static_cast<int64_t>(p.significand << p.exponent)
                       : p.exponent > -64 ? static_cast<int64_t>(p.significand >> -p.exponent)
                                          : 0;
  return static_cast<int32_t>(p.negative ? -size : size);
}

/// Ordered as the numbers are; +0 and −0 are one.
inline int64_t rank(number x) {
  return x.is_negative() ? -static_cast<int64_t>(x.size_bits()) : x.size_bits();
}

inline bool operator==(number x, number y) {
  return !x.is_nan() && !y.is_nan() && rank(x) == rank(y);
}
inline bool operator!=(number x, number y) { return !(x == y); }
inline bool operator<(number x, number y) {
  return !x.is_nan() && !y.is_nan() && rank(x) < rank(y);
}
inline bool operator>(number x, number y) { return y < x; }

inline number fabsf(number x) { return number::of_bits(x.size_bits()); }
inline number copysignf(number x, number y) {
  return number::of_bits(x.size_bits() | (y.bits() & 0x80000000));
}
inline int signbit(number x) { return x.is_negative(); }

}  // namespace assay_software

#endif
