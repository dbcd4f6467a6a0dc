/* host.c - the hone_host that each instance is given: every service, never NULL. */
#include <math.h>
#include <string.h>

#include "instance_state.h"

static instance *of(const hone_host *h)
{
    return (instance *)(uintptr_t)h;
}

static void host_log(const hone_host *h, int32_t level, const char *msg)
{
    const instance *i = of(h);
    log_line(i->around->log, level, "[%s] %s: %s", i->component->section, i->plugin->name,
             msg ? msg : "");
}

static int32_t host_cancelled(const hone_host *h)
{
    const surroundings *a = of(h)->around;
    return a->cancelled ? a->cancelled(a->context) : 0;
}

static void host_error(const hone_host *h, int32_t option, const char *msg)
{
    instance *i = of(h);
    const component *c = i->component;
    const config *file = i->around->config;
    const ini_entry *from =
        option >= 0 && option < c->n_parts && c->options.from ? c->options.from[option] : NULL;
    const ini_section *section = file ? ini_find(&file->doc, c->section) : NULL;
    const char *origin = from ? from->origin : section ? section->origin : NULL;
    const char *name =
        option >= 0 && option < i->plugin->n_options ? i->plugin->options[option].name : NULL;
    error_add(&i->problem, HONE_EPLUGIN, "%s%s[%s] %s%s%s: %s", origin ? origin : "",
              origin ? ": " : "", c->section, i->plugin->name, name ? ", " : "", name ? name : "",
              msg ? msg : "no reason given");
}

static void host_uniform(const hone_host *h, int64_t stream, int64_t first, int64_t n, double *out)
{
    rng_uniform(of(h)->key, stream, first, n, out);
}

static void host_normal(const hone_host *h, int64_t stream, int64_t first, int64_t n, double *out)
{
    rng_normal(of(h)->key, stream, first, n, out);
}

static void host_bits(const hone_host *h, int64_t stream, int64_t first, int64_t n, uint64_t *out)
{
    rng_bits(of(h)->key, stream, first, n, out);
}

static int32_t host_quasi(const hone_host *h, int64_t stream, int64_t first, int64_t n, int64_t d,
                          double *u, int64_t ldu)
{
    return sobol_points(of(h)->key, stream, first, n, d, u, ldu);
}

static const hone_space *host_space(const hone_host *h)
{
    return instance_space(of(h));
}

static int32_t host_snap(const hone_host *h, int64_t n, double *X, int64_t ldx)
{
    const instance *i = of(h);
    if (i->given.n_cols > 0)
        return HONE_EUNSUPPORTED;
    view_snap(i->view, n, X, ldx);
    return HONE_OK;
}

static int32_t host_component(const hone_host *h, int32_t option, int32_t index,
                              const hone_space *given, hone_component *out)
{
    instance *i = of(h);
    error err = {0};
    instance *made = instance_part(i, option, index, given, &err);
    int32_t status = made ? instance_component(made, out, &err) : err.status;
    error_take(&i->problem, &err);
    return made ? status : status < 0 ? status : HONE_EFAIL;
}

static int32_t host_release(const hone_host *h, hone_component *c)
{
    instance *i = of(h);
    for (int k = 0; k < i->n_parts; k++)
        if (i->parts[k].instance == c->self) {
            instance_free(i->parts[k].instance);
            memmove(i->parts + k, i->parts + k + 1,
                    (size_t)(i->n_parts - k - 1) * sizeof *i->parts);
            i->n_parts--;
            c->self = NULL;
            c->ops = NULL;
            return HONE_OK;
        }
    return HONE_EINVAL;
}

static int64_t host_reports(const hone_host *h, int64_t number, const int64_t **step,
                            const double **value)
{
    const surroundings *a = of(h)->around;
    *step = NULL;
    *value = NULL;
    return a->reports ? a->reports(a->context, number, step, value) : 0;
}

/* What an inner instance notes is of use for debugging only. */
static void host_note(const hone_host *h, int64_t number, const char *key, double value,
                      const char *words)
{
    const instance *i = of(h);
    const surroundings *a = i->around;
    if (i->owner)
        log_line(a->log, HONE_LOG_DEBUG, "[%s] %s: trial %lld: %s = %s %g", i->component->section,
                 i->plugin->name, (long long)number, key, words ? words : "", value);
    else if (a->note)
        a->note(a->context, number, key, value, words);
}

static int32_t host_report(const hone_host *h, int64_t number, int64_t step, double value,
                           int32_t *stop)
{
    const instance *i = of(h);
    const surroundings *a = i->around;
    *stop = 0;
    if (i->plugin->kind != HONE_OBJECTIVE || !a->report)
        return HONE_EUNSUPPORTED;
    return a->report(a->context, number, step, value, stop);
}

static const void *host_extension(const hone_host *h, const char *id)
{
    const surroundings *a = of(h)->around;
    return a->extension ? a->extension(a->context, id) : NULL;
}

void host_fill(instance *i)
{
    i->host = (hone_host){.size = sizeof i->host,
                          .abi_minor = HONE_ABI_MINOR,
                          .name = "hone",
                          .version = HONE_VERSION,
                          .section = i->component->section,
                          .threads = i->around->threads > 0 ? i->around->threads : 1,
                          .log = host_log,
                          .cancelled = host_cancelled,
                          .error = host_error,
                          .uniform = host_uniform,
                          .normal = host_normal,
                          .bits = host_bits,
                          .quasi = host_quasi,
                          .space = host_space,
                          .snap = host_snap,
                          .component = host_component,
                          .release = host_release,
                          .reports = host_reports,
                          .note = host_note,
                          .report = host_report,
                          .extension = host_extension};
}
