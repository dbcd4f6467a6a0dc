/* conform.c - which tests there are, and how a file goes through them. */
#include "conform.h"

#include <stdlib.h>
#include <string.h>

#include "conform_process.h"
#include "conform_stand.h"

static const conform_case *const SUITES[] = {
    CONFORM_MODULE,    CONFORM_INSTANCES,   CONFORM_STRATEGY,  CONFORM_HISTORY, CONFORM_STATE,
    CONFORM_SURROGATE, CONFORM_POSTERIOR,   CONFORM_ACQUISITION, CONFORM_OBJECTIVE, CONFORM_PRUNER,
};
enum { N_SUITES = sizeof SUITES / sizeof *SUITES };

const char *conform_test(int index, const char **says, const char **kinds)
{
    static const char *const NAMES[] = {"any",       "strategy", "surrogate", "acquisition",
                                        "objective", "pruner"};
    for (int k = 0; k < N_SUITES; k++)
        for (const conform_case *c = SUITES[k]; c->name; c++)
            if (index-- == 0) {
                int kind = 0;
                while (c->kinds && kind < HONE_PRUNER && !(c->kinds & FOR(kind)))
                    kind++; /* the first that has it */
                *says = c->says;
                *kinds = NAMES[kind];
                return c->name;
            }
    return NULL;
}

/* TEST, PLUGIN/TEST or KIND/PLUGIN/TEST: is it this one? */
static bool meant(const char *only, const plugin *p, const conform_case *c)
{
    text whole = {0};
    if (!only)
        return true;
    text_add(&whole, "%s/%s/%s", kind_name(p->kind), p->name, c->name);
    const size_t n = strlen(only);
    const bool same = whole.data && n <= whole.length &&
                      strcmp(whole.data + whole.length - n, only) == 0 &&
                      (n == whole.length || whole.data[whole.length - n - 1] == '/');
    text_free(&whole);
    return same;
}

static void run_here(const conform_settings *settings, const module *m, const plugin *p,
                     const conform_case *c, verdict_line *out)
{
    stand s;
    stand_begin(&s, settings, m, p);
    const double start = stand_clock();
    c->run(&s);
    *out = (verdict_line){.calls = s.calls,
                          .seconds = stand_clock() - start,
                          .call_seconds = s.call_seconds};
    out->verdict = s.failure.length          ? CONFORM_FAILED
                   : s.not_applicable.length ? CONFORM_NOT_APPLICABLE
                                             : CONFORM_PASSED;
    out->why = text_take(s.failure.length ? &s.failure : &s.not_applicable);
    text_free(&s.failure);
    text_free(&s.not_applicable);
    error_free(&s.err);
}

static int32_t run_apart(const conform_settings *settings, const module *m, const plugin *p,
                         const conform_case *c, verdict_line *out, error *err)
{
    text name = {0};
    text_add(&name, "%s/%s/%s", kind_name(p->kind), p->name, c->name);
    int32_t status = name.data ? conform_process(m->path, name.data, settings, out, err)
                               : error_add(err, HONE_ENOMEM, "out of memory");
    text_free(&name);
    return status;
}

typedef struct listener {
    void (*tell)(void *context, const conform_result *result);
    void *context;
    int told;
} listener;

static int32_t run_case(const conform_settings *settings, const module *m, const plugin *p,
                        const conform_case *c, listener *to, error *err)
{
    verdict_line v = {0};
    int32_t status = HONE_OK;
    if ((c->kinds && !(c->kinds & FOR(p->kind))) || !meant(settings->only, p, c))
        return HONE_OK;
    if (settings->in_process)
        run_here(settings, m, p, c, &v);
    else
        status = run_apart(settings, m, p, c, &v, err);
    if (status >= 0) {
        const conform_result result = {p->name,   kind_name(p->kind), c->name,  c->says,
                                       v.verdict, v.why ? v.why : "", v.calls, v.seconds,
                                       v.call_seconds};
        to->tell(to->context, &result);
        to->told++;
    }
    free(v.why);
    return status;
}

static int32_t nothing_ran(const char *path, const char *only, error *err)
{
    const char *names[64], *says, *kinds;
    int n = 0;
    while (n < 64 && (names[n] = conform_test(n, &says, &kinds)))
        n++;
    const char *last = strrchr(only, '/'), *near = nearest(last ? last + 1 : only, names, n);
    return error_add(err, HONE_ECONFIG, "%s: no plugin of it has a test '%s'%s%s%s; `hone help "
                     "check` lists the tests", path, only, near ? "; did you mean '" : "",
                     near ? near : "", near ? "'?" : "");
}

static bool is_set(const config_settings *c, const plugin *p, const char *option)
{
    text key = {0};
    bool found = false;
    text_add(&key, "%s.%s", kind_name(p->kind), option);
    for (int i = 0; i < c->n_set && key.data; i++)
        found = found || (strncmp(c->set[i], key.data, key.length) == 0 &&
                          strchr("=.", c->set[i][key.length]));
    text_free(&key);
    return found;
}

/* What a plugin requires, nobody but its author can know. */
static int32_t check_required(const char *path, const conform_settings *settings, const plugin *p,
                              error *err)
{
    int32_t status = HONE_OK;
    for (int32_t i = 0; i < p->n_options; i++)
        if ((p->options[i].flags & HONE_OPT_REQUIRED) &&
            !is_set(&settings->config, p, p->options[i].name))
            status = error_add(err, HONE_ECONFIG, "%s: %s '%s' needs its option '%s' to be tested: "
                               "add --set %s.%s=VALUE", path, kind_name(p->kind), p->name,
                               p->options[i].name, kind_name(p->kind), p->options[i].name);
    return status;
}

int32_t conform_file(const char *path, const conform_settings *settings,
                     void (*tell)(void *context, const conform_result *result), void *context,
                     error *err)
{
    registry *r = NULL;
    registry_settings how = settings->config.plugins;
    listener to = {tell, context, 0};
    how.no_probe = how.no_probe || settings->in_process;
    int32_t status = registry_new(&how, &r, err);
    const module *m = status >= 0 ? registry_load(r, path, err) : NULL;
    if (status >= 0 && !m)
        status = err->status;
    for (int32_t i = 0; m && i < m->n_plugins && status >= 0; i++)
        status = check_required(path, settings, &m->plugins[i], err);
    for (int32_t i = 0; m && i < m->n_plugins && status >= 0; i++)
        for (int k = 0; k < N_SUITES; k++)
            for (const conform_case *c = SUITES[k]; c->name && status >= 0; c++)
                status = run_case(settings, m, &m->plugins[i], c, &to, err);
    if (status >= 0 && to.told == 0 && settings->only)
        status = nothing_ran(path, settings->only, err);
    registry_free(r);
    return status;
}
