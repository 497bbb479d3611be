#ifndef CASSAY_ZLIB_SHIM_H
#define CASSAY_ZLIB_SHIM_H

#include <zlib.h>

// `inflateInit2` is a macro, which Swift does not import. Window bits 15 + 16 accept a gzip member
// only (no raw deflate, no zlib header), whose CRC-32 and length zlib then checks.
static inline int assay_gzip_inflate_init(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}

#endif
