/* storage_sqlite_error.c - SQLite's failures as sentences: the file, what is wrong, what to do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "storage_sqlite.h"
#include "text.h"

/* The byte of FILE-shm that a writer locks (WAL_WRITE_LOCK), and the first of the file itself
 * that one locks with a rollback journal (PENDING_BYTE).  Source: sqlite.org/walformat.html
 * 2.3.1 and fileformat2.html 1.5. */
enum { WAL_WRITE_LOCK = 120, RESERVED_BYTE = 0x40000000 + 1 };

static char *find_holder(const char *path)
{
    text memory = {0};
    text_add(&memory, "%s-shm", path);
    char *holder = memory.data ? lock_holder(memory.data, WAL_WRITE_LOCK) : NULL;
    if (!holder)
        holder = lock_holder(path, RESERVED_BYTE);
    text_free(&memory);
    return holder;
}

static int32_t fail_locked(const sqlite_storage *s, error *err)
{
    char *holder = find_holder(s->data.path);
    char wait[NUMBER_ROOM];
    int32_t status = error_add(err, HONE_ESTORAGE, "%s: locked by %s for %s", s->data.path,
                               holder ? holder : "another program", duration_text(s->wait, wait));
    free(holder);
    return status;
}

int32_t sqlite_fail(sqlite_storage *s, int code, error *err)
{
    int system = errno; /* db_row cleared it; SQLite does not always pass it on */
    const char *message = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code);
    int cause = s->db ? sqlite3_system_errno(s->db) : 0;
    if (cause == 0 && (code & 0xFF) == SQLITE_IOERR)
        cause = system;
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return error_add(err, HONE_ENOMEM, "%s: out of memory", s->data.path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_locked(s, err);
    case SQLITE_NOTADB:
        return error_add(err, HONE_ESTORAGE, "%s: is not an SQLite file", s->data.path);
    case SQLITE_CORRUPT:
        return error_add(err, HONE_ESTORAGE,
                         "%s: is damaged: %s; what can be read is saved by: "
                         "sqlite3 '%s' .recover | sqlite3 recovered.db",
                         s->data.path, message, s->data.path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_add(err, HONE_ESTORAGE, "%s: %s%s%s", s->data.path, message, cause ? ": " : "",
                         cause ? strerror(cause) : "");
    default:
        return error_add(err, HONE_ESTORAGE, "%s: %s", s->data.path, message);
    }
}
