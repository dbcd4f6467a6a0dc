/* host.c - what a plugin can ask of hone: the functions behind its hone_host.
 *
 * Each is there for each kind; what makes no sense for one answers HONE_EUNSUPPORTED. */
#include <stdlib.h>
#include <string.h>

#include "instance_state.h"
#include "text.h"

/* The instance's hone_host is its first member. */
static const instance *of(const hone_host *host)
{
    return (const instance *)(const void *)host;
}

/* Only for functions that are called by one thread at a time, or lock. */
static instance *of_call(const hone_host *host)
{
    return (instance *)(uintptr_t)host;
}

static void host_log(const hone_host *host, int32_t level, const char *message)
{
    const instance *i = of(host);
    log_line(i->around->log, level, "%s: %s", i->component->section, message ? message : "");
}

static int32_t host_cancelled(const hone_host *host)
{
    const surroundings *a = of(host)->around;
    return a->cancelled ? a->cancelled(a->context) : 0;
}

static void host_error(const hone_host *host, int32_t option, const char *message)
{
    instance *i = of_call(host);
    pthread_mutex_lock(&i->lock);
    free(i->said);
    i->said = strdup(message ? message : "");
    i->said_option = option >= 0 && option < i->plugin->n_options ? option : -1;
    pthread_mutex_unlock(&i->lock);
}

static void host_uniform(const hone_host *host, int64_t stream, int64_t first, int64_t n,
                         double *out)
{
    rng_uniform(of(host)->key, stream, first, n, out);
}

static void host_normal(const hone_host *host, int64_t stream, int64_t first, int64_t n,
                        double *out)
{
    rng_normal(of(host)->key, stream, first, n, out);
}

static void host_bits(const hone_host *host, int64_t stream, int64_t first, int64_t n,
                      uint64_t *out)
{
    rng_bits(of(host)->key, stream, first, n, out);
}

static int32_t host_quasi(const hone_host *host, int64_t stream, int64_t first, int64_t n,
                          int64_t d, double *u, int64_t ldu)
{
    return sobol_points(of(host)->key, stream, first, n, d, u, ldu);
}

static const hone_space *host_space(const hone_host *host)
{
    return of(host)->shown;
}

static int32_t host_snap(const hone_host *host, int64_t n, double *x, int64_t ldx)
{
    const instance *i = of(host);
    if (i->own_table)
        return HONE_EUNSUPPORTED; /* the columns are the asker's invention */
    view_snap(i->seen, n, x, ldx);
    return HONE_OK;
}

static int32_t host_component(const hone_host *host, int32_t option, int32_t index,
                              const hone_space *given, hone_component *out)
{
    instance *i = of_call(host), *part;
    error why = {0};
    int32_t status = instance_part(i, option, index, given, &part, &why);
    if (status < 0)
        return instance_inner(i, status, &why);
    instance_handle(part, out);
    return HONE_OK;
}

static int32_t host_release(const hone_host *host, hone_component *c)
{
    int32_t status = c ? instance_release(of_call(host), c->self) : HONE_EINVAL;
    if (status == HONE_OK)
        c->self = NULL;
    return status;
}

/* Does this instance know the study's trials by their numbers?  Not one with a space that its
 * asker, or the asker's asker, invented. */
static bool of_the_study(const instance *i)
{
    for (; i; i = i->owner)
        if (i->own_space)
            return false;
    return true;
}

static int64_t host_reports(const hone_host *host, int64_t number, const int64_t **step,
                            const double **value)
{
    const instance *i = of(host);
    const surroundings *a = i->around;
    *step = NULL;
    *value = NULL;
    return a->reports && of_the_study(i) ? a->reports(a->context, number, step, value) : 0;
}

/* Is it a strategy of the study, or one that works in its place? */
static bool proposes(const instance *i)
{
    for (; i; i = i->owner)
        if (i->own_space || i->plugin->kind != HONE_STRATEGY)
            return false;
    return true;
}

/* Notes of other inner instances are for people who debug them. */
static void host_note(const hone_host *host, int64_t number, const char *key, double value,
                      const char *message)
{
    const instance *i = of(host);
    const surroundings *a = i->around;
    if (!key)
        return;
    if (a->note && (!i->owner || proposes(i)))
        a->note(a->context, number, key, value, message);
    else if (message)
        log_line(a->log, HONE_LOG_DEBUG, "%s: trial %lld: %s = %s", i->address,
                 (long long)number, key, message);
    else
        log_line(a->log, HONE_LOG_DEBUG, "%s: trial %lld: %s = %.17g", i->address,
                 (long long)number, key, value);
}

static int32_t host_report(const hone_host *host, int64_t number, int64_t step, double value,
                           int32_t *stop)
{
    const instance *i = of(host);
    const surroundings *a = i->around;
    *stop = 0;
    if (i->plugin->kind != HONE_OBJECTIVE || !a->report)
        return HONE_EUNSUPPORTED;
    return a->report(a->context, number, step, value, stop);
}

static const void *host_extension(const hone_host *host, const char *id)
{
    const surroundings *a = of(host)->around;
    return id && a->extension ? a->extension(a->context, id) : NULL;
}

void host_init(instance *i)
{
    i->host = (hone_host){
        .size = sizeof i->host,
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
        .extension = host_extension,
    };
}
