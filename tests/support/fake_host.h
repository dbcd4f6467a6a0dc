/* fake_host.h - the host's side of the plugin interface, as little as unit tests of models and
 * strategies need: plugins loaded from the build folder, options as "name=value", random
 * numbers, columns and snapping by core's own functions.  Nothing is checked or translated. */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hone_plugin.h"
#include "rng.h"
#include "space.h"
#include "text.h"

enum { FAKE_OPTIONS = 32, FAKE_PARTS = 8, FAKE_INDICES = 4, FAKE_TEXT = 256, FAKE_STRINGS = 16 };

typedef struct fake {
    hone_host host; /* first: a hone_host * is a fake * */
    const hone_plugin *plugin;
    void *self;
    const space *space;
    view view;
    rng_key key;
    hone_value values[FAKE_OPTIONS];
    double numbers[FAKE_OPTIONS][4];
    char texts[FAKE_OPTIONS][FAKE_TEXT];
    const char *strings[FAKE_OPTIONS][FAKE_STRINGS];
    const char *const *set; /* NULL-terminated "name=value", for parts "option.name=value" */
    struct fake *parts[FAKE_PARTS][FAKE_INDICES];
    const hone_surrogate_ops *surrogate; /* given in place of a surrogate's own, or NULL */
    char message[512];      /* of the last error */
    void (*noted)(void *context, int64_t number, const char *key, double value, const char *words);
    void *context;
} fake;

static char fake_refusal[512]; /* what the last plugin said whose create failed */

static fake *fake_new(int32_t kind, const char *name, const space *sp, rng_key key,
                      const char *const *set);
static void fake_free(fake *f);

static inline fake *fake_of(const hone_host *h)
{
    return (fake *)(uintptr_t)h;
}

static inline void fake_log(const hone_host *h, int32_t level, const char *words)
{
    (void)h;
    (void)level;
    (void)words;
}
static inline int32_t fake_cancelled(const hone_host *h)
{
    (void)h;
    return 0;
}
static inline void fake_error(const hone_host *h, int32_t option, const char *words)
{
    (void)option;
    snprintf(fake_of(h)->message, sizeof fake_of(h)->message, "%s", words);
}
static inline void fake_uniform(const hone_host *h, int64_t s, int64_t first, int64_t n, double *u)
{
    rng_uniform(fake_of(h)->key, s, first, n, u);
}
static inline void fake_normal(const hone_host *h, int64_t s, int64_t first, int64_t n, double *z)
{
    rng_normal(fake_of(h)->key, s, first, n, z);
}
static inline void fake_bits(const hone_host *h, int64_t s, int64_t first, int64_t n, uint64_t *b)
{
    rng_bits(fake_of(h)->key, s, first, n, b);
}
static inline int32_t fake_quasi(const hone_host *h, int64_t s, int64_t first, int64_t n,
                                 int64_t d, double *u, int64_t ldu)
{
    return sobol_points(fake_of(h)->key, s, first, n, d, u, ldu);
}
static inline const hone_space *fake_space(const hone_host *h)
{
    return &fake_of(h)->view.table;
}
static inline int32_t fake_snap(const hone_host *h, int64_t n, double *X, int64_t ldx)
{
    view_snap(&fake_of(h)->view, n, X, ldx);
    return HONE_OK;
}
static inline void fake_note(const hone_host *h, int64_t number, const char *key, double value,
                             const char *words)
{
    fake *f = fake_of(h);
    if (f->noted) {
        f->noted(f->context, number, key, value, words);
    }
}
/* The part that option `option` names: a plugin of that kind. */
static inline int32_t fake_component(const hone_host *h, int32_t option, int32_t index,
                                     const hone_space *sp, hone_component *out)
{
    fake *f = fake_of(h);
    const hone_option *o = &f->plugin->options[option];
    (void)sp;
    if (index < 0 || index >= FAKE_INDICES) {
        return HONE_EUNSUPPORTED;
    }
    if (!f->parts[option][index]) {
        f->parts[option][index] = fake_new((int32_t)o->kind, f->values[option].s, f->space,
                                    rng_child(f->key, o->name, index), f->set);
    }
    if (!f->parts[option][index]) {
        return HONE_EINVAL;
    }
    out->size = sizeof *out;
    out->kind = (int32_t)o->kind;
    out->name = f->parts[option][index]->plugin->name;
    out->self = f->parts[option][index]->self;
    out->ops = f->parts[option][index]->plugin->ops;
    if (f->surrogate && o->kind == HONE_SURROGATE) {
        out->ops = f->surrogate;
    }
    out->space = &f->view.table;
    return HONE_OK;
}
static inline int32_t fake_release(const hone_host *h, hone_component *c)
{
    fake *f = fake_of(h);
    for (int i = 0; i < FAKE_PARTS * FAKE_INDICES; i++) {
        fake **p = &f->parts[i / FAKE_INDICES][i % FAKE_INDICES];
        if (*p && (*p)->self == c->self) {
            fake_free(*p);
            *p = NULL;
        }
    }
    return HONE_OK;
}
static inline int64_t fake_reports(const hone_host *h, int64_t number, const int64_t **step,
                                   const double **value)
{
    (void)h;
    (void)number;
    (void)step;
    (void)value;
    return 0;
}
static inline const void *fake_extension(const hone_host *h, const char *id)
{
    (void)h;
    (void)id;
    return NULL;
}

/* "gp.kernel=rbf" sets kernel of the plugin gp. */
static inline const char *fake_setting(const fake *f, const char *option)
{
    const size_t n = strlen(f->plugin->name), m = strlen(option);
    for (const char *const *s = f->set; s && *s; s++) {
        if (strncmp(*s, f->plugin->name, n) == 0 && (*s)[n] == '.' &&
            strncmp(*s + n + 1, option, m) == 0 && (*s)[n + 1 + m] == '=') {
            return *s + n + m + 2;
        }
    }
    return NULL;
}

static inline void fake_option(fake *f, int i)
{
    const hone_option *o = &f->plugin->options[i];
    const char *given = fake_setting(f, o->name), *words = given ? given : o->def;
    hone_value *v = &f->values[i];
    v->type = o->type;
    v->is_set = given != NULL;
    v->d = NAN;
    if (!words) {
        return;
    }
    snprintf(f->texts[i], sizeof f->texts[i], "%s", words);
    v->s = f->texts[i];
    switch (o->type) {
    case HONE_OPT_BOOL:
        v->i = strcmp(words, "yes") == 0;
        break;
    case HONE_OPT_INT:
        v->i = atoll(words);
        break;
    case HONE_OPT_REAL:
        number_real(words, &v->d);
        break;
    case HONE_OPT_SECONDS:
        number_seconds(words, &v->d);
        break;
    case HONE_OPT_CHOICE:
        for (int64_t c = 0; o->choices[c]; c++) {
            if (strcmp(o->choices[c], words) == 0) {
                v->i = c;
            }
        }
        break;
    case HONE_OPT_REALS:
        v->v = f->numbers[i];
        for (char *end; v->n < 4; v->n++, words = end) {
            f->numbers[i][v->n] = strtod(words, &end);
            if (end == words) {
                break;
            }
        }
        break;
    case HONE_OPT_STRINGS: /* "name=one|two" */
        v->ss = f->strings[i];
        for (char *at = f->texts[i]; at && v->n < FAKE_STRINGS; v->n++) {
            f->strings[i][v->n] = strsep(&at, "|");
        }
        break;
    default:
        break;
    }
}

static inline fake *fake_new(int32_t kind, const char *name, const space *sp, rng_key key,
                             const char *const *set)
{
    static const char *const KINDS[] = {"",          "strategy",  "surrogate", "acquisition",
                                        "objective", "pruner"};
    char path[1024];
    fake *f = calloc(1, sizeof *f);
    error err = {0};
    snprintf(path, sizeof path, "%s/plugins/%s/%s.so", BUILD_DIR, KINDS[kind], name);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!so) {
        fprintf(stderr, "%s\n", dlerror());
        free(f);
        return NULL;
    }
    hone_module_fn module;
    *(void **)&module = dlsym(so, "hone_module_v1");
    f->plugin = module()->plugins[0];
    const uint32_t *ops = f->plugin->ops; /* size, caps */
    view_init(&f->view, sp, ops[1], &err);
    error_free(&err);
    f->space = sp;
    f->key = key;
    f->set = set;
    f->host = (hone_host){.size = sizeof(hone_host),
                          .name = "fake",
                          .version = "1",
                          .section = f->plugin->name,
                          .threads = 1,
                          .log = fake_log,
                          .cancelled = fake_cancelled,
                          .error = fake_error,
                          .uniform = fake_uniform,
                          .normal = fake_normal,
                          .bits = fake_bits,
                          .quasi = fake_quasi,
                          .space = fake_space,
                          .snap = fake_snap,
                          .component = fake_component,
                          .release = fake_release,
                          .reports = fake_reports,
                          .note = fake_note,
                          .extension = fake_extension};
    for (int i = 0; i < f->plugin->n_options; i++) {
        fake_option(f, i);
    }
    if (f->plugin->create(&f->host, f->values, &f->self) < 0) {
        fprintf(stderr, "%s: %s\n", name, f->message);
        memcpy(fake_refusal, f->message, sizeof fake_refusal);
        f->plugin = NULL;
        fake_free(f);
        return NULL;
    }
    return f;
}

static inline void fake_free(fake *f)
{
    if (f) {
        if (f->plugin) {
            f->plugin->destroy(f->self);
        }
        for (int i = 0; i < FAKE_PARTS; i++) {
            for (int k = 0; k < FAKE_INDICES; k++) {
                fake_free(f->parts[i][k]);
            }
        }
        view_free(&f->view);
        free(f);
    }
}

#endif
