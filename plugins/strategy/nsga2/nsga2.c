/* nsga2.c - strategy: the non-dominated sorting genetic algorithm of Deb and others, NSGA-II, for
 * one objective or several.
 *
 * A generation are `population` finished trials that did not fail, in the order of finishing.
 * When one is complete, the best of it and of the parents become the parents (population.c).  Every
 * suggestion is a child of the parents of its moment (variation.c): so any number of workers is
 * served without waiting, and with one worker it is the algorithm as published.  The first
 * generation are scrambled Sobol points.
 *
 * What is asked follows from the table and the trial's number alone.  No point is proposed that
 * the table holds, running ones included: a child like that is drawn again, and after many tries an
 * untried point is taken; a finite space ends when all were tried.
 *
 * Source: Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm:
 *         NSGA-II", IEEE TEVC 6 (2002), with its constants: crossover of 0.9 of the pairs,
 *         mutation of one parameter on average, distribution indices 20.
 * Departures: of two children of a pair one is kept, each parameter from either, so that a trial
 *         stands for itself; parents are drawn with replacement, so that a child depends on its
 *         number alone; 50 parents, not 100, as Optuna has it: budgets here are smaller. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"
#include "nsga2.h"

enum { POPULATION, CROSSOVER, MUTATION, ETA_CROSSOVER, ETA_MUTATION, N_OPTIONS };

typedef struct nsga2 {
    const hone_host *host;
    const hone_space *space;
    variation variation;
    population population;
    hone_fresh fresh;
    int64_t n, last;    /* finished trials that were read, the number of the last one */
    int64_t n_genes;
    gene *genes;        /* [n_genes] */
    double *numbers;    /* [variation_numbers(n_genes)] */
} nsga2;

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static int32_t learn(nsga2 *s, const hone_trials *t)
{
    if (t->n_finished < s->n || (s->n > 0 && t->number[t->finished[s->n - 1]] != s->last)) {
        population_empty(&s->population);
        s->n = 0;
    }
    for (; s->n < t->n_finished; s->n++)
        if (population_add(&s->population, t, t->finished[s->n]) < 0)
            return HONE_ENOMEM;
    s->last = s->n > 0 ? t->number[t->finished[s->n - 1]] : 0;
    return hone_tried_read(&s->fresh.tried, t, s->space->n_cols);
}

static int is_new(const nsga2 *s, const hone_trials *t, double *X, int64_t ldx, int64_t i)
{
    const int64_t cols = s->space->n_cols;

    s->host->snap(s->host, 1, X + i * ldx, ldx);
    return !hone_tried_has(&s->fresh.tried, t, cols, X + i * ldx) &&
           !hone_tried_twice(X, ldx, i, cols);
}

/* Row i := a child that is new; 0: there was none in many tries. */
static int breed(nsga2 *s, const hone_trials *t, int64_t number, double *X, int64_t ldx, int64_t i)
{
    const int64_t n = variation_numbers(s->n_genes);

    for (int64_t k = 0; k < HONE_FRESH_TRIES; k++) {
        s->host->uniform(s->host, number, k * n, n, s->numbers);
        variation_child(&s->variation, &s->population, s->genes, s->n_genes, s->numbers,
                        X + i * ldx);
        if (is_new(s, t, X, ldx, i))
            return 1;
    }
    return 0;
}

/* Row i := a Sobol point, in a finite space an untried one; 0: none is left. */
static int spread(nsga2 *s, const hone_trials *t, int64_t number, double *X, int64_t ldx,
                  int64_t i)
{
    hone_fresh *f = &s->fresh;
    uint64_t start;

    for (int k = 0; k < HONE_FRESH_TRIES; k++) {
        if (s->host->quasi(s->host, -k, number, 1, f->d, f->u, f->d) < 0)
            s->host->uniform(s->host, number, k * f->d, f->d, f->u);
        hone_spread(s->space, f->u, X + i * ldx);
        if (hone_fresh_row(f, t, X, ldx, i))
            return 1;
    }
    s->host->bits(s->host, number, 0, 1, &start);
    return hone_fresh_search(f, t, start, X, ldx, i);
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    nsga2 *s = self;

    *n_out = 0;
    if (learn(s, t) < 0) {
        s->host->error(s->host, -1, "out of memory for the trials");
        return HONE_ENOMEM;
    }
    const int breeding = s->population.parents > 0 && s->n_genes > 0;

    for (; *n_out < n; ++*n_out) {
        const int64_t i = *n_out;
        const int child = breeding && breed(s, t, number[i], X, ldx, i);

        if (!child && !spread(s, t, number[i], X, ldx, i))
            return HONE_DONE;
        s->host->note(s->host, number[i], "phase", NAN,
                      child ? "child" : breeding ? "rest" : "initial");
    }
    return HONE_OK;
}

static void destroy(void *self)
{
    nsga2 *s = self;

    if (!s)
        return;
    population_free(&s->population);
    hone_fresh_free(&s->fresh);
    free(s->genes);
    free(s->numbers);
    free(s);
}

static void make_genes(nsga2 *s)
{
    const hone_space *space = s->space;

    for (int64_t c = 0; c < space->n_cols;) {
        const hone_param *p = space->params[space->col_param[c]];
        gene *g = &s->genes[s->n_genes++];

        *g = (gene){.col = c, .levels = space->col_levels[c]};
        if (space->col_choice[c] >= 0)
            g->choices = p->n_choices;
        c += g->choices > 0 ? g->choices : 1;
    }
}

static int32_t prepare(nsga2 *s, const hone_value *values)
{
    const hone_space *space = s->space;

    s->variation = (variation){
        .crossover = values[CROSSOVER].d,
        .mutation = values[MUTATION].is_set && !values[MUTATION].s ? values[MUTATION].d : -1,
        .eta_crossover = values[ETA_CROSSOVER].d,
        .eta_mutation = values[ETA_MUTATION].d};
    if (hone_fresh_init(&s->fresh, s->host) < 0 ||
        population_init(&s->population, values[POPULATION].i, space->n_cols,
                        space->n_objectives) < 0)
        return HONE_ENOMEM;
    s->genes = malloc((size_t)(s->fresh.d + 1) * sizeof *s->genes);
    s->numbers = malloc((size_t)variation_numbers(s->fresh.d) * sizeof *s->numbers);
    if (!s->genes || !s->numbers)
        return HONE_ENOMEM;
    make_genes(s);
    return HONE_OK;
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    nsga2 *s = calloc(1, sizeof *s);

    if (s) {
        s->host = host;
        s->space = host->space(host);
    }
    if (!s || prepare(s, values) < 0) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [POPULATION] = {.name = "population",
                    .type = HONE_OPT_INT,
                    .def = "50",
                    .low = 2,
                    .high = 1e6,
                    .unit = "trials",
                    .doc = "Trials of a generation, and parents that survive it (Deb et al. 2002: "
                           "100; Optuna: 50)."},
    [CROSSOVER] = {.name = "crossover",
                   .type = HONE_OPT_REAL,
                   .def = "0.9",
                   .low = 0,
                   .high = 1,
                   .doc = "Probability that two parents cross (Deb et al. 2002: 0.9)."},
    [MUTATION] = {.name = "mutation",
                  .type = HONE_OPT_REAL,
                  .low = 0,
                  .high = 1,
                  .doc = "Probability that a parameter mutates; where it is not set, one over the "
                         "number of parameters (Deb et al. 2002)."},
    [ETA_CROSSOVER] = {.name = "eta_crossover",
                       .type = HONE_OPT_REAL,
                       .flags = HONE_OPT_ADVANCED,
                       .def = "20",
                       .low = 0,
                       .high = 1000,
                       .doc = "Distribution index of the crossover: larger keeps children closer "
                              "to their parents (Deb et al. 2002: 20)."},
    [ETA_MUTATION] = {.name = "eta_mutation",
                      .type = HONE_OPT_REAL,
                      .flags = HONE_OPT_ADVANCED,
                      .def = "20",
                      .low = 0,
                      .high = 1000,
                      .doc = "Distribution index of the mutation: larger makes smaller steps (Deb "
                             "et al. 2002: 20)."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS |
            HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "nsga2",
    .version = "1.0.0",
    .doc = "Genetic algorithm with non-dominated sorting, NSGA-II: fronts of several objectives.",
    .sources = "Deb, Pratap, Agarwal, Meyarivan, \"A Fast and Elitist Multiobjective Genetic "
               "Algorithm: NSGA-II\", IEEE Trans. Evolutionary Computation 6, 2002.\nDepartures: "
               "of two children of a pair one is kept; 50 parents, as budgets here are smaller.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("nsga2", "1.0.0", "MIT", "", PLUGINS)
