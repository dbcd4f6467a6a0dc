/* report_data.c - trials and importance as CSV, everything as JSON. */
#include "report_data.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "path.h"
#include "point.h"

int32_t folder_make(const char *path, error *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST
               ? HONE_OK
               : error_add(err, HONE_EFAIL, "%s: %s", path, strerror(errno));
}

/* ---- CSV ---- */

static void add_cell(text *out, const char *words)
{
    const char *end = out->length > 0 ? out->data + out->length - 1 : "\n";
    if (*end != '\n')
        text_put(out, ",", 1);
    if (!words || !strpbrk(words, ",\"\r\n")) {
        text_add(out, "%s", words && *words ? words : *end == '\n' ? "\"\"" : "");
        return;
    }
    text_put(out, "\"", 1);
    for (const char *at = words; *at; at++)
        text_add(out, *at == '"' ? "\"\"" : "%c", *at);
    text_put(out, "\"", 1);
}

static void add_number(text *out, double v)
{
    char number[NUMBER_ROOM];
    add_cell(out, isnan(v) ? "" : number_text(v, number));
}

static void add_trial(const recall *r, const past_trial *t, text *out)
{
    const space *s = &r->study.space;
    add_number(out, (double)t->number);
    add_cell(out, state_text(t->state));
    for (int32_t g = 0; g < r->past.n_goals; g++)
        add_number(out, t->values[g]);
    for (int32_t i = 0; i < s->n; i++) {
        char *value = isnan(t->native[i]) ? NULL : param_write(&s->params[i], t->native[i]);
        add_cell(out, value);
        free(value);
    }
    add_cell(out, t->phase);
    add_number(out, t->mean);
    add_number(out, t->sd);
    add_number(out, t->score);
    add_number(out, t->seconds);
    add_number(out, t->ask_seconds);
    text_put(out, "\n", 1);
}

static void trials_csv(const recall *r, text *out)
{
    add_cell(out, "number");
    add_cell(out, "state");
    for (int32_t g = 0; g < r->past.n_goals; g++)
        add_cell(out, r->past.objectives[g]);
    for (int32_t i = 0; i < r->study.space.n; i++)
        add_cell(out, r->study.space.params[i].name);
    add_cell(out, "phase");
    add_cell(out, "predicted_mean");
    add_cell(out, "predicted_sd");
    add_cell(out, "acquisition");
    add_cell(out, "seconds");
    add_cell(out, "ask_seconds");
    text_put(out, "\n", 1);
    for (int64_t i = 0; i < r->past.n; i++)
        add_trial(r, &r->past.trials[i], out);
}

static void importance_csv(const recall *r, text *out)
{
    text_add(out, "objective,parameter,variance_share,variance_share_sd,permutation\n");
    for (int32_t g = 0; g < r->past.n_goals; g++) {
        const weights *w = &r->weights[g];
        for (int32_t k = 0; w->forest && k < r->study.space.n; k++) {
            const int32_t i = w->ranked[k];
            add_cell(out, r->past.objectives[g]);
            add_cell(out, r->study.space.params[i].name);
            add_number(out, w->share[i]);
            add_number(out, w->share_sd[i]);
            add_number(out, w->permutation[i]);
            text_put(out, "\n", 1);
        }
    }
}

/* ---- JSON ---- */

static json_t *trial_json(const recall *r, const past_trial *t)
{
    json_t *values = json_array();
    for (int32_t g = 0; g < r->past.n_goals; g++)
        json_array_append_new(values, real_or_null(t->values[g]));
    return json_pack("{s:I, s:s, s:o, s:o, s:s*, s:o, s:o, s:o, s:o}", "number",
                     (json_int_t)t->number, "state", state_text(t->state), "values", values,
                     "params", params_json(&r->study.space, t->native), "phase", t->phase,
                     "predicted_mean", real_or_null(t->mean), "predicted_sd", real_or_null(t->sd),
                     "acquisition", real_or_null(t->score), "seconds", real_or_null(t->seconds));
}

static void add_importance(const recall *r, int32_t goal, json_t *list)
{
    const weights *w = &r->weights[goal];
    for (int32_t k = 0; w->forest && k < r->study.space.n; k++) {
        const int32_t i = w->ranked[k];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:f, s:f, s:f}", "objective", r->past.objectives[goal],
                            "parameter", r->study.space.params[i].name, "variance_share",
                            w->share[i], "variance_share_sd", w->share_sd[i], "permutation",
                            w->permutation[i]));
    }
}

static void report_json(const recall *r, text *out)
{
    json_t *trials = json_array(), *importance = json_array(), *goals = json_array();
    for (int64_t i = 0; i < r->past.n; i++)
        json_array_append_new(trials, trial_json(r, &r->past.trials[i]));
    for (int32_t g = 0; g < r->past.n_goals; g++)
        add_importance(r, g, importance);
    for (int32_t g = 0; g < r->past.n_goals; g++)
        json_array_append_new(goals, json_pack("{s:s, s:s}", "name", r->past.objectives[g], "goal",
                                               r->past.maximize[g] ? "maximize" : "minimize"));
    json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o}", "study", r->study.record.name, "hone",
                            HONE_VERSION, "objectives", goals, "importance", importance, "trials",
                            trials);
    char *words = all ? json_dumps(all, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    text_add(out, "%s\n", words ? words : "");
    out->failed |= !words;
    free(words);
    json_decref(all);
}

/* ---- files ---- */

static int32_t write_file(const recall *r, void (*make)(const recall *, text *), const char *path,
                          error *err)
{
    text out = {0};
    make(r, &out);
    int32_t status = path && !out.failed
                         ? file_write(path, out.data, out.length, err)
                         : error_add(err, HONE_ENOMEM, "out of memory for the data of a report");
    text_free(&out);
    return status;
}

static int32_t write_into(const recall *r, void (*make)(const recall *, text *), const char *folder,
                          const char *name, error *err)
{
    char *path = path_join(folder, name);
    int32_t status = write_file(r, make, path, err);
    free(path);
    return status;
}

int32_t report_data_write(const recall *r, const char *folder, error *err)
{
    int32_t status = folder_make(folder, err);
    if (status >= 0)
        status = write_into(r, trials_csv, folder, "trials.csv", err);
    if (status >= 0)
        status = write_into(r, importance_csv, folder, "importance.csv", err);
    return status < 0 ? status : write_into(r, report_json, folder, "report.json", err);
}

int32_t report_data_beside(const recall *r, const char *page, error *err)
{
    const size_t n = strlen(page), ending = strlen(".html");
    text trials = {0}, importance = {0};
    if (n <= ending || strcmp(page + n - ending, ".html") != 0)
        return HONE_OK;
    text_add(&trials, "%.*s.trials.csv", (int)(n - ending), page);
    text_add(&importance, "%.*s.importance.csv", (int)(n - ending), page);
    int32_t status = write_file(r, trials_csv, trials.data, err);
    if (status >= 0)
        status = write_file(r, importance_csv, importance.data, err);
    text_free(&trials);
    text_free(&importance);
    return status;
}
