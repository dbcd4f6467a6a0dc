/* storage_postgresql_libpq.c - PostgreSQL's client library: loaded, and its failures as sentences.
 * Source: the chapter "libpq" of PostgreSQL's manual, and its appendix of error codes. */
#include <dlfcn.h>
#include <string.h>

#include "storage_postgresql.h"

/* ConnStatusType and PG_DIAG_* of libpq-fe.h and postgres_ext.h. */
enum { CONNECTION_OK = 0, DIAG_SQLSTATE = 'C', DIAG_PRIMARY = 'M' };

int32_t pg_load(libpq *pq, error *err)
{
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return error_add(err, HONE_ESTORAGE,
                         "PostgreSQL's client library cannot be loaded (%s); Debian's package is "
                         "libpq5",
                         dlerror());
    const struct {
        const char *name;
        void *place;
    } symbols[] = {
#define LIBPQ_SYMBOL(result, name, parameters) {"PQ" #name, &pq->name},
        LIBPQ(LIBPQ_SYMBOL)
#undef LIBPQ_SYMBOL
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *found = dlsym(library, symbols[i].name);
        if (!found)
            return error_add(err, HONE_ESTORAGE,
                             "libpq.so.5 lacks %s; that of PostgreSQL 14 or later is needed",
                             symbols[i].name);
        memcpy(symbols[i].place, &found, sizeof found);
    }
    return HONE_OK;
}

/* No code: libpq speaks, not the server.  Classes 08 and 57P: the connection, the server going
 * down; 25P03: idle for too long. */
static bool breaks(const char *code)
{
    return !code || (strncmp(code, "08", 2) == 0 || strncmp(code, "57P", 3) == 0 ||
                     strcmp(code, "25P03") == 0);
}

int32_t pg_fail(pg_storage *s, const pg_result *r, error *err)
{
    const char *code = r ? s->pq.resultErrorField(r, DIAG_SQLSTATE) : NULL;
    const char *why = r ? s->pq.resultErrorField(r, DIAG_PRIMARY) : NULL;
    if (!why)
        why = s->conn ? s->pq.errorMessage(s->conn) : "out of memory";
    if (!s->conn || s->pq.status(s->conn) != CONNECTION_OK || breaks(code))
        s->lost = true;
    int n = (int)strcspn(why, "\n");
    return error_add(err, HONE_ESTORAGE, "%s: %.*s", s->data.path, n, n ? why : "no answer");
}
