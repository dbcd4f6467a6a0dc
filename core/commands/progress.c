/* progress.c - what `hone run` shows while it works, and at its end. */
#include "progress.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "owner.h"
#include "point.h"

static const double LINE_EVERY = 0.1; /* seconds between rewrites of the line */
enum { FRONT_SHOWN = 10 };            /* points of a front in the summary */

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double user_value(const config *c, history *h, int64_t row, int32_t goal)
{
    double y = history_values(h, row)[goal];
    return c->maximize[goal] ? -y : y;
}

static void values_text(const config *c, history *h, int64_t row, bool exact, text *out)
{
    char number[NUMBER_ROOM];
    for (int32_t j = 0; j < c->n_goals; j++) {
        double y = user_value(c, h, row, j);
        text_add(out, "%s%s", j ? " " : "",
                 exact ? number_text(y, number) : number_short(y, number));
    }
}

void progress_start(progress *p, study *s, int mode, bool color)
{
    *p = (progress){.study = s, .mode = mode, .color = color, .started = now_seconds()};
    p->before = study_origin_of(s)->n_complete + study_origin_of(s)->n_pruned +
                study_origin_of(s)->n_failed;
    p->time_limit = study_config(s)->time;
}

static const char *state_name(int32_t state)
{
    static const char *const names[] = {"running", "complete", "pruned", "failed"};
    return state >= 0 && state <= HONE_FAILED ? names[state] : "?";
}

/* ---- one line a trial ---- */

/* "2026-11-24T03:00:00Z slurm 4711_3 on node7: ", for the logs of many workers. */
static void add_origin(text *line)
{
    char when[32], label[LABEL_ROOM];
    struct tm t;
    time_t now = time(NULL);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &t));
    text_add(line, "%s %s: ", when, worker_label(label));
}

static void print_plain(progress *p, const finished_trial *t)
{
    const config *c = study_config(p->study);
    history *h = study_history(p->study);
    char number[NUMBER_ROOM];
    text line = {0};
    if (worker_launched())
        add_origin(&line);
    text_add(&line, "trial %lld %s ", (long long)t->number, state_name(t->state));
    if (t->state == HONE_COMPLETE)
        values_text(c, h, t->row, true, &line);
    else if (t->reason)
        text_add(&line, "(%s)", t->reason);
    text_add(&line, "%s", t->improved ? " * " : " ");
    point_text(c, history_native(h, t->row), true, &line);
    if (t->reused)
        text_add(&line, " (from the record)");
    else
        text_add(&line, " %s", duration_text(t->seconds, number));
    if (line.data)
        puts(line.data);
    fflush(stdout);
    text_free(&line);
}

static void print_json(progress *p, const finished_trial *t)
{
    const config *c = study_config(p->study);
    history *h = study_history(p->study);
    json_t *o = json_pack("{s:I, s:s, s:b, s:b}", "number", (json_int_t)t->number, "state",
                          state_name(t->state), "improved", t->improved, "reused", t->reused);
    if (!o)
        return;
    json_t *values = json_array();
    for (int32_t j = 0; t->state == HONE_COMPLETE && j < c->n_goals; j++)
        json_array_append_new(values, real_or_null(user_value(c, h, t->row, j)));
    if (t->state == HONE_COMPLETE)
        json_object_set(o, "value", json_array_get(values, 0));
    json_object_set_new(o, "values", values);
    json_object_set_new(o, "params", point_json(c, history_native(h, t->row)));
    json_object_set_new(o, "seconds", real_or_null(t->seconds));
    if (t->reason)
        json_object_set_new(o, "reason", json_string(t->reason));
    char *line = json_dumps(o, JSON_COMPACT);
    if (line)
        puts(line);
    fflush(stdout);
    free(line);
    json_decref(o);
}

/* ---- the line on a terminal ---- */

static int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col;
    return 80;
}

static double seconds_left(const progress *p, double elapsed)
{
    int64_t planned = study_planned(p->study);
    double left = INFINITY;
    if (planned != INT64_MAX && p->finished > 0)
        left = elapsed / (double)p->finished * (double)(planned - p->before - p->finished);
    return fmin(left, p->time_limit - elapsed);
}

static void show_line(progress *p, int64_t running)
{
    const config *c = study_config(p->study);
    history *h = study_history(p->study);
    char number[NUMBER_ROOM];
    double elapsed = now_seconds() - p->started;
    int64_t planned = study_planned(p->study), best = history_best(h);
    text line = {0};

    text_add(&line, "trial %lld", (long long)(p->before + p->finished));
    if (planned != INT64_MAX)
        text_add(&line, "/%lld", (long long)planned);
    if (running > 1)
        text_add(&line, " (%lld running)", (long long)running);
    if (elapsed > 0.5 && p->finished > 0)
        text_add(&line, "  %s/s", number_short((double)p->finished / elapsed, number));
    double left = seconds_left(p, elapsed);
    if (isfinite(left) && elapsed > 1)
        text_add(&line, "  %s left", duration_text(left, number));
    if (best >= 0) {
        text_add(&line, "  best ");
        values_text(c, h, best, false, &line);
        text_add(&line, " (%lld) ", (long long)history_number(h, best));
        point_text(c, history_native(h, best), false, &line);
    }
    if (line.data) {
        int width = terminal_width() - 1;
        fprintf(stderr, "\r%s%.*s%s\033[K", p->color ? "\033[36m" : "", width, line.data,
                p->color ? "\033[0m" : "");
        fflush(stderr);
    }
    text_free(&line);
}

void progress_tick(void *context, int64_t running)
{
    progress *p = context;
    double now = now_seconds();
    if (p->mode != PROGRESS_LINE || now - p->shown < LINE_EVERY)
        return;
    p->shown = now;
    show_line(p, running);
}

void progress_finished(void *context, const finished_trial *t)
{
    progress *p = context;
    p->finished++;
    if (p->mode == PROGRESS_PLAIN)
        print_plain(p, t);
    else if (p->mode == PROGRESS_JSON)
        print_json(p, t);
}

void progress_clear(progress *p)
{
    if (p->mode == PROGRESS_LINE && p->shown > 0)
        fprintf(stderr, "\r\033[K");
}

/* ---- the end ---- */

static void print_best(const config *c, history *h)
{
    int64_t best = history_best(h);
    if (best < 0) {
        printf("no trial is complete%s\n", c->n_constraints ? " and feasible" : "");
        return;
    }
    text line = {0};
    text_add(&line, "best %s = ", c->objectives[0]);
    values_text(c, h, best, true, &line);
    text_add(&line, " at trial %lld\n", (long long)history_number(h, best));
    const double *native = history_native(h, best);
    for (int32_t i = 0; i < c->space.n; i++) {
        if (isnan(native[i]))
            continue;
        char *value = param_write(&c->space.params[i], native[i]);
        text_add(&line, "  %s = %s\n", c->space.params[i].name, value ? value : "?");
        free(value);
    }
    if (line.data)
        fputs(line.data, stdout);
    text_free(&line);
}

static void print_front(const config *c, history *h)
{
    int64_t *rows = NULL;
    int64_t n = history_front(h, &rows);
    printf("%lld points on the front%s\n", (long long)(n > 0 ? n : 0),
           n > FRONT_SHOWN ? " (hone best shows all); the first of them:" : ":");
    for (int64_t i = 0; i < n && i < FRONT_SHOWN; i++) {
        text line = {0};
        text_add(&line, "  trial %lld  ", (long long)history_number(h, rows[i]));
        values_text(c, h, rows[i], true, &line);
        text_add(&line, "  ");
        point_text(c, history_native(h, rows[i]), true, &line);
        if (line.data)
            puts(line.data);
        text_free(&line);
    }
    free(rows);
}

static void count_states(history *h, int64_t count[4])
{
    for (int64_t row = 0; row < history_rows(h); row++) {
        int32_t state = history_state(h, row);
        if (state >= 0 && state <= HONE_FAILED)
            count[state]++;
    }
}

void progress_summary(progress *p, const run_result *r, const stop_rules *rules)
{
    const config *c = study_config(p->study);
    history *h = study_history(p->study);
    int64_t count[4] = {0};
    char number[NUMBER_ROOM];
    char *why = stop_text(r->reason, rules);
    bool partial = study_partial(p->study); /* others' trials were not read */
    count_states(h, count);
    printf("%s: %lld complete%s", why ? why : "over", (long long)count[HONE_COMPLETE],
           partial ? " of those that this worker knows" : "");
    if (count[HONE_PRUNED])
        printf(", %lld pruned", (long long)count[HONE_PRUNED]);
    if (count[HONE_FAILED])
        printf(", %lld failed", (long long)count[HONE_FAILED]);
    if (count[HONE_RUNNING] && !partial)
        printf(", %lld to be run again", (long long)count[HONE_RUNNING]);
    printf(" (%lld in this run, %s)\n", (long long)r->finished,
           duration_text(now_seconds() - p->started, number));
    free(why);
    if (c->n_goals > 1)
        print_front(c, h);
    else
        print_best(c, h);
}
