/* storage_sqlite.c - an SQLite file in Optuna's schema: the connection and its transactions.
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

/* ---- transactions ---- */

static int32_t sqlite_begin(storage *base, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int32_t status = sqlite_same_process(s, err);
    if (status < 0)
        return status;
    if (s->data.read_only)
        return error_add(err, HONE_ESTORAGE, "%s: opened for reading only", s->data.path);
    return db_execute(&s->data, "BEGIN IMMEDIATE", err);
}

static void sqlite_rollback(storage *base)
{
    sqlite_storage *s = (sqlite_storage *)base;
    error ignored = {0};
    /* Some failures (a full disk) have undone everything already. */
    if (s->data.process == getpid() && !sqlite3_get_autocommit(s->db))
        db_run(&s->data, SQL_ROLLBACK, NULL, 0, &ignored);
    error_free(&ignored);
    descriptions_free(&s->data); /* what was written with them may be undone */
}

static int32_t sqlite_commit(storage *base, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int32_t status = sqlite_same_process(s, err);
    if (status >= 0 && sqlite3_get_autocommit(s->db))
        status = error_add(err, HONE_ESTORAGE, "%s: the transaction was undone by a failure",
                           s->data.path);
    if (status >= 0)
        status = db_run(&s->data, SQL_COMMIT, NULL, 0, err);
    if (status < 0)
        sqlite_rollback(base);
    return status;
}

/* The counter differs from the mark as soon as another connection has committed. */
static int32_t sqlite_changed(storage *base, int64_t *mark, bool *changed, error *err)
{
    sqlite_storage *s = (sqlite_storage *)base;
    int code = s->version ? SQLITE_OK
                          : sqlite3_prepare_v3(s->db, "PRAGMA data_version", -1,
                                               SQLITE_PREPARE_PERSISTENT, &s->version, NULL);
    if (code != SQLITE_OK || (code = sqlite3_step(s->version)) != SQLITE_ROW)
        return sqlite_fail(s, code, err);
    int64_t version = sqlite3_column_int64(s->version, 0);
    sqlite3_reset(s->version);
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
    if (s->data.read_only)
        flags |= SQLITE_OPEN_READONLY;
    else
        flags |= SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(s->data.path, &s->db, flags, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_busy_handler(s->db, wait_for_lock, s);
    if (!s->data.read_only || readable(s->db))
        return SQLITE_OK;
    int cause = sqlite3_errcode(s->db);
    if (cause != SQLITE_CANTOPEN && cause != SQLITE_READONLY)
        return SQLITE_OK; /* the check of the schema explains it */
    if (!log_is_empty(s->data.path))
        return SQLITE_OK;
    sqlite3_close(s->db);
    char *uri = immutable_uri(s->data.path);
    code = uri ? sqlite3_open_v2(uri, &s->db, flags | SQLITE_OPEN_URI, NULL) : SQLITE_NOMEM;
    free(uri);
    return code;
}

static void sqlite_close(storage *base)
{
    sqlite_storage *s = (sqlite_storage *)base;
    descriptions_free(&s->data);
    /* In a child process the connection is the parent's: closing it would merge and delete
     * the parent's log. */
    if (s->data.process == getpid()) {
        for (int i = 0; i < N_STATEMENTS; i++)
            rows_free(s->data.statements[i]);
        sqlite3_finalize(s->version);
        sqlite3_close(s->db);
    }
    free(s->data.path);
    free(s);
}

static const storage_ops SQLITE = {
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .studies = sql_studies,
    .find_study = sql_find_study,
    .create_study = sql_create_study,
    .delete_study = sql_delete_study,
    .set = sql_set,
    .get = sql_get,
    .set_attribute = sql_set_attribute,
    .get_attribute = sql_get_attribute,
    .start = sql_start,
    .finish = sql_finish,
    .report = sql_report,
    .note = sql_note,
    .heartbeat = sql_heartbeat,
    .own = sql_own,
    .enqueue = sql_enqueue,
    .take = sql_take,
    .adopt = sql_adopt,
    .ask = sql_ask,
    .asks = sql_asks,
    .newest_ask = sql_newest_ask,
    .newest_state = sql_newest_state,
    .trials = sql_trials,
    .space = sql_space,
    .changed = sqlite_changed,
    .join = sql_join,
    .beat = sql_beat,
    .leave = sql_leave,
    .disown = sql_disown,
    .workers = sql_workers,
    .claim = sql_claim,
    .release = sql_release,
};

int32_t storage_sqlite_open(const char *path, const storage_settings *settings, storage **out,
                            error *err)
{
    int32_t status = check_path(path, settings, err);
    if (status < 0)
        return status;
    sqlite_storage *s = calloc(1, sizeof *s);
    if (!s || !(s->data.path = strdup(path))) {
        free(s);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    }
    s->data.base.ops = &SQLITE;
    s->data.engine = &SQLITE_ENGINE;
    s->data.process = getpid();
    s->data.read_only = settings->read_only;
    s->data.timestamps = settings->timestamps;
    s->wait = settings->lock_wait > 0 ? settings->lock_wait : LOCK_WAIT;
    s->data.described = -1;
    int code = open_file(s, !settings->must_exist);
    if (code != SQLITE_OK)
        status = sqlite_fail(s, code, err);
    else if (!s->data.read_only && sqlite3_db_readonly(s->db, "main") == 1)
        status = error_add(err, HONE_ESTORAGE, "%s: may not be written to", path);
    else
        status = sqlite_prepare_schema(s, settings, err);
    s->data.local = !sqlite_on_shared(s);
    if (status < 0) {
        sqlite_close(&s->data.base);
        return status;
    }
    *out = &s->data.base;
    return HONE_OK;
}
