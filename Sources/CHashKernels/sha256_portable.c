// SHA-256 in plain C: the reference that the other paths must equal bit for bit.
#include "sha256.h"

const uint32_t assay_sha256_k[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

const uint32_t assay_sha256_initial[8] __attribute__((aligned(32))) = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static inline uint32_t rotated_right(uint32_t x, int count) {
  return x >> count | x << (32 - count);
}

static inline uint32_t big_endian_word(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// The functions of §4.1.2.
static inline uint32_t big_sigma_0(uint32_t x) {
  return rotated_right(x, 2) ^ rotated_right(x, 13) ^ rotated_right(x, 22);
}
static inline uint32_t big_sigma_1(uint32_t x) {
  return rotated_right(x, 6) ^ rotated_right(x, 11) ^ rotated_right(x, 25);
}
static inline uint32_t small_sigma_0(uint32_t x) {
  return rotated_right(x, 7) ^ rotated_right(x, 18) ^ x >> 3;
}
static inline uint32_t small_sigma_1(uint32_t x) {
  return rotated_right(x, 17) ^ rotated_right(x, 19) ^ x >> 10;
}

static void compress_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) w[t] = big_endian_word(block + 4 * t);
  for (int t = 16; t < 64; t++) {
    w[t] = small_sigma_1(w[t - 2]) + w[t - 7] + small_sigma_0(w[t - 15]) + w[t - 16];
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    uint32_t choice = (e & f) ^ (~e & g);
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    uint32_t t1 = h + big_sigma_1(e) + choice + assay_sha256_k[t] + w[t];
    uint32_t t2 = big_sigma_0(a) + majority;
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void assay_sha256_compress_portable(
    uint32_t (*states)[8], const uint8_t *const *blocks, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    compress_block(states[0], blocks[0] + ASSAY_SHA256_BLOCK * i);
  }
}
