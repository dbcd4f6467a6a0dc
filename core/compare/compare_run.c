/* compare_run.c - one run of a comparison: a study in memory on the simulated clock.
 *
 * Several goals are followed by the hypervolume that the feasible points dominate within the
 * problem's `reference`; the optimum is then that of the objective's own front. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_external.h"
#include "compare_record.h"
#include "instance_state.h"
#include "simulate.h"
#include "statistics.h"

enum { FRONT_POINTS = 1000 }; /* of a known front, for its hypervolume */

typedef struct follower {    /* the best so far */
    const config *c;
    const block *block;
    run_record *record;
    double *front;           /* [n] x n_goals minimised, non-dominated */
    int64_t n, room;
    double *known;           /* [n_known] x n_goals minimised: the objective's own front, or NULL */
    int64_t n_known;
    error err;
} follower;

static double minimised(const config *c, const simulated *t, int32_t goal)
{
    return c->maximize[goal] ? -t->values[goal] : t->values[goal];
}

/* Complete, at full fidelity, all constraints met. */
static bool feasible(const config *c, const simulated *t)
{
    int32_t fidelity = c->space.fidelity;
    if (fidelity >= 0 && t->native[fidelity] != c->space.params[fidelity].high)
        return false;
    for (int32_t j = 0; j < c->n_constraints; j++)
        if (!(t->constraints[j] <= 0))
            return false;
    return t->state == HONE_COMPLETE;
}

static bool dominates(const double *a, const double *b, int32_t m)
{
    for (int32_t j = 0; j < m; j++)
        if (!(a[j] <= b[j]))
            return false;
    return true;
}

/* Puts y into the front; false: it is dominated, or memory ended (in err). */
static bool extend(follower *f, const double *y)
{
    int32_t m = f->c->n_goals;
    int64_t kept = 0;
    for (int64_t i = 0; i < f->n; i++)
        if (dominates(f->front + i * m, y, m))
            return false;
    for (int64_t i = 0; i < f->n; i++)
        if (!dominates(y, f->front + i * m, m))
            memmove(f->front + kept++ * m, f->front + i * m, (size_t)m * sizeof *y);
    f->n = kept;
    if (f->n == f->room) {
        int64_t room = f->room ? 2 * f->room : 64;
        double *front = realloc(f->front, (size_t)(room * m) * sizeof *front);
        if (!front) {
            error_add(&f->err, HONE_ENOMEM, "out of memory for a front");
            return false;
        }
        f->front = front;
        f->room = room;
    }
    memcpy(f->front + f->n++ * m, y, (size_t)m * sizeof *y);
    return true;
}

static bool follow_front(follower *f, const simulated *t, double *value)
{
    int32_t m = f->c->n_goals;
    double few[8], *y = m <= 8 ? few : malloc((size_t)m * sizeof *y);
    bool better = false;
    if (!y) {
        error_add(&f->err, HONE_ENOMEM, "out of memory for a front");
        return false;
    }
    for (int32_t j = 0; j < m; j++)
        y[j] = minimised(f->c, t, j);
    if (extend(f, y))
        better = stat_hypervolume(f->front, f->n, m, f->block->reference, value) >= 0;
    *value = -*value;
    if (y != few)
        free(y);
    return better;
}

static int32_t follow(void *context, const simulated *t)
{
    follower *f = context;
    run_record *r = f->record;
    double value = INFINITY;
    r->evaluations = t->order + 1;
    r->failures += t->state == HONE_FAILED;
    r->timed = r->timed || t->timed;
    if (!feasible(f->c, t))
        return 0;
    if (f->c->n_goals == 1)
        value = minimised(f->c, t, 0);
    else if (!follow_front(f, t, &value))
        return f->err.status;
    const improvement step = {t->order + 1, t->ended, t->spent, value};
    if (value < run_record_best(r) && !run_record_improve(r, step))
        error_add(&f->err, HONE_ENOMEM, "out of memory for a run's history");
    return f->err.status;
}

/* ---- the optimum ------------------------------------------------------------------------- */

static int32_t known_front(const config *c, const block *b, const hone_ext_front *ext,
                           void *self, follower *f, error *err)
{
    int32_t m = c->n_goals;
    double *out = &f->record->optimum, *y = calloc((size_t)FRONT_POINTS * (size_t)m, sizeof *y);
    if (!y)
        return error_add(err, HONE_ENOMEM, "out of memory for a front");
    int64_t n = ext->front(self, FRONT_POINTS, y, m);
    for (int64_t i = 0; i < n * m; i++)
        if (c->maximize[i % m])
            y[i] = -y[i];
    if (n > 0 && m == 1)
        *out = y[0];
    else if (n > 0 && stat_hypervolume(y, n, m, b->reference, out) >= 0)
        *out = -*out;
    f->known = y;
    f->n_known = n;
    return HONE_OK;
}

/* What the objective says it is; NaN where it does not know. */
static int32_t find_optimum(const config *c, const block *b, const log_sink *log, follower *f,
                            error *err)
{
    const plugin *p = c->objective->plugin;
    const hone_ext_front *ext = p->extension ? p->extension("hone.front/1") : NULL;
    surroundings around = {.config = c, .space = &c->space, .log = log, .threads = 1};
    instance *objective = NULL;
    f->record->optimum = NAN;
    if (!ext || !HONE_HAS(ext, hone_ext_front, front))
        return HONE_OK;
    int32_t status = instance_new(&around, c->objective, &objective, err);
    if (status >= 0)
        status = known_front(c, b, ext, objective->self, f, err);
    instance_free(objective);
    return status;
}

/* ---- the run ----------------------------------------------------------------------------- */

static int32_t check_reference(const config *c, const block *b, error *err)
{
    if (c->n_goals == 1 || b->n_reference == c->n_goals)
        return HONE_OK;
    return error_add(err, HONE_ECONFIG,
                     "[%s] %d goals are judged by their hypervolume: reference = ... should have "
                     "a number for each, the worst values that count",
                     b->section->name, c->n_goals);
}

static int32_t propose(const comparison *c, run_place at, config *cfg, const log_sink *log,
                       simulation_settings *with, simulation_result *result, error *err)
{
    const char *command = c->contenders[at.contender].command;
    external *program = NULL;
    study *s = NULL;
    study_settings settings = {.config = cfg, .log = log};
    int32_t status = command ? external_start(command, c->doc.folder, cfg, &program, err)
                             : study_open(&settings, &s, err);
    if (status >= 0) {
        with->by = command ? external_proposer(program) : proposer_study(s);
        status = simulate_run(with, result, err);
    }
    external_stop(program);
    study_close(s);
    return status;
}

/* The record takes the front over, with its distance to the known one. */
static void keep_front(follower *f)
{
    run_record *r = f->record;
    int32_t m = f->c->n_goals;
    if (m > 1) {
        r->n_goals = m;
        r->n_front = f->n;
        r->front = f->front;
        f->front = NULL;
        if (f->n_known > 0 && f->n > 0)
            r->igd_plus = stat_igd_plus(r->front, f->n, f->known, f->n_known, m);
    }
    free(f->front);
    free(f->known);
}

static int32_t work(const comparison *c, run_place at, config *cfg, const log_sink *log,
                    run_record *out, error *err)
{
    const block *b = &c->blocks[at.block];
    follower f = {.c = cfg, .block = b, .record = out};
    simulation_result result = {0};
    cfg->trials = comparison_budget(c, cfg->space.n);
    simulation_settings with = {.config = cfg,
                                .log = log,
                                .workers = c->workers,
                                .budget = cfg->trials,
                                .time = c->time,
                                .noise = c->noise,
                                .noise_key = rng_child(rng_root(cfg->seed), "noise", 0),
                                .ended = follow,
                                .context = &f};
    out->dimension = cfg->space.n;
    int32_t status = check_reference(cfg, b, err);
    if (status >= 0)
        status = find_optimum(cfg, b, log, &f, err);
    if (status >= 0)
        status = propose(c, at, cfg, log, &with, &result, err);
    if (status >= 0 && f.err.status < 0)
        status = f.err.status;
    error_take(err, &f.err);
    out->clock = result.clock;
    out->asking = result.asking;
    out->evaluating = result.evaluating;
    keep_front(&f);
    return status;
}

int32_t compare_run(const comparison *c, run_place at, const config_settings *settings,
                    const log_sink *log, run_record *out, error *err)
{
    text file = {0};
    char *folder = NULL;
    config cfg = {0};
    config_settings with = *settings;
    error problem = {0};
    with.set = NULL;
    with.n_set = 0;
    with.need_objective = true;
    with.plugins.no_probe = true; /* by whoever started this run */
    *out = (run_record){.present = true, .optimum = NAN, .igd_plus = NAN};
    int32_t status = comparison_study(c, at, &file, &folder, err);
    if (status >= 0) {
        int32_t done = config_read(file.data, c->doc.path, folder, &with, &cfg, &problem);
        if (done >= 0)
            done = study_take_space(&cfg, log, &problem);
        if (done >= 0)
            done = work(c, at, &cfg, log, out, &problem);
        if (done == HONE_ENOMEM)
            error_take(err, &problem);
        else if (done < 0)
            out->failure = strdup(error_text(&problem));
        status = err->status;
    }
    error_free(&problem);
    config_free(&cfg);
    text_free(&file);
    free(folder);
    return status;
}
