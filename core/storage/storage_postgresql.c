/* storage_postgresql.c - a PostgreSQL database in Optuna's schema: connection, transactions,
 * locks, changes.
 *
 * A writing transaction begins by locking the row of its study, as Optuna's does where it
 * makes a trial: numbers have no gap under any number of writers, and what others did is read
 * after it, so it is complete.  A worker that stops in the middle of a transaction is cut off
 * by the server after IDLE seconds, and others go on.
 *
 * When the connection breaks, nobody knows whether a commit arrived.  The storage says so
 * (lost); the study then connects again, reads what is stored and repeats what is not. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage_postgresql.h"
#include "text.h"

/* Server's settings of each session; seconds. */
static const char SESSION[] = "SET client_min_messages = warning;"
                              "SET extra_float_digits = 3;"
                              "SET bytea_output = hex;"
                              "SET lock_timeout = '120s';"
                              "SET idle_in_transaction_session_timeout = '60s'";
static const char MAKERS_LOCK[] = "SELECT pg_advisory_xact_lock(7510291)"; /* any number */
enum { CONNECTION_OK = 0 };

static pg_storage *of(storage *base)
{
    return (pg_storage *)base;
}

/* ---- transactions ---- */

static int32_t pg_begin(storage *base, error *err)
{
    pg_storage *s = of(base);
    if (s->data.process != getpid())
        return error_add(err, HONE_ESTATE,
                         "%s: opened by process %ld; a child process has to connect itself",
                         s->data.path, (long)s->data.process);
    if (s->data.read_only)
        return error_add(err, HONE_ESTORAGE, "%s: opened for reading only", s->data.path);
    return db_run(&s->data, SQL_BEGIN, NULL, 0, err);
}

static void pg_rollback(storage *base)
{
    pg_storage *s = of(base);
    error ignored = {0};
    if (s->data.process == getpid()) {
        pg_settle(s, &ignored); /* its failure has been reported, or is why we are here */
        if (!s->lost)
            pg_execute(s, "ROLLBACK", NULL, &ignored);
    }
    error_free(&ignored);
    descriptions_free(&s->data);
}

/* COMMIT of a transaction that failed is answered by ROLLBACK. */
static int32_t pg_commit(storage *base, error *err)
{
    pg_storage *s = of(base);
    enum { IN_ERROR = 3 }; /* PQTRANS_INERROR */
    int32_t status = HONE_OK;
    if (!s->lost && s->queued == 0 && s->pq.transactionStatus(s->conn) == IN_ERROR)
        status = error_add(err, HONE_ESTORAGE, "%s: the transaction was undone by a failure",
                           s->data.path);
    if (status >= 0)
        status = db_run(&s->data, SQL_COMMIT, NULL, 0, err); /* not open any more: waits */
    if (status < 0)
        pg_rollback(base);
    return status;
}

static int32_t pg_lock(storage *base, int64_t study, error *err)
{
    pg_storage *s = of(base);
    rows *row = NULL;
    if (study < 0)
        return pg_execute(s, MAKERS_LOCK, NULL, err);
    s->study = study;
    int32_t status = db_row(&s->data, SQL_LOCK_STUDY, CELLS(CELL_INT(study)), &row, err);
    db_done(row);
    if (status == 0)
        status = error_add(err, HONE_ESTORAGE, "%s: the study was deleted", s->data.path);
    return status < 0 ? status : HONE_OK;
}

/* The newest trial, and all that are not finished with their states and owners, as a number. */
static int32_t pg_changed(storage *base, int64_t *mark, bool *changed, error *err)
{
    pg_storage *s = of(base);
    rows *row;
    int32_t status = db_row(&s->data, SQL_FINGERPRINT, CELLS(CELL_INT(s->study)), &row, err);
    if (status <= 0)
        return status;
    int64_t now = row_int(row, 0);
    db_done(row);
    *changed = now != *mark;
    *mark = now;
    return HONE_OK;
}

static bool pg_lost(storage *base)
{
    return of(base)->lost;
}

/* ---- open and close ---- */

static void drop_notice(void *context, const char *message)
{
    (void)context, (void)message;
}

static void pg_close(storage *base)
{
    pg_storage *s = of(base);
    descriptions_free(&s->data);
    if (s->data.process == getpid()) {
        for (int i = 0; i < N_STATEMENTS; i++)
            rows_free(s->data.statements[i]);
        if (s->conn)
            s->pq.finish(s->conn);
    }
    free(s->data.path);
    free(s);
}

static const storage_ops POSTGRESQL = {
    .close = pg_close,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .lock = pg_lock,
    .lost = pg_lost,
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
    .next = pg_next,
    .order = pg_order,
    .open_elsewhere = pg_open_elsewhere,
    .changed = pg_changed,
    .join = sql_join,
    .beat = sql_beat,
    .leave = sql_leave,
    .disown = sql_disown,
    .workers = sql_workers,
    .claim = sql_claim,
    .release = sql_release,
};

/* The address without a password: user:secret@ becomes user@, and what follows ? is cut. */
static char *address_of(const char *url)
{
    text t = {0};
    const char *host = strstr(url, "://") + 3, *end = host + strcspn(host, "/?");
    const char *at = memchr(host, '@', (size_t)(end - host));
    const char *colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
    int upto = (int)strcspn(url, "?");
    if (colon)
        text_add(&t, "%.*s%.*s", (int)(colon - url), url, upto - (int)(at - url), at);
    else
        text_add(&t, "%.*s", upto, url);
    return text_take(&t);
}

static int32_t attach(pg_storage *s, const char *url, error *err)
{
    /* What stands before dbname may be said otherwise in the address.  A network that is cut is
     * noticed after about 20 s, in milliseconds and seconds. */
    static const char *const names[] = {"connect_timeout", "tcp_user_timeout", "keepalives_idle",
                                        "keepalives_interval", "keepalives_count", "dbname",
                                        "application_name", "client_encoding", NULL};
    const char *const values[] = {"10", "20000", "5", "5", "3", url, "hone", "UTF8", NULL};
    s->conn = s->pq.connectdbParams(names, values, 1);
    if (!s->conn || s->pq.status(s->conn) != CONNECTION_OK)
        return pg_fail(s, NULL, err);
    s->pq.setNoticeProcessor(s->conn, drop_notice, NULL);
    return pg_execute(s, SESSION, NULL, err);
}

int32_t storage_postgresql_open(const char *url, const storage_settings *settings, storage **out,
                                error *err)
{
    pg_storage *s = calloc(1, sizeof *s);
    if (!s || !(s->data.path = address_of(url))) {
        free(s);
        return error_add(err, HONE_ENOMEM, "out of memory for a connection");
    }
    s->data.base.ops = &POSTGRESQL;
    s->data.engine = &POSTGRESQL_ENGINE;
    s->data.process = getpid();
    s->data.read_only = settings->read_only;
    s->data.timestamps = settings->timestamps;
    s->data.described = s->study = -1;
    int32_t status = pg_load(&s->pq, err);
    if (status >= 0)
        status = attach(s, url, err);
    if (status >= 0)
        status = pg_prepare_schema(s, settings, err);
    if (status < 0) {
        bool lost = s->lost;
        pg_close(&s->data.base);
        return lost && settings->say_lost ? HONE_WAIT : status;
    }
    *out = &s->data.base;
    return HONE_OK;
}
