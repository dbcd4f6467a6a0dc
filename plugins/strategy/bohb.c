/* bohb.c - strategy: Hyperband whose new configurations come from a model of the good ones.
 *
 * The brackets are those of `hyperband`.  A new configuration is drawn at random with the chance
 * `random`, and else proposed by a strategy that sees the trials of one rung: the dearest on
 * which at least `points` have finished.  That strategy is tpe by default, whose kernel densities
 * are those of the paper's model; any other that needs no fidelity can be named.
 *
 * Source: Falkner, Klein, Hutter, "BOHB: Robust and Efficient Hyperparameter Optimization at Scale",
 *         ICML 2018.  Departures: bandwidths, split and number of candidates are tpe's own; trials
 *         that run are known to the model. */
#include "hone_brackets.h"

typedef struct bohb {
    const hone_host *host;
    double random;          /* options */
    int64_t points;
    hone_brackets b;
    hone_component model;
    int64_t usable[HONE_RUNGS]; /* finished trials of each rung that did not fail */
    int64_t counted, anew;

    hone_trials seen;       /* the model's table */
    int64_t room;           /* rows of the buffers below */
    double *x, *y, *c;      /* room x n_cols, room, room x n_constraints */
    int64_t *number, *finished, *running, *at; /* [room]; at: row of the study's to row of seen */
    int32_t *state;
    double *proposed;       /* [n_cols] */

    /* Of seen, what no later table changes: made of the first `rows` rows, all finished, and of
     * the first `ends` of the finished. */
    int64_t rows, rows_seen, ends, ends_seen, rung, learnt;
} bohb;

enum { ETA, MIN_RESOURCE, MODEL, RANDOM, POINTS, N_OPTIONS };

static int32_t no_memory(const bohb *s)
{
    s->host->error(s->host, -1, "out of memory for the trials");
    return HONE_ENOMEM;
}

/* ---- the model's table ---- */

/* *array := moved to room for n of `size` bytes. */
static int more(void *array, int64_t n, size_t size)
{
    void *old, *moved;

    memcpy(&old, array, sizeof old);
    if (!(moved = realloc(old, (size_t)n * size + 1)))
        return 0;
    memcpy(array, &moved, sizeof moved);
    return 1;
}

static int reserve(bohb *s, const hone_trials *t, int64_t n)
{
    const int64_t room = 2 * n + 64;

    if (n <= s->room)
        return 1;
    if (!more(&s->x, room * s->b.l.space->n_cols, sizeof *s->x) || !more(&s->y, room, sizeof *s->y) ||
        !more(&s->c, room * (t->n_constraints + 1), sizeof *s->c) ||
        !more(&s->number, room, sizeof *s->number) || !more(&s->at, room, sizeof *s->at) ||
        !more(&s->finished, room, sizeof *s->finished) ||
        !more(&s->running, room, sizeof *s->running) || !more(&s->state, room, sizeof *s->state))
        return 0;
    s->room = room;
    return 1;
}

/* One row more, as if it were a full evaluation: the model does not know fidelities. */
static void show(bohb *s, const double *x, int64_t number, int32_t state)
{
    const int64_t cols = s->b.l.space->n_cols, r = s->seen.n++;

    memcpy(s->x + r * cols, x, (size_t)cols * sizeof *x);
    if (s->b.l.column >= 0)
        s->x[r * cols + s->b.l.column] = s->b.l.unit[s->b.l.n - 1];
    s->number[r] = number;
    s->state[r] = state;
    s->y[r] = NAN;
    if (state == HONE_RUNNING)
        s->running[s->seen.n_running++] = r;
}

/* Rows from s->rows on, behind those that stay. */
static void show_rows(bohb *s, const hone_trials *t, int64_t rung)
{
    const int64_t nc = t->n_constraints;
    int stays = 1;

    for (int64_t r = s->rows; r < t->n; r++) {
        const int64_t at = s->seen.n;
        const int runs = t->state[r] == HONE_RUNNING, shown = runs || s->b.l.rung[r] == rung;

        s->at[r] = shown ? at : -1;
        if (shown) {
            show(s, t->x + r * t->ldx, t->number[r], t->state[r]);
            s->y[at] = t->y[r * t->ldy];
        }
        for (int64_t k = 0; shown && k < nc; k++)
            s->c[at * nc + k] = t->c ? t->c[r * t->ldc + k] : NAN;
        stays = stays && !runs;
        if (stays) {
            s->rows = r + 1;
            s->rows_seen = s->seen.n;
        }
    }
}

static void show_results(bohb *s, const hone_trials *t, int64_t rung)
{
    int stays = 1;

    if (s->rung != rung || s->learnt != s->b.anew)
        s->rows = s->rows_seen = s->ends = s->ends_seen = 0;
    s->rung = rung;
    s->learnt = s->b.anew;
    s->seen.n = s->rows_seen;
    s->seen.n_finished = s->ends_seen;
    show_rows(s, t, rung);
    for (int64_t k = s->ends; k < t->n_finished; k++) {
        const int64_t row = t->finished[k];

        if (s->at[row] >= 0)
            s->finished[s->seen.n_finished++] = s->at[row];
        stays = stays && row < s->rows;
        if (stays) {
            s->ends = k + 1;
            s->ends_seen = s->seen.n_finished;
        }
    }
}

/* Results of a rung, all that runs, and what this batch proposed already. */
static int look(bohb *s, const hone_trials *t, int64_t rung, int64_t given, const int64_t *number,
                const double *X, int64_t ldx)
{
    const int64_t cols = s->b.l.space->n_cols, nc = t->n_constraints;

    if (!reserve(s, t, t->n + given))
        return 0;
    s->seen = (hone_trials){.size = sizeof s->seen,
                            .n_objectives = 1,
                            .n_constraints = nc,
                            .budget = t->budget,
                            .number = s->number,
                            .state = s->state,
                            .x = s->x,
                            .ldx = cols,
                            .y = s->y,
                            .ldy = 1,
                            .c = t->c ? s->c : NULL,
                            .ldc = nc,
                            .finished = s->finished,
                            .running = s->running};
    show_results(s, t, rung);
    for (int64_t i = 0; i < given; i++) {
        for (int64_t k = 0; k < nc; k++)
            s->c[s->seen.n * nc + k] = NAN;
        show(s, X + i * ldx, number[i], HONE_RUNNING);
    }
    return 1;
}

/* ---- proposing ---- */

static void count(bohb *s, const hone_trials *t)
{
    if (s->anew != s->b.anew) {
        memset(s->usable, 0, sizeof s->usable);
        s->counted = 0;
        s->anew = s->b.anew;
    }
    for (; s->counted < t->n_finished; s->counted++) {
        const int64_t row = t->finished[s->counted];

        s->usable[s->b.l.rung[row]] += t->state[row] != HONE_FAILED;
    }
}

/* Row i := what the model proposes; 0: it has nothing new; negative: an error. */
static int32_t ask_model(bohb *s, const hone_trials *t, const int64_t *number, double *X,
                         int64_t ldx, int64_t i)
{
    const hone_strategy_ops *ops = s->model.ops;
    const int64_t cols = s->b.l.space->n_cols;
    int64_t rung = s->b.l.n - 1, given = 0;
    int32_t status;
    double u;

    s->host->uniform(s->host, -1 - number[i], 0, 1, &u);
    while (rung >= 0 && s->usable[rung] < s->points)
        rung--;
    if (rung < 0 || u < s->random)
        return 0;
    if (!look(s, t, rung, i, number, X, ldx))
        return no_memory(s);
    status = ops->ask(s->model.self, &s->seen, 1, &number[i], s->proposed, cols, &given);
    if (status < 0 && status != HONE_ENUMERIC)
        return status;
    if (status < 0 || given == 0)
        return 0;
    memcpy(X + i * ldx, s->proposed, (size_t)cols * sizeof *X);
    return hone_ladder_new(&s->b.l, X, ldx, i);
}

static int32_t propose(bohb *s, const hone_trials *t, const int64_t *number, double *X, int64_t ldx,
                       int64_t i)
{
    int64_t config, rung;
    const int kind = hone_brackets_next(&s->b, &config, &rung);
    const char *phase = "promoted";
    int32_t found = 1;

    if (kind < 0)
        return no_memory(s);
    if (kind > 0) {
        hone_ladder_copy(&s->b.l, config, X, ldx, i);
    } else {
        if ((found = ask_model(s, t, number, X, ldx, i)) < 0)
            return found;
        phase = found ? "model" : "random";
        if (!found && !hone_ladder_draw(&s->b.l, number[i], X, ldx, i))
            return s->b.l.n > 1 && (t->n_running > 0 || i > 0) ? HONE_WAIT : HONE_DONE;
    }
    s->host->note(s->host, number[i], "phase", NAN, phase);
    return hone_brackets_asked(&s->b, config, rung) ? HONE_OK : no_memory(s);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    bohb *s = self;
    int32_t status = hone_brackets_read(&s->b, t) ? HONE_OK : no_memory(s);

    *n_out = 0;
    if (status == HONE_OK)
        count(s, t);
    while (status == HONE_OK && *n_out < n) {
        status = propose(s, t, number, X, ldx, *n_out);
        *n_out += status == HONE_OK;
    }
    for (int64_t i = 0; i < *n_out; i++)
        hone_ladder_settle(&s->b.l, s->b.asked[i].rung, X, ldx, i);
    hone_brackets_end(&s->b);
    return status;
}

static void destroy(void *self)
{
    bohb *s = self;

    if (!s)
        return;
    free(s->x);
    free(s->y);
    free(s->c);
    free(s->number);
    free(s->finished);
    free(s->running);
    free(s->at);
    free(s->state);
    free(s->proposed);
    hone_brackets_free(&s->b);
    free(s);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    bohb *s = calloc(1, sizeof *s);
    int32_t status;

    if (!s) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    s->host = host;
    s->random = values[RANDOM].d;
    s->points = values[POINTS].i;
    s->model.size = sizeof s->model;
    status = hone_brackets_init(&s->b, host, values[ETA].i, values[MIN_RESOURCE].d);
    if (status >= 0)
        status = host->component(host, MODEL, 0, NULL, &s->model);
    if (status >= 0) {
        s->proposed = calloc((size_t)s->b.l.space->n_cols + 1, sizeof *s->proposed);
        if (!s->proposed)
            status = no_memory(s);
    }
    if (status < 0) {
        destroy(s);
        return status;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [ETA] = {.name = "eta",
             .type = HONE_OPT_INT,
             .def = "3",
             .low = 2,
             .high = 1000,
             .doc = "One in eta goes on, with eta times the fidelity (Falkner et al. 2018: 3)."},
    [MIN_RESOURCE] = {.name = "min_resource",
                      .type = HONE_OPT_REAL,
                      .low = 0,
                      .high = INFINITY,
                      .doc = "The smallest fidelity that is worth evaluating; by default the "
                             "parameter's lower bound."},
    [MODEL] = {.name = "model",
               .type = HONE_OPT_COMPONENT,
               .def = "tpe",
               .kind = HONE_STRATEGY,
               .doc = "The strategy that proposes new configurations from the trials of one rung."},
    [RANDOM] = {.name = "random",
                .type = HONE_OPT_REAL,
                .def = "0.333333",
                .low = 0,
                .high = 1,
                .doc = "The share of new configurations that are drawn at random, whatever the "
                       "model says (Falkner et al. 2018: a third)."},
    [POINTS] = {.name = "points",
                .type = HONE_OPT_INT,
                .def = "20",
                .low = 1,
                .high = 1e9,
                .unit = "trials",
                .doc = "The model learns from the dearest rung with so many finished trials: of 20, "
                       "tpe takes two as good.  At least what the model itself begins with."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY |
            HONE_CAP_FIDELITY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "bohb",
    .version = "1.0.0",
    .doc = "Hyperband with a model: new configurations are drawn near good ones (tpe).",
    .sources = "Falkner, Klein, Hutter, \"BOHB: Robust and Efficient Hyperparameter Optimization "
               "at Scale\", ICML 2018.\nDeparture: bandwidths, split and candidates are those of "
               "tpe, and running trials are known to the model.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("bohb", "1.0.0", "MIT", "", PLUGINS)
