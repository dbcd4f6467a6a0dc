/* best.c - `hone best STUDY`: the best trial, the one that a model recommends, or the front of
 * several objectives.
 *
 * The rules of what is best are the history's: full fidelity, complete, feasible, the earlier
 * of equals. */
#include <math.h>
#include <stdlib.h>

#include "history.h"
#include "columns.h"
#include "point.h"
#include "recommend.h"
#include "stored.h"

typedef struct candidates {
    const stored *study;
    history *history;
    double *minimised; /* [n_goals] */
} candidates;

static double sign_of(const stored *s, int32_t goal)
{
    return s->record.maximize[goal] ? -1.0 : 1.0;
}

/* What does not count is left out. */
static int32_t add_candidate(void *context, const trial_record *t, error *err)
{
    candidates *c = context;
    const stored *s = c->study;
    if (!record_feasible(s, t))
        return HONE_OK;
    int64_t row = history_start(c->history, t->number, t->native, NAN, err);
    for (int32_t i = 0; i < s->record.n_goals; i++)
        c->minimised[i] = sign_of(s, i) * t->values[i];
    const outcome o = {.state = HONE_COMPLETE, .y = c->minimised, .yvar = t->yvar,
                       .seconds = t->seconds};
    return row < 0 ? (int32_t)row : history_finish(c->history, row, &o, err);
}

/* ---- one objective ---- */

static void print_params(const candidates *c, int64_t row)
{
    const stored *s = c->study;
    const double *native = history_native(c->history, row);
    for (int32_t i = 0; i < s->space.n; i++) {
        char *value = isnan(native[i]) ? NULL : param_write(&s->space.params[i], native[i]);
        if (value)
            printf("  %s = %s\n", s->space.params[i].name, value);
        free(value);
    }
}

static void print_best(const candidates *c, int64_t row)
{
    const stored *s = c->study;
    char number[NUMBER_ROOM];
    printf("best %s = %s at trial %lld\n", s->objectives[0],
           number_text(sign_of(s, 0) * history_values(c->history, row)[0], number),
           (long long)history_number(c->history, row));
    print_params(c, row);
}

/* ---- the recommended one ---- */

static int show_recommended(const invocation *in, const candidates *c, error *err)
{
    const stored *s = c->study;
    char a[NUMBER_ROOM], b[NUMBER_ROOM], seen[NUMBER_ROOM];
    double mean, sd;
    int64_t row;
    if (s->record.n_goals > 1) {
        error_add(err, HONE_EINVAL, "--recommend is for one objective, and study '%s' has %d",
                  s->record.name, (int)s->record.n_goals);
        return command_fail(err);
    }
    if (recommend(in, s, c->history, &row, &mean, &sd, err) < 0)
        return command_fail(err);
    const double value = sign_of(s, 0) * history_values(c->history, row)[0];
    const int64_t number = history_number(c->history, row);
    mean *= sign_of(s, 0);
    if (flag_given(in, "json")) {
        print_json(json_pack("{s:I, s:s, s:o, s:o, s:o, s:o}", "number", (json_int_t)number,
                             "state", "complete", "value", real_or_null(value), "mean",
                             real_or_null(mean), "sd", real_or_null(sd), "params",
                             params_json(&s->space, history_native(c->history, row))),
                   JSON_COMPACT);
        return EXIT_DONE;
    }
    printf("recommended %s = %s, sd %s, at trial %lld, which gave %s\n", s->objectives[0],
           number_short(mean, a), number_short(sd, b), (long long)number,
           number_text(value, seen));
    print_params(c, row);
    return EXIT_DONE;
}

/* ---- several ---- */

static bool print_front(const candidates *c, const int64_t *rows, int64_t n)
{
    const stored *s = c->study;
    char number[NUMBER_ROOM];
    columns l = {.n_columns = 1 + s->record.n_goals + s->space.n};
    columns_add(&l, "number");
    for (int32_t i = 0; i < s->record.n_goals; i++)
        columns_add(&l, s->objectives[i]);
    for (int32_t i = 0; i < s->space.n; i++)
        columns_add(&l, s->space.params[i].name);
    for (int64_t k = 0; k < n; k++) {
        const double *native = history_native(c->history, rows[k]);
        const double *values = history_values(c->history, rows[k]);
        columns_add(&l, number_text((double)history_number(c->history, rows[k]), number));
        for (int32_t i = 0; i < s->record.n_goals; i++)
            columns_add(&l, number_short(sign_of(s, i) * values[i], number));
        for (int32_t i = 0; i < s->space.n; i++) {
            char *value = isnan(native[i]) ? NULL : param_write(&s->space.params[i], native[i]);
            columns_add(&l, value ? value : "-");
            free(value);
        }
    }
    bool printed = columns_print(&l, stdout);
    columns_free(&l);
    return printed;
}

static void print_row_json(const candidates *c, int64_t row)
{
    const stored *s = c->study;
    json_t *values = json_array();
    for (int32_t i = 0; i < s->record.n_goals; i++)
        json_array_append_new(values,
                              real_or_null(sign_of(s, i) * history_values(c->history, row)[i]));
    json_t *o = json_pack("{s:I, s:s, s:O, s:o, s:o}", "number",
                          (json_int_t)history_number(c->history, row), "state", "complete", "value",
                          json_array_get(values, 0), "values", values, "params",
                          params_json(&s->space, history_native(c->history, row)));
    print_json(o, JSON_COMPACT);
}

/* ---- the command ---- */

static int show(const invocation *in, const candidates *c, error *err)
{
    const stored *s = c->study;
    int64_t *rows = NULL;
    int64_t best = history_best(c->history), n = 1;
    if (best < 0) {
        fprintf(stderr, "hone best: no trial of study '%s' is complete and feasible\n",
                s->record.name);
        return EXIT_FAILED;
    }
    if (flag_given(in, "recommend"))
        return show_recommended(in, c, err);
    if (s->record.n_goals > 1 && (n = history_front(c->history, &rows)) < 0) {
        error_add(err, HONE_ENOMEM, "out of memory for the front");
        return command_fail(err);
    }
    bool printed = true;
    if (flag_given(in, "json"))
        for (int64_t i = 0; i < n; i++)
            print_row_json(c, rows ? rows[i] : best);
    else if (s->record.n_goals > 1)
        printed = print_front(c, rows, n);
    else
        print_best(c, best);
    free(rows);
    if (printed)
        return EXIT_DONE;
    error_add(err, HONE_ENOMEM, "out of memory for the front");
    return command_fail(err);
}

static int best(invocation *in)
{
    stored s;
    error err = {0};
    candidates c = {.study = &s};
    int exit = stored_open(&s, in, in->arguments[0], true);
    if (exit != EXIT_DONE)
        return exit;
    s.space.n_objectives = s.record.n_goals;
    s.space.n_constraints = 0; /* candidates are feasible */
    c.minimised = calloc((size_t)s.record.n_goals, sizeof *c.minimised);
    int32_t status = c.minimised ? history_new(&s.space, &c.history, &err)
                                 : error_add(&err, HONE_ENOMEM, "out of memory");
    if (status >= 0)
        status = storage_trials(s.storage, s.record.id, &s.space, 0, ONLY_FINISHED, add_candidate,
                                &c, &err);
    exit = status < 0 ? command_fail(&err) : show(in, &c, &err);
    history_free(c.history);
    free(c.minimised);
    stored_close(&s);
    return exit;
}

static const flag FLAGS[] = {
    {"json", NULL, "one JSON object a line"},
    {"recommend", NULL, "the trial whose noise-free value is best by the study's surrogate"},
    {NULL, NULL, NULL},
};

const command COMMAND_BEST = {
    .name = "best",
    .arguments = "STUDY",
    .summary = "print the best trial, or the front of several objectives",
    .help = "Only complete trials that meet all constraints count.  Of equal ones it is the\n"
            "earlier; with several objectives all that no other trial dominates.\n"
            "\n"
            "Of noisy values the best is mostly a lucky one: --recommend fits the study's\n"
            "surrogate to all of them and names the trial with the best mean.\n",
    .examples = "  hone best study.ini\n  hone best study.db#name --json\n"
                "  hone best noisy.ini --recommend\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = best,
};
