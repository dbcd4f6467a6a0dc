/* library.c - libhone: hone.h over a study. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

struct hone_trial {
    hone_study *owner;
    int64_t number;
    uint64_t seed;
    double *native; /* [n] */
    char **texts;   /* [n] what hone_get_text gave, or NULL */
    hone_trial *next;
};

struct hone_study {
    error err;
    config config;
    config_settings settings;
    log_sink log;
    study *study;
    hone_trial *open; /* asked and not told */
    char *text;       /* what hone_trial_text gave last */
    void (*user_log)(void *context, int32_t level, const char *line);
    void *user_context;
};

const char *hone_version(void)
{
    return HONE_VERSION;
}

/* ---- open and close ---- */

static void pass_log(void *context, int32_t level, const char *line)
{
    hone_study *s = context;
    if (s->user_log)
        s->user_log(s->user_context, level, line);
}

static int count(const char *const *list)
{
    int n = 0;
    while (list && list[n])
        n++;
    return n;
}

static hone_study *make(const hone_open_settings *given, bool *amend)
{
    hone_study *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->log = (log_sink){.write = pass_log, .context = s, .level = HONE_LOG_DEBUG};
    s->settings.plugins.log = &s->log;
    *amend = false;
    if (!given)
        return s;
    if (HONE_SIZED(given, hone_open_settings, amend))
        *amend = given->amend;
    if (HONE_HAS(given, hone_open_settings, set)) {
        s->settings.set = given->set;
        s->settings.n_set = count(given->set);
    }
    if (HONE_HAS(given, hone_open_settings, plugin_dirs)) {
        s->settings.plugins.dirs = given->plugin_dirs;
        s->settings.plugins.n_dirs = count(given->plugin_dirs);
    }
    if (HONE_HAS(given, hone_open_settings, log))
        s->user_log = given->log;
    if (HONE_HAS(given, hone_open_settings, context))
        s->user_context = given->context;
    return s;
}

static int32_t open_study(hone_study *s, bool amend)
{
    int32_t status = study_take_space(&s->config, &s->log, &s->err);
    if (status < 0)
        return status;
    study_settings settings = {.config = &s->config, .log = &s->log, .amend = amend};
    return study_open(&settings, &s->study, &s->err);
}

int32_t hone_open(const char *path, const hone_open_settings *settings, hone_study **out)
{
    bool amend;
    hone_study *s = *out = make(settings, &amend);
    if (!s)
        return HONE_ENOMEM;
    int32_t status = config_load(path, &s->settings, &s->config, &s->err);
    return status < 0 ? status : open_study(s, amend);
}

int32_t hone_open_text(const char *text, const char *folder, const hone_open_settings *settings,
                       hone_study **out)
{
    bool amend;
    hone_study *s = *out = make(settings, &amend);
    if (!s)
        return HONE_ENOMEM;
    int32_t status = config_read(text, "study", folder, &s->settings, &s->config, &s->err);
    return status < 0 ? status : open_study(s, amend);
}

static void free_trial(hone_trial *t)
{
    int32_t n = t->owner->config.space.n;
    for (int32_t i = 0; t->texts && i < n; i++)
        free(t->texts[i]);
    free(t->texts);
    free(t->native);
    free(t);
}

void hone_close(hone_study *s)
{
    if (!s)
        return;
    while (s->open) {
        hone_trial *next = s->open->next;
        free_trial(s->open);
        s->open = next;
    }
    study_close(s->study);
    config_free(&s->config);
    error_free(&s->err);
    free(s->text);
    free(s);
}

const char *hone_message(hone_study *s)
{
    return s ? error_text(&s->err) : "out of memory";
}

/* ---- trials ---- */

static hone_trial *keep_trial(hone_study *s, const trial *t)
{
    size_t n = (size_t)s->config.space.n;
    hone_trial *kept = calloc(1, sizeof *kept);
    if (!kept)
        goto fail;
    *kept = (hone_trial){.owner = s, .number = t->number, .seed = t->seed};
    kept->native = malloc(n * sizeof *kept->native);
    kept->texts = calloc(n, sizeof *kept->texts);
    if (!kept->native || !kept->texts)
        goto fail;
    memcpy(kept->native, t->native, n * sizeof *kept->native);
    kept->next = s->open;
    s->open = kept;
    return kept;

fail:
    if (kept)
        free_trial(kept);
    error_add(&s->err, HONE_ENOMEM, "out of memory for a trial");
    return NULL;
}

int32_t hone_ask(hone_study *s, hone_trial **out)
{
    *out = NULL;
    error_free(&s->err);
    if (!s->study)
        return error_add(&s->err, HONE_ESTATE, "the study is not open");
    trial t;
    int64_t n;
    int32_t status;
    do
        status = study_ask(s->study, 1, &t, &n, &s->err);
    while (status >= 0 && n == 1 && t.reused); /* told already, from the record */
    if (status < 0 || n == 0)
        return status < 0 ? status : status == HONE_OK ? HONE_DONE : status;
    *out = keep_trial(s, &t);
    return *out ? HONE_OK : HONE_ENOMEM;
}

hone_trial *hone_pending(hone_study *s, int64_t number)
{
    trial t;
    for (hone_trial *kept = s->open; kept; kept = kept->next)
        if (kept->number == number)
            return kept;
    return s->study && study_open_trial(s->study, number, &t) ? keep_trial(s, &t) : NULL;
}

int64_t hone_number(const hone_trial *t)
{
    return t->number;
}

uint64_t hone_seed(const hone_trial *t)
{
    return t->seed;
}

double hone_get(const hone_trial *t, const char *name)
{
    int32_t i = space_index(&t->owner->config.space, name);
    return i < 0 ? NAN : t->native[i];
}

const char *hone_get_text(const hone_trial *t, const char *name)
{
    const space *sp = &t->owner->config.space;
    int32_t i = space_index(sp, name);
    if (i < 0)
        return "";
    if (!t->texts[i])
        t->texts[i] = param_write(&sp->params[i], t->native[i]);
    return t->texts[i] ? t->texts[i] : "";
}

/* Ends the trial for the caller, whatever storage said. */
static void forget(hone_trial *t)
{
    for (hone_trial **at = &t->owner->open; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    free_trial(t);
}

static int32_t tell(hone_trial *t, const told *what)
{
    hone_study *s = t->owner;
    int64_t number = t->number;
    error_free(&s->err);
    forget(t);
    return study_tell(s->study, number, what, &s->err);
}

int32_t hone_tell_values(hone_trial *t, const double *values, const double *constraints)
{
    hone_study *s = t->owner;
    for (int32_t j = 0; j < s->config.n_goals; j++)
        if (!isfinite(values[j]))
            return hone_tell_failed(t, "the value is not a finite number");
    return tell(t, &(told){.state = HONE_COMPLETE,
                           .values = values,
                           .constraints = constraints,
                           .seconds = NAN});
}

int32_t hone_tell(hone_trial *t, double value)
{
    hone_study *s = t->owner;
    if (s->config.n_goals != 1) {
        error_free(&s->err);
        forget(t);
        return error_add(&s->err, HONE_EINVAL, "the study has %d objectives: hone_tell_values",
                         s->config.n_goals);
    }
    return hone_tell_values(t, &value, NULL);
}

int32_t hone_tell_pruned(hone_trial *t)
{
    return tell(t, &(told){.state = HONE_PRUNED, .seconds = NAN});
}

int32_t hone_tell_failed(hone_trial *t, const char *reason)
{
    hone_study *s = t->owner;
    error_free(&s->err);
    if (reason && study_note(s->study, t->number, "reason", 0, reason, &s->err) < 0) {
        forget(t);
        return s->err.status;
    }
    return tell(t, &(told){.state = HONE_FAILED, .seconds = NAN});
}

int32_t hone_report(hone_trial *t, int64_t step, double value, int32_t *stop)
{
    hone_study *s = t->owner;
    bool end = false;
    error_free(&s->err);
    int32_t status = study_report(s->study, t->number, step, value, &end, &s->err);
    *stop = end;
    return status;
}

/* ---- what there is ---- */

int64_t hone_best(hone_study *s)
{
    if (!s->study)
        return -1;
    history *h = study_history(s->study);
    int64_t row = history_best(h);
    return row < 0 ? -1 : history_number(h, row);
}

double hone_trial_value(hone_study *s, int64_t number, int32_t objective)
{
    if (!s->study || objective < 0 || objective >= s->config.n_goals)
        return NAN;
    history *h = study_history(s->study);
    int64_t row = history_row(h, number);
    if (row < 0)
        return NAN;
    double y = history_values(h, row)[objective];
    return s->config.maximize[objective] ? -y : y;
}

double hone_best_value(hone_study *s, int32_t objective)
{
    return hone_trial_value(s, hone_best(s), objective);
}

double hone_trial_param(hone_study *s, int64_t number, const char *name)
{
    if (!s->study)
        return NAN;
    history *h = study_history(s->study);
    int64_t row = history_row(h, number);
    int32_t i = space_index(&s->config.space, name);
    return row < 0 || i < 0 ? NAN : history_native(h, row)[i];
}

int64_t hone_count(hone_study *s)
{
    return s->study ? history_rows(study_history(s->study)) : 0;
}

int32_t hone_trial_state(hone_study *s, int64_t number)
{
    if (!s->study)
        return -1;
    int64_t row = history_row(study_history(s->study), number);
    return row < 0 ? -1 : history_state(study_history(s->study), row);
}

int32_t hone_n_params(const hone_study *s)
{
    return s->config.space.n;
}

const char *hone_param_name(const hone_study *s, int32_t i)
{
    return i >= 0 && i < s->config.space.n ? s->config.space.params[i].name : "";
}

int32_t hone_param_type(const hone_study *s, int32_t i)
{
    return i >= 0 && i < s->config.space.n ? s->config.space.params[i].type : -1;
}

const char *hone_trial_text(hone_study *s, int64_t number, int32_t i)
{
    free(s->text);
    s->text = NULL;
    if (i >= 0 && i < s->config.space.n)
        s->text = param_write(&s->config.space.params[i],
                              hone_trial_param(s, number, hone_param_name(s, i)));
    return s->text ? s->text : "";
}

int32_t hone_n_objectives(const hone_study *s)
{
    return s->config.n_goals;
}

int32_t hone_n_constraints(const hone_study *s)
{
    return s->config.n_constraints;
}
