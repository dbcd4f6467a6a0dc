/* report.c - `hone report STUDY`: everything about a study as one HTML file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "belief.h"
#include "path.h"
#include "point.h"
#include "report_data.h"
#include "report_parts.h"

enum { ROWS_MOST = 1000, ROWS_BEST = 500 }; /* of the table of trials */

static const char *goal_word(const recall *r, int32_t g)
{
    return r->past.maximize[g] ? "maximize" : "minimize";
}

/* ---- result ---- */

static void count_states(const recall *r, text *out)
{
    static const int32_t STATES[] = {HONE_COMPLETE, HONE_PRUNED, HONE_FAILED, HONE_RUNNING,
                                     TRIAL_WAITING};
    for (size_t s = 0; s < sizeof STATES / sizeof *STATES; s++) {
        int64_t n = 0;
        for (int64_t i = 0; i < r->past.n; i++)
            n += r->past.trials[i].state == STATES[s];
        if (n > 0)
            text_add(out, "%s%lld %s", out->length ? ", " : "", (long long)n,
                     state_text(STATES[s]));
    }
}

static void add_best(const report *o)
{
    const recall *r = o->r;
    char number[NUMBER_ROOM];
    for (int32_t g = 0; g < r->past.n_goals; g++) {
        const int64_t best = past_best(&r->past, g);
        text words = {0}, name = {0};
        text_add(&name, "best %s (%s)", r->past.objectives[g], goal_word(r, g));
        if (best < 0) {
            text_add(&words, "no feasible trial");
        } else {
            text_add(&words, "%s at trial %lld: ",
                     number_text(r->past.trials[best].values[g], number),
                     (long long)r->past.trials[best].number);
            params_text(&r->study.space, r->past.trials[best].native, false, &words);
        }
        report_fact(o->page, name.data, words.data);
        text_free(&name);
        text_free(&words);
    }
}

static void add_times(const report *o)
{
    const past *p = &o->r->past;
    double first = INFINITY, last = -INFINITY, evaluating = 0.0, asking = 0.0;
    char words[NUMBER_ROOM];
    for (int64_t i = 0; i < p->n; i++) {
        first = isnan(p->trials[i].start) ? first : fmin(first, p->trials[i].start);
        last = isnan(p->trials[i].end) ? last : fmax(last, p->trials[i].end);
        evaluating += isnan(p->trials[i].seconds) ? 0.0 : p->trials[i].seconds;
        asking += isnan(p->trials[i].ask_seconds) ? 0.0 : p->trials[i].ask_seconds;
    }
    if (last >= first)
        report_fact(o->page, "from the first start to the last end",
                    duration_text(last - first, words));
    report_fact(o->page, "evaluating, sum over trials", duration_text(evaluating, words));
    report_fact(o->page, "asking the strategy, in all", duration_text(asking, words));
}

static void add_result(const report *o)
{
    text states = {0};
    page_section(o->page, "Result", "result");
    page_table(o->page, NULL, 2, (const char *[]){"what", "value"}, (bool[]){false, false});
    count_states(o->r, &states);
    report_fact(o->page, "trials", states.data);
    add_best(o);
    add_times(o);
    page_table_end(o->page);
    text_free(&states);
}

/* ---- figures ---- */

static int32_t save_pdf(const report *o, figure *f, const char *kind, error *err)
{
    char name[64];
    snprintf(name, sizeof name, "%s.pdf", kind);
    char *path = path_join(o->figures, name);
    const int32_t status =
        path ? figure_save(f, path, err) : error_add(err, HONE_ENOMEM, "out of memory");
    free(path);
    return status;
}

/* `made`: what making it returned, with why.  What a study has nothing of is said, not drawn. */
static int32_t place(const report *o, const char *kind, const char *caption, figure *f,
                     int32_t made, error *why, error *err)
{
    int32_t status = HONE_OK;
    if (made < 0 && made != HONE_ENOMEM) {
        page_text(o->page, "No figure '%s': %s.", kind, error_text(why));
    } else if (made < 0) {
        error_take(err, why);
        status = made;
    } else {
        status = page_figure(o->page, f, caption, err);
        if (status >= 0 && o->figures)
            status = save_pdf(o, f, kind, err);
    }
    error_free(why);
    figure_free(f);
    return status;
}

static int32_t add_chart(const report *o, const chart *c, int32_t goal, error *err)
{
    figure *f = NULL;
    error why = {0};
    int32_t made = HONE_OK;
    char kind[48];
    const chart_request request = recall_request(o->r, goal);
    if (c->needs_forest && !request.forest)
        made = error_add(&why, HONE_EUNSUPPORTED, "four complete trials or more are wanted");
    else
        made = c->make(&request, &f, &why);
    snprintf(kind, sizeof kind, goal > 0 ? "%s-%d" : "%s", c->kind, goal + 1);
    return place(o, kind, c->caption, f, made, &why, err);
}

static int32_t add_surrogate(const report *o, error *err)
{
    belief b;
    figure *f = NULL;
    error why = {0};
    int32_t made = belief_recall(&b, o->in, &o->r->study, &why);
    if (made >= 0) {
        made = belief_chart(&b, o->in, &f, &why);
        belief_close(&b);
    }
    return place(o, "surrogate", BELIEF_CAPTION, f, made, &why, err);
}

static void add_importance(const report *o, int32_t goal)
{
    const recall *r = o->r;
    const weights *w = &r->weights[goal];
    text caption = {0};
    if (!w->forest)
        return;
    text_add(&caption, "Importance for %s.", r->past.objectives[goal]);
    page_table(o->page, caption.data, 4,
               (const char *[]){"parameter", "share of variance", "sd over trees", "permutation"},
               (bool[]){false, true, true, true});
    for (int32_t k = 0; k < r->study.space.n; k++) {
        const int32_t i = w->ranked[k];
        page_cell(o->page, r->study.space.params[i].name);
        page_cell_number(o->page, w->share[i]);
        page_cell_number(o->page, w->share_sd[i]);
        page_cell_number(o->page, w->permutation[i]);
    }
    page_table_end(o->page);
    text_free(&caption);
}

/* A figure for the first objective; what parameters matter, for each. */
static int32_t add_kind(const report *o, const chart *c, error *err)
{
    const int32_t n = strcmp(c->kind, "importance") == 0 ? o->r->past.n_goals : 1;
    int32_t status = HONE_OK;
    for (int32_t g = 0; g < n && status >= 0; g++) {
        if (n > 1)
            page_text(o->page, "For objective %d, %s:", g + 1, o->r->past.objectives[g]);
        status = add_chart(o, c, g, err);
        if (strcmp(c->kind, "importance") == 0)
            add_importance(o, g);
    }
    return status;
}

static int32_t add_figures(const report *o, error *err)
{
    int32_t status = HONE_OK;
    for (const chart *c = CHARTS; c->kind && status >= 0; c++) {
        char heading[32];
        snprintf(heading, sizeof heading, "%c%s", c->kind[0] - 'a' + 'A', c->kind + 1);
        page_section(o->page, heading, c->kind);
        status = add_kind(o, c, err);
    }
    if (status >= 0) {
        page_section(o->page, "Surrogate", "surrogate");
        status = add_surrogate(o, err);
    }
    return status;
}

/* ---- trials ---- */

typedef struct rank {
    double loss;
    int64_t index;
} rank;

static int by_loss(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    return x->loss < y->loss ? -1 : x->loss > y->loss ? 1 : x->index < y->index ? -1 : 1;
}

/* Which trials the table holds: all, or the best and every k-th of the others. */
static bool *choose_rows(const recall *r)
{
    const int64_t n = r->past.n;
    bool *shown = calloc((size_t)n + 1, sizeof *shown);
    rank *order = malloc((size_t)n * sizeof *order + 1);
    const int64_t others = ROWS_MOST - ROWS_BEST, step = (n - ROWS_BEST + others - 1) / others;
    for (int64_t i = 0; shown && order && i < n; i++) {
        const double v = r->past.trials[i].values[0];
        order[i] = (rank){!r->past.trials[i].feasible ? INFINITY
                          : r->past.maximize[0]       ? -v
                                                      : v, i};
    }
    if (shown && order)
        qsort(order, (size_t)n, sizeof *order, by_loss);
    for (int64_t k = 0; shown && order && k < n; k++)
        shown[order[k].index] =
            n <= ROWS_MOST || k < ROWS_BEST || (k - ROWS_BEST) % step == 0;
    free(order);
    return shown;
}

/* Did any trial leave a reason why it failed? */
static bool any_reason(const recall *r)
{
    for (int64_t i = 0; i < r->past.n; i++)
        if (r->past.trials[i].reason)
            return true;
    return false;
}

static void begin_trials(const report *o)
{
    const recall *r = o->r;
    const int n = 9 + r->past.n_goals + r->study.space.n;
    const char **names = calloc((size_t)n, sizeof *names);
    bool *numbers = calloc((size_t)n, sizeof *numbers);
    int k = 0;
    if (names && numbers) {
        names[k] = "trial";
        numbers[k++] = true;
        names[k++] = "state";
        for (int32_t g = 0; g < r->past.n_goals; g++, k++) {
            names[k] = r->past.objectives[g];
            numbers[k] = true;
        }
        for (int32_t i = 0; i < r->study.space.n; i++, k++) {
            names[k] = r->study.space.params[i].name;
            numbers[k] = r->study.space.params[i].type != HONE_CATEGORICAL;
        }
        names[k++] = "phase";
        for (int c = 0; c < 5; c++, k++) {
            names[k] = (const char *[]){"predicted mean", "predicted sd", "acquisition",
                                        "took (s)", "asked (s)"}[c];
            numbers[k] = true;
        }
        if (any_reason(r))
            names[k++] = "why it failed";
        page_table(o->page, NULL, k, names, numbers);
    }
    free(names);
    free(numbers);
}

static void add_row(const report *o, const past_trial *t, bool reasons)
{
    const recall *r = o->r;
    char number[NUMBER_ROOM], why[EXCERPT_ROOM];
    page_cell(o->page, number_text((double)t->number, number));
    page_cell(o->page, state_text(t->state));
    for (int32_t g = 0; g < r->past.n_goals; g++)
        page_cell_number(o->page, t->values[g]);
    for (int32_t i = 0; i < r->study.space.n; i++) {
        const hone_param *q = &r->study.space.params[i];
        if (q->type == HONE_CATEGORICAL)
            page_cell(o->page, isnan(t->native[i]) ? NULL : q->choices[(int64_t)t->native[i]]);
        else
            page_cell_number(o->page, t->native[i]);
    }
    page_cell(o->page, t->phase);
    page_cell_number(o->page, t->mean);
    page_cell_number(o->page, t->sd);
    page_cell_number(o->page, t->score);
    page_cell_number(o->page, t->seconds);
    page_cell_number(o->page, t->ask_seconds);
    if (reasons)
        page_cell(o->page, t->reason ? text_excerpt(t->reason, why) : NULL);
}

static int32_t add_trials(const report *o, error *err)
{
    const past *p = &o->r->past;
    const bool reasons = any_reason(o->r);
    bool *shown = choose_rows(o->r);
    if (!shown)
        return error_add(err, HONE_ENOMEM, "out of memory for a report");
    page_section(o->page, "Trials", "trials");
    page_text(o->page, "Why each trial was proposed: phase, and what the strategy predicted of it "
                       "then (mean, standard deviation) and its acquisition value. A click on a "
                       "heading sorts.");
    if (p->n > ROWS_MOST)
        page_text(o->page, "Of %lld trials the table holds the %d best and every k-th of the "
                           "others, %d at most; hone trials and --export give all.",
                  (long long)p->n, ROWS_BEST, ROWS_MOST);
    begin_trials(o);
    for (int64_t i = 0; i < p->n; i++)
        if (shown[i])
            add_row(o, &p->trials[i], reasons);
    page_table_end(o->page);
    free(shown);
    return HONE_OK;
}

/* ---- the command ---- */

static page *new_page(const recall *r)
{
    char when[64] = "";
    const time_t now = time(NULL);
    struct tm t;
    text title = {0}, subtitle = {0};
    if (gmtime_r(&now, &t))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &t);
    text_add(&title, "Study %s", r->study.record.name);
    text_add(&subtitle, "%lld trials. Report by hone %s, %s.", (long long)r->past.n, HONE_VERSION,
             when);
    page *p = page_new(title.data, subtitle.data);
    text_free(&title);
    text_free(&subtitle);
    return p;
}

static int32_t compile(report *o, error *err)
{
    int32_t status = HONE_OK;
    if (!(o->page = new_page(o->r)))
        return error_add(err, HONE_ENOMEM, "out of memory for a report");
    if (o->figures)
        status = folder_make(o->figures, err);
    add_result(o);
    if (status >= 0)
        status = add_figures(o, err);
    if (status >= 0)
        status = add_trials(o, err);
    report_origin(o);
    return status;
}

static int run_report(invocation *in)
{
    recall r;
    error err = {0};
    const char *path = flag_value(in, "output"), *data = flag_value(in, "export");
    const int exit = recall_open(&r, in, in->arguments[0], 0, WEIGH_ALL);
    if (exit != EXIT_DONE)
        return exit;
    report o = {.r = &r, .in = in, .figures = flag_value(in, "figures")};
    path = path ? path : "report.html";
    int32_t status = compile(&o, &err);
    if (status >= 0)
        status = page_save(o.page, path, &err);
    if (status >= 0)
        status = report_data_beside(&r, path, &err);
    if (status >= 0 && data)
        status = report_data_write(&r, data, &err);
    if (status >= 0 && !flag_given(in, "quiet"))
        fprintf(stderr, "%s\n", path);
    page_free(o.page);
    recall_close(&r);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static const flag FLAGS[] = {
    {"output", "FILE", "the HTML file (default report.html)"},
    {"export", "FOLDER", "also write trials.csv, importance.csv and report.json there"},
    {"figures", "FOLDER", "also write every figure as PDF there"},
    {NULL, NULL, NULL},
};

const command COMMAND_REPORT = {
    .name = "report",
    .arguments = "STUDY",
    .summary = "write all about a study as one HTML file",
    .help = "Writes one HTML file that needs nothing else: results, every figure of `hone plot`,\n"
            "importance of parameters for every objective, a table of trials with what the strategy predicted of\n"
            "each, the study file, versions, seed, machine, and the command that reproduces it.\n"
            "Beside FILE.html it writes FILE.trials.csv and FILE.importance.csv.\n"
            "\n"
            "Figures show every point up to 2,000 a series.  Of longer curves, 500 equal\n"
            "stretches keep their first, lowest, highest and last point each; of larger clouds\n"
            "one point is kept in every cell of a 200 by 200 grid, of those every k-th so that\n"
            "1,200 are left, and the lowest and the highest; of more than 400 lines every k-th\n"
            "is drawn.  The table holds 1,000 trials at most, files of --export everything.\n",
    .examples = "  hone report study.ini -o study.html --figures figures --export data\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = run_report,
};
