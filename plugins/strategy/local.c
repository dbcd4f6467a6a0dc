/* local.c - strategy: mixed-space local search: mesh-adaptive polls on numbers, neighbours on
 * choices, with restarts.
 *
 * Around the best trial of a run, its centre, a poll is tried: of continuous numbers, both ways
 * along the columns of a random reflection; of whole numbers and ordered choices, up and down; of
 * unordered choices, every other one.  A better trial is the new centre: the step grows, and the
 * first trial of the next poll goes on in the same direction.  A poll without a better one halves
 * the step.  A run ends when the step is too short, or, where nothing is continuous, after a poll
 * at it; the next begins at a Sobol point.  The first begins at the best trial of others,
 * else at the parameters' initial values or in the middle.
 *
 * Everything follows from the table: finished trials are taken in the order of finishing, and
 * those that were asked since a poll began and are not better count for it.  So any number of
 * workers is served without waiting and across processes; beyond the poll they get normal
 * perturbations of the centre.  No point is proposed that the table holds, running ones included:
 * the poll goes on with the next; a finite space ends when all points were tried.
 *
 * A parameter that a choice makes active is drawn uniformly.  Standing of infeasible, pruned and
 * failed trials: hone_standing.h.
 *
 * Sources: Audet and Dennis, "Mesh Adaptive Direct Search Algorithms for Constrained Optimization",
 * SIAM J. Optim. 17 (2006), and with mixed variables Abramson, Audet, Chrissis, Walston, Optim.
 * Lett. 3 (2009); Abramson, Audet, Dennis, Le Digabel, "OrthoMADS", SIAM J. Optim. 20 (2009), for
 * directions by a Householder reflection; Hooke and Jeeves, JACM 8 (1961), for going on.
 * Departure: the step alone is kept, without a mesh to round to, so that a poll is in any
 * direction; the theory's need of ever denser directions is met, its finite mesh is not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"
#include "hone_standing.h"

enum { STEP, SHRINK, GROW, TOLX, N_OPTIONS };

typedef struct item { /* of a poll: one way along a column, or another choice */
    int64_t column;
    int64_t kind;     /* REAL: which direction; else CHOICE, LEVEL */
    double sign;      /* of the way, or which choice after the present one */
} item;
enum { REAL, LEVEL, CHOICE };

typedef struct local {
    const hone_host *host;
    const hone_space *space;
    hone_fresh fresh;
    double step_start, shrink, grow, tolx; /* options */
    item *items;          /* [n_items] */
    int64_t n_items, reals;
    double *normal;       /* [reals] of the reflection, length 1 */
    double *u, *z;        /* random numbers [3 d], [n_cols] */
    int64_t n, last;      /* finished trials that were read, the number of the last one */
    int64_t run, poll;    /* how many began before */
    int64_t run_first;    /* place in the table where the run began */
    int64_t since;        /* and the poll */
    int64_t misses;
    int64_t centre, before; /* rows; -1: none.  before: the centre's predecessor, for going on */
    hone_standing standing;
    double step;
} local;

/* ---- learning -----------------------------------------------------------------------------*/

static void begin_poll(local *s)
{
    s->poll++;
    s->since = s->n;
    s->misses = 0;
}

static void begin_run(local *s)
{
    s->run++;
    s->run_first = s->n;
    s->centre = s->before = -1;
    s->step = s->step_start;
    begin_poll(s);
}

static void take(local *s, const hone_trials *t, int64_t row)
{
    const hone_standing now = hone_standing_of(s->host, t, row);

    if (row < s->run_first)
        return;
    if (now.rank != HONE_FAILURE &&
        (s->centre < 0 || hone_standing_compare(&now, &s->standing) < 0)) {
        s->before = s->centre;
        if (s->centre >= 0)
            s->step = fmin(s->step * s->grow, 0.5);
        s->centre = row;
        s->standing = now;
        begin_poll(s);
        return;
    }
    s->misses += row >= s->since;
    if (s->centre < 0 || s->misses < s->n_items + (s->before >= 0))
        return;
    s->before = -1;
    s->step *= s->shrink;
    if (s->reals == 0 || s->step < s->tolx)
        begin_run(s);
    else
        begin_poll(s);
}

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static int32_t learn(local *s, const hone_trials *t)
{
    if (s->n < 0 || t->n_finished < s->n ||
        (s->n > 0 && t->number[t->finished[s->n - 1]] != s->last)) {
        s->n = s->poll = 0;
        s->run = -1;
        begin_run(s);
    }
    while (s->n < t->n_finished)
        take(s, t, t->finished[s->n++]);
    s->last = s->n > 0 ? t->number[t->finished[s->n - 1]] : 0;
    return hone_tried_read(&s->fresh.tried, t, s->space->n_cols);
}

/* ---- points -------------------------------------------------------------------------------*/

/* s->normal := the poll's. */
static void draw_reflection(local *s)
{
    double square = 0.0;

    s->host->normal(s->host, -1 - s->poll, 0, s->reals, s->normal);
    for (int64_t i = 0; i < s->reals; i++)
        square += s->normal[i] * s->normal[i];
    for (int64_t i = 0; i < s->reals; i++)
        s->normal[i] /= square > 0.0 ? sqrt(square) : 1.0;
}

static double inside(double v)
{
    return fmin(fmax(v, 0.0), 1.0);
}

/* x := the centre, what is inactive there drawn by u: one number a parameter. */
static void stay(const local *s, const hone_trials *t, const double *u, double *x)
{
    hone_spread(s->space, u, x);
    for (int64_t c = 0; c < s->space->n_cols; c++) {
        const double v = t->x[s->centre * t->ldx + c];

        if (!isnan(v))
            x[c] = v;
    }
}

/* The k-th other choice in columns c .. c + n - 1. */
static void swap_choice(double *x, int64_t n, int64_t k)
{
    int64_t now = 0;

    while (now < n - 1 && x[now] < 0.5)
        now++;
    for (int64_t j = 0; j < n; j++)
        x[j] = j == (now + 1 + k % (n - 1)) % n;
}

static int64_t choices_at(const local *s, int64_t c)
{
    return s->space->params[s->space->col_param[c]]->n_choices;
}

/* One cell of a whole number, also on a log scale, at x. */
static double cell_at(const local *s, int64_t c, double x)
{
    const hone_param *p = s->space->params[s->space->col_param[c]];
    double low, high;

    if (s->space->col_levels[c] > 0)
        return 1.0 / (double)s->space->col_levels[c];
    low = p->low - 0.5;
    high = p->high + 0.5;
    return 1.0 / (low * pow(high / low, x)) / log(high / low);
}

/* x, the centre, goes one way of the poll. */
static void walk(const local *s, const item *way, double *x)
{
    const int64_t c = way->column;

    if (way->kind == CHOICE) {
        swap_choice(x + c, choices_at(s, c), (int64_t)way->sign);
    } else if (way->kind == LEVEL) {
        x[c] = inside(x[c] + way->sign * fmax(0.5 * s->step, cell_at(s, c, x[c])));
    } else {
        const double own = s->normal[(way - s->items) % s->reals];

        for (int64_t i = 0; i < s->reals; i++) { /* a column of the reflection */
            const int64_t to = s->items[i].column;
            const double part = (double)(to == c) - 2.0 * s->normal[i] * own;

            x[to] = inside(x[to] + way->sign * s->step * part);
        }
    }
}

/* x, the centre, goes on as far as it came from the one before. */
static void go_on(const local *s, const hone_trials *t, double *x)
{
    for (int64_t c = 0; c < s->space->n_cols; c++) {
        const double from = t->x[s->before * t->ldx + c], to = t->x[s->centre * t->ldx + c];

        if (s->space->col_choice[c] < 0 && !isnan(from) && !isnan(to))
            x[c] = inside(x[c] + s->grow * (to - from));
    }
}

/* x, the centre, changes a little everywhere; u: two numbers a parameter, z: one a column. */
static void shake(const local *s, const double *u, const double *z, double *x)
{
    int64_t i = 0;

    for (int64_t c = 0; c < s->space->n_cols; i++) {
        if (s->space->col_choice[c] >= 0) {
            const int64_t n = choices_at(s, c);

            if (u[2 * i] * (double)s->fresh.d < 1.0)
                swap_choice(x + c, n, (int64_t)(u[2 * i + 1] * (double)(n - 1)));
            c += n;
            continue;
        }
        const double cell = s->space->params[s->space->col_param[c]]->type == HONE_REAL &&
                                    s->space->col_levels[c] == 0
                                ? 0.0
                                : cell_at(s, c, x[c]);

        x[c] = inside(x[c] + fmax(s->step, cell) * z[c]);
        c++;
    }
}

/* ---- asking -------------------------------------------------------------------------------*/

/* Row `at` of X := the first trial of a run. */
static int start(local *s, const hone_trials *t, double *X, int64_t ldx, int64_t at)
{
    if (s->run > 0 || t->n + at > 0)
        return 0;
    for (int64_t c = 0; c < s->space->n_cols; c++)
        X[at * ldx + c] = hone_start(s->space, c);
    return hone_fresh_untried(&s->fresh, t, X, ldx, at);
}

/* Row `at` of X := what is next around the centre, if something new is. */
static int search(local *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                  int64_t at)
{
    const int64_t d = s->fresh.d, cols = s->space->n_cols;
    const int64_t first = t->n + at - s->since - (s->before >= 0);
    double offset;

    s->host->uniform(s->host, -1 - s->poll, 0, 1, &offset);
    draw_reflection(s);
    for (int64_t k = 0; k < s->n_items + HONE_FRESH_TRIES; k++) {
        const int64_t j = first + k;
        double *x = X + at * ldx;

        s->host->uniform(s->host, number, k * 3 * d, 3 * d, s->u);
        stay(s, t, s->u, x);
        if (j < 0) {
            go_on(s, t, x);
        } else if (j < s->n_items) {
            walk(s, &s->items[(j + (int64_t)(offset * (double)s->n_items)) % s->n_items], x);
        } else {
            s->host->normal(s->host, number, k * cols, cols, s->z);
            shake(s, s->u + d, s->z, x);
        }
        if (hone_fresh_untried(&s->fresh, t, X, ldx, at))
            return 1;
    }
    return 0;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    local *s = self;

    *n_out = 0;
    if (learn(s, t) < 0) {
        s->host->error(s->host, -1, "out of memory for the trials");
        return HONE_ENOMEM;
    }
    for (; *n_out < n; ++*n_out) {
        const int64_t at = *n_out;
        const int around = s->centre >= 0 && s->fresh.d > 0;
        const int found = around ? search(s, t, number[at], X, ldx, at) : start(s, t, X, ldx, at);

        if (!found && !hone_fresh_sobol(&s->fresh, t, number[at], X, ldx, at))
            return HONE_DONE;
        s->host->note(s->host, number[at], "phase", NAN,
                      !around ? "initial" : found ? "poll" : "rest");
    }
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    local *s = self;

    if (!s)
        return;
    hone_fresh_free(&s->fresh);
    free(s->items);
    free(s->normal);
    free(s->u);
    free(s->z);
    free(s);
}

static int64_t kind_of(const hone_space *space, int64_t c)
{
    const hone_param *p = space->params[space->col_param[c]];

    if (space->col_choice[c] >= 0)
        return CHOICE;
    return p->type == HONE_REAL && space->col_levels[c] == 0 ? REAL : LEVEL;
}

/* Real ways first: all forward ones, then all backward ones. */
static void make_items(local *s)
{
    const hone_space *space = s->space;

    for (double sign = 1.0; sign >= -1.0; sign -= 2.0)
        for (int64_t c = 0; c < space->n_cols; c++)
            if (kind_of(space, c) == REAL)
                s->items[s->n_items++] = (item){.column = c, .kind = REAL, .sign = sign};
    s->reals = s->n_items / 2;
    for (int64_t c = 0; c < space->n_cols; c++) {
        if (kind_of(space, c) == LEVEL)
            for (double sign = 1.0; sign >= -1.0; sign -= 2.0)
                s->items[s->n_items++] = (item){.column = c, .kind = LEVEL, .sign = sign};
        if (kind_of(space, c) == CHOICE && space->col_choice[c] > 0)
            s->items[s->n_items++] = (item){.column = c - space->col_choice[c], .kind = CHOICE,
                                            .sign = (double)(space->col_choice[c] - 1)};
    }
}

static int32_t prepare(local *s, const hone_host *host, const hone_value *values)
{
    s->host = host;
    s->space = host->space(host);
    s->n = -1;
    s->step_start = values[STEP].d;
    s->shrink = values[SHRINK].d;
    s->grow = values[GROW].d;
    s->tolx = values[TOLX].d;
    if (hone_fresh_init(&s->fresh, host) < 0)
        return HONE_ENOMEM;
    const size_t cols = (size_t)s->space->n_cols + 1;

    s->items = malloc(2 * cols * sizeof *s->items);
    s->normal = malloc(cols * sizeof *s->normal);
    s->u = malloc((3 * (size_t)s->fresh.d + 1) * sizeof *s->u);
    s->z = malloc(cols * sizeof *s->z);
    if (!s->items || !s->normal || !s->u || !s->z)
        return HONE_ENOMEM;
    make_items(s);
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    local *s = calloc(1, sizeof *s);

    if (!s || prepare(s, host, values) < 0) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [STEP] = {.name = "step",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_OPEN_LOW,
              .def = "0.25",
              .low = 0,
              .high = 0.5,
              .doc = "First step of a run, as part of every parameter's range: smaller searches "
                     "nearer to where it begins."},
    [SHRINK] = {.name = "shrink",
                .type = HONE_OPT_REAL,
                .flags = HONE_OPT_ADVANCED | HONE_OPT_OPEN_LOW | HONE_OPT_OPEN_HIGH,
                .def = "0.5",
                .low = 0,
                .high = 1,
                .doc = "What the step is multiplied by after a poll without a better trial."},
    [GROW] = {.name = "grow",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_ADVANCED,
              .def = "1.2",
              .low = 1,
              .high = 8,
              .doc = "What the step is multiplied by after a better trial, and how far the next "
                     "one goes on in its direction."},
    [TOLX] = {.name = "tolx",
              .type = HONE_OPT_REAL,
              .flags = HONE_OPT_ADVANCED | HONE_OPT_OPEN_LOW,
              .def = "1e-7",
              .low = 0,
              .high = 1,
              .doc = "A run ends when its step is shorter than this part of the ranges; larger "
                     "ones restart sooner."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "local",
    .version = "1.0.0",
    .doc = "Local search with restarts: adaptive direct search on numbers, neighbours on choices.",
    .sources = "Audet, Dennis, \"Mesh Adaptive Direct Search Algorithms for Constrained "
               "Optimization\", SIAM J. Optimization 17, 2006; mixed variables: Abramson, Audet, "
               "Chrissis, Walston, Optimization Letters 3, 2009; directions: Abramson, Audet, "
               "Dennis, Le Digabel, \"OrthoMADS\", SIAM J. Optimization 20, 2009.\nDeparture: "
               "there is no mesh to round to.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("local", "1.0.0", "MIT", "", PLUGINS)
