/* storage_sqlite.c - an SQLite file in Optuna's schema: connection, transactions, statements.
 *
 * One connection a storage, opened for one process and never used in a child of it.  Write-
 * ahead log with synchronous = FULL: a commit that returned survives a power cut, and
 * readers do not disturb the writer.  On file systems that other hosts share, where the log's
 * shared memory does not work, the older rollback journal.
 * Sources: sqlite.org/wal.html, pragma.html, howtocorrupt.html section 2.6 (fork). */
#include "storage_sqlite.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

static const double LOCK_WAIT = 10; /* seconds, unless the settings say otherwise */

#define STATEMENT_SQL(id, sql) sql,
static const char *const SQL[] = {STATEMENTS(STATEMENT_SQL)};

/* ---- statements ---- */

static int bind_cells(sqlite3_stmt *statement, const cell *cells, int n)
{
    int code = SQLITE_OK;
    for (int i = 0; i < n && code == SQLITE_OK; i++) {
        const cell *c = &cells[i];
        if (c->type == SQLITE_INTEGER)
            code = sqlite3_bind_int64(statement, i + 1, c->i);
        else if (c->type == SQLITE_FLOAT)
            code = sqlite3_bind_double(statement, i + 1, c->d);
        else if (c->type == SQLITE_TEXT)
            code = sqlite3_bind_text(statement, i + 1, c->s, -1, SQLITE_STATIC);
        else if (c->type == SQLITE_BLOB)
            code = sqlite3_bind_blob64(statement, i + 1, c->s, (sqlite3_uint64)c->n, SQLITE_STATIC);
        else
            code = sqlite3_bind_null(statement, i + 1);
    }
    return code;
}

void db_done(sqlite3_stmt *row)
{
    if (!row)
        return;
    sqlite3_reset(row);
    sqlite3_clear_bindings(row); /* they point to the caller's memory */
}

int32_t db_row(sqlite_storage *s, int id, const cell *cells, int n, sqlite3_stmt **row, error *err)
{
    *row = NULL;
    int code = SQLITE_OK;
    if (!s->statements[id])
        code = sqlite3_prepare_v3(s->db, SQL[id], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[id],
                                  NULL);
    sqlite3_stmt *statement = s->statements[id];
    if (code == SQLITE_OK)
        code = bind_cells(statement, cells, n);
    errno = 0;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *row = statement;
        return 1;
    }
    int32_t status = code == SQLITE_DONE ? 0 : db_fail(s, code, err);
    db_done(statement);
    return status;
}

int32_t db_run(sqlite_storage *s, int id, const cell *cells, int n, error *err)
{
    sqlite3_stmt *row;
    int32_t status = db_row(s, id, cells, n, &row, err);
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

int32_t db_prepare(sqlite_storage *s, const char *sql, const cell *cells, int n, sqlite3_stmt **out,
                   error *err)
{
    *out = NULL;
    int code = sqlite3_prepare_v2(s->db, sql, -1, out, NULL);
    if (code == SQLITE_OK)
        code = bind_cells(*out, cells, n);
    return code == SQLITE_OK ? HONE_OK : db_fail(s, code, err);
}

int32_t db_step(sqlite_storage *s, sqlite3_stmt *statement, error *err)
{
    errno = 0;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : db_fail(s, code, err);
}

int32_t db_execute(sqlite_storage *s, const char *sql, error *err)
{
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? HONE_OK : db_fail(s, code, err);
}

/* ---- transactions ---- */

static int32_t same_process(const sqlite_storage *s, error *err)
{
    if (s->process == getpid())
        return HONE_OK;
    return error_add(err, HONE_ESTATE,
                     "%s: opened by process %ld; a child process has to open "
                     "the file itself",
                     s->path, (long)s->process);
}

static int32_t sqlite_begin(storage *base, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int32_t status = same_process(s, err);
    if (status < 0)
        return status;
    if (s->read_only)
        return error_add(err, HONE_ESTORAGE, "%s: opened for reading only", s->path);
    return db_run(s, SQL_BEGIN, NULL, 0, err);
}

static void sqlite_rollback(storage *base)
{
    sqlite_storage *s = (sqlite_storage *)base;
    error ignored = {0};
    /* Some failures (a full disk) have undone everything already. */
    if (s->process == getpid() && !sqlite3_get_autocommit(s->db))
        db_run(s, SQL_ROLLBACK, NULL, 0, &ignored);
    error_free(&ignored);
    descriptions_free(s); /* what was written with them may be undone */
}

static int32_t sqlite_commit(storage *base, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int32_t status = same_process(s, err);
    if (status >= 0 && sqlite3_get_autocommit(s->db))
        status =
            error_add(err, HONE_ESTORAGE, "%s: the transaction was undone by a failure", s->path);
    if (status >= 0)
        status = db_run(s, SQL_COMMIT, NULL, 0, err);
    if (status < 0)
        sqlite_rollback(base);
    return status;
}

int32_t db_read_begin(sqlite_storage *s, bool *begun, error *err)
{
    *begun = false;
    int32_t status = same_process(s, err);
    if (status < 0 || !sqlite3_get_autocommit(s->db))
        return status;
    status = db_run(s, SQL_READ, NULL, 0, err);
    *begun = status >= 0;
    return status;
}

void db_read_end(sqlite_storage *s, bool begun)
{
    error ignored = {0};
    if (begun && !sqlite3_get_autocommit(s->db))
        db_run(s, SQL_COMMIT, NULL, 0, &ignored);
    error_free(&ignored);
}

/* The counter differs from the mark as soon as another connection has committed. */
static int32_t sqlite_changed(storage *base, int64_t *mark, bool *changed, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    sqlite3_stmt *row;
    int32_t status = db_row(s, SQL_DATA_VERSION, NULL, 0, &row, err);
    if (status <= 0)
        return status;
    int64_t version = sqlite3_column_int64(row, 0);
    db_done(row);
    *changed = version != *mark;
    *mark = version;
    return HONE_OK;
}

/* ---- open and close ---- */

static int32_t check_folder(const char *path, error *err)
{
    struct stat info;
    char *copy = strdup(path);
    if (!copy)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    const char *folder = dirname(copy);
    int32_t status = HONE_OK;
    if (stat(folder, &info) != 0)
        status = error_add(err, HONE_ESTORAGE, "%s: the folder %s cannot be used: %s", path, folder,
                           strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        status = error_add(err, HONE_ESTORAGE, "%s: %s is not a folder", path, folder);
    free(copy);
    return status;
}

static int32_t check_path(const char *path, const storage_settings *settings, error *err)
{
    struct stat info;
    if (!*path)
        return error_add(err, HONE_ESTORAGE, "the path of the storage file is empty");
    if (stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return error_add(err, HONE_ESTORAGE, "%s: is a folder; studies are kept in a file",
                             path);
        if (!S_ISREG(info.st_mode))
            return error_add(err, HONE_ESTORAGE, "%s: is not a regular file", path);
        return HONE_OK;
    }
    if (errno != ENOENT)
        return error_add(err, HONE_ESTORAGE, "%s: %s", path, strerror(errno));
    if (settings->must_exist || settings->read_only)
        return error_add(err, HONE_ESTORAGE, "%s: there is no such file", path);
    return check_folder(path, err);
}

/* "file:/a%23b?immutable=1": for files in folders where SQLite may not write at all. */
static char *immutable_uri(const char *path)
{
    text t = {0};
    text_add(&t, "file:");
    for (; *path; path++)
        text_add(&t, strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned char)*path);
    text_add(&t, "?immutable=1");
    return text_take(&t);
}

/* A log that was not merged yet holds committed trials: then the file alone is not all. */
static bool log_is_empty(const char *path)
{
    struct stat info;
    text t = {0};
    text_add(&t, "%s-wal", path);
    bool empty = t.data && (stat(t.data, &info) != 0 || info.st_size == 0);
    text_free(&t);
    return empty;
}

static bool readable(sqlite3 *db)
{
    return sqlite3_exec(db, "SELECT 1 FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* SQLite's own handler sleeps up to 0.1 s, and then in step with others that wait.  A
 * transaction takes a few milliseconds, so pauses are short, and of a length by chance. */
static int wait_for_lock(void *context, int tries)
{
    sqlite_storage *s = context;
    double now = seconds_now();
    if (tries == 0)
        s->waiting = now;
    if (now - s->waiting >= s->wait)
        return 0;
    unsigned random;
    sqlite3_randomness(sizeof random, &random);
    long longest = 500000L << (tries < 5 ? tries : 5); /* 0.5 ms to 16 ms */
    const struct timespec pause = {.tv_nsec =
                                       longest / 4 + (long)(random % 1024) * (longest / 1024)};
    nanosleep(&pause, NULL);
    return 1;
}

static int open_file(sqlite_storage *s, bool create)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (s->read_only)
        flags |= SQLITE_OPEN_READONLY;
    else
        flags |= SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(s->path, &s->db, flags, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_busy_handler(s->db, wait_for_lock, s);
    if (!s->read_only || readable(s->db))
        return SQLITE_OK;
    int cause = sqlite3_errcode(s->db);
    if (cause != SQLITE_CANTOPEN && cause != SQLITE_READONLY)
        return SQLITE_OK; /* the check of the schema explains it */
    if (!log_is_empty(s->path))
        return SQLITE_OK;
    sqlite3_close(s->db);
    char *uri = immutable_uri(s->path);
    code = uri ? sqlite3_open_v2(uri, &s->db, flags | SQLITE_OPEN_URI, NULL) : SQLITE_NOMEM;
    free(uri);
    return code;
}

static void sqlite_close(storage *base)
{
    sqlite_storage *s = (sqlite_storage *)base;
    descriptions_free(s);
    /* In a child process the connection is the parent's: closing it would merge and delete
     * the parent's log. */
    if (s->process == getpid()) {
        for (int i = 0; i < N_STATEMENTS; i++)
            sqlite3_finalize(s->statements[i]);
        sqlite3_close(s->db);
    }
    free(s->path);
    free(s);
}

static const storage_ops SQLITE = {
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .studies = sqlite_studies,
    .find_study = sqlite_find_study,
    .create_study = sqlite_create_study,
    .delete_study = sqlite_delete_study,
    .set = sqlite_set,
    .get = sqlite_get,
    .set_attribute = sqlite_set_attribute,
    .get_attribute = sqlite_get_attribute,
    .start = sqlite_start,
    .finish = sqlite_finish,
    .report = sqlite_report,
    .note = sqlite_note,
    .heartbeat = sqlite_heartbeat,
    .own = sqlite_own,
    .enqueue = sqlite_enqueue,
    .take = sqlite_take,
    .adopt = sqlite_adopt,
    .ask = sqlite_ask,
    .asks = sqlite_asks,
    .newest_state = sqlite_newest_state,
    .trials = sqlite_trials,
    .space = sqlite_space,
    .changed = sqlite_changed,
    .join = sqlite_join,
    .beat = sqlite_beat,
    .leave = sqlite_leave,
    .workers = sqlite_workers,
    .claim = sqlite_claim,
    .release = sqlite_release,
};

int32_t storage_sqlite_open(const char *path, const storage_settings *settings, storage **out,
                            error *err)
{
    int32_t status = check_path(path, settings, err);
    if (status < 0)
        return status;
    sqlite_storage *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    }
    s->base.ops = &SQLITE;
    s->process = getpid();
    s->local = true;
    s->read_only = settings->read_only;
    s->timestamps = settings->timestamps;
    s->wait = settings->lock_wait > 0 ? settings->lock_wait : LOCK_WAIT;
    s->described = -1;
    int code = open_file(s, !settings->must_exist);
    if (code != SQLITE_OK)
        status = db_fail(s, code, err);
    else if (!s->read_only && sqlite3_db_readonly(s->db, "main") == 1)
        status = error_add(err, HONE_ESTORAGE, "%s: may not be written to", path);
    else
        status = schema_prepare(s, settings, err);
    if (status < 0) {
        sqlite_close(&s->base);
        return status;
    }
    *out = &s->base;
    return HONE_OK;
}
