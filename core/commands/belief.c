/* belief.c - gathers observations from a CSV file, a study file's trials or a database, and
 * fits the study's surrogate to them. */
#include "belief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stored.h"

/* ---- from a CSV file ----------------------------------------------------------------------*/

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

static int32_t open_sheet(belief *b, const invocation *in, const char *path, error *err)
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
        command_settings(in, &b->o.settings, &b->o.lists);
        b->o.settings.need_objective = false;
        status = config_read(words, path, ".", &b->o.settings, &b->o.config, err);
    }
    if (status >= 0)
        status = cloud_read(&f, &b->o.config.space, target, &b->data, err);
    free(words);
    sheet_free(&f);
    return status;
}

/* ---- from a study -------------------------------------------------------------------------*/

static int32_t take_trial(void *context, const trial_record *t, error *err)
{
    belief *b = context;
    if (t->state != HONE_COMPLETE || !isfinite(t->values[0]))
        return HONE_OK;
    return cloud_add(&b->data, &b->o.config.space, t->native, t->values[0],
                     t->yvar ? t->yvar[0] : NAN, err);
}

/* The study `name` of the database at url. */
static int32_t read_trials(belief *b, const char *url, const char *name, error *err)
{
    const storage_settings reading = {.read_only = true, .must_exist = true};
    storage *s = NULL;
    int64_t id = -1;
    int32_t status = storage_open(url, &reading, &s, err);
    if (status >= 0)
        status = storage_find_study(s, name, &id, err);
    if (status >= 0 && id < 0)
        status = error_add(err, HONE_ESTORAGE, "%s: no study is named '%s'", url, name);
    if (status >= 0)
        status = storage_trials(s, id, &b->o.config.space, 0, ONLY_FINISHED, take_trial, b, err);
    storage_close(s);
    return status;
}

static int32_t read_data(belief *b, const char *path, const invocation *in, error *err)
{
    sheet f = {0};
    int target;
    int32_t status = sheet_read(path, &f, err);
    if (status >= 0 && (status = find_target(in, &f, &target, err)) >= 0)
        status = cloud_read(&f, &b->o.config.space, target, &b->data, err);
    sheet_free(&f);
    return status;
}

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

/* ---- from a database ----------------------------------------------------------------------*/

static bool is_sheet(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".csv") == 0;
}

/* A file that is there and no SQLite database. */
static bool is_study_file(const char *path)
{
    char first[16] = "";
    FILE *in = fopen(path, "re");
    const size_t n = in ? fread(first, 1, sizeof first, in) : 0;
    if (in)
        fclose(in);
    return in && !(n >= 15 && memcmp(first, "SQLite format 3", 15) == 0);
}

/* The folder of the database, where its study file is by default; NULL: no memory. */
static char *folder_of(const char *url)
{
    const char *slash = strrchr(url, '/');
    return slash ? strndup(url, slash > url ? (size_t)(slash - url) : 1) : strdup(".");
}

/* The study file as the database keeps it, and the trials. */
static int32_t take_stored(belief *b, const invocation *in, const stored *s, error *err)
{
    char *words = NULL, *folder = folder_of(s->url);
    command_settings(in, &b->o.settings, &b->o.lists);
    b->o.settings.need_objective = false;
    int32_t status = folder ? storage_get(s->storage, s->record.id, "file", &words, err)
                            : error_add(err, HONE_ENOMEM, "out of memory");
    if (status >= 0 && !words)
        status = error_add(err, HONE_ECONFIG, "%s: no study file is kept with study '%s'", s->url,
                           s->record.name);
    if (status >= 0)
        status = config_read(words, s->url, folder, &b->o.settings, &b->o.config, err);
    if (status >= 0)
        status = study_take_space(&b->o.config, &in->log, err);
    if (status >= 0 && !flag_value(in, "data"))
        status = read_trials(b, s->url, s->record.name, err);
    free(folder);
    free(words);
    return status;
}

static int open_stored(belief *b, const invocation *in, const char *word)
{
    stored s;
    error err = {0};
    const int exit = stored_open(&s, in, word, true);
    if (exit != EXIT_DONE)
        return exit;
    const int32_t status = take_stored(b, in, &s, &err);
    stored_close(&s);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static int32_t read_rest(belief *b, const invocation *in, bool from_file, error *err)
{
    const char *data = from_file || !b->data.n ? flag_value(in, "data") : NULL;
    const char *name = flag_value(in, "surrogate");
    const config *c = &b->o.config;
    int32_t status = HONE_OK;
    if (data)
        status = read_data(b, data, in, err);
    else if (from_file)
        status = read_trials(b, c->storage, c->name, err);
    if (status >= 0 && b->data.n == 0)
        status = error_add(err, HONE_EINVAL, "%s: no observation to fit to", b->source);
    b->used = status < 0 ? NULL : find_surrogate(c, name);
    if (status >= 0 && !b->used)
        status = error_add(err, HONE_ECONFIG, "%s: the strategy uses no surrogate%s%s%s; "
                           "--set strategy.plugin=bayes gives it one", b->source,
                           name ? " '" : "", name ? name : "", name ? "'" : "");
    return status;
}

int belief_open(belief *b, const invocation *in, const char *word)
{
    error err = {0};
    int exit = EXIT_DONE;
    bool from_file = false;
    int32_t status = HONE_OK;
    *b = (belief){.source = flag_value(in, "data") ? flag_value(in, "data") : word};
    if (is_sheet(word)) {
        status = open_sheet(b, in, word, &err);
    } else if ((from_file = is_study_file(word))) {
        exit = opened_config(&b->o, in, word, false, NULL);
    } else {
        exit = open_stored(b, in, word);
    }
    if (exit == EXIT_DONE && status >= 0)
        status = read_rest(b, in, from_file, &err);
    if (exit == EXIT_DONE && status < 0)
        exit = command_fail(&err);
    if (exit != EXIT_DONE)
        belief_close(b);
    return exit;
}

int32_t belief_recall(belief *b, const invocation *in, const stored *s, error *err)
{
    *b = (belief){.source = s->url};
    int32_t status = take_stored(b, in, s, err);
    if (status >= 0)
        status = read_rest(b, in, false, err);
    if (status < 0)
        belief_close(b);
    return status;
}

void belief_close(belief *b)
{
    instance_free(b->surrogate);
    opened_close(&b->o);
    cloud_free(&b->data);
    *b = (belief){0};
}

/* ---- the surrogate ------------------------------------------------------------------------*/

static double *encoded(const belief *b, const cloud *of)
{
    const view *v = instance_view(b->surrogate);
    double *X = malloc((size_t)(of->n * v->table.n_cols) * sizeof *X + 1);
    for (int64_t i = 0; X && i < of->n; i++)
        view_encode(v, of->native + i * b->o.config.space.n, X + i * v->table.n_cols);
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

int32_t belief_fit(belief *b, const invocation *in, const cloud *to, error *err)
{
    const config *c = &b->o.config;
    int32_t status = HONE_OK;
    b->around = (surroundings){.config = c, .space = &c->space, .key = rng_root(c->seed),
                               .log = &in->log, .threads = 1};
    if (!b->surrogate)
        status = instance_new(&b->around, b->used, &b->surrogate, err);
    if (status < 0)
        return status;
    double *data = encoded(b, to);
    status = data ? surrogate_fit(b->surrogate, to->n, data, to->y, known_noise(to), err)
                  : error_add(err, HONE_ENOMEM, "out of memory");
    free(data);
    return status;
}

int32_t belief_predict(belief *b, const cloud *at, double *mean, double *var, error *err)
{
    double *X = encoded(b, at);
    const int32_t status = X ? surrogate_predict(b->surrogate, at->n, X, mean, var, err)
                             : error_add(err, HONE_ENOMEM, "out of memory");
    free(X);
    return status;
}
