/* auto.c - strategy: chooses among the others by what is known of the study, hands over when
 * that pays, and says why.
 *
 * The rules and the model of what a suggestion costs are choose.c's.  What is asked follows from
 * the table, the budget and the trial's number alone: recorded seconds are part of the table, and
 * no clock is read.  Each choice is noted with the first trial that a strategy proposes
 * (`strategy`), by every process that works on the study.
 *
 * Where another strategy takes over it waits for the trials before it, so that all processes know
 * the same of them.  Strategies are components: each has a section of its own, and any other can
 * be named in its place.  One that keeps a state (cmaes) is led along the table by relay.c, in
 * spaces of numbers only. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"

enum { PATIENCE = PARTS, SHARE, N_OPTIONS };
enum { SENTENCE = 400 };

typedef struct automatic {
    const hone_host *host;
    const hone_space *space;
    choice choice;
    hone_component parts[PARTS];
    int led; /* EVOLUTION keeps a state: by the relay */
    relay relay;
    int64_t turned; /* the row where another took over, 0: not yet; then */
    int next;       /* who */
    int said;       /* the part that was explained last, -1: none */
    double *start;  /* [n_cols] */
} automatic;

static int32_t fail(const automatic *s, int32_t status)
{
    if (status == HONE_ENOMEM)
        s->host->error(s->host, -1, "out of memory");
    return status;
}

/* ---- parts --------------------------------------------------------------------------------*/

static int32_t part(automatic *s, int which)
{
    hone_component *p = &s->parts[which];
    char words[SENTENCE];
    int32_t status;

    if (p->ops || (which == EVOLUTION && s->led))
        return HONE_OK;
    p->size = sizeof *p;
    status = s->host->component(s->host, which, 0, NULL, p);
    if (status < 0)
        return status;
    const hone_strategy_ops *ops = p->ops;
    if (ops->caps & HONE_CAP_HISTORY_ONLY)
        return HONE_OK;
    if (which == EVOLUTION) {
        s->led = 1;
        s->host->release(s->host, p); /* the relay makes its own */
        return relay_init(&s->relay, s->host, which);
    }
    snprintf(words, sizeof words,
             "%s keeps a state of its own; wanted is a strategy whose proposals depend on the "
             "history alone, such as bayes, tpe, nsga2 or random",
             p->name);
    s->host->error(s->host, which, words);
    return HONE_EUNSUPPORTED;
}

/* ---- asking -------------------------------------------------------------------------------*/

static void explain(automatic *s, int which, const turn *at, int64_t number, int64_t budget)
{
    char words[SENTENCE];

    if (s->said == which)
        return;
    if (at->row > 0)
        choose_explain_next(&s->choice, at, which, s->parts[which].name, words, sizeof words);
    else
        choose_explain_first(&s->choice, which, s->parts[which].name, budget, words, sizeof words);
    s->host->note(s->host, number, "strategy", NAN, words);
    s->host->log(s->host, HONE_LOG_INFO, words);
    s->said = which;
}

/* s->start := the best of the first rows, by violation, then by value; else the middle. */
static void find_start(automatic *s, const hone_trials *t, int64_t rows)
{
    double best = INFINITY, least = INFINITY;
    int64_t at = -1;

    for (int64_t r = 0; r < rows; r++) {
        double over = 0.0;

        if (t->state[r] != HONE_COMPLETE)
            continue;
        for (int64_t k = 0; k < t->n_constraints; k++) {
            const double c = t->c ? t->c[r * t->ldc + k] : NAN;

            over += isnan(c) ? INFINITY : fmax(c, 0.0);
        }
        if (at < 0 || over < least || (over == least && t->y[r * t->ldy] < best)) {
            at = r;
            least = over;
            best = t->y[r * t->ldy];
        }
    }
    for (int64_t k = 0; k < s->space->n_cols; k++) {
        const double init = at < 0 ? NAN : t->x[at * t->ldx + k];

        s->start[k] = isnan(init) ? 0.5 : fmin(fmax(init, 0.0), 1.0);
    }
}

static int32_t ask_part(automatic *s, int which, const turn *at, const hone_trials *t, int64_t n,
                        const int64_t *number, double *X, int64_t ldx, int64_t *n_out)
{
    int32_t status = part(s, which);

    if (status < 0)
        return status;
    if (which == EVOLUTION && s->led) {
        if (!s->relay.made || s->relay.first != at->row)
            find_start(s, t, at->row);
        status = relay_ask(&s->relay, t, at->row, s->start, n, number, X, ldx, n_out);
    } else {
        const hone_strategy_ops *ops = s->parts[which].ops;

        status = ops->ask(s->parts[which].self, t, n, number, X, ldx, n_out);
    }
    if (*n_out > 0)
        explain(s, which, at, number[0], t->budget);
    return status;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    automatic *s = self;
    const int first = choose_first(&s->choice);
    turn at = {.row = first == MODEL ? INT64_MAX : 0, .workers = 1};

    *n_out = 0;
    if (first == MODEL)
        at = choose_turn(&s->choice, t, t->n + n);
    if (first != MODEL || t->n < at.row) {
        const turn start = {.row = 0, .workers = 1};
        const int64_t left = first == MODEL && at.row - t->n < n ? at.row - t->n : n;

        return fail(s, ask_part(s, first, &start, t, left, number, X, ldx, n_out));
    }
    if (t->n_running > 0 && t->running[0] < at.row)
        return HONE_WAIT;
    if (s->turned != at.row) {
        s->next = choose_next(&s->choice, t, at.row);
        s->turned = at.row;
    }
    return fail(s, ask_part(s, s->next, &at, t, n, number, X, ldx, n_out));
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    automatic *s = self;

    if (s) {
        relay_free(&s->relay);
        free(s->start);
    }
    free(s);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    automatic *s = calloc(1, sizeof *s);
    int32_t status = HONE_ENOMEM;

    if (s) {
        s->host = host;
        s->space = host->space(host);
        s->said = -1;
        s->choice.patience = values[PATIENCE].d;
        s->choice.share = values[SHARE].d;
        choose_look(&s->choice, s->space);
        s->start = calloc((size_t)s->space->n_cols + 1, sizeof *s->start);
        status = s->start ? part(s, choose_first(&s->choice)) : HONE_ENOMEM;
    }
    if (status == HONE_ENOMEM)
        host->error(host, -1, "out of memory");
    if (status < 0) {
        destroy(s);
        return status;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [MODEL] = {.name = "model",
               .type = HONE_OPT_COMPONENT,
               .def = "bayes",
               .kind = HONE_STRATEGY,
               .doc = "The strategy for one objective while its suggestions are worth their time."},
    [EVOLUTION] = {.name = "evolution",
                   .type = HONE_OPT_COMPONENT,
                   .def = "cmaes",
                   .kind = HONE_STRATEGY,
                   .doc = "The strategy that takes over where all parameters are numbers and one "
                          "is continuous."},
    [DENSITY] = {.name = "density",
                 .type = HONE_OPT_COMPONENT,
                 .def = "tpe",
                 .kind = HONE_STRATEGY,
                 .doc = "The strategy that takes over in other spaces, and where values are "
                        "noisy."},
    [FRONT] = {.name = "front",
               .type = HONE_OPT_COMPONENT,
               .def = "nsga2",
               .kind = HONE_STRATEGY,
               .doc = "The strategy for several objectives."},
    [BUDGETS] = {.name = "budgets",
                 .type = HONE_OPT_COMPONENT,
                 .def = "bohb",
                 .kind = HONE_STRATEGY,
                 .doc = "The strategy for one objective where a parameter is marked fidelity."},
    [PATIENCE] = {.name = "patience",
                  .type = HONE_OPT_SECONDS,
                  .def = "60s",
                  .low = 0,
                  .high = 1e9,
                  .doc = "All suggestions together may take so long, by the stated model of their "
                         "cost, before the evaluations' recorded seconds count."},
    [SHARE] = {.name = "share",
               .type = HONE_OPT_REAL,
               .def = "0.1",
               .low = 0,
               .high = 1e9,
               .doc = "Beyond that suggestions may take this part of the time that evaluating "
                      "takes, of all workers together, before a cheaper strategy takes over."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY | HONE_CAP_FIDELITY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "auto",
    .version = "1.0.0",
    .doc = "The default: chooses by space, budget, objectives, noise and cost, and hands over.",
    .sources = "Of hone itself; what it hands over to states its own.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("auto", "1.0.0", "MIT", "", PLUGINS)
