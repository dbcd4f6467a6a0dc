/* pso.c - strategy: particle swarm optimization, SPSO-2011.
 *
 * Trial k is the next place of particle k mod the number of particles.  A particle goes on in the
 * direction it came from, and to a random point of a sphere around the centre of gravity of
 * where it is, beyond its best place, and beyond the best place of those that inform it.  Who
 * informs whom is drawn anew after an iteration without a better best place.  The first places
 * are scrambled Sobol points.
 *
 * Everything follows from the table: a velocity is the difference of the particle's last two
 * rows, whatever became of them, and best places are those of finished trials in the order of
 * finishing.  So any number of workers is served without waiting and across processes.
 *
 * Whole numbers get a uniform part of their cell before they are rounded, so that short moves
 * become steps with their probability.  A choice goes to that of the own best place, of the
 * informants' best place, stays, or becomes any other.  Parameters that are inactive in one of
 * the places count as equal there, and are drawn where the particle has none.
 *
 * Standing of infeasible, pruned and failed trials: hone_standing.h; failed ones are nobody's best
 * place.  No point is proposed that the table holds, running ones included; after many tries an
 * untried point is taken, and a finite space ends when all were tried.  When all best places have
 * the same value, all but the best are forgotten and the particles begin anew at Sobol points.
 *
 * Source: Clerc, "Standard Particle Swarm Optimisation", hal-00764996 (2012), sections 3 and 4:
 * w = 1/(2 ln 2), c = 1/2 + ln 2, three informed a particle, 40 particles.
 * Departures: a bound reverses half of the velocity that was left, not of the one that hit it,
 * which the table does not tell; fewer particles for small budgets (particles_of). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hone_fresh.h"
#include "hone_standing.h"

enum { PARTICLES, TOPOLOGY, INFORMED, INERTIA, ATTRACTION, N_OPTIONS };
enum { RANDOM, RING, ALL };
enum { NUMBERS = 1, NUMBERS_PARAMETER = 2 }; /* random numbers of a move */
static const double SAME = 1e-14;            /* values that differ by less, in parts, are one */
static const double ANOTHER = 0.05;          /* probability that a choice becomes any other */

typedef struct place { /* best one of a particle */
    int64_t row;       /* of the table, -1: none yet */
    hone_standing standing;
} place;

typedef struct pso {
    const hone_host *host;
    const hone_space *space;
    hone_fresh fresh;
    int64_t set, topology, informed;      /* options; set 0: particles by the budget */
    double inertia, attraction;
    int64_t size, room;                   /* particles */
    place *best;                          /* [size] */
    int64_t leader;                       /* particle of the best place, -1: none */
    char *informs;                        /* size x size: does row's particle inform column's? */
    int64_t draws;                        /* of links */
    int improved;                         /* the leader, in this iteration */
    int64_t origin;                       /* place in the table where the swarm began */
    int64_t n, last, budget;              /* finished trials that were read, number of the last */
    double *u, *z;                        /* random numbers of a move */
} pso;

/* ---- the swarm ----------------------------------------------------------------------------*/

/* Particles for a budget, < 0: not known.  On bbob 8 are best for 500 trials in 5 dimensions and
 * 1000 in 10, of sizes from 8 to 40, and 12 to 40 do alike for 5000 in 5. */
static int64_t particles_of(const pso *s, int64_t budget)
{
    const double size = budget < 0 ? 40.0 : fmin(fmax(cbrt((double)budget), 6.0), 40.0);

    return s->set > 0 ? s->set : (int64_t)rint(size);
}

static void draw_links(pso *s)
{
    const int64_t n = s->size;
    double u;

    s->draws++;
    for (int64_t i = 0; i < n * n; i++)
        s->informs[i] = (char)(s->topology == ALL || i / n == i % n);
    for (int64_t i = 0; i < n && s->topology == RING; i++)
        s->informs[i * n + (i + 1) % n] = s->informs[((i + 1) % n) * n + i] = 1;
    for (int64_t i = 0; i < n * s->informed && s->topology == RANDOM; i++) {
        s->host->uniform(s->host, -s->draws, i, 1, &u);
        s->informs[i / s->informed * n + (int64_t)(u * (double)n)] = 1;
    }
}

/* The particles forget all but the best place of all. */
static void begin(pso *s, int64_t origin)
{
    const place leader = s->leader >= 0 ? s->best[s->leader] : (place){.row = -1};

    s->origin = origin;
    for (int64_t i = 0; i < s->size; i++)
        s->best[i].row = -1;
    s->leader = leader.row >= 0 ? 0 : -1;
    if (leader.row >= 0)
        s->best[0] = leader;
    s->improved = 0;
    draw_links(s);
}

static int32_t resize(pso *s, int64_t budget)
{
    s->budget = budget;
    s->size = particles_of(s, budget);
    if (s->size > s->room) {
        free(s->best);
        free(s->informs);
        s->best = malloc((size_t)s->size * sizeof *s->best);
        s->informs = malloc((size_t)(s->size * s->size));
        s->room = s->best && s->informs ? s->size : 0;
    }
    return s->room > 0 ? HONE_OK : HONE_ENOMEM;
}

static int alike(const pso *s)
{
    const hone_standing *a = &s->best[s->leader >= 0 ? s->leader : 0].standing;

    for (int64_t i = 0; i < s->size; i++) {
        const hone_standing *b = &s->best[i].standing;

        if (s->best[i].row < 0 || b->rank != a->rank ||
            b->key - a->key > SAME * fmax(fabs(a->key), fabs(b->key)))
            return 0;
    }
    return 1;
}

static void take(pso *s, const hone_trials *t, int64_t row)
{
    place *p = &s->best[row % s->size];
    const hone_standing now = hone_standing_of(s->host, t, row);

    if (now.rank == HONE_FAILURE || (p->row >= 0 && hone_standing_compare(&now, &p->standing) >= 0))
        return;
    *p = (place){.row = row, .standing = now};
    if (s->leader >= 0 && hone_standing_compare(&now, &s->best[s->leader].standing) >= 0)
        return;
    s->leader = row % s->size;
    s->improved = 1;
}

/* Takes what has finished since; starts anew with a table that does not continue the last. */
static int32_t learn(pso *s, const hone_trials *t)
{
    if (s->n < 0 || t->budget != s->budget || t->n_finished < s->n ||
        (s->n > 0 && t->number[t->finished[s->n - 1]] != s->last)) {
        if (resize(s, t->budget) < 0)
            return HONE_ENOMEM;
        s->n = s->draws = 0;
        s->leader = -1;
        begin(s, 0);
    }
    for (; s->n < t->n_finished;) {
        take(s, t, t->finished[s->n]);
        if (++s->n % s->size != 0)
            continue;
        if (alike(s))
            begin(s, s->n);
        else if (!s->improved)
            draw_links(s);
        s->improved = 0;
    }
    s->last = s->n > 0 ? t->number[t->finished[s->n - 1]] : 0;
    return hone_tried_read(&s->fresh.tried, t, s->space->n_cols);
}

/* ---- moving -------------------------------------------------------------------------------*/

typedef struct places { /* rows of the table, -1: none; from: where the particle is */
    int64_t before, from, own, best;
} places;

/* Column c of a row, as good as equal to x where it is not there. */
static double column(const hone_trials *t, int64_t row, int64_t c, double x)
{
    const double v = row < 0 ? NAN : t->x[row * t->ldx + c];

    return isnan(v) ? x : v;
}

/* The best place of those that inform particle i; -1: none. */
static int64_t informant(const pso *s, int64_t i)
{
    int64_t best = -1;

    for (int64_t j = 0; j < s->size; j++)
        if (s->informs[j * s->size + i] && s->best[j].row >= 0 &&
            (best < 0 || hone_standing_compare(&s->best[j].standing, &s->best[best].standing) < 0))
            best = j;
    return best < 0 ? -1 : s->best[best].row;
}

/* The centre of gravity minus x, in a column. */
static double pull(const pso *s, const hone_trials *t, const places *p, int64_t c, double x)
{
    const double own = s->attraction * (column(t, p->own, c, x) - x);
    const double best = s->attraction * (column(t, p->best, c, x) - x);

    if (p->own < 0 || p->best < 0 || p->own == p->best)
        return 0.5 * (p->own < 0 ? best : own);
    return (own + best) / 3.0;
}

/* How far the random point lies from the centre of gravity for a normal vector of length 1. */
static double radius_of(const pso *s, const hone_trials *t, const places *p)
{
    double radius = 0.0, length = 0.0;

    for (int64_t c = 0; c < s->space->n_cols; c++) {
        const double x = t->x[p->from * t->ldx + c];

        if (s->space->col_choice[c] >= 0 || isnan(x))
            continue;
        const double r = pull(s, t, p, c, x);

        radius += r * r;
        length += s->z[c] * s->z[c];
    }
    return length > 0.0 ? s->u[0] * sqrt(radius / length) : 0.0;
}

/* A number; u: two random ones. */
static double moved(const pso *s, const hone_trials *t, const places *p, int64_t c, double radius,
                    const double *u)
{
    const int64_t levels = s->space->col_levels[c];
    const double x = t->x[p->from * t->ldx + c], cell = levels > 0 ? 1.0 / (double)levels : 0.0;
    double velocity;

    if (isnan(x))
        return u[0];
    velocity = p->before < 0 ? u[0] - x : x - column(t, p->before, c, x);
    if (p->before >= 0 && (x <= 0.0 || x >= 1.0))
        velocity *= -0.5;
    return fmin(fmax(x + s->inertia * velocity + pull(s, t, p, c, x) + radius * s->z[c] +
                         (u[1] - 0.5) * cell,
                     0.0),
                1.0);
}

/* A choice in columns c .. c + n - 1; u: two random numbers. */
static void chosen(const pso *s, const hone_trials *t, const places *p, int64_t c, int64_t n,
                   const double *u, double *x)
{
    const double to_own = ANOTHER + (1.0 - ANOTHER) * s->attraction / 3.0;
    const double to_best = to_own + (1.0 - ANOTHER) * s->attraction / 3.0;
    int64_t row = u[0] < ANOTHER ? -1 : u[0] < to_own ? p->own : u[0] < to_best ? p->best : p->from;

    if (row < 0 && u[0] >= ANOTHER)
        row = p->from;
    if (row >= 0 && isnan(t->x[row * t->ldx + c]))
        row = -1;
    for (int64_t k = 0; k < n; k++)
        x[c + k] = row >= 0 ? t->x[row * t->ldx + c + k]
                            : (double)(k == (int64_t)(u[1] * (double)n));
}

/* x := where the particle goes, not yet snapped; s->u and s->z are drawn. */
static void move(const pso *s, const hone_trials *t, const places *p, double *x)
{
    const double radius = radius_of(s, t, p), *u = s->u + NUMBERS;

    for (int64_t c = 0; c < s->space->n_cols; u += NUMBERS_PARAMETER) {
        if (s->space->col_choice[c] < 0) {
            x[c] = moved(s, t, p, c, radius, u);
            c++;
            continue;
        }
        const int64_t n = hone_columns(s->space, c);

        chosen(s, t, p, c, n, u, x);
        c += n;
    }
}

/* ---- asking -------------------------------------------------------------------------------*/

/* Row `at` of X := the next place of a particle, if it is new; 0: it was not in many tries. */
static int fly(pso *s, const hone_trials *t, int64_t number, double *X, int64_t ldx, int64_t at)
{
    const int64_t k = t->n + at, i = k % s->size;
    const int64_t n = NUMBERS + NUMBERS_PARAMETER * s->fresh.d, cols = s->space->n_cols;
    const places p = {.before = k - 2 * s->size >= s->origin ? k - 2 * s->size : -1,
                      .from = k - s->size,
                      .own = s->best[i].row,
                      .best = informant(s, i)};

    if (p.from < s->origin || p.from >= t->n || s->fresh.d == 0)
        return 0;
    for (int64_t j = 0; j < HONE_FRESH_TRIES; j++) {
        s->host->uniform(s->host, number, j * n, n, s->u);
        s->host->normal(s->host, number, j * cols, cols, s->z);
        move(s, t, &p, X + at * ldx);
        if (hone_fresh_untried(&s->fresh, t, X, ldx, at))
            return 1;
    }
    return 0;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    pso *s = self;

    *n_out = 0;
    if (learn(s, t) < 0) {
        s->host->error(s->host, -1, "out of memory for the trials");
        return HONE_ENOMEM;
    }
    for (; *n_out < n; ++*n_out) {
        const int64_t at = *n_out;
        const int flown = fly(s, t, number[at], X, ldx, at);

        if (!flown && !hone_fresh_sobol(&s->fresh, t, number[at], X, ldx, at))
            return HONE_DONE;
        s->host->note(s->host, number[at], "phase", NAN,
                      flown                              ? "move"
                      : t->n + at - s->size < s->origin ? "initial"
                                                         : "rest");
    }
    return HONE_OK;
}

/* ---- plumbing -----------------------------------------------------------------------------*/

static void destroy(void *self)
{
    pso *s = self;

    if (!s)
        return;
    hone_fresh_free(&s->fresh);
    free(s->best);
    free(s->informs);
    free(s->u);
    free(s->z);
    free(s);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    pso *s = calloc(1, sizeof *s);

    if (s) {
        s->host = host;
        s->space = host->space(host);
        s->n = -1;
        s->set = values[PARTICLES].is_set ? values[PARTICLES].i : 0;
        s->topology = values[TOPOLOGY].i;
        s->informed = values[INFORMED].i;
        s->inertia = values[INERTIA].d;
        s->attraction = values[ATTRACTION].d;
    }
    if (!s || hone_fresh_init(&s->fresh, host) < 0 ||
        !(s->u = malloc((size_t)(NUMBERS + NUMBERS_PARAMETER * s->fresh.d) * sizeof *s->u)) ||
        !(s->z = malloc((size_t)(s->space->n_cols + 1) * sizeof *s->z))) {
        destroy(s);
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    *self = s;
    return HONE_OK;
}

static const char *const TOPOLOGIES[] = {"random", "ring", "all", NULL};

static const hone_option OPTIONS[N_OPTIONS] = {
    [PARTICLES] = {.name = "particles",
                   .type = HONE_OPT_INT,
                   .low = 2,
                   .high = 1e4,
                   .unit = "trials",
                   .doc = "Particles; unset, 40 as in SPSO-2011, but no more than the "
                          "cube root of the budget."},
    [TOPOLOGY] = {.name = "topology",
                  .type = HONE_OPT_CHOICE,
                  .def = "random",
                  .choices = TOPOLOGIES,
                  .doc = "Who informs whom of its best place: random particles, drawn anew when an "
                         "iteration gained nothing (Clerc 2012), two neighbours in a ring, or all, "
                         "which converges sooner and to worse places."},
    [INFORMED] = {.name = "informed",
                  .type = HONE_OPT_INT,
                  .flags = HONE_OPT_ADVANCED,
                  .def = "3",
                  .low = 1,
                  .high = 1000,
                  .doc = "Particles that each one informs in the random topology: more converge "
                         "sooner (Clerc 2012)."},
    [INERTIA] = {.name = "inertia",
                 .type = HONE_OPT_REAL,
                 .flags = HONE_OPT_ADVANCED,
                 .def = "0.7213475204444817",
                 .low = 0,
                 .high = 1,
                 .doc = "Part of its velocity that a particle keeps: larger searches longer (Clerc "
                        "2012: 1/(2 ln 2))."},
    [ATTRACTION] = {.name = "attraction",
                    .type = HONE_OPT_REAL,
                    .flags = HONE_OPT_ADVANCED,
                    .def = "1.1931471805599454",
                    .low = 0,
                    .high = 1.5,
                    .doc = "How far beyond the best places a particle is drawn (Clerc 2012: 1/2 + "
                           "ln 2)."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_BATCH | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL | HONE_CAP_HISTORY_ONLY,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "pso",
    .version = "1.0.0",
    .doc = "Particle swarm optimization: SPSO-2011 with adaptive random informants.",
    .sources = "Clerc, \"Standard Particle Swarm Optimisation\", hal-00764996, 2012, sections 3 "
               "and 4.\nDepartures: a bound reverses half of the velocity that was left; fewer "
               "particles for small budgets.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("pso", "1.0.0", "MIT", "", PLUGINS)
