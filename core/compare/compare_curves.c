/* compare_curves.c - anytime curves: the precision of the best value so far against evaluations
 * and against time, as median, quartiles and the bootstrap interval of the median over runs.
 *
 * Time is the simulated clock where the objective says how long an evaluation takes; elsewhere
 * it is what the machine spent on asking and evaluating, one after the other, so that a costly
 * strategy's curve lies further right.  The latter is not the same twice. */
#include <math.h>
#include <stdlib.h>

#include "compare_figures.h"

enum { PER_DECADE = 10, MOST_POINTS = 400, BOOTSTRAP_DRAWS = 1000 };
enum { MOST_BANDS = 4 }; /* contenders; more would hide each other */
static const double SHORTEST = 1e-6; /* seconds, where an axis of time begins at the earliest */

enum { EVALUATIONS, SIMULATED, MACHINE, AXES };
static const char *const AXIS_NAMES[AXES] = {
    "evaluations / dimension", "time on the simulated clock (s)", "time of the machine (s)"};

static bool on_axis(const run_record *run, int axis)
{
    return axis == EVALUATIONS || run->timed == (axis == SIMULATED);
}

static double moment(const improvement *step, int axis)
{
    return axis == EVALUATIONS ? (double)step->evaluation
           : axis == SIMULATED ? step->clock
                               : step->spent;
}

/* Of the best at `when`; INFINITY before the first. */
static double precision_at(const findings *r, run_place at, int axis, double when)
{
    const run_record *run = findings_record(r, at);
    double zero = findings_target(r, at, 0), one = findings_target(r, at, 1) - zero;
    int64_t low = 0, high = run->n; /* the last step at or before `when` stands at low - 1 */
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (moment(&run->steps[middle], axis) <= when)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? (run->steps[low - 1].value - zero) / one : INFINITY;
}

/* Of all runs on the axis, of one block or (-1) of all: the first improvement and the end. */
static bool range_of(const findings *r, int axis, int64_t where, double *first, double *last)
{
    *first = INFINITY;
    *last = 0;
    for (int64_t i = 0; i < r->log->n; i++) {
        const run_record *run = &r->log->records[i];
        run_place at = comparison_place(r->comparison, i);
        double share = axis == EVALUATIONS && where < 0 ? 1 / fmax(1, (double)run->dimension) : 1;
        double ends[] = {(double)run->evaluations, run->clock, run->asking + run->evaluating};
        if ((where >= 0 && at.block != where) || !on_axis(run, axis) || run->n == 0)
            continue;
        *first = fmin(*first, share * moment(&run->steps[0], axis));
        *last = fmax(*last, share * ends[axis]);
    }
    *first = fmax(*first, axis == EVALUATIONS ? 1 : SHORTEST);
    return *last >= *first;
}

/* From first to last, even in logarithms; numbers of evaluations whole, each once. */
static int64_t grid(double first, double last, bool whole, double *at)
{
    int64_t n = 0;
    for (int64_t i = 0; n < MOST_POINTS && (n == 0 || at[n - 1] < last); i++) {
        double next = first * pow(10, (double)i / PER_DECADE);
        next = fmin(whole ? ceil(next - 1e-9) : next, last);
        if (n == 0 || next > at[n - 1])
            at[n++] = next;
    }
    return n;
}

/* ---- tables ------------------------------------------------------------------------------ */

static void add_number(text *t, double value)
{
    char number[NUMBER_ROOM];
    text_add(t, ",%s", isnan(value) ? "" : number_text(value, number));
}

typedef struct window {
    double *at;      /* [m] */
    int64_t m;
    double *curves;  /* runs x m */
    stat_band *bands; /* [m] */
} window;

/* Rows of one contender on one block. */
static int32_t add_rows(const findings *r, int64_t s, int64_t b, int axis, window *w, text *t,
                        error *err)
{
    const comparison *c = r->comparison;
    int64_t n = 0;
    stat_resampling how = {.level = 0.95, .draws = BOOTSTRAP_DRAWS,
                           .key = rng_child(rng_root(c->seed), "bootstrap", 0)};
    for (int64_t i = 0; i < c->n_instances * c->repeats; i++) {
        run_place at = {s, b, i / c->repeats, i % c->repeats};
        if (!on_axis(findings_record(r, at), axis) ||
            (axis != EVALUATIONS && findings_record(r, at)->n == 0))
            continue;
        for (int64_t j = 0; j < w->m; j++)
            w->curves[n * w->m + j] = precision_at(r, at, axis, w->at[j]);
        n++;
    }
    if (n == 0)
        return HONE_OK;
    int32_t status = stat_bands(w->curves, n, w->m, &how, w->bands);
    if (status < 0)
        return error_add(err, status, "the curves of %s have no quartiles", c->blocks[b].name);
    for (int64_t j = 0; j < w->m; j++) {
        const stat_band *band = &w->bands[j];
        text_add(t, "%s,%s,%lld", c->contenders[s].name, c->blocks[b].name,
                 (long long)findings_record(r, (run_place){.contender = s, .block = b})->dimension);
        if (axis != EVALUATIONS)
            text_add(t, ",%s", axis == SIMULATED ? "simulated" : "machine");
        add_number(t, w->at[j]);
        add_number(t, band->median);
        add_number(t, band->quartiles.low);
        add_number(t, band->quartiles.high);
        add_number(t, band->interval.low);
        add_number(t, band->interval.high);
        text_add(t, "\n");
    }
    return HONE_OK;
}

static int64_t set_grid(const findings *r, int64_t b, int axis, double *at)
{
    const run_record *any = findings_record(r, (run_place){.block = b});
    double first = 1, last;
    if (axis == EVALUATIONS)
        last = (double)comparison_budget(r->comparison, any->dimension > 0 ? any->dimension : 1);
    else if (!range_of(r, axis, b, &first, &last))
        return 0;
    return grid(first, last, axis == EVALUATIONS, at);
}

int32_t findings_curve_table(const findings *r, bool time, text *out, error *err)
{
    const comparison *c = r->comparison;
    size_t runs = (size_t)(c->n_instances * c->repeats);
    window w = {.at = calloc(MOST_POINTS, sizeof *w.at),
                .curves = calloc(runs * MOST_POINTS, sizeof *w.curves),
                .bands = calloc(MOST_POINTS, sizeof *w.bands)};
    int32_t status = w.at && w.curves && w.bands
                         ? HONE_OK
                         : error_add(err, HONE_ENOMEM, "out of memory for curves");
    text_add(out, "strategy,problem,dimension,%s,precision_median,quartile_low,quartile_high,"
                  "median_low,median_high\n", time ? "clock,seconds" : "evaluations");
    for (int64_t s = 0; s < c->n_contenders; s++)
        for (int64_t b = 0; b < c->n_blocks; b++)
            for (int axis = time ? SIMULATED : EVALUATIONS;
                 axis <= (time ? MACHINE : EVALUATIONS) && status >= 0; axis++)
                if ((w.m = set_grid(r, b, axis, w.at)) > 0)
                    status = add_rows(r, s, b, axis, &w, out, err);
    free(w.at);
    free(w.curves);
    free(w.bands);
    return status;
}

/* ---- the figure -------------------------------------------------------------------------- */

/* Decimal logarithms of a contender's precisions at `when`, sorted; what has no value yet is
 * worst.  Returns how many. */
static int64_t scores_at(const findings *r, int64_t s, int axis, double when, double *out)
{
    const comparison *c = r->comparison;
    int64_t n = 0, each = r->log->n / c->n_contenders;
    for (int64_t i = s * each; i < (s + 1) * each; i++) {
        run_place at = comparison_place(c, i);
        const run_record *run = findings_record(r, at);
        double scaled = axis == EVALUATIONS ? when * (double)run->dimension : when;
        if (run->n > 0 && on_axis(run, axis)) /* what failed has no curve */
            out[n++] = log10(fmax(precision_at(r, at, axis, scaled),
                                  c->targets[c->n_targets - 1]));
    }
    stat_sort(out, n);
    return n;
}

static void add_curve(const findings *r, panel *p, int64_t s, int axis, const double *at,
                      int64_t m, double *work)
{
    double median[MOST_POINTS], low[MOST_POINTS], high[MOST_POINTS];
    for (int64_t j = 0; j < m; j++) {
        int64_t n = scores_at(r, s, axis, at[j], work);
        median[j] = n > 0 ? stat_quantile(work, n, 0.5) : NAN;
        low[j] = n > 0 ? stat_quantile(work, n, 0.25) : NAN;
        high[j] = n > 0 ? stat_quantile(work, n, 0.75) : NAN;
        if (!isfinite(low[j]) || !isfinite(high[j]))
            low[j] = high[j] = NAN;
    }
    if (r->comparison->n_contenders <= MOST_BANDS)
        series_xyz(p, SERIES_BAND, (int)(s % STYLES), NULL, m, at, low, high);
    series_xy(p, SERIES_LINE, (int)(s % STYLES), r->comparison->contenders[s].name, m, at, median);
}

figure *findings_curves(const findings *r)
{
    const comparison *c = r->comparison;
    figure *f = figure_new(NULL);
    double at[MOST_POINTS], first, last;
    double *work = calloc((size_t)(r->log->n / c->n_contenders) + 1, sizeof *work);
    for (int axis = EVALUATIONS; axis < AXES && work; axis++) {
        if (!range_of(r, axis, -1, &first, &last))
            continue;
        panel *p = figure_panel(f, NULL, AXIS_NAMES[axis],
                                "precision (10 to the power of, median of runs)");
        int64_t m = grid(first, last, false, at);
        panel_flags(p, PANEL_LOG_X);
        for (int64_t s = 0; s < c->n_contenders; s++)
            add_curve(r, p, s, axis, at, m, work);
    }
    figure_layout(f, 2);
    if (!work) {
        figure_free(f);
        return NULL;
    }
    free(work);
    return f;
}
