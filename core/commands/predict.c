/* predict.c - `hone predict`: what a surrogate makes of finished trials, or of a CSV file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "open.h"
#include "cloud.h"
#include "point.h"

typedef struct predictor {
    opened o;
    const char *source;          /* where the observations come from, for messages */
    instance *surrogate;
    cloud data, at;
    double *mean, *var;          /* [at.n] */
} predictor;

static int32_t find_target(const invocation *in, const sheet *f, int *out, error *err)
{
    const char *name = flag_value(in, "target");
    *out = name ? sheet_column(f, name) : f->n_cols - 1;
    if (*out >= 0 && f->n_cols > 1)
        return HONE_OK;
    return name && *out < 0
               ? error_add(err, HONE_ECONFIG, "%s: no column is named '%s'", f->path, name)
               : error_add(err, HONE_ECONFIG, "%s: a column of values and another are wanted",
                           f->path);
}

/* A study of the columns of f but the target: numbers within their range. */
static int32_t write_study(const sheet *f, int target, text *out, error *err)
{
    text_add(out, "[study]\nname = predict\nstorage = memory\n[strategy]\nplugin = bayes\n"
                  "[surrogate]\nplugin = gp\n[space]\n");
    for (int c = 0; c < f->n_cols; c++) {
        double low = INFINITY, high = -INFINITY, v;
        char a[NUMBER_ROOM], b[NUMBER_ROOM];
        for (int row = 0; row < f->n_rows && c != target; row++) {
            if (sheet_number(f, row, c, &v, err) < 0)
                return HONE_ECONFIG;
            low = fmin(low, v);
            high = fmax(high, v);
        }
        if (c != target && low == high)
            return error_add(err, HONE_ECONFIG, "%s: column '%s' has one value only", f->path,
                             f->names[c]);
        if (c != target)
            text_add(out, "%s = float %s %s\n", f->names[c], number_text(low, a),
                     number_text(high, b));
    }
    return HONE_OK;
}

static int32_t open_sheet(predictor *p, const invocation *in, const char *path, error *err)
{
    sheet f = {0};
    text lines = {0};
    int target;
    int32_t status = sheet_read(path, &f, err);
    if (status >= 0 && (status = find_target(in, &f, &target, err)) >= 0)
        status = write_study(&f, target, &lines, err);
    char *words = text_take(&lines);
    if (status >= 0 && !words)
        status = error_add(err, HONE_ENOMEM, "out of memory for %s", path);
    if (status >= 0) {
        command_settings(in, &p->o.settings, &p->o.lists);
        p->o.settings.need_objective = false;
        status = config_read(words, path, ".", &p->o.settings, &p->o.config, err);
    }
    if (status >= 0)
        status = cloud_read(&f, &p->o.config.space, target, &p->data, err);
    free(words);
    sheet_free(&f);
    return status;
}

/* ---- from a study -------------------------------------------------------------------------*/

static int32_t take_trial(void *context, const trial_record *t, error *err)
{
    predictor *p = context;
    if (t->state != HONE_COMPLETE || !isfinite(t->values[0]))
        return HONE_OK;
    return cloud_add(&p->data, &p->o.config.space, t->native, t->values[0],
                      t->yvar ? t->yvar[0] : NAN, err);
}

static int32_t read_trials(predictor *p, error *err)
{
    const config *c = &p->o.config;
    const storage_settings reading = {.read_only = true, .must_exist = true};
    storage *s = NULL;
    int64_t id = -1;
    int32_t status = storage_open(c->storage, &reading, &s, err);
    if (status >= 0)
        status = storage_find_study(s, c->name, &id, err);
    if (status >= 0 && id < 0)
        status = error_add(err, HONE_ESTORAGE, "%s: no study is named '%s'", c->storage, c->name);
    if (status >= 0)
        status = storage_trials(s, id, &c->space, 0, ONLY_FINISHED, take_trial, p, err);
    storage_close(s);
    return status;
}

static int32_t read_data(predictor *p, const char *path, const invocation *in, error *err)
{
    sheet f = {0};
    int target;
    int32_t status = sheet_read(path, &f, err);
    if (status >= 0 && (status = find_target(in, &f, &target, err)) >= 0)
        status = cloud_read(&f, &p->o.config.space, target, &p->data, err);
    sheet_free(&f);
    return status;
}

/* ---- where to predict ---------------------------------------------------------------------*/

static int32_t choose_points(predictor *p, const invocation *in, error *err)
{
    const space *s = &p->o.config.space;
    const char *at = flag_value(in, "at");
    int64_t n = 0;
    if (at) {
        sheet f = {0};
        int32_t status = sheet_read(at, &f, err);
        if (status >= 0)
            status = cloud_read(&f, s, -1, &p->at, err);
        sheet_free(&f);
        return status;
    }
    if (flag_given(in, "grid"))
        return flag_int(in, "grid", 1, &n)
                   ? cloud_grid(&p->at, s, n, err)
                   : error_add(err, HONE_EINVAL, "--grid wants a whole number from 1 on");
    for (int64_t i = 0; i < p->data.n; i++)
        if (cloud_add(&p->at, s, p->data.native + i * s->n, NAN, NAN, err) < 0)
            return HONE_ENOMEM;
    return HONE_OK;
}

/* ---- the surrogate ------------------------------------------------------------------------*/

/* The section or plugin that --surrogate names, else the study's own. */
static const component *find_surrogate(const config *c, const char *name)
{
    for (int32_t i = 0; i < c->n_components; i++) {
        const component *k = c->components[i];
        if (k->plugin->kind == HONE_SURROGATE &&
            (!name || strcmp(name, k->section) == 0 || strcmp(name, k->plugin->name) == 0))
            return k;
    }
    return NULL;
}

static double *encoded(const predictor *p, const cloud *of)
{
    const view *v = instance_view(p->surrogate);
    double *X = malloc((size_t)(of->n * v->table.n_cols) * sizeof *X + 1);
    for (int64_t i = 0; X && i < of->n; i++)
        view_encode(v, of->native + i * p->o.config.space.n, X + i * v->table.n_cols);
    return X;
}

/* Known where it is known of every observation. */
static const double *known_noise(const cloud *d)
{
    for (int64_t i = 0; i < d->n; i++)
        if (!(d->yvar[i] >= 0.0))
            return NULL;
    return d->yvar;
}

static int32_t fit_and_predict(predictor *p, const surroundings *around, const component *c,
                               error *err)
{
    double *data = NULL, *at = NULL;
    int32_t status = instance_new(around, c, &p->surrogate, err);
    if (status < 0)
        return status;
    data = encoded(p, &p->data);
    at = encoded(p, &p->at);
    if (!data || !at || !(p->mean = calloc((size_t)p->at.n + 1, sizeof *p->mean)) ||
        !(p->var = calloc((size_t)p->at.n + 1, sizeof *p->var)))
        status = error_add(err, HONE_ENOMEM, "out of memory");
    if (status >= 0)
        status = surrogate_fit(p->surrogate, p->data.n, data, p->data.y, known_noise(&p->data),
                               err);
    if (status >= 0)
        status = surrogate_predict(p->surrogate, p->at.n, at, p->mean, p->var, err);
    free(data);
    free(at);
    return status;
}

/* ---- what is printed ----------------------------------------------------------------------*/

static void print_cell(const char *cell)
{
    if (!strpbrk(cell, ",\"\n")) {
        printf("%s,", cell);
        return;
    }
    putchar('"');
    for (; *cell; cell++)
        printf(*cell == '"' ? "\"\"" : "%c", *cell);
    printf("\",");
}

static void print_table(const predictor *p)
{
    const space *s = &p->o.config.space;
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    for (int32_t i = 0; i < s->n; i++)
        print_cell(s->params[i].name);
    printf("mean,sd\n");
    for (int64_t k = 0; k < p->at.n; k++) {
        for (int32_t i = 0; i < s->n; i++) {
            char *cell = param_write(&s->params[i], p->at.native[k * s->n + i]);
            print_cell(cell ? cell : "");
            free(cell);
        }
        printf("%s,%s\n", number_text(p->mean[k], a), number_text(sqrt(p->var[k]), b));
    }
}

static void print_extreme(const predictor *p, const char *name, int64_t k)
{
    char a[NUMBER_ROOM], b[NUMBER_ROOM];
    text where = {0};
    point_text(&p->o.config, p->at.native + k * p->o.config.space.n, false, &where);
    char *words = text_take(&where);
    fprintf(stderr, "%s %s, sd %s, at %s\n", name, number_short(p->mean[k], a),
            number_short(sqrt(p->var[k]), b), words ? words : "");
    free(words);
}

static void print_summary(const predictor *p, const component *c)
{
    hone_fit_info info = {.size = sizeof info, .noise_var = NAN};
    error ignored = {0};
    char a[NUMBER_ROOM];
    int64_t low = 0, high = 0;
    fflush(stdout);
    surrogate_info(p->surrogate, &info, &ignored);
    error_free(&ignored);
    fprintf(stderr, "%s fitted to %lld observations of %s", c->plugin->name,
            (long long)p->data.n, p->source);
    if (info.noise_var >= 0.0)
        fprintf(stderr, ", sd of their noise %s", number_short(sqrt(info.noise_var), a));
    fputc('\n', stderr);
    for (int64_t k = 1; k < p->at.n; k++) {
        low = p->mean[k] < p->mean[low] ? k : low;
        high = p->mean[k] > p->mean[high] ? k : high;
    }
    print_extreme(p, "maximum", high);
    print_extreme(p, "minimum", low);
}

/* ---- the command --------------------------------------------------------------------------*/

static bool is_sheet(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".csv") == 0;
}

static int32_t gather(predictor *p, const invocation *in, error *err)
{
    const char *data = flag_value(in, "data");
    int32_t status = HONE_OK;
    if (is_sheet(in->arguments[0]))
        status = open_sheet(p, in, in->arguments[0], err);
    else
        status = data ? read_data(p, data, in, err) : read_trials(p, err);
    p->source = data ? data : in->arguments[0];
    if (status >= 0 && p->data.n == 0)
        status = error_add(err, HONE_EINVAL, "%s: no observation to fit to", p->source);
    return status < 0 ? status : choose_points(p, in, err);
}

static int work(predictor *p, const invocation *in)
{
    error err = {0};
    const config *c = &p->o.config;
    int32_t status = gather(p, in, &err);
    const char *name = flag_value(in, "surrogate");
    const component *used = status < 0 ? NULL : find_surrogate(c, name);
    if (status >= 0 && !used)
        status = error_add(&err, HONE_ECONFIG, "%s: the strategy uses no surrogate%s%s%s; "
                           "--set strategy.plugin=bayes gives it one", p->source,
                           name ? " '" : "", name ? name : "", name ? "'" : "");
    const surroundings around = {.config = c, .space = &c->space, .key = rng_root(c->seed),
                                 .log = &in->log, .threads = 1};
    if (status >= 0)
        status = fit_and_predict(p, &around, used, &err);
    if (status >= 0) {
        print_table(p);
        if (!flag_given(in, "quiet"))
            print_summary(p, used);
    }
    instance_free(p->surrogate);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static int predict(invocation *in)
{
    predictor p = {0};
    int exit = EXIT_DONE;
    if (!is_sheet(in->arguments[0]))
        exit = opened_config(&p.o, in, in->arguments[0], false, NULL);
    if (exit == EXIT_DONE) {
        exit = work(&p, in);
        opened_close(&p.o);
    }
    cloud_free(&p.data);
    cloud_free(&p.at);
    free(p.mean);
    free(p.var);
    return exit;
}

static const flag PREDICT_FLAGS[] = {
    {"at", "FILE", "predict at the points of a CSV file: columns named like the parameters"},
    {"grid", "N", "predict at N values of every number and all choices, in all combinations"},
    {"data", "FILE", "fit to a CSV file instead of the study's trials"},
    {"target", "NAME", "the column of the CSV file that holds the values (default: the last)"},
    {"surrogate", "NAME", "the section or plugin to use (default: the study's surrogate)"},
    {NULL, NULL, NULL},
};

const command COMMAND_PREDICT = {
    .name = "predict",
    .arguments = "STUDY.ini|DATA.csv",
    .summary = "fit a surrogate and print what it predicts",
    .help = "Fits the study's surrogate to its complete trials, or to a CSV file, and prints a\n"
            "CSV table: the parameters, the mean and the standard deviation of the noise-free\n"
            "value.  Without --at and --grid the points are the observed ones.  The largest and\n"
            "the smallest mean among them, and where they are, go to standard error.\n"
            "\n"
            "Of a CSV file alone every column but the target is a parameter that ranges over its\n"
            "values; a study file with --data says more: ranges, scales, kinds, conditions.\n"
            "Options of the surrogate are set as ever: --set surrogate.kernel=rbf.\n",
    .examples = "  hone predict study.ini --grid 20 > surface.csv\n"
                "  hone predict measured.csv --grid 101 --set surrogate.noise=0.01\n",
    .flags = PREDICT_FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = predict,
};
