/* conform_stand.c - verdicts, and one instance in one small study. */
#include "conform_stand.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "study.h"

static const char PLAIN_SPACE[] = "x = float 0 1\n"
                                  "y = float 1e-3 1e3 log\n"
                                  "n = int 1 9\n";

static void keep_warning(void *context, int32_t level, const char *line)
{
    stand *s = context;
    if (level == HONE_LOG_WARN)
        snprintf(s->warning, sizeof s->warning, "%s", line);
    log_line(s->settings->config.plugins.log, level, "%s", line);
}

void stand_begin(stand *s, const conform_settings *settings, const module *m, const plugin *p)
{
    *s = (stand){.settings = settings, .module = m, .plugin = p};
    s->log = (log_sink){keep_warning, s, HONE_LOG_DEBUG};
}

void stand_fail(stand *s, const char *format, ...)
{
    va_list list;
    if (s->failure.length)
        return; /* the first one counts */
    va_start(list, format);
    text_add_list(&s->failure, format, list);
    va_end(list);
}

void stand_leave_out(stand *s, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(&s->not_applicable, format, list);
    va_end(list);
}

int64_t stand_size(const stand *s, int64_t quick, int64_t whole)
{
    return s->settings->quick ? quick : whole;
}

double stand_uniform(const stand *s, int64_t stream, int64_t i)
{
    double u;
    rng_uniform(rng_root(s->settings->seed), stream, i, 1, &u);
    return u;
}

double stand_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- a study in small ---- */

static int32_t answer_cancelled(void *context)
{
    return ((const rig *)context)->cancel;
}

static int64_t answer_reports(void *context, int64_t number, const int64_t **step,
                              const double **value)
{
    const rig *r = context;
    const int64_t row = r->history ? history_row(r->history, number) : -1;
    return row < 0 ? 0 : history_reports(r->history, row, step, value);
}

static int32_t take_report(void *context, int64_t number, int64_t step, double value,
                           int32_t *stop)
{
    rig *r = context;
    (void)number;
    (void)step;
    (void)value;
    r->reported++;
    *stop = 0;
    return HONE_OK;
}

static void take_note(void *context, int64_t number, const char *key, double value,
                      const char *words)
{
    (void)context;
    (void)number;
    (void)key;
    (void)value;
    (void)words;
}

static void sweep(const hone_host *host)
{
    (void)host; /* the process ends with its group */
}

static const void *answer_extension(void *context, const char *id)
{
    rig *r = context;
    if (r->has_site && strcmp(id, SITE_EXTENSION) == 0)
        return &r->site.ext;
    return strcmp(id, "hone.goals/1") == 0 ? &r->goals : NULL;
}

/* The study file of a rig. */
static char *study_text(const stand *s, const rig_plan *plan)
{
    const char *kind = kind_name(s->plugin->kind);
    text t = {0};
    text_add(&t, "[study]\nname = check\nstorage = memory\ntrials = %lld\nseed = %llu\ngoal =",
             (long long)(plan->trials ? plan->trials : 100),
             (unsigned long long)(s->settings->seed + plan->seed));
    for (int i = 0; i < (plan->objectives ? plan->objectives : 1); i++)
        text_add(&t, " minimize");
    if (plan->constraints)
        text_add(&t, "\nconstraints =");
    for (int i = 0; i < plan->constraints; i++)
        text_add(&t, " c%d", i + 1);
    if (plan->space || !s->plugin->objective.space)
        text_add(&t, "\n[space]\n%s", plan->space ? plan->space : PLAIN_SPACE);
    else
        text_add(&t, "\n"); /* the objective knows its own */
    if (s->plugin->kind != HONE_STRATEGY)
        text_add(&t, "[strategy]\nplugin = random\n");
    text_add(&t, "[%s]\nmodule = %s\nplugin = %s\n%s", kind, s->module->path, s->plugin->name,
             plan->options ? plan->options : "");
    return text_take(&t);
}

static const component *component_of(const config *c, const plugin *wanted)
{
    for (int32_t i = 0; i < c->n_components; i++)
        if (c->components[i]->plugin->kind == wanted->kind &&
            strcmp(c->components[i]->plugin->name, wanted->name) == 0)
            return c->components[i];
    return NULL;
}

/* The history and the instance, where the study has been read. */
static int32_t begin_study(rig *r)
{
    const component *c = component_of(&r->config, r->stand->plugin);
    int32_t status = history_new(&r->config.space, &r->history, &r->err);
    if (status < 0)
        return status;
    r->around.history = r->history;
    r->next = 0;
    if (!c)
        return error_add(&r->err, HONE_EFAIL, "the study of the test does not use the plugin");
    int32_t made = instance_new(&r->around, c, &r->instance, &r->err);
    if (made >= 0 && r->instance->blamed)
        stand_fail(r->stand, "create changed the process: %s", r->stand->warning);
    return made;
}

static int32_t rig_begin(rig *r, const rig_plan *plan)
{
    stand *s = r->stand;
    config_settings settings = s->settings->config;
    settings.need_objective = false;
    settings.plugins.no_probe = true; /* it was */
    char *file = study_text(s, plan);
    int32_t status = file ? config_read(file, "check", "/", &settings, &r->config, &r->err)
                           : error_add(&r->err, HONE_ENOMEM, "out of memory");
    free(file);
    if (status >= 0 && r->config.space.n == 0)
        status = study_take_space(&r->config, settings.plugins.log, &r->err);
    if (status < 0)
        return status;
    for (int i = 0; i < 4; i++)
        r->signs[i] = 1;
    r->goals = (hone_ext_goals){sizeof r->goals, r->config.n_goals, r->signs};
    r->around = (surroundings){.config = &r->config,
                               .space = &r->config.space,
                               .key = rng_root(r->config.seed),
                               .log = &s->log,
                               .threads = plan->threads ? plan->threads : 1,
                               .context = r,
                               .cancelled = answer_cancelled,
                               .reports = answer_reports,
                               .note = take_note,
                               .report = take_report,
                               .extension = answer_extension};
    if (s->plugin->kind == HONE_OBJECTIVE) {
        if ((status = site_init(&r->site, &r->config, 0, -1, sweep, &r->err)) < 0)
            return status;
        r->has_site = true;
    }
    return begin_study(r);
}

/* The host fills in the name of the status where a plugin gave no sentence. */
static bool says_nothing(const char *words)
{
    const size_t n = strlen(words);
    for (int32_t status = HONE_EINVAL; status >= HONE_EFAIL; status--) {
        const char *name = status_text(status);
        const size_t m = strlen(name);
        if (n >= m && strcmp(words + n - m, name) == 0)
            return true;
    }
    return n == 0;
}

bool rig_open(stand *s, rig *r, const rig_plan *plan)
{
    rig_plan pair = *plan;
    *r = (rig){.stand = s};
    r->status = rig_begin(r, plan);
    if (r->status < 0 && s->plugin->kind == HONE_OBJECTIVE && !plan->objectives) {
        error first = r->err; /* perhaps it has two values, and none with one is at fault */
        r->err = (error){0};
        rig_close(r);
        *r = (rig){.stand = s};
        pair.objectives = 2;
        if ((r->status = rig_begin(r, &pair)) < 0) {
            error_free(&r->err);
            r->err = first;
        } else {
            error_free(&first);
        }
    }
    if (r->status >= 0)
        return true;
    if (!plan->may_refuse)
        stand_fail(s, "it cannot be made: %s", error_text(&r->err));
    else if (says_nothing(error_text(&r->err)))
        stand_fail(s, "it refuses to be made without saying why");
    rig_close(r);
    return false;
}

bool rig_again(rig *r)
{
    instance_free(r->instance);
    history_free(r->history);
    r->instance = NULL;
    r->history = NULL;
    r->status = begin_study(r);
    if (r->status < 0)
        stand_fail(r->stand, "it cannot be made again: %s", error_text(&r->err));
    return r->status >= 0;
}

void rig_close(rig *r)
{
    instance_free(r->instance);
    history_free(r->history);
    if (r->has_site)
        site_free(&r->site);
    config_free(&r->config);
    error_free(&r->err);
}

const hone_space *rig_space(const rig *r)
{
    return r->instance->shown;
}

const char *rig_said(rig *r)
{
    return r->instance->said ? r->instance->said : "";
}

bool rig_table(rig *r, hone_trials *out)
{
    error_free(&r->err);
    if (history_table(r->history, r->instance->seen, r->config.trials, out, &r->err) >= 0)
        return true;
    stand_fail(r->stand, "no table for the plugin: %s", error_text(&r->err));
    return false;
}
