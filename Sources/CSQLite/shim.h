// SQLite 3, with the one constant that Swift cannot import: a macro that casts an integer to a
// pointer (https://sqlite.org/c3ref/c_static.html).
#ifndef ASSAY_CSQLITE_SHIM_H
#define ASSAY_CSQLITE_SHIM_H

#include <sqlite3.h>

/// Tells SQLite to copy what is bound.
static inline sqlite3_destructor_type assay_sqlite_transient(void) { return SQLITE_TRANSIENT; }

#endif
