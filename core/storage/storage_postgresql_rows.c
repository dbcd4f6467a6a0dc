/* storage_postgresql_rows.c - statements and rows of PostgreSQL.
 *
 * Values travel as text: numbers with 17 digits, bytes as \x and hexadecimal digits (the
 * server's form since 9.0).  A statement is prepared at its first use on a connection.
 *
 * Within a transaction a statement that gives no row is sent and its answer not waited for
 * (pipeline mode): the next one that gives rows, or the commit, reads all answers.  The first
 * failure is the one that is reported; what was sent after it was not done.
 * Source: the chapter "libpq" of PostgreSQL's manual, and its appendix of error codes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage_postgresql.h"
#include "text.h"

#define STATEMENT_SQL(id, sql) sql,
static const char *const SQL[] = {STATEMENTS(STATEMENT_SQL)};
static const char CLOCK[] = "extract(epoch from clock_timestamp())::float8";

/* ExecStatusType of libpq-fe.h. */
enum { COMMAND_OK = 1, TUPLES_OK = 2, PIPELINE_SYNC = 10 };
enum { MOST_CELLS = 16, MOST_COLUMNS = 12, NUMBER_TEXT = 32 };
enum { MOST_QUEUED = 64 }; /* answers fill a socket's buffer */

typedef struct pg_rows {
    rows base;
    const libpq *pq;
    pg_result *result;
    int at, n;
    void *bytes[MOST_COLUMNS]; /* decoded of the current row */
} pg_rows;

/* ---- the pipeline ---- */

static bool good(const pg_storage *s, const pg_result *r)
{
    int status = r ? s->pq.resultStatus(r) : -1;
    return status == COMMAND_OK || status == TUPLES_OK;
}

static int32_t out_of_step(pg_storage *s, error *err)
{
    s->lost = true;
    return pg_fail(s, NULL, err);
}

/* Reads until every queued statement is answered; *last, if wanted, is the newest one's answer. */
static int32_t drain(pg_storage *s, pg_result **last, error *err)
{
    int32_t status = s->pq.pipelineSync(s->conn) ? HONE_OK : out_of_step(s, err);
    bool synced = false;
    for (int silent = 0; !synced && silent < 2 && !s->lost;) {
        pg_result *r = s->pq.getResult(s->conn); /* NULL ends each statement's answers */
        silent = r ? 0 : silent + 1;
        if (!r)
            continue;
        int code = s->pq.resultStatus(r);
        synced = code == PIPELINE_SYNC;
        if (!synced && status >= 0 && !good(s, r))
            status = pg_fail(s, r, err);
        if (!synced && status >= 0)
            s->changed = strtoll(s->pq.cmdTuples(r), NULL, 10);
        if (!synced && status >= 0 && last && --s->queued == 0)
            *last = r;
        else
            s->pq.clear(r);
    }
    s->queued = 0;
    if (status >= 0 && (!synced || !s->pq.exitPipelineMode(s->conn)))
        status = out_of_step(s, err);
    else if (!s->lost && !s->pq.exitPipelineMode(s->conn))
        s->lost = true;
    return status;
}

int32_t pg_settle(pg_storage *s, error *err)
{
    return s->queued > 0 ? drain(s, NULL, err) : HONE_OK;
}

int32_t pg_execute(pg_storage *s, const char *sql, pg_result **out, error *err)
{
    int32_t status = pg_settle(s, err);
    pg_result *r = s->lost || status < 0 ? NULL : s->pq.exec(s->conn, sql);
    if (status >= 0)
        status = good(s, r) ? HONE_OK : pg_fail(s, r, err);
    if (out)
        *out = r;
    else
        s->pq.clear(r);
    return status;
}

/* ---- parameters ---- */

typedef struct arguments {
    const char *values[MOST_CELLS];
    char numbers[MOST_CELLS][NUMBER_TEXT];
    char *owned[MOST_CELLS];
} arguments;

static char *hex_of(const unsigned char *bytes, int64_t n)
{
    static const char digits[] = "0123456789abcdef";
    char *out = malloc(2 * (size_t)n + 3);
    if (!out)
        return NULL;
    out[0] = '\\';
    out[1] = 'x';
    for (int64_t i = 0; i < n; i++) {
        out[2 + 2 * i] = digits[bytes[i] >> 4];
        out[3 + 2 * i] = digits[bytes[i] & 15];
    }
    out[2 + 2 * n] = '\0';
    return out;
}

static bool set_arguments(arguments *a, const cell *cells, int n)
{
    for (int i = 0; i < n; i++) {
        const cell *c = &cells[i];
        a->owned[i] = NULL;
        a->values[i] = a->numbers[i];
        if (c->type == CELL_INTEGER)
            snprintf(a->numbers[i], NUMBER_TEXT, "%" PRId64, c->i);
        else if (c->type == CELL_DOUBLE && !isnan(c->d))
            snprintf(a->numbers[i], NUMBER_TEXT, "%.17g", c->d);
        else if (c->type == CELL_STRING)
            a->values[i] = c->s;
        else if (c->type == CELL_BYTES && c->s)
            a->values[i] = a->owned[i] = hex_of(c->s, c->n);
        else
            a->values[i] = NULL;
        if (c->type == CELL_BYTES && c->s && !a->owned[i]) {
            while (i-- > 0)
                free(a->owned[i]);
            return false;
        }
    }
    return true;
}

static void free_arguments(arguments *a, int n)
{
    for (int i = 0; i < n; i++)
        free(a->owned[i]);
}

/* ---- rows ---- */

static void forget_bytes(pg_rows *r)
{
    for (int i = 0; i < MOST_COLUMNS; i++) {
        free(r->bytes[i]);
        r->bytes[i] = NULL;
    }
}

static void pg_done(rows *row)
{
    pg_rows *r = (pg_rows *)row;
    forget_bytes(r);
    r->pq->clear(r->result);
    r->result = NULL;
}

static void pg_free(rows *row)
{
    pg_done(row);
    free(row);
}

static rows *new_rows(const pg_storage *s)
{
    pg_rows *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->base.engine = &POSTGRESQL_ENGINE;
    r->pq = &s->pq;
    return &r->base;
}

static int32_t no_memory(const pg_storage *s, error *err)
{
    return error_add(err, HONE_ENOMEM, "%s: out of memory", s->data.path);
}

/* Takes the result over. */
static int32_t keep_result(pg_storage *s, rows *row, pg_result *result, error *err)
{
    pg_rows *r = (pg_rows *)row;
    pg_done(row);
    r->result = result;
    r->at = -1;
    r->n = result ? s->pq.ntuples(result) : 0;
    if (!good(s, result))
        return pg_fail(s, result, err);
    s->changed = strtoll(s->pq.cmdTuples(result), NULL, 10);
    return HONE_OK;
}

static int32_t prepare_statement(pg_storage *s, int id, const char *name, error *err)
{
    char *sql = db_dialect(SQL[id], '$', CLOCK);
    if (!sql)
        return no_memory(s, err);
    pg_result *r = s->pq.prepare(s->conn, name, sql, 0, NULL);
    int32_t status = good(s, r) ? HONE_OK : pg_fail(s, r, err);
    s->prepared[id] = status >= 0;
    s->pq.clear(r);
    free(sql);
    return status;
}

static int32_t pg_step(database *base, rows *row, error *err)
{
    pg_rows *r = (pg_rows *)row;
    (void)base, (void)err;
    forget_bytes(r);
    return ++r->at < r->n;
}

enum { NAME_ROOM = 16 };

/* The statement's name; it is prepared on the server afterwards. */
static int32_t ready(pg_storage *s, int id, char name[NAME_ROOM], error *err)
{
    if (s->lost)
        return pg_fail(s, NULL, err);
    snprintf(name, NAME_ROOM, "s%d", id);
    if (s->prepared[id])
        return HONE_OK;
    int32_t status = pg_settle(s, err);
    return status < 0 ? status : prepare_statement(s, id, name, err);
}

/* Sends one statement more; its answer is read later. */
static int32_t enqueue(pg_storage *s, const char *name, const cell *cells, int n, error *err)
{
    arguments a;
    if (!set_arguments(&a, cells, n))
        return no_memory(s, err);
    bool sent = (s->queued > 0 || s->pq.enterPipelineMode(s->conn)) &&
                s->pq.sendQueryPrepared(s->conn, name, n, a.values, NULL, NULL, 0);
    free_arguments(&a, n);
    if (!sent)
        return out_of_step(s, err);
    s->queued++;
    return HONE_OK;
}

static int32_t pg_run(database *base, int id, const cell *cells, int n, error *err)
{
    pg_storage *s = (pg_storage *)base;
    char name[NAME_ROOM];
    int32_t status = ready(s, id, name, err);
    if (status >= 0)
        status = enqueue(s, name, cells, n, err);
    if (status >= 0 && (!base->base.open || s->queued >= MOST_QUEUED))
        status = pg_settle(s, err);
    return status;
}

static int32_t ask_server(pg_storage *s, const char *name, const cell *cells, int n,
                          pg_result **result, error *err)
{
    arguments a;
    *result = NULL;
    if (s->queued > 0) {
        int32_t status = enqueue(s, name, cells, n, err);
        return status < 0 ? status : drain(s, result, err);
    }
    if (!set_arguments(&a, cells, n))
        return no_memory(s, err);
    *result = s->pq.execPrepared(s->conn, name, n, a.values, NULL, NULL, 0);
    free_arguments(&a, n);
    return HONE_OK;
}

static int32_t pg_row(database *base, int id, const cell *cells, int n, rows **row, error *err)
{
    pg_storage *s = (pg_storage *)base;
    char name[NAME_ROOM];
    pg_result *result;
    *row = NULL;
    if (!base->statements[id] && !(base->statements[id] = new_rows(s)))
        return no_memory(s, err);
    int32_t status = ready(s, id, name, err);
    if (status >= 0)
        status = ask_server(s, name, cells, n, &result, err);
    if (status < 0)
        return status;
    status = keep_result(s, base->statements[id], result, err);
    if (status >= 0 && pg_step(base, base->statements[id], err)) {
        *row = base->statements[id];
        return 1;
    }
    pg_done(base->statements[id]);
    return status < 0 ? status : 0;
}

static int32_t pg_prepare(database *base, const char *sql, const cell *cells, int n, rows **out,
                          error *err)
{
    pg_storage *s = (pg_storage *)base;
    arguments a;
    *out = NULL;
    int32_t status = s->lost ? pg_fail(s, NULL, err) : pg_settle(s, err);
    if (status < 0)
        return status;
    char *own = db_dialect(sql, '$', CLOCK);
    *out = own ? new_rows(s) : NULL;
    if (!*out || !set_arguments(&a, cells, n)) {
        free(own);
        return no_memory(s, err);
    }
    pg_result *r = s->pq.execParams(s->conn, own, n, NULL, a.values, NULL, NULL, 0);
    free_arguments(&a, n);
    free(own);
    return keep_result(s, *out, r, err);
}

static int32_t execute(database *base, const char *sql, error *err)
{
    return pg_execute((pg_storage *)base, sql, NULL, err);
}

static int64_t changes(const database *base)
{
    return ((const pg_storage *)base)->changed;
}

/* ---- transactions for reading ---- */

static int32_t read_begin(database *base, bool *begun, error *err)
{
    pg_storage *s = (pg_storage *)base;
    if (base->base.open)
        return HONE_OK;
    int32_t status = pg_execute(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, err);
    *begun = status >= 0;
    return status;
}

static void read_end(database *base, bool begun)
{
    error ignored = {0};
    if (begun && !((pg_storage *)base)->lost)
        pg_execute((pg_storage *)base, "ROLLBACK", NULL, &ignored);
    error_free(&ignored);
}

/* ---- columns ---- */

static const char *text_of(const rows *row, int column)
{
    const pg_rows *r = (const pg_rows *)row;
    return r->pq->getisnull(r->result, r->at, column) ? NULL
                                                      : r->pq->getvalue(r->result, r->at, column);
}

static bool is_null(const rows *row, int column)
{
    return text_of(row, column) == NULL;
}

static int64_t integer_of(const rows *row, int column)
{
    const char *t = text_of(row, column);
    return t ? strtoll(t, NULL, 10) : 0;
}

static double real_of(const rows *row, int column)
{
    const char *t = text_of(row, column);
    return t ? strtod(t, NULL) : 0;
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static const void *blob_of(const rows *row, int column, int64_t *bytes)
{
    pg_rows *r = (pg_rows *)row; /* what is decoded is kept with the row */
    const char *t = text_of(row, column);
    *bytes = 0;
    if (!t || strncmp(t, "\\x", 2) != 0 || column >= MOST_COLUMNS)
        return NULL;
    *bytes = (int64_t)strlen(t + 2) / 2;
    if (r->bytes[column])
        return r->bytes[column];
    unsigned char *out = malloc((size_t)*bytes + 1);
    for (int64_t i = 0; out && i < *bytes; i++)
        out[i] = (unsigned char)(nibble(t[2 + 2 * i]) << 4 | nibble(t[3 + 2 * i]));
    r->bytes[column] = out;
    return out;
}

const engine POSTGRESQL_ENGINE = {
    .row = pg_row,
    .run = pg_run,
    .done = pg_done,
    .prepare = pg_prepare,
    .step = pg_step,
    .free = pg_free,
    .execute = execute,
    .changes = changes,
    .read_begin = read_begin,
    .read_end = read_end,
    .is_null = is_null,
    .integer = integer_of,
    .real = real_of,
    .text = text_of,
    .blob = blob_of,
};
