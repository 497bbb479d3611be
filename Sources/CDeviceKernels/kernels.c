#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CAssayDeviceKernels.h"

static const unsigned char kernels[] = {
#embed "source/kernels.h"
};
static const unsigned char attention[] = {
#embed "source/attention.h"
};
static const unsigned char attention_sum[] = {
#embed "source/attention_sum.h"
};
static const unsigned char channel[] = {
#embed "source/channel.h"
};
static const unsigned char convolution[] = {
#embed "source/convolution.h"
};
static const unsigned char dialect[] = {
#embed "source/dialect.h"
};
static const unsigned char elementwise[] = {
#embed "source/elementwise.h"
};
static const unsigned char functions[] = {
#embed "source/functions.h"
};
static const unsigned char hash[] = {
#embed "source/hash.h"
};
static const unsigned char integer[] = {
#embed "source/integer.h"
};
static const unsigned char matmul[] = {
#embed "source/matmul.h"
};
static const unsigned char matmul_nn[] = {
#embed "source/matmul_nn.h"
};
static const unsigned char matmul_nt[] = {
#embed "source/matmul_nt.h"
};
static const unsigned char matmul_tn[] = {
#embed "source/matmul_tn.h"
};
static const unsigned char matmul_tt[] = {
#embed "source/matmul_tt.h"
};
static const unsigned char pooling[] = {
#embed "source/pooling.h"
};
static const unsigned char product[] = {
#embed "source/product.h"
};
static const unsigned char products[] = {
#embed "source/products.h"
};
static const unsigned char rows[] = {
#embed "source/rows.h"
};
static const unsigned char selftest[] = {
#embed "source/selftest.h"
};
static const unsigned char sequence[] = {
#embed "source/sequence.h"
};
static const unsigned char coefficients[] = {
#embed "../CTensorKernels/kernels/coefficients.h"
};

#define FILE(name) {#name ".h", name, sizeof name}
static const struct assay_kernel_file files[] = {
    FILE(kernels), FILE(attention), FILE(attention_sum), FILE(channel), FILE(convolution),
    FILE(dialect), FILE(elementwise), FILE(functions), FILE(hash), FILE(integer),
    FILE(matmul), FILE(matmul_nn), FILE(matmul_nt), FILE(matmul_tn), FILE(matmul_tt), FILE(pooling),
    FILE(product), FILE(products), FILE(rows), FILE(selftest), FILE(sequence), FILE(coefficients),
};

static const char ptx[] = {
#embed "ptx/kernels.ptx" suffix(, 0)
};

const char *assay_kernel_ptx(void) { return ptx; }

int32_t assay_kernel_file_count(void) { return sizeof files / sizeof files[0]; }

struct assay_kernel_file assay_kernel_file(int32_t index) { return files[index]; }
