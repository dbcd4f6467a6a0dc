/* predict.c - `hone predict`: what a surrogate makes of finished trials, or of a CSV file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "belief.h"
#include "point.h"

typedef struct predictor {
    belief b;
    cloud at;
    double *mean, *var;          /* [at.n] */
} predictor;

/* ---- where to predict ---------------------------------------------------------------------*/

static int32_t choose_points(predictor *p, const invocation *in, error *err)
{
    const space *s = &p->b.o.config.space;
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
    for (int64_t i = 0; i < p->b.data.n; i++)
        if (cloud_add(&p->at, s, p->b.data.native + i * s->n, NAN, NAN, err) < 0)
            return HONE_ENOMEM;
    return HONE_OK;
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
    const space *s = &p->b.o.config.space;
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
    point_text(&p->b.o.config, p->at.native + k * p->b.o.config.space.n, false, &where);
    char *words = text_take(&where);
    fprintf(stderr, "%s %s, sd %s, at %s\n", name, number_short(p->mean[k], a),
            number_short(sqrt(p->var[k]), b), words ? words : "");
    free(words);
}

static void print_summary(const predictor *p)
{
    hone_fit_info info = {.size = sizeof info, .noise_var = NAN};
    error ignored = {0};
    char a[NUMBER_ROOM];
    int64_t low = 0, high = 0;
    fflush(stdout);
    surrogate_info(p->b.surrogate, &info, &ignored);
    error_free(&ignored);
    fprintf(stderr, "%s fitted to %lld observations of %s", p->b.used->plugin->name,
            (long long)p->b.data.n, p->b.source);
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

static int work(predictor *p, const invocation *in)
{
    error err = {0};
    int32_t status = choose_points(p, in, &err);
    if (status >= 0 && (!(p->mean = calloc((size_t)p->at.n + 1, sizeof *p->mean)) ||
                        !(p->var = calloc((size_t)p->at.n + 1, sizeof *p->var))))
        status = error_add(&err, HONE_ENOMEM, "out of memory");
    if (status >= 0)
        status = belief_fit(&p->b, in, &p->b.data, &err);
    if (status >= 0)
        status = belief_predict(&p->b, &p->at, p->mean, p->var, &err);
    if (status >= 0) {
        print_table(p);
        if (!flag_given(in, "quiet"))
            print_summary(p);
    }
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static int predict(invocation *in)
{
    predictor p = {0};
    int exit = belief_open(&p.b, in, in->arguments[0]);
    if (exit == EXIT_DONE) {
        exit = work(&p, in);
        belief_close(&p.b);
    }
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
    .arguments = "STUDY|DATA.csv",
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
