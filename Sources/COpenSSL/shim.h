// OpenSSL 3: digests, Ed25519, X25519 and ciphers through EVP, and big numbers for checking curve
// points.
#ifndef CASSAY_OPENSSL_SHIM_H
#define CASSAY_OPENSSL_SHIM_H
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#endif
