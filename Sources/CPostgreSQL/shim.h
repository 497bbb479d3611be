// PostgreSQL's C library, libpq, wherever the system keeps its header.
#ifndef ASSAY_CPOSTGRESQL_SHIM_H
#define ASSAY_CPOSTGRESQL_SHIM_H

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

#endif
