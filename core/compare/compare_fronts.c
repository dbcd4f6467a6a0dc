/* compare_fronts.c - problems with several goals: hypervolume and IGD+ of each run's front, and
 * the surfaces that a quarter, half and three quarters of the runs attain (two goals).
 *
 * IGD+ is the distance to the objective's own front; where it knows none, to what is not
 * dominated in all runs on the same instance.  All values are minimised: those of a goal that is
 * maximised have the other sign. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_figures.h"
#include "page.h"

enum { SHARES = 3 };
static const double SHARE[SHARES] = {0.25, 0.5, 0.75};

static int64_t goals_of(const findings *r, int64_t b)
{
    const comparison *c = r->comparison;
    for (int64_t i = 0; i < r->log->n; i++)
        if (comparison_place(c, i).block == b && r->log->records[i].n_goals > 1)
            return r->log->records[i].n_goals;
    return 1;
}

bool findings_fronts_any(const findings *r)
{
    for (int64_t b = 0; b < r->comparison->n_blocks; b++)
        if (goals_of(r, b) > 1)
            return true;
    return false;
}

/* ---- distance to the front --------------------------------------------------------------- */

typedef struct cloud {       /* points of several runs */
    int64_t n;
    double *points;          /* n x goals */
    int64_t *run;            /* [n] 0, 1, ...: whose */
    int64_t runs;
} cloud;

static void cloud_free(cloud *c)
{
    free(c->points);
    free(c->run);
    *c = (cloud){0};
}

/* Whether a run is one of those wanted; -1: any. */
static bool wanted(run_place at, run_place of)
{
    return at.block == of.block && (of.contender < 0 || at.contender == of.contender) &&
           (of.instance < 0 || at.instance == of.instance);
}

/* The fronts of the runs wanted, one after the other; false: no memory. */
static bool gather(const findings *r, run_place of, cloud *out)
{
    size_t m = (size_t)goals_of(r, of.block), total = 1;
    *out = (cloud){0};
    for (int64_t i = 0; i < r->log->n; i++)
        if (wanted(comparison_place(r->comparison, i), of))
            total += (size_t)r->log->records[i].n_front;
    out->points = calloc(total * m, sizeof *out->points);
    out->run = calloc(total, sizeof *out->run);
    for (int64_t i = 0; out->points && out->run && i < r->log->n; i++) {
        const run_record *run = &r->log->records[i];
        if (!wanted(comparison_place(r->comparison, i), of))
            continue;
        for (int64_t k = 0; k < run->n_front; k++) {
            memcpy(out->points + (size_t)out->n * m, run->front + (size_t)k * m,
                   m * sizeof *out->points);
            out->run[out->n++] = out->runs;
        }
        out->runs++;
    }
    return out->points && out->run;
}

/* Leaves what nothing in the cloud dominates. */
static bool cloud_filter(cloud *c, int64_t m)
{
    int64_t *rank = calloc((size_t)c->n + 1, sizeof *rank), kept = 0;
    bool good = rank && stat_front_ranks(c->points, c->n, m, rank) >= 0;
    for (int64_t i = 0; i < c->n && good; i++)
        if (rank[i] == 0)
            memmove(c->points + kept++ * m, c->points + i * m, (size_t)m * sizeof *c->points);
    c->n = kept;
    free(rank);
    return good;
}

/* Of each run on a block, out[contender x instance x repeat]; INFINITY: it has no front. */
static int32_t distances(const findings *r, int64_t b, double *out, error *err)
{
    const comparison *c = r->comparison;
    int64_t m = goals_of(r, b), each = c->n_instances * c->repeats;
    for (int64_t i = 0; i < c->n_instances; i++) {
        cloud all;
        bool good = gather(r, (run_place){-1, b, i, -1}, &all) && cloud_filter(&all, m);
        for (int64_t k = 0; k < c->n_contenders * c->repeats && good; k++) {
            run_place at = {k / c->repeats, b, i, k % c->repeats};
            const run_record *run = findings_record(r, at);
            out[at.contender * each + i * c->repeats + at.repeat] =
                run->n_front == 0       ? INFINITY
                : isnan(run->igd_plus) ? stat_igd_plus(run->front, run->n_front, all.points,
                                                       all.n, m)
                                        : run->igd_plus;
        }
        cloud_free(&all);
        if (!good)
            return error_add(err, HONE_ENOMEM, "out of memory for fronts");
    }
    return HONE_OK;
}

/* What a run ends with. */
static double volume(const run_record *run)
{
    return run->n_front > 0 ? -run_record_best(run) : 0;
}

/* ---- tables ------------------------------------------------------------------------------ */

static void add_number(text *t, double value)
{
    char number[NUMBER_ROOM];
    text_add(t, ",%s", isnan(value) ? "" : number_text(value, number));
}

/* Surfaces of one contender on a block with two goals, a row for each corner. */
static int32_t add_surfaces(const findings *r, int64_t s, int64_t b, text *t, error *err)
{
    const comparison *c = r->comparison;
    cloud own;
    bool good = gather(r, (run_place){s, b, -1, -1}, &own);
    double *surface = good ? calloc(2 * (size_t)own.n + 2, sizeof *surface) : NULL;
    good = good && surface;
    for (int k = 0; k < SHARES && good; k++) {
        int64_t attained = (int64_t)ceil(SHARE[k] * (double)own.runs);
        int64_t n = stat_attainment(own.points, own.run, own.n, own.runs, attained, surface);
        good = n >= 0;
        for (int64_t i = 0; i < n; i++) {
            text_add(t, "%s,%s", c->contenders[s].name, c->blocks[b].name);
            add_number(t, (double)findings_record(r, (run_place){s, b, 0, 0})->dimension);
            add_number(t, SHARE[k]);
            add_number(t, surface[2 * i]);
            add_number(t, surface[2 * i + 1]);
            text_add(t, "\n");
        }
    }
    free(surface);
    cloud_free(&own);
    return good ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory for attained surfaces");
}

static void add_runs(const findings *r, int64_t b, const double *distance, text *indicators,
                     text *fronts)
{
    const comparison *c = r->comparison;
    int64_t m = goals_of(r, b), each = c->n_instances * c->repeats;
    for (int64_t k = 0; k < c->n_contenders * each; k++) {
        run_place at = {k / each, b, k % each / c->repeats, k % c->repeats};
        const run_record *run = findings_record(r, at);
        text place = {0};
        text_add(&place, "%s,%s,%lld,%lld,%lld", c->contenders[at.contender].name,
                 c->blocks[b].name, (long long)run->dimension,
                 (long long)c->instances[at.instance], (long long)at.repeat + 1);
        text_add(indicators, "%s", place.failed ? "" : place.data);
        indicators->failed = indicators->failed || place.failed;
        add_number(indicators, volume(run));
        add_number(indicators, distance[k]);
        text_add(indicators, ",%s\n", isnan(run->igd_plus) ? "best of all runs" : "known");
        for (int64_t i = 0; i < run->n_front; i++) {
            text_add(fronts, "%s", place.failed ? "" : place.data);
            for (int64_t j = 0; j < m; j++)
                add_number(fronts, run->front[i * m + j]);
            text_add(fronts, "\n");
        }
        text_free(&place);
    }
}

int32_t findings_fronts_tables(const findings *r, text *indicators, text *fronts, text *surfaces,
                               error *err)
{
    const comparison *c = r->comparison;
    double *distance = calloc((size_t)r->log->n + 1, sizeof *distance);
    int32_t status = distance ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory for fronts");
    text_add(indicators, "strategy,problem,dimension,instance,repeat,hypervolume,igd_plus,"
                         "igd_plus_front\n");
    text_add(fronts, "strategy,problem,dimension,instance,repeat,values\n");
    text_add(surfaces, "strategy,problem,dimension,share_of_runs,value_1,value_2\n");
    for (int64_t b = 0; b < c->n_blocks && status >= 0; b++) {
        if (goals_of(r, b) < 2)
            continue;
        status = distances(r, b, distance, err);
        if (status >= 0)
            add_runs(r, b, distance, indicators, fronts);
        for (int64_t s = 0; s < c->n_contenders && status >= 0 && goals_of(r, b) == 2; s++)
            status = add_surfaces(r, s, b, surfaces, err);
    }
    free(distance);
    return status;
}

int32_t findings_fronts_page(const findings *r, page *p, error *err)
{
    static const char *const NAMES[] = {"problem", "dimension", "strategy", "hypervolume", "IGD+"};
    const comparison *c = r->comparison;
    int64_t each = c->n_instances * c->repeats;
    double *distance = calloc((size_t)(r->log->n + each) + 1, sizeof *distance);
    double *few = distance ? distance + r->log->n : NULL;
    int32_t status = distance ? HONE_OK : error_add(err, HONE_ENOMEM, "out of memory for fronts");
    page_table(p, "Median hypervolume (larger is better) and IGD+ (smaller is better) of the "
                  "runs' fronts.", 5, NAMES, (const bool[]){false, true, false, true, true});
    for (int64_t b = 0; b < c->n_blocks && status >= 0; b++) {
        if (goals_of(r, b) < 2)
            continue;
        status = distances(r, b, distance, err);
        for (int64_t s = 0; s < c->n_contenders && status >= 0; s++) {
            run_place at = {s, b, 0, 0};
            page_cell(p, c->blocks[b].name);
            page_cell_number(p, (double)findings_record(r, at)->dimension);
            page_cell(p, c->contenders[s].name);
            for (int64_t i = 0; i < each; i++) {
                at.instance = i / c->repeats;
                at.repeat = i % c->repeats;
                few[i] = volume(findings_record(r, at));
            }
            page_cell_number(p, stat_median(few, each));
            page_cell_number(p, stat_median(distance + s * each, each));
        }
    }
    page_table_end(p);
    free(distance);
    return status;
}
