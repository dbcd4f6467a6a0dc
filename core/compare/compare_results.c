/* compare_results.c - see compare_results.h. */
#include "compare_results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST_BLOCKS = 6 }; /* below, a signed-rank test cannot reach 5 % on blocks */
static const double NEVER = 30;   /* score of a run without a value */
enum { POSTERIOR_DRAWS = 10000 };
static const double PRIOR = 0.5;  /* strength of the Bayesian test's, of Benavoli et al. (2017) */
static const double POWER = 0.8;  /* of the test that `needed` plans */

const run_record *findings_record(const findings *r, run_place at)
{
    const comparison *c = r->comparison;
    int64_t run = ((at.contender * c->n_blocks + at.block) * c->n_instances + at.instance) *
                      c->repeats + at.repeat;
    return &r->log->records[run];
}

int64_t findings_failed(const findings *r)
{
    int64_t n = 0;
    for (int64_t i = 0; i < r->log->n; i++)
        n += r->log->records[i].failure != NULL;
    return n;
}

double findings_target(const findings *r, run_place at, double precision)
{
    int64_t i = at.block * r->comparison->n_instances + at.instance;
    return r->reference[i] + precision * r->scale[i];
}

double findings_precision(const findings *r, run_place at)
{
    int64_t i = at.block * r->comparison->n_instances + at.instance;
    double above = (run_record_best(findings_record(r, at)) - r->reference[i]) / r->scale[i];
    return above > 0 ? above : above <= 0 ? 0 : INFINITY;
}

static double score(const findings *r, run_place at)
{
    double least = r->comparison->targets[r->comparison->n_targets - 1];
    double precision = findings_precision(r, at);
    return isfinite(precision) ? log10(precision > least ? precision : least) : NEVER;
}

/* Reference and scale of one instance of a block. */
static void refer(findings *r, run_place at, double *first)
{
    const comparison *c = r->comparison;
    double best = INFINITY, optimum = NAN;
    int64_t n = 0, i = at.block * c->n_instances + at.instance;
    for (at.contender = 0; at.contender < c->n_contenders; at.contender++)
        for (at.repeat = 0; at.repeat < c->repeats; at.repeat++) {
            const run_record *run = findings_record(r, at);
            best = run_record_best(run) < best ? run_record_best(run) : best;
            optimum = isnan(optimum) ? run->optimum : optimum;
            if (run->n > 0)
                first[n++] = run->steps[0].value;
        }
    r->reference[i] = isnan(optimum) ? best : optimum;
    r->scale[i] = 1;
    if (isnan(optimum) && n > 0 && stat_median(first, n) > best)
        r->scale[i] = (stat_median(first, n) - best) / c->targets[0];
}

static int64_t runs_each(const comparison *c) /* of a contender on a block */
{
    return c->n_instances * c->repeats;
}

static void block_scores(const findings *r, int64_t who, int64_t where, double *out)
{
    const comparison *c = r->comparison;
    for (int64_t i = 0; i < runs_each(c); i++)
        out[i] = score(r, (run_place){who, where, i / c->repeats, i % c->repeats});
}

static void fill_scores(findings *r, double *few)
{
    const comparison *c = r->comparison;
    int64_t k = c->n_contenders, n = runs_each(c);
    for (int64_t s = 0; s < k; s++)
        for (int64_t b = 0; b < c->n_blocks; b++) {
            block_scores(r, s, b, few);
            for (int64_t i = 0; i < n && !r->by_block; i++)
                r->scores[(b * n + i) * k + s] = few[i];
            if (r->by_block)
                r->scores[b * k + s] = stat_median(few, n);
        }
}

static void fill_runtimes(findings *r, int64_t s)
{
    const comparison *c = r->comparison;
    double asking = 0, reached = 0;
    int64_t n = 0, evaluations = 0;
    for (int64_t b = 0; b < c->n_blocks; b++)
        for (int64_t i = 0; i < runs_each(c); i++) {
            run_place at = {s, b, i / c->repeats, i % c->repeats};
            const run_record *run = findings_record(r, at);
            asking += run->asking;
            evaluations += run->evaluations;
            for (int64_t t = 0; t < c->n_targets; t++) {
                double when = run_record_runtime(run, findings_target(r, at, c->targets[t]));
                reached += isfinite(when);
                r->runtimes[s][n++] = when / (double)(run->dimension > 0 ? run->dimension : 1);
            }
        }
    stat_sort(r->runtimes[s], n);
    r->reached[s] = reached / (double)n;
    r->asking[s] = evaluations > 0 ? asking / (double)evaluations : NAN;
}

double findings_ert(const findings *r, int64_t who, int64_t where, double precision,
                   int64_t *runs)
{
    const comparison *c = r->comparison;
    double spent = 0;
    *runs = 0;
    for (int64_t i = 0; i < runs_each(c); i++) {
        run_place at = {who, where, i / c->repeats, i % c->repeats};
        const run_record *run = findings_record(r, at);
        double when = run_record_runtime(run, findings_target(r, at, precision));
        *runs += isfinite(when);
        spent += isfinite(when) ? when : (double)run->evaluations;
    }
    return *runs > 0 ? spent / (double)*runs : INFINITY;
}

/* ---- pairs ------------------------------------------------------------------------------- */

static int32_t compare_pair(findings *r, rival_pair *p, double *differences, double *x, double *y,
                            error *err)
{
    const comparison *c = r->comparison;
    int64_t k = c->n_contenders, n = runs_each(c);
    stat_signed_rank test;
    stat_rank_sum effect;
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < r->n_cases; i++) {
        differences[i] = r->scores[i * k + p->a] - r->scores[i * k + p->b];
        p->wins += differences[i] < 0;
        p->losses += differences[i] > 0;
    }
    for (int64_t b = 0; b < c->n_blocks && status >= 0; b++) {
        block_scores(r, p->a, b, x);
        block_scores(r, p->b, b, y);
        status = stat_rank_sum_test(y, n, x, n, STAT_APPROXIMATE, true, &effect);
        p->better += effect.a12 / (double)c->n_blocks;
    }
    if (status >= 0)
        status = stat_signed_rank_test(differences, r->n_cases, STAT_AUTO, true, &test);
    p->p = test.p;
    if (status >= 0)
        status = stat_pairs_needed(differences, r->n_cases, c->alpha, POWER, &p->needed);
    if (status >= 0)
        status = stat_bayesian_signed_rank(
            differences, r->n_cases, c->rope, PRIOR, POSTERIOR_DRAWS,
            rng_child(rng_root(c->seed), "posterior", p->a * k + p->b), &p->posterior);
    return status >= 0 ? HONE_OK : error_add(err, status, "a pair of strategies cannot be tested");
}

static int32_t compare_pairs(findings *r, double *work, error *err)
{
    const comparison *c = r->comparison;
    int64_t k = c->n_contenders, n = runs_each(c);
    double *x = work + r->n_cases, *y = x + n, *p = y + n, *adjusted = p + k * k;
    int32_t status = HONE_OK;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = a + 1; b < k && status >= 0; b++) {
            rival_pair *pair = &r->pairs[r->n_pairs++];
            *pair = (rival_pair){.a = a, .b = b};
            status = compare_pair(r, pair, work, x, y, err);
            p[r->n_pairs - 1] = pair->p;
        }
    if (status >= 0 && stat_holm(p, r->n_pairs, adjusted) < 0)
        status = error_add(err, HONE_EFAIL, "the p-values cannot be adjusted");
    for (int64_t i = 0; i < r->n_pairs && status >= 0; i++)
        r->pairs[i].adjusted = adjusted[i];
    return status;
}

static int32_t test(findings *r, double *work, error *err)
{
    int64_t k = r->comparison->n_contenders;
    r->tested = k >= 2 && r->n_cases >= 2;
    r->critical = NAN;
    int32_t status = stat_average_ranks(r->scores, r->n_cases, k, r->ranks);
    if (status >= 0)
        status = stat_order(r->ranks, k, r->order);
    if (status >= 0 && r->tested)
        status = stat_friedman_test(r->scores, r->n_cases, k, &r->friedman);
    if (status < 0)
        return error_add(err, status, "the strategies cannot be ranked");
    if (!r->tested)
        return HONE_OK;
    r->critical = stat_critical_difference(k, r->n_cases, r->comparison->alpha);
    return compare_pairs(r, work, err);
}

/* ---- made and gone ----------------------------------------------------------------------- */

static bool allocate(findings *r)
{
    const comparison *c = r->comparison;
    size_t k = (size_t)c->n_contenders, places = (size_t)(c->n_blocks * c->n_instances);
    r->reference = calloc(places, sizeof *r->reference);
    r->scale = calloc(places, sizeof *r->scale);
    r->scores = calloc((size_t)r->n_cases * k, sizeof *r->scores);
    r->ranks = calloc(k, sizeof *r->ranks);
    r->reached = calloc(k, sizeof *r->reached);
    r->asking = calloc(k, sizeof *r->asking);
    r->order = calloc(k, sizeof *r->order);
    r->pairs = calloc(k * k, sizeof *r->pairs);
    r->runtimes = calloc(k, sizeof *r->runtimes);
    for (size_t s = 0; r->runtimes && s < k; s++)
        if (!(r->runtimes[s] = calloc((size_t)r->n_runtimes, sizeof **r->runtimes)))
            return false;
    return r->reference && r->scale && r->scores && r->ranks && r->reached && r->asking &&
           r->order && r->pairs && r->runtimes;
}

int32_t findings_make(const comparison *c, const record_log *l, findings *out, error *err)
{
    *out = (findings){.comparison = c, .log = l, .by_block = c->n_blocks >= FEWEST_BLOCKS};
    int64_t k = c->n_contenders, each = runs_each(c);
    out->n_cases = out->by_block ? c->n_blocks : c->n_blocks * each;
    out->n_runtimes = c->n_blocks * each * c->n_targets;
    size_t room = (size_t)(out->n_cases + 2 * each + 2 * k * k + k * each);
    double *work = calloc(room, sizeof *work);
    int32_t status = work && allocate(out)
                         ? HONE_OK
                         : error_add(err, HONE_ENOMEM, "out of memory for the results");
    for (int64_t b = 0; b < c->n_blocks && status >= 0; b++)
        for (int64_t i = 0; i < c->n_instances; i++)
            refer(out, (run_place){.block = b, .instance = i}, work);
    if (status >= 0) {
        fill_scores(out, work);
        for (int64_t s = 0; s < k; s++)
            fill_runtimes(out, s);
        status = test(out, work, err);
    }
    free(work);
    return status;
}

void findings_free(findings *r)
{
    for (int64_t s = 0; r->runtimes && s < r->comparison->n_contenders; s++)
        free(r->runtimes[s]);
    free(r->runtimes);
    free(r->reference);
    free(r->scale);
    free(r->scores);
    free(r->ranks);
    free(r->reached);
    free(r->asking);
    free(r->order);
    free(r->pairs);
    *r = (findings){0};
}
