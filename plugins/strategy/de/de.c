/* de.c - strategy: differential evolution with success history, jSO and L-SHADE, or plain.
 *
 * A generation has as many trials as the population members; trial i of it is a child of member
 * i, and takes its place if it is not worse.  F and CR of a child come from what made better
 * children before (memory.c); the mutant lies between its parent and one of the best, plus the
 * difference of a member and one of the population or of the archive of replaced parents
 * (child.c).  The population shrinks linearly to four over the budget of the study.  The first
 * generation are scrambled Sobol points.
 *
 * Everything follows from the table.  Which member a trial belongs to follows from its place in
 * the table, its F and CR from its number's random numbers and the memory at the time; what
 * finished is taken in the order of finishing, and a generation is over when as many trials as
 * were asked before its end have finished.  So any number of workers is served without waiting
 * and across processes, and with one worker it is the algorithm as published, apart from the
 * departures below.  With more, a child that finishes after its generation may be credited with
 * the F and CR that the next memory would give.
 *
 * Standing of infeasible, pruned and failed trials: hone_standing.h.  Failed ones never enter; the
 * place of a first trial that failed is filled by a child of another member.  No point is
 * proposed that the table holds, running ones included; after many tries an untried point is
 * taken, and a finite space ends when all were tried.  When all members have the same value, all
 * but the best are replaced by Sobol points, and the population's size begins anew with what is
 * left of the budget.
 *
 * Sources: those of memory.c; the other constants of jSO as in memory.c, from Brest's own program:
 * p from 0.25 to 0.125, the pull 0.7, 0.8 and 1.2 times F.  L-SHADE: p = 0.11, archive 2.6 times
 * the population.  Plain variants: Storn and Price 1997, with SciPy's dither of F
 * in [0.5, 1) and CR = 0.7.
 * Departures: a child replaces its parent at once, as SciPy does; F is dithered a trial, not a
 * generation; the population at the start is bounded by the budget (population_of), since the
 * published sizes are for 10,000 evaluations a parameter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "de.h"

enum { VARIANT, POPULATION, F, CROSSOVER, N_OPTIONS };
enum { FEWEST = 4, TRY_NUMBERS = CHILD_NUMBERS + 1, PARENTS = 4 };
static const double SAME = 1e-14; /* values that differ by less, in parts, are one */

typedef struct generation {
    int64_t first, end;  /* places in the table */
    int64_t origin;      /* place where the schedule began */
    int64_t start_size;  /* the population there */
    double progress;     /* of the schedule, in [0, 1] */
    int filling;         /* places without a member get Sobol points */
} generation;

typedef struct de {
    const hone_host *host;
    const hone_space *space;
    int64_t variant, size_set; /* size_set: 0 where it follows from the budget */
    hone_fresh fresh;
    memory memory;
    population population;
    generation now;
    int64_t n, last;     /* finished trials that were read, the number of the last one */
    int64_t budget;      /* that the schedule was made for */
    int64_t *place;      /* [placed] place of a row -> member */
    int64_t placed, room;
    double *numbers;     /* of a child */
} de;

/* ---- sizes --------------------------------------------------------------------------------*/

/* Members at the start, with `budget` trials ahead; < 0: not known.  The best on bbob of sizes
 * from 6 to 90: 10 of 100 trials and 18 of 500 in 5 dimensions, 24 of 1000 in 10 and of 2000 in 20, 40
 * of 5000 in 5. */
static int64_t population_of(const de *s, int64_t budget)
{
    const double d = (double)(s->fresh.d > 1 ? s->fresh.d : 2);
    const double published =
        s->variant == DE_LSHADE ? 18.0 * d : 25.0 * log(d) * sqrt(d); /* jSO */
    double size = fmax(published, 10.0);

    if (s->size_set > 0)
        return s->size_set;
    if (budget >= 0)
        size = fmin(size, fmax(2.5 * cbrt((double)budget), 6.0));
    return (int64_t)rint(size);
}

static int64_t archive_room(const de *s, int64_t size)
{
    return s->variant == DE_LSHADE ? (int64_t)rint(2.6 * (double)size)
           : s->variant == DE_JSO  ? size
                                   : 0;
}

static int shrinks(const de *s)
{
    return s->budget >= 0 && (s->variant == DE_JSO || s->variant == DE_LSHADE);
}

/* Part of the schedule that is over at a place. */
static double progress_at(const de *s, int64_t place)
{
    const double whole = (double)(s->budget - s->now.origin);

    if (s->budget < 0)
        return 0.5;
    return whole > 0.0 ? fmin((double)(place - s->now.origin) / whole, 1.0) : 1.0;
}

static int64_t size_at(const de *s, int64_t place)
{
    const double start = (double)s->now.start_size;
    const double size = rint(start + (FEWEST - start) * progress_at(s, place));

    return shrinks(s) && size < start ? (int64_t)fmax(size, FEWEST) : s->now.start_size;
}

/* ---- learning -----------------------------------------------------------------------------*/

/* A schedule begins at a place: with nothing, or with the best member. */
static int32_t begin(de *s, int64_t place)
{
    const int64_t left = s->budget < 0 ? -1 : s->budget > place ? s->budget - place : 0;
    const int64_t size = population_of(s, left);
    population *p = &s->population;
    const member best = p->ranked > 0 ? p->members[p->order[0]] : (member){.row = -1};

    if (population_reset(p, size, archive_room(s, size)) < 0)
        return HONE_ENOMEM;
    if (best.row >= 0)
        population_set(p, 0, best.row, best.standing);
    memory_reset(&s->memory);
    s->now = (generation){.first = place, .end = place + size, .origin = place,
                          .start_size = size, .filling = 1};
    s->now.progress = progress_at(s, place);
    s->placed = s->placed < place ? s->placed : place;
    return HONE_OK;
}

/* Members of the rows up to n, by sizes that follow from the schedule. */
static int32_t place_rows(de *s, int64_t n)
{
    int64_t first = s->now.first, end = s->now.end;

    if (n > s->room) {
        int64_t *larger = realloc(s->place, (size_t)(2 * n) * sizeof *larger);

        if (!larger)
            return HONE_ENOMEM;
        s->place = larger;
        s->room = 2 * n;
    }
    for (; s->placed < n; s->placed++) {
        while (s->placed >= end) {
            first = end;
            end += size_at(s, end);
        }
        s->place[s->placed] = s->placed - first;
    }
    return HONE_OK;
}

/* F and CR of a trial, by the memory that there is. */
static void settings_of(const de *s, int64_t number, double *f, double *cr)
{
    double u[MEMORY_NUMBERS], z;

    s->host->uniform(s->host, number, 0, MEMORY_NUMBERS, u);
    s->host->normal(s->host, number, 0, 1, &z);
    memory_draw(&s->memory, u, z, s->now.progress, f, cr);
}

/* A finished row and the member whose child it is. */
static int32_t compete(de *s, const hone_trials *t, int64_t row)
{
    population *p = &s->population;
    const int64_t i = s->place[row] % p->n;
    const member parent = p->members[i];
    const hone_standing child = hone_standing_of(s->host, t, row);
    uint64_t bits;
    double f, cr;

    if (child.rank == HONE_FAILURE)
        return HONE_OK;
    const int better = parent.row < 0 ? -1 : hone_standing_compare(&child, &parent.standing);

    if (better > 0)
        return HONE_OK;
    population_set(p, i, row, child);
    if (parent.row < 0 || better == 0)
        return HONE_OK;
    s->host->bits(s->host, t->number[row], 1, 1, &bits);
    population_archive(p, parent.row, archive_room(s, p->n), (double)(bits >> 11) * 0x1p-53);
    settings_of(s, t->number[row], &f, &cr);
    return memory_credit(&s->memory, f, cr,
                         child.rank == parent.standing.rank ? parent.standing.key - child.key
                                                            : NAN);
}

/* As many trials have finished as were asked before the generation's end. */
static int32_t turn(de *s)
{
    generation *g = &s->now;

    memory_update(&s->memory);
    if (population_collapsed(&s->population, SAME))
        return begin(s, g->end);
    g->first = g->end;
    g->end += size_at(s, g->first);
    g->progress = progress_at(s, g->first);
    g->filling = 0;
    population_reduce(&s->population, g->end - g->first);
    return HONE_OK;
}

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static int32_t learn(de *s, const hone_trials *t)
{
    if (s->n < 0 || t->budget != s->budget || t->n_finished < s->n ||
        (s->n > 0 && t->number[t->finished[s->n - 1]] != s->last)) {
        s->n = s->placed = s->population.ranked = 0;
        s->budget = t->budget;
        if (begin(s, 0) < 0)
            return HONE_ENOMEM;
    }
    for (; s->n < t->n_finished; s->n++) {
        const int64_t row = t->finished[s->n];

        if (s->n == s->now.end && turn(s) < 0)
            return HONE_ENOMEM;
        if (place_rows(s, row + 1) < 0 || compete(s, t, row) < 0)
            return HONE_ENOMEM;
    }
    if (s->n == s->now.end && turn(s) < 0)
        return HONE_ENOMEM;
    s->last = s->n > 0 ? t->number[t->finished[s->n - 1]] : 0;
    return hone_tried_read(&s->fresh.tried, t, s->space->n_cols);
}

/* ---- asking -------------------------------------------------------------------------------*/

/* One of 0 .. n-1 that is not in taken[0 .. *k), increasing, to which it is added. */
static int64_t pick(int64_t n, double u, int64_t *taken, int64_t *k)
{
    int64_t one = (int64_t)(u * (double)(n - *k)), at = 0;

    for (; at < *k && one >= taken[at]; at++)
        one++;
    memmove(taken + at + 1, taken + at, (size_t)(*k - at) * sizeof *taken);
    taken[at] = one;
    ++*k;
    return one;
}

/* Row of a place in the order of members, then in the archive. */
static int64_t row_of(const population *p, int64_t at)
{
    return at < p->ranked ? p->members[p->order[at]].row : p->archive[at - p->ranked];
}

/* Which of the best the child is drawn to: a place in the order. */
static int64_t best_of(const de *s, double u)
{
    const double p = s->variant == DE_JSO ? 0.25 * (1.0 - 0.5 * s->now.progress) : 0.11;
    const double n = fmax(rint(p * (double)s->population.n), 2.0);

    return s->variant == DE_BEST1 ? 0 : (int64_t)(u * n);
}

/* u: CHILD_NUMBERS. */
static void mix(const de *s, int64_t i, const double *u, recipe *r)
{
    const population *p = &s->population;
    const int history = s->variant == DE_JSO || s->variant == DE_LSHADE;
    int64_t taken[PARENTS], k = 0, own = 0;

    if (p->members[i].row < 0)
        own = (int64_t)(u[0] * (double)p->ranked);
    else
        while (p->order[own] != i)
            own++;
    taken[k++] = own;
    r->target = row_of(p, own);
    r->toward = row_of(p, s->variant == DE_RAND1 ? pick(p->ranked, u[1], taken, &k)
                                                 : best_of(s, u[1]));
    r->plus = row_of(p, pick(p->ranked, u[2], taken, &k));
    r->minus = row_of(p, pick(p->ranked + p->kept, u[3], taken, &k));
    r->pull = !history ? 1.0 : r->f;
    if (s->variant == DE_JSO)
        r->pull *= s->now.progress < 0.2 ? 0.7 : s->now.progress < 0.4 ? 0.8 : 1.2;
}

/* Row i := a child that is new; 0: there was none in many tries. */
static int breed(de *s, const hone_trials *t, int64_t number, int64_t i, double *X, int64_t ldx,
                 int64_t at)
{
    const int64_t n = TRY_NUMBERS + CHILD_NUMBERS_PARAMETER * s->fresh.d;
    recipe r;

    settings_of(s, number, &r.f, &r.cr);
    for (int64_t k = 0; k < HONE_FRESH_TRIES; k++) {
        s->host->uniform(s->host, number, MEMORY_NUMBERS + k * n, n, s->numbers);
        mix(s, i, s->numbers, &r);
        child_make(s->space, s->fresh.d, t, &r, s->numbers + CHILD_NUMBERS, X + at * ldx);
        if (hone_fresh_untried(&s->fresh, t, X, ldx, at))
            return 1;
    }
    return 0;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    de *s = self;
    const population *p = &s->population;

    *n_out = 0;
    if (learn(s, t) < 0 || place_rows(s, t->n + n) < 0) {
        s->host->error(s->host, -1, "out of memory for the trials");
        return HONE_ENOMEM;
    }
    for (; *n_out < n; ++*n_out) {
        const int64_t at = *n_out, i = s->place[t->n + at] % p->n;
        const int initial = s->fresh.d == 0 || p->ranked < FEWEST ||
                            (s->now.filling && t->n + at < s->now.end);
        const int bred = !initial && breed(s, t, number[at], i, X, ldx, at);

        if (!bred && !hone_fresh_sobol(&s->fresh, t, number[at], X, ldx, at))
            return HONE_DONE;
        s->host->note(s->host, number[at], "phase", NAN,
                      bred ? "child" : initial ? "initial" : "rest");
    }
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    de *s = self;

    if (!s)
        return;
    hone_fresh_free(&s->fresh);
    memory_free(&s->memory);
    population_free(&s->population);
    free(s->place);
    free(s->numbers);
    free(s);
}

static int32_t prepare(de *s, const hone_host *host, const hone_value *values)
{
    const hone_value *f = &values[F];

    s->host = host;
    s->space = host->space(host);
    s->n = -1;
    s->variant = s->memory.variant = values[VARIANT].i;
    s->size_set = values[POPULATION].is_set ? values[POPULATION].i : 0;
    s->memory.low = f->v[0];
    s->memory.high = f->v[f->n - 1];
    s->memory.crossover = values[CROSSOVER].d;
    if (hone_fresh_init(&s->fresh, host) < 0)
        return HONE_ENOMEM;
    s->numbers = malloc((size_t)(TRY_NUMBERS + CHILD_NUMBERS_PARAMETER * s->fresh.d) *
                        sizeof *s->numbers);
    return s->numbers ? HONE_OK : HONE_ENOMEM;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    de *s = NULL;

    if (values[F].n < 1 || values[F].n > 2 || values[F].v[0] > values[F].v[values[F].n - 1]) {
        host->error(host, F, "f takes one number, or two in increasing order");
        return HONE_EINVAL;
    }
    s = calloc(1, sizeof *s);
    if (!s || prepare(s, host, values) < 0) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

/* ---- tables -------------------------------------------------------------------------------*/

static const char *const VARIANTS[] = {"jso", "lshade", "rand1", "best1", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [VARIANT] = {.name = "variant",
                 .type = HONE_OPT_CHOICE,
                 .def = "jso",
                 .choices = VARIANTS,
                 .doc = "How children are made: with F and CR learnt from success and drawn to the "
                        "best (jSO, Brest et al. 2017; L-SHADE, Tanabe and Fukunaga 2014), or "
                        "plain, from a random or the best member (Storn and Price 1997)."},
    [POPULATION] = {.name = "population",
                    .type = HONE_OPT_INT,
                    .low = FEWEST,
                    .high = 1e6,
                    .unit = "trials",
                    .doc = "Members at the start; unset, the published size, but no more than 2.5 "
                           "times the cube root of the budget."},
    [F] = {.name = "f",
           .type = HONE_OPT_REALS,
           .def = "0.5 1",
           .low = 0,
           .high = 2,
           .doc = "Factor of differences in the plain variants, or two bounds between which it is "
                  "drawn: larger searches wider."},
    [CROSSOVER] = {.name = "crossover",
                   .type = HONE_OPT_REAL,
                   .def = "0.7",
                   .low = 0,
                   .high = 1,
                   .doc = "Probability that a parameter is taken from the mutant in the plain "
                          "variants: small ones are for separable objectives."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "de",
    .version = "1.0.0",
    .doc = "Differential evolution that learns its settings: jSO, L-SHADE, or the plain forms.",
    .sources = "Brest, Maucec, Boskovic, \"Single Objective Real-Parameter Optimization: "
               "Algorithm jSO\", CEC 2017; Tanabe, Fukunaga, \"L-SHADE\", CEC 2014; Storn, "
               "Price, J. Global Optimization 11, 1997.\nDepartures: a child replaces its parent "
               "at once; the population at the start is bounded by the budget.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("de", "1.0.0", "MIT", "", PLUGINS)
