// The chunk tree of `ChunkTree`, by SHA-256: an item for each chunk, then for each inner node.
#define ROTATED(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define BIG_ENDIAN(x)                                                                     \
  (((x) >> 24) | (((x) >> 8) & 0xff00u) | (((x) << 8) & 0xff0000u) | ((x) << 24))

CONSTANT uint sha_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

struct sha_state {
  uint word[8];
};

HELPER struct sha_state sha_start(void) {
  struct sha_state state = {
      {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
       0x5be0cd19}};
  return state;
}

/// Takes a block of sixteen words in; `w` is used up.
HELPER struct sha_state sha_block(struct sha_state state, uint w[16]) {
  uint a = state.word[0], b = state.word[1], c = state.word[2], d = state.word[3];
  uint e = state.word[4], f = state.word[5], g = state.word[6], h = state.word[7];
  UNROLL for (int i = 0; i < 64; i++) {
    if (i >= 16) {
      const uint x = w[(i + 1) % 16], y = w[(i + 14) % 16];
      w[i % 16] += (ROTATED(x, 7) ^ ROTATED(x, 18) ^ (x >> 3)) + w[(i + 9) % 16] +
                   (ROTATED(y, 17) ^ ROTATED(y, 19) ^ (y >> 10));
    }
    const uint first = h + (ROTATED(e, 6) ^ ROTATED(e, 11) ^ ROTATED(e, 25)) +
                       ((e & f) ^ (~e & g)) + sha_constants[i] + w[i % 16];
    const uint second = (ROTATED(a, 2) ^ ROTATED(a, 13) ^ ROTATED(a, 22)) +
                        ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  state.word[0] += a;
  state.word[1] += b;
  state.word[2] += c;
  state.word[3] += d;
  state.word[4] += e;
  state.word[5] += f;
  state.word[6] += g;
  state.word[7] += h;
  return state;
}

/// Word `place` of a message's rest of `length` bytes, with the one bit behind its end, big-endian.
HELPER uint sha_rest(GLOBAL const unsigned char *data, int length, int place) {
  uint word = 0;
  KEEP_LOOP for (int i = 4 * place; i < 4 * place + 4; i++) {
    word = word << 8 | (i < length ? data[i] : i == length ? 0x80u : 0u);
  }
  return word;
}

/// The hash of chunk i of `count` bytes goes to hashes + 32·i, big-endian words as they are.
/// `descriptor` is 32 bytes.
KERNEL(chunk_leaves, 64)
(HEAP, index_t contents_at, index_t count, index_t descriptor_at, index_t hashes_at,
 index_t chunks) {
  const index_t chunk = GROUP(0) * 64 + ITEM;
  if (chunk >= chunks) return;
  READ(uint, descriptor, descriptor_at);
  READ(unsigned char, data, contents_at + 4096 * chunk);
  AT(uint, hash, hashes_at + 32 * chunk);
  GLOBAL const uint *words = (GLOBAL const uint *)data;
  const index_t left = count - 4096 * chunk;
  const int length = left < 4096 ? (int)left : 4096;
  const int blocks = length / 64, rest = length % 64;
  // The length stands at the end of the last block, which the rest may leave no room for.
  const int last = blocks + (rest < 56 ? 1 : 2);
  struct sha_state state = sha_start();
  uint w[16];
  KEEP_LOOP for (int block = 0; block <= last; block++) {
    if (block == 0) {
      // 0x00, "assay.chunk.v1", 0x00, the chunk's number, the count, little-endian.
      w[0] = 0x00617373;
      w[1] = 0x61792e63;
      w[2] = 0x68756e6b;
      w[3] = 0x2e763100;
      w[4] = BIG_ENDIAN((uint)chunk);
      w[5] = BIG_ENDIAN((uint)(chunk >> 32));
      w[6] = BIG_ENDIAN((uint)count);
      w[7] = BIG_ENDIAN((uint)(count >> 32));
      UNROLL for (int i = 0; i < 8; i++) w[8 + i] = BIG_ENDIAN(descriptor[i]);
    } else if (block <= blocks) {
      UNROLL for (int i = 0; i < 16; i++) w[i] = BIG_ENDIAN(words[16 * (block - 1) + i]);
    } else {
      const int behind = 16 * (block - blocks - 1);
      UNROLL for (int i = 0; i < 16; i++) w[i] = sha_rest(data + 64 * blocks, rest, behind + i);
      if (block == last) {
        w[14] = 0;
        w[15] = 8 * (64 + (uint)length);
      }
    }
    state = sha_block(state, w);
  }
  for (int i = 0; i < 8; i++) hash[i] = state.word[i];
}

/// One level of a tree: node i of `out` is over nodes 2·i and 2·i + 1, or is the last one alone.
KERNEL(tree_level, 64)(HEAP, index_t in_at, index_t out_at, index_t count) {
  const index_t node = GROUP(0) * 64 + ITEM;
  if (2 * node >= count) return;
  READ(uint, in, in_at + 64 * node);
  AT(uint, out, out_at + 32 * node);
  if (2 * node + 1 == count) {
    for (int i = 0; i < 8; i++) out[i] = in[i];
    return;
  }
  // 0x01, and the two hashes a byte further on; then the last byte and the length.
  struct sha_state state = sha_start();
  uint w[16];
  KEEP_LOOP for (int block = 0; block < 2; block++) {
    w[0] = block == 0 ? 0x01000000 | in[0] >> 8 : in[15] << 24 | 0x00800000;
    UNROLL for (int i = 1; i < 16; i++) {
      w[i] = block == 0 ? in[i - 1] << 24 | in[i] >> 8 : i == 15 ? 8 * 65 : 0;
    }
    state = sha_block(state, w);
  }
  for (int i = 0; i < 8; i++) out[i] = state.word[i];
}
