/* status.c - `hone status STUDY`: who works on a study, at what, how fast, and what went wrong.
 *
 * Reads what is stored and nothing else, so that it may be asked from any machine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "owner.h"
#include "point.h"
#include "stored.h"

enum { WINDOW = 50 };             /* newest finished trials that make the rate */
static const double SILENCE = 60; /* seconds: the lease by default */

typedef struct running {
    int64_t number;
    double seconds; /* NaN: unknown */
    char *owner;    /* NULL: another program's, or told from outside */
} running;

typedef struct failure {
    char *reason;
    int64_t n, newest;
} failure;

typedef struct worker {
    char *owner, *label;
    double age; /* of its heartbeat, seconds */
    int64_t n_running;
} worker;

typedef struct status {
    stored *study;
    bool local; /* times in storage are local ones */
    double now; /* seconds since 1970 */
    int64_t n_trials, n_complete, n_pruned, n_failed, n_waiting, n_retried;
    int64_t n_running, n_failures, n_workers;
    running *running;
    failure *failures;
    worker *workers;
    double ends[WINDOW]; /* when the newest ended, as a ring */
    int64_t n_ends;
    int64_t best; /* number, -1: none */
    double best_value;
} status;

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory");
}

/* Room for one more of a list that grows by one. */
static void *one_more(void *list, int64_t n, size_t size)
{
    return realloc(list, ((size_t)n + 1) * size);
}

/* Seconds since 1970 of "2026-11-23 10:00:00.000000"; NaN: not one. */
static double time_of(const status *s, const char *when)
{
    struct tm t = {.tm_isdst = -1};
    double seconds;
    if (!when || sscanf(when, "%d-%d-%d %d:%d:%lf", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
                        &t.tm_min, &seconds) != 6)
        return NAN;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return (double)(s->local ? mktime(&t) : timegm(&t)) + seconds;
}

/* ---- reading ---- */

static int32_t add_running(status *s, const trial_record *t, error *err)
{
    running *more = one_more(s->running, s->n_running, sizeof *more);
    if (!more)
        return no_memory(err);
    s->running = more;
    running *r = &s->running[s->n_running++];
    *r = (running){.number = t->number, .seconds = s->now - time_of(s, t->started)};
    for (int64_t i = 0; t->owner && i < s->n_workers; i++)
        s->workers[i].n_running += strcmp(s->workers[i].owner, t->owner) == 0;
    return !t->owner || (r->owner = strdup(t->owner)) ? HONE_OK : no_memory(err);
}

/* The text of a note, which is JSON; NULL: none of that key. */
static char *note_of(const trial_record *t, const char *key)
{
    for (int64_t i = 0; i < t->n_notes; i++) {
        if (strcmp(t->note_keys[i], key) != 0)
            continue;
        json_t *value = json_loads(t->note_json[i], JSON_DECODE_ANY, NULL);
        char *out = strdup(json_is_string(value) ? json_string_value(value) : t->note_json[i]);
        json_decref(value);
        return out;
    }
    return NULL;
}

static int32_t add_failure(status *s, const trial_record *t, error *err)
{
    char *reason = note_of(t, "reason");
    if (!reason && !(reason = strdup("no reason given")))
        return no_memory(err);
    for (int64_t i = 0; i < s->n_failures; i++)
        if (strcmp(s->failures[i].reason, reason) == 0) {
            s->failures[i].n++;
            s->failures[i].newest = t->number;
            free(reason);
            return HONE_OK;
        }
    failure *more = one_more(s->failures, s->n_failures, sizeof *more);
    if (!more) {
        free(reason);
        return no_memory(err);
    }
    s->failures = more;
    s->failures[s->n_failures++] = (failure){.reason = reason, .n = 1, .newest = t->number};
    return HONE_OK;
}

static void note_best(status *s, const trial_record *t)
{
    if (s->study->record.n_goals != 1 || !record_feasible(s->study, t))
        return;
    double value = t->values[0], sign = s->study->record.maximize[0] ? -1 : 1;
    if (s->best < 0 || sign * value < sign * s->best_value) {
        s->best = t->number;
        s->best_value = value;
    }
}

static int32_t take_trial(void *context, const trial_record *t, error *err)
{
    status *s = context;
    char *lost = note_of(t, "lost");
    s->n_retried += lost != NULL;
    free(lost);
    s->n_trials++;
    if (t->state == TRIAL_WAITING)
        s->n_waiting++;
    if (t->state == HONE_RUNNING)
        return add_running(s, t, err);
    double end = time_of(s, t->completed);
    if (!isnan(end))
        s->ends[s->n_ends++ % WINDOW] = end;
    s->n_complete += t->state == HONE_COMPLETE;
    s->n_pruned += t->state == HONE_PRUNED;
    s->n_failed += t->state == HONE_FAILED;
    note_best(s, t);
    return t->state == HONE_FAILED ? add_failure(s, t, err) : HONE_OK;
}

static int32_t take_worker(void *context, const worker_record *w, error *err)
{
    status *s = context;
    worker *more = one_more(s->workers, s->n_workers, sizeof *more);
    if (!more)
        return no_memory(err);
    s->workers = more;
    worker *k = &s->workers[s->n_workers++];
    *k = (worker){
        .owner = strdup(w->owner), .label = strdup(w->label ? w->label : ""), .age = w->age};
    return k->owner && k->label ? HONE_OK : no_memory(err);
}

static int32_t read_status(status *s, error *err)
{
    stored *o = s->study;
    char *zone = NULL;
    int32_t result = storage_get(o->storage, o->record.id, "timestamps", &zone, err);
    s->local = zone && strcmp(zone, "local") == 0;
    free(zone);
    if (result >= 0)
        result = storage_workers(o->storage, o->record.id, take_worker, s, err);
    if (result >= 0)
        result =
            storage_trials(o->storage, o->record.id, &o->space, 0, WITH_NOTES, take_trial, s, err);
    return result;
}

static void status_free(status *s)
{
    for (int64_t i = 0; i < s->n_running; i++)
        free(s->running[i].owner);
    for (int64_t i = 0; i < s->n_failures; i++)
        free(s->failures[i].reason);
    for (int64_t i = 0; i < s->n_workers; i++) {
        free(s->workers[i].owner);
        free(s->workers[i].label);
    }
    free(s->running);
    free(s->failures);
    free(s->workers);
}

/* ---- showing ---- */

/* "alive", "silent" (its lease may be over) or "dead" (its process is known to have ended). */
static const char *state_of(const worker *w)
{
    if (owner_state(w->owner) == OWNER_DEAD)
        return "dead";
    return w->age > SILENCE ? "silent" : "alive";
}

static int64_t alive(const status *s)
{
    int64_t n = 0;
    for (int64_t i = 0; i < s->n_workers; i++)
        n += strcmp(state_of(&s->workers[i]), "alive") == 0;
    return n;
}

/* Finished trials a minute, over the newest; NaN: too few. */
static double rate_of(const status *s)
{
    int64_t n = s->n_ends < WINDOW ? s->n_ends : WINDOW;
    double first = INFINITY, last = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        first = fmin(first, s->ends[i]);
        last = fmax(last, s->ends[i]);
    }
    double until = s->n_running > 0 ? s->now : last; /* a study at rest has the rate it had */
    return n >= 2 && until > first ? 60 * (double)(n - 1) / (until - first) : NAN;
}

/* "node3 process 4711" of node3:4711:123. */
static void owner_text(const char *owner, text *out)
{
    size_t host = strcspn(owner, ":");
    const char *pid = owner[host] ? owner + host + 1 : "";
    text_add(out, "%.*s process %.*s", (int)host, owner, (int)strcspn(pid, ":"), pid);
}

static void print_count(int64_t n, const char *what, bool *first)
{
    if (n > 0)
        printf("%s %lld %s", *first ? ":" : ",", (long long)n, what);
    if (n > 0)
        *first = false;
}

static void print_head(const status *s)
{
    const stored *o = s->study;
    char number[NUMBER_ROOM];
    bool first = true;
    printf("study '%s' in %s: %lld trials", o->record.name, o->url, (long long)s->n_trials);
    print_count(s->n_complete, "complete", &first);
    print_count(s->n_pruned, "pruned", &first);
    print_count(s->n_failed, "failed", &first);
    print_count(s->n_running, "running", &first);
    print_count(s->n_waiting, "waiting", &first);
    printf("\n");
    if (!isnan(rate_of(s)))
        printf("%s trials a minute\n", number_short(rate_of(s), number));
    if (s->best >= 0)
        printf("best %s = %s at trial %lld\n", o->objectives[0], number_text(s->best_value, number),
               (long long)s->best);
    if (s->n_retried)
        printf("%lld lost their worker and ran again\n", (long long)s->n_retried);
}

static void print_workers(const status *s)
{
    char number[NUMBER_ROOM];
    printf("%lld workers alive%s\n", (long long)alive(s), s->n_workers ? ":" : "");
    for (int64_t i = 0; i < s->n_workers; i++) {
        const worker *w = &s->workers[i];
        text who = {0};
        owner_text(w->owner, &who);
        printf("  %s (%s): %s, heard of %s ago, %lld running\n", who.data ? who.data : w->owner,
               w->label, state_of(w), duration_text(fmax(w->age, 0), number),
               (long long)w->n_running);
        text_free(&who);
    }
}

static void print_trials(const status *s)
{
    char number[NUMBER_ROOM];
    for (int64_t i = 0; i < s->n_running; i++) {
        const running *r = &s->running[i];
        text who = {0};
        if (r->owner && strcmp(r->owner, RELEASED) != 0)
            owner_text(r->owner, &who);
        printf("%s  trial %lld for %s, %s\n", i ? "" : "running:\n", (long long)r->number,
               isnan(r->seconds) ? "?" : duration_text(fmax(r->seconds, 0), number),
               who.data ? who.data : "of no process");
        text_free(&who);
    }
    for (int64_t i = 0; i < s->n_failures; i++)
        printf("%s  %lld x %s (trial %lld)\n", i ? "" : "failed:\n", (long long)s->failures[i].n,
               s->failures[i].reason, (long long)s->failures[i].newest);
}

static json_t *lists_json(const status *s, json_t *o)
{
    json_t *workers = json_array(), *at_work = json_array(), *failures = json_array();
    for (int64_t i = 0; i < s->n_workers; i++) {
        const worker *w = &s->workers[i];
        json_array_append_new(workers, json_pack("{s:s, s:s, s:s, s:f, s:I}", "owner", w->owner,
                                                 "label", w->label, "state", state_of(w), "age",
                                                 w->age, "running", (json_int_t)w->n_running));
    }
    for (int64_t i = 0; i < s->n_running; i++) {
        const running *r = &s->running[i];
        json_array_append_new(at_work,
                              json_pack("{s:I, s:o, s:s?}", "number", (json_int_t)r->number,
                                        "seconds", real_or_null(r->seconds), "owner", r->owner));
    }
    for (int64_t i = 0; i < s->n_failures; i++)
        json_array_append_new(failures,
                              json_pack("{s:s, s:I, s:I}", "reason", s->failures[i].reason, "n",
                                        (json_int_t)s->failures[i].n, "newest",
                                        (json_int_t)s->failures[i].newest));
    json_object_set_new(o, "workers", workers);
    json_object_set_new(o, "running", at_work);
    json_object_set_new(o, "failures", failures);
    return o;
}

static json_t *status_json(const status *s)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "study",
                          s->study->record.name, "trials", (json_int_t)s->n_trials, "complete",
                          (json_int_t)s->n_complete, "pruned", (json_int_t)s->n_pruned, "failed",
                          (json_int_t)s->n_failed, "waiting", (json_int_t)s->n_waiting, "retried",
                          (json_int_t)s->n_retried, "per_minute", real_or_null(rate_of(s)));
    if (o && s->best >= 0)
        json_object_set_new(
            o, "best",
            json_pack("{s:I, s:f}", "number", (json_int_t)s->best, "value", s->best_value));
    return o ? lists_json(s, o) : NULL;
}

/* ---- the command ---- */

static int show_status(invocation *in)
{
    stored o;
    error err = {0};
    struct timespec now;
    int exit = stored_open(&o, in, in->arguments[0], true);
    if (exit != EXIT_DONE)
        return exit;
    clock_gettime(CLOCK_REALTIME, &now);
    status s = {.study = &o, .now = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec, .best = -1};
    if (read_status(&s, &err) < 0) {
        exit = command_fail(&err);
    } else if (flag_given(in, "json")) {
        print_json(status_json(&s), JSON_COMPACT);
    } else {
        print_head(&s);
        print_workers(&s);
        print_trials(&s);
    }
    status_free(&s);
    stored_close(&o);
    return exit;
}

static const flag FLAGS[] = {
    {"json", NULL, "one JSON object"},
    {NULL, NULL, NULL},
};

const command COMMAND_STATUS = {
    .name = "status",
    .arguments = "STUDY",
    .summary = "who works on a study, at what, how fast, and what failed and why",
    .help = "Workers are the processes of `hone run`: alive, silent for longer than a lease\n"
            "by default, or dead where this machine can see that.  The rate is that of the\n"
            "newest 50 trials.  May be asked from any machine that reaches the storage.\n",
    .examples = "  hone status study.ini\n"
                "  hone status 'postgresql://me@server/studies#svm' --json\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = show_status,
};
