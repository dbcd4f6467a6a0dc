/* compare_files.c - the results of a comparison as tables for programs and papers.
 *
 * All but timings.csv and, where no evaluation says how long it takes, curves-time.csv depend on nothing but the comparison file: the same bytes whatever the
 * number of cores and however often the comparison was interrupted. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_results.h"
#include "file.h"

static const double TABLE_TARGETS[] = {1e1, 1e-1, 1e-3, 1e-5, 1e-7}; /* of COCO's tables */
enum { N_TABLE_TARGETS = sizeof TABLE_TARGETS / sizeof *TABLE_TARGETS };

static int32_t save(const findings *r, const char *name, text *t, error *err)
{
    text path = {0};
    text_add(&path, "%s/%s", r->comparison->folder, name);
    int32_t status = t->failed || path.failed
                         ? error_add(err, HONE_ENOMEM, "out of memory for %s", name)
                         : file_write(path.data, t->data ? t->data : "", t->length, err);
    text_free(&path);
    text_free(t);
    return status;
}

static void add_number(text *t, double value)
{
    char number[NUMBER_ROOM];
    text_add(t, ",%s", isnan(value) ? "" : number_text(value, number));
}

static void add_quoted(text *t, const char *words)
{
    text_add(t, ",\"");
    for (; words && *words; words++)
        text_add(t, *words == '"' ? "\"%c" : "%c", *words);
    text_add(t, "\"");
}

/* strategy,problem,dimension,instance,repeat */
static void add_place(const findings *r, run_place at, text *t)
{
    const comparison *c = r->comparison;
    text_add(t, "%s,%s,%lld,%lld,%lld", c->contenders[at.contender].name, c->blocks[at.block].name,
             (long long)findings_record(r, at)->dimension, (long long)c->instances[at.instance],
             (long long)at.repeat + 1);
}

static int32_t save_runs(const findings *r, error *err)
{
    text runs = {0}, history = {0}, timings = {0};
    text_add(&runs, "strategy,problem,dimension,instance,repeat,seed,evaluations,failures,best,"
                    "optimum,precision,simulated_time,failure\n");
    text_add(&history, "strategy,problem,dimension,instance,repeat,evaluation,simulated_time,"
                       "best\n");
    text_add(&timings, "strategy,problem,dimension,instance,repeat,asking_seconds,"
                       "evaluating_seconds,asking_seconds_each\n");
    for (int64_t i = 0; i < r->log->n; i++) {
        run_place at = comparison_place(r->comparison, i);
        const run_record *run = findings_record(r, at);
        add_place(r, at, &runs);
        text_add(&runs, ",%llu,%lld,%lld", (unsigned long long)comparison_seed(r->comparison, at),
                 (long long)run->evaluations, (long long)run->failures);
        add_number(&runs, run_record_best(run));
        add_number(&runs, run->optimum);
        add_number(&runs, findings_precision(r, at));
        add_number(&runs, run->clock);
        add_quoted(&runs, run->failure);
        text_add(&runs, "\n");
        for (int64_t k = 0; k < run->n; k++) {
            add_place(r, at, &history);
            text_add(&history, ",%lld", (long long)run->steps[k].evaluation);
            add_number(&history, run->steps[k].clock);
            add_number(&history, run->steps[k].value);
            text_add(&history, "\n");
        }
        add_place(r, at, &timings);
        add_number(&timings, run->asking);
        add_number(&timings, run->evaluating);
        add_number(&timings, run->evaluations ? run->asking / (double)run->evaluations : NAN);
        text_add(&timings, "\n");
    }
    int32_t status = save(r, "runs.csv", &runs, err);
    int32_t second = save(r, "history.csv", &history, err);
    int32_t third = save(r, "timings.csv", &timings, err);
    return status < 0 ? status : second < 0 ? second : third;
}

static int32_t save_curves(const findings *r, error *err)
{
    text curves = {0}, times = {0};
    int32_t status = findings_curve_table(r, false, &curves, err);
    if (status >= 0)
        status = findings_curve_table(r, true, &times, err);
    if (status >= 0) {
        status = save(r, "curves.csv", &curves, err);
        int32_t second = save(r, "curves-time.csv", &times, err);
        return status < 0 ? status : second;
    }
    text_free(&curves);
    text_free(&times);
    return status;
}

static int32_t save_fronts(const findings *r, error *err)
{
    text t[3] = {{0}};
    static const char *const NAMES[] = {"indicators.csv", "fronts.csv", "attainment.csv"};
    if (!findings_fronts_any(r))
        return HONE_OK;
    int32_t status = findings_fronts_tables(r, &t[0], &t[1], &t[2], err);
    for (int i = 0; i < 3; i++) {
        if (status >= 0)
            status = save(r, NAMES[i], &t[i], err);
        text_free(&t[i]);
    }
    return status;
}

static int32_t save_runtimes(const findings *r, error *err)
{
    const comparison *c = r->comparison;
    text ecdf = {0}, ert = {0};
    text_add(&ecdf, "strategy,evaluations_over_dimension,share\n");
    text_add(&ert, "strategy,problem,dimension,precision,expected_evaluations,runs_successful,"
                   "runs\n");
    for (int64_t s = 0; s < c->n_contenders; s++) {
        const double *sorted = r->runtimes[s];
        for (int64_t i = 0; i < r->n_runtimes && isfinite(sorted[i]); i++)
            if (i + 1 == r->n_runtimes || sorted[i + 1] != sorted[i]) {
                text_add(&ecdf, "%s", c->contenders[s].name);
                add_number(&ecdf, sorted[i]);
                add_number(&ecdf, (double)(i + 1) / (double)r->n_runtimes);
                text_add(&ecdf, "\n");
            }
        for (int64_t b = 0; b < c->n_blocks; b++)
            for (int64_t k = 0; k < c->n_targets; k++) {
                int64_t reached;
                double expected = findings_ert(r, s, b, c->targets[k], &reached);
                run_place at = {.contender = s, .block = b};
                text_add(&ert, "%s,%s,%lld", c->contenders[s].name, c->blocks[b].name,
                         (long long)findings_record(r, at)->dimension);
                add_number(&ert, c->targets[k]);
                add_number(&ert, expected);
                text_add(&ert, ",%lld,%lld\n", (long long)reached,
                         (long long)(c->n_instances * c->repeats));
            }
    }
    int32_t status = save(r, "ecdf.csv", &ecdf, err), second = save(r, "ert.csv", &ert, err);
    return status < 0 ? status : second;
}

/* ---- tests ------------------------------------------------------------------------------- */

static int32_t save_tests(const findings *r, error *err)
{
    const comparison *c = r->comparison;
    text ranks = {0}, pairs = {0};
    text_add(&ranks, "strategy,mean_rank,targets_reached\n");
    for (int64_t i = 0; i < c->n_contenders; i++) {
        int64_t s = r->order[i];
        text_add(&ranks, "%s", c->contenders[s].name);
        add_number(&ranks, r->ranks[s]);
        add_number(&ranks, r->reached[s]);
        text_add(&ranks, "\n");
    }
    text_add(&pairs, "a,b,cases,a_better,b_better,p,p_holm,a12,supported,cases_needed,"
                     "posterior_a,posterior_equal,posterior_b\n");
    for (int64_t i = 0; i < r->n_pairs; i++) {
        const rival_pair *p = &r->pairs[i];
        text_add(&pairs, "%s,%s,%lld,%lld,%lld", c->contenders[p->a].name,
                 c->contenders[p->b].name, (long long)r->n_cases, (long long)p->wins,
                 (long long)p->losses);
        add_number(&pairs, p->p);
        add_number(&pairs, p->adjusted);
        add_number(&pairs, p->better);
        text_add(&pairs, ",%s", p->adjusted <= c->alpha ? "yes" : "no");
        add_number(&pairs, p->needed);
        add_number(&pairs, p->posterior.below);
        add_number(&pairs, p->posterior.within);
        add_number(&pairs, p->posterior.above);
        text_add(&pairs, "\n");
    }
    int32_t status = save(r, "ranks.csv", &ranks, err), second = save(r, "pairs.csv", &pairs, err);
    return status < 0 ? status : second;
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static int32_t save_summary(const findings *r, error *err)
{
    const comparison *c = r->comparison;
    json_t *list = json_array();
    text t = {0};
    for (int64_t i = 0; i < c->n_contenders; i++) {
        int64_t s = r->order[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "strategy", c->contenders[s].name,
                                              "mean_rank", real_or_null(r->ranks[s]),
                                              "targets_reached", real_or_null(r->reached[s])));
    }
    json_t *all = json_pack(
        "{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "comparison", c->name, "hone", HONE_VERSION,
        "runs", (json_int_t)r->log->n, "cases", (json_int_t)r->n_cases, "strategies", list,
        "friedman_chi2", real_or_null(r->tested ? r->friedman.chi2 : NAN), "friedman_p",
        real_or_null(r->tested ? r->friedman.p : NAN), "critical_difference",
        real_or_null(r->critical));
    char *words = all ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
    text_add(&t, "%s\n", words ? words : "");
    t.failed = t.failed || !words;
    free(words);
    json_decref(all);
    return save(r, "summary.json", &t, err);
}

static void add_tex(text *t, const char *words)
{
    for (; *words; words++)
        text_add(t, strchr("_%&#$", *words) ? "\\%c" : "%c", *words);
}

/* Expected running times over the dimension, the best of each target in bold. */
static void add_tex_row(const findings *r, int64_t s, int64_t b, text *t)
{
    const comparison *c = r->comparison;
    double d = (double)findings_record(r, (run_place){.contender = s, .block = b})->dimension;
    text_add(t, " & ");
    add_tex(t, c->contenders[s].name);
    for (int k = 0; k < N_TABLE_TARGETS; k++) {
        int64_t reached, ignored;
        double own = findings_ert(r, s, b, TABLE_TARGETS[k], &reached), best = INFINITY;
        for (int64_t other = 0; other < c->n_contenders; other++)
            best = fmin(best, findings_ert(r, other, b, TABLE_TARGETS[k], &ignored));
        if (isfinite(own))
            text_add(t, own <= best ? " & \\textbf{%.3g}\\,(%lld)" : " & %.3g\\,(%lld)", own / d,
                     (long long)reached);
        else
            text_add(t, " & $\\infty$");
    }
    text_add(t, " \\\\\n");
}

static int32_t save_tex(const findings *r, error *err)
{
    const comparison *c = r->comparison;
    text t = {0};
    text_add(&t, "%% Mean ranks over %lld cases.\n\\begin{tabular}{lrr}\nstrategy & mean rank & "
                 "targets reached \\\\ \\hline\n",
             (long long)r->n_cases);
    for (int64_t i = 0; i < c->n_contenders; i++) {
        add_tex(&t, c->contenders[r->order[i]].name);
        text_add(&t, " & %.2f & %.1f\\,\\%% \\\\\n", r->ranks[r->order[i]],
                 100 * r->reached[r->order[i]]);
    }
    text_add(&t, "\\end{tabular}\n\n%% Expected evaluations over the dimension until a precision; "
                 "in brackets the runs that reached it.\n\\begin{tabular}{ll*{5}{r}}\nproblem & "
                 "strategy & 1e1 & 1e-1 & 1e-3 & 1e-5 & 1e-7 \\\\ \\hline\n");
    for (int64_t b = 0; b < c->n_blocks; b++) {
        run_place at = {.block = b};
        add_tex(&t, c->blocks[b].name);
        text_add(&t, ", d=%lld", (long long)findings_record(r, at)->dimension);
        for (int64_t s = 0; s < c->n_contenders; s++)
            add_tex_row(r, s, b, &t);
    }
    text_add(&t, "\\end{tabular}\n");
    return save(r, "tables.tex", &t, err);
}

int32_t findings_save(const findings *r, const char *command, error *err)
{
    text ini_text = {0}, command_text = {0};
    text_add(&ini_text, "%s", r->comparison->doc.text);
    text_add(&command_text, "%s\n", command);
    int32_t status = save(r, "comparison.ini", &ini_text, err);
    int32_t second = save(r, "command.txt", &command_text, err);
    status = status < 0 ? status : second;
    status = status < 0 ? status : save_runs(r, err);
    status = status < 0 ? status : save_curves(r, err);
    status = status < 0 ? status : save_fronts(r, err);
    status = status < 0 ? status : save_runtimes(r, err);
    status = status < 0 ? status : save_tests(r, err);
    status = status < 0 ? status : save_summary(r, err);
    return status < 0 ? status : save_tex(r, err);
}
