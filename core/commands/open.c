/* open.c - a study file opened the way every command that works on one does it. */
#include "open.h"

#include <stdlib.h>

static bool add_settings(opened *o, const char *const *more)
{
    int n = 0;
    while (more && more[n])
        n++;
    const char **all =
        realloc(o->lists.set, ((size_t)o->settings.n_set + (size_t)n + 1) * sizeof *all);
    if (!all)
        return false;
    for (int i = 0; i < n; i++)
        all[o->settings.n_set++] = more[i];
    all[o->settings.n_set] = NULL;
    o->lists.set = all;
    o->settings.set = all;
    return true;
}

int opened_config(opened *o, const invocation *in, const char *path, bool need_objective,
                  const char *const *more)
{
    error err = {0};
    *o = (opened){0};
    command_settings(in, &o->settings, &o->lists);
    o->settings.need_objective = need_objective;
    int32_t status = add_settings(o, more) ? config_load(path, &o->settings, &o->config, &err)
                                           : error_add(&err, HONE_ENOMEM, "out of memory");
    if (status >= 0)
        status = study_take_space(&o->config, &in->log, &err);
    if (status < 0) {
        opened_close(o);
        return command_fail(&err);
    }
    for (int i = 0; i < o->config.warnings.n && !flag_given(in, "quiet"); i++)
        fprintf(stderr, "%s (warning)\n", o->config.warnings.lines[i]);
    return EXIT_DONE;
}

int opened_study(opened *o, const study_settings *settings)
{
    error err = {0};
    study_settings s = *settings;
    s.config = &o->config;
    if (study_open(&s, &o->study, &err) >= 0)
        return EXIT_DONE;
    opened_close(o);
    return command_fail(&err);
}

void opened_close(opened *o)
{
    study_close(o->study);
    config_free(&o->config);
    settings_free(&o->lists);
    *o = (opened){0};
}
