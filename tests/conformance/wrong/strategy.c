/* strategy.c - a sound small strategy, and with -DFAULT_<name> one that is wrong in one way.
 *
 * Random points, shifted by how many rows it was told; so it has a state, which it saves. */
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <fenv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hone_fresh.h"

/* FAULT name: the test that is meant to find it
 *
 * FAULT hidden_global: interleaving
 * FAULT unseeded: repeatable
 * FAULT per_thread: any_thread
 * FAULT counts_threads: threads
 * FAULT beyond_ldx: inside
 * FAULT beyond_rows: inside
 * FAULT out_of_bounds: inside
 * FAULT nan_point: inside
 * FAULT too_many: inside
 * FAULT row_unwritten: inside
 * FAULT gives_none: inside
 * FAULT waits_for_nothing: inside
 * FAULT changes_table: inside
 * FAULT error_without_words: inside
 * FAULT exits: inside
 * FAULT crashes: inside
 * FAULT hangs: inside
 * FAULT none_asked: empty
 * FAULT ignores_pending: pending
 * FAULT repeats: finite
 * FAULT never_done: finite
 * FAULT ends_early: finite
 * FAULT goes_on: finite
 * FAULT dies_of_failure: failures
 * FAULT nan_of_failure: failures
 * FAULT overflows: values
 * FAULT lies_history: history_only
 * FAULT counts_tells: tells
 * FAULT lies_objectives: objectives
 * FAULT lies_constraints: constraints
 * FAULT refuses_others: foreign
 * FAULT one_column: spaces
 * FAULT fixed_room: wide
 * FAULT deaf: cancelled
 * FAULT leaks_self: lives
 * FAULT leaks_ask: leaks
 * FAULT sets_locale: process
 * FAULT changes_folder: process
 * FAULT leaves_thread: process
 * FAULT leaves_file: process
 * FAULT leaves_child: process
 * FAULT sets_umask: process
 * FAULT sets_rounding: process
 * FAULT prints: silent
 * FAULT destroy_null: destroys
 * FAULT refuses_silently: bounds
 * FAULT option_crash: settings
 * FAULT poor_words: tables
 * FAULT exports_more: exports
 * FAULT loose_extension: extensions
 * FAULT state_partial: state
 * FAULT state_one_read: short_reads
 * FAULT state_trusting: garbage */

typedef struct plain {
    hone_fresh fresh; /* first */
    int64_t told, asked;
    double step;
} plain;

static const double GOLDEN = 0.6180339887498949;

#ifdef FAULT_hidden_global
static int64_t asks;
#endif
#ifdef FAULT_per_thread
static _Thread_local int64_t asks;
#endif
#ifdef FAULT_exports_more
HONE_EXPORT int helper;
int helper = 1;
#endif

static int32_t failed(const plain *p, const char *words)
{
    p->fresh.host->error(p->fresh.host, -1, words);
    return HONE_EFAIL;
}

static void propose(plain *p, const hone_trials *t, int64_t number, int64_t attempt, double *x)
{
    hone_fresh *f = &p->fresh;
    double shift = (double)p->told * p->step;
    (void)t;
#ifdef FAULT_lies_history
    shift += (double)p->asked * p->step;
#endif
#if defined FAULT_hidden_global || defined FAULT_per_thread
    shift += (double)asks++ * p->step;
#endif
#ifdef FAULT_unseeded
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    shift += 1e-9 * (double)now.tv_nsec;
#endif
#ifdef FAULT_counts_threads
    shift += (double)f->host->threads * p->step;
#endif
#ifdef FAULT_ignores_pending
    number = t->n_finished;
#endif
    f->host->uniform(f->host, number, attempt * f->d, f->d, f->u);
    for (int64_t k = 0; k < f->d; k++)
        f->u[k] = fmod(f->u[k] + shift, 1.0);
    hone_spread(f->space, f->u, x);
#ifdef FAULT_nan_of_failure
    for (int64_t i = 0; i < t->n; i++)
        x[0] += t->state[i] == HONE_RUNNING ? 0 : 0 * t->y[i * t->ldy];
#endif
#ifdef FAULT_overflows
    double sum = 0;
    for (int64_t i = 0; i < t->n; i++)
        sum += t->state[i] == HONE_COMPLETE ? t->y[i * t->ldy] * t->y[i * t->ldy] : 0;
    x[0] += 0 * sum;
#endif
}

/* What an ask does before anything else. */
static int32_t misbehave(plain *p, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                         int64_t ldx, int64_t *n_out)
{
    (void)p, (void)t, (void)n, (void)number, (void)X, (void)ldx, (void)n_out;
#ifdef FAULT_exits
    exit(0);
#endif
#ifdef FAULT_crashes
    *(volatile int *)(uintptr_t)(t->n < 5 ? (uintptr_t)&p->told : 8) = 1;
#endif
#ifdef FAULT_hangs
    for (volatile int k = 0; t->n > 5; k = 1 - k)
        continue;
#endif
#ifdef FAULT_error_without_words
    if (t->n > 4)
        return HONE_EFAIL;
#endif
#ifdef FAULT_none_asked
    if (n == 0)
        return failed(p, "nothing to do");
#endif
#ifdef FAULT_changes_table
    if (t->n > 0)
        *(double *)(uintptr_t)t->x = 0.5;
#endif
#ifdef FAULT_lies_objectives
    if (t->n_objectives > 1)
        return failed(p, "one objective only");
#endif
#ifdef FAULT_lies_constraints
    for (int64_t i = 0; i < t->n && t->c; i++)
        if (t->state[i] == HONE_COMPLETE && isnan(t->c[i * t->ldc]))
            return failed(p, "an unknown constraint");
#endif
#ifdef FAULT_refuses_others
    for (int64_t i = 1; i < t->n; i++)
        if (t->number[i] != t->number[i - 1] + 1)
            return failed(p, "a number that was not asked for");
#endif
#ifdef FAULT_one_column
    if (p->fresh.space->n_cols == 1)
        abort();
#endif
#ifdef FAULT_fixed_room
    if (p->fresh.space->n_cols > 64)
        abort();
#endif
#ifdef FAULT_deaf
    if (t->n >= 8)
        sleep(3);
#endif
#ifdef FAULT_leaks_ask
    *(void *volatile *)&(void *){NULL} = malloc(64);
#endif
#ifdef FAULT_sets_rounding
    fesetround(FE_UPWARD);
#endif
#ifdef FAULT_prints
    puts("asked");
#endif
#ifdef FAULT_gives_none
    if (t->n > 4) {
        *n_out = 0;
        return HONE_OK;
    }
#endif
#ifdef FAULT_waits_for_nothing
    if (t->n > 2) {
        *n_out = 0;
        return t->n_running ? HONE_OK : HONE_WAIT;
    }
#endif
    return HONE_OK;
}

/* What an ask does after all. */
static void spoil(const plain *p, int64_t n, double *X, int64_t ldx, int64_t *n_out)
{
    (void)p, (void)n, (void)X, (void)ldx, (void)n_out;
#ifdef FAULT_beyond_ldx
    if (n > 0)
        X[p->fresh.space->n_cols] = 0;
#endif
#ifdef FAULT_beyond_rows
    X[n * ldx] = 0;
#endif
#ifdef FAULT_out_of_bounds
    if (n > 0)
        X[0] += 1;
#endif
#ifdef FAULT_nan_point
    if (n > 1)
        X[ldx] = NAN;
#endif
#ifdef FAULT_too_many
    *n_out = n + 1;
#endif
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    plain *p = self;
    int32_t status = misbehave(p, t, n, number, X, ldx, n_out);
#if defined FAULT_gives_none || defined FAULT_waits_for_nothing
    if (*n_out == 0)
        return status;
#endif
    if (status < 0)
        return status;
    if (hone_fresh_begin(&p->fresh, t) < 0)
        return failed(p, "out of memory");
    p->asked++;
    for (*n_out = 0; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        uint64_t start;
        int k = 0;
#ifdef FAULT_row_unwritten
        if (i == 2)
            continue;
#endif
#ifdef FAULT_ends_early
        if (p->asked > 2)
            return HONE_DONE;
#endif
#ifdef FAULT_goes_on
        if (p->asked > 4 && t->n >= 6 && t->budget == 6)
            hone_fresh_free(&p->fresh), hone_fresh_init(&p->fresh, p->fresh.host);
#endif
        do
            propose(p, t, number[i], k, X + i * ldx);
        while (!hone_fresh_row(&p->fresh, t, X, ldx, i) && ++k < HONE_FRESH_TRIES);
#if defined FAULT_repeats || defined FAULT_ignores_pending
        continue;
#endif
        if (k < HONE_FRESH_TRIES)
            continue;
        p->fresh.host->bits(p->fresh.host, number[i], 0, 1, &start);
        if (!hone_fresh_search(&p->fresh, t, start, X, ldx, i)) {
#ifdef FAULT_never_done
            return HONE_WAIT;
#elif defined FAULT_goes_on
            if (p->asked % 2 == 0)
                continue;
#endif
            return HONE_DONE;
        }
    }
    spoil(p, n, X, ldx, n_out);
    return HONE_OK;
}

static int32_t tell(void *self, const hone_trials *t, int64_t n, const int64_t *row)
{
    plain *p = self;
    (void)t, (void)row;
#ifdef FAULT_dies_of_failure
    for (int64_t i = 0; i < n; i++)
        if (isnan(t->y[row[i] * t->ldy]))
            return failed(p, "no value");
#endif
#ifdef FAULT_counts_tells
    n = n > 0;
#endif
    p->told += n;
    return HONE_OK;
}

static void destroy(void *self)
{
    plain *p = self;
#ifdef FAULT_destroy_null
    p->told = 0;
#endif
    if (p)
        hone_fresh_free(&p->fresh);
    free(p);
}

#ifdef FAULT_leaves_thread
static void *linger(void *context)
{
    (void)context;
    sleep(1000);
    return NULL;
}
#endif

static void meddle(void)
{
#ifdef FAULT_leaks_self
    *(void *volatile *)&(void *){NULL} = malloc(64);
#endif
#ifdef FAULT_sets_locale
    setlocale(LC_ALL, "C.UTF-8");
#endif
#ifdef FAULT_changes_folder
    if (chdir("/usr") < 0)
        abort();
#endif
#ifdef FAULT_leaves_thread
    pthread_t thread;
    pthread_create(&thread, NULL, linger, NULL);
#endif
#ifdef FAULT_leaves_file
    *(volatile int *)&(int){0} = open("/dev/null", O_RDONLY);
#endif
#ifdef FAULT_leaves_child
    if (fork() == 0) {
        sleep(1000);
        _exit(0);
    }
#endif
#ifdef FAULT_sets_umask
    umask(077);
#endif
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    plain *p = calloc(1, sizeof *p);
    meddle();
#ifdef FAULT_refuses_silently
    if (values[0].d == 1) {
        destroy(p);
        return HONE_EINVAL;
    }
#endif
#ifdef FAULT_option_crash
    if (values[0].d > 0.3 && values[0].d < 0.7)
        abort();
#endif
    if (!p || hone_fresh_init(&p->fresh, host) < 0) {
        destroy(p);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->step = values[0].d;
    *self = p;
    return HONE_OK;
}

/* ---- hone.state/1 ---- */

static int64_t move(const hone_stream *s, void *buffer, int64_t n)
{
    char *at = buffer;
    int64_t done = 0;
#ifdef FAULT_state_one_read
    return s->io(s, buffer, n);
#endif
    while (done < n) {
        const int64_t k = s->io(s, at + done, n - done);
        if (k < 0)
            return k;
        if (k == 0)
            break;
        done += k;
    }
    return done;
}

enum { MARK = 0x4e4f48 };

static int32_t save(void *self, const hone_stream *out)
{
    const plain *p = self;
    int64_t kept[3] = {MARK, p->told, p->asked};
    move(out, kept, sizeof kept);
    return HONE_OK;
}

static int32_t load(void *self, const hone_stream *in)
{
    plain *p = self;
    int64_t kept[3] = {0};
    const int64_t n = move(in, kept, sizeof kept);
#ifdef FAULT_state_trusting
    p->told = kept[1];
    return n < 0 ? HONE_ESTATE : HONE_OK;
#elif defined FAULT_state_one_read
    p->told = kept[1];
    return n == 0 || (n == sizeof kept && kept[0] != MARK) ? HONE_ESTATE : HONE_OK;
#endif
    if (n != sizeof kept || kept[0] != MARK) {
        p->fresh.host->error(p->fresh.host, -1, "this is no state of it");
        return HONE_ESTATE;
    }
#ifndef FAULT_state_partial
    p->told = kept[1];
#endif
    p->asked = kept[2];
    return HONE_OK;
}

static const hone_ext_state STATE = {sizeof STATE, 0, save, load};

static const void *extension(const char *id)
{
#ifdef FAULT_loose_extension
    return strncmp(id, "hone.state/1", 12) == 0 ? &STATE : NULL;
#endif
    return strcmp(id, "hone.state/1") == 0 ? &STATE : NULL;
}

static const hone_option OPTIONS[] = {
    {.name = "step",
     .type = HONE_OPT_REAL,
     .def = "0.25",
     .low = 0,
     .high = 1,
     .doc = "How far a result shifts the points that follow."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL |
            HONE_CAP_HISTORY_ONLY,
    .ask = ask,
    .tell = tell,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "plain",
    .version = "1.0.0",
#ifdef FAULT_poor_words
    .doc = "random",
#else
    .doc = "Random points, shifted by the number of results.",
#endif
    .options = OPTIONS,
    .n_options = 1,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .extension = extension,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("plain", "1.0.0", "MIT", "", PLUGINS)
