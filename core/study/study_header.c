/* study_header.c - what is kept of the study file, the plugins and the machine.
 *
 * A study continues only if what matters in its file is the same (config_identity).  Plugins
 * and machine may change; if a strategy then does not reproduce its points, the message
 * blames what changed. */
#include "study_state.h"

#include <dlfcn.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Vector instruction sets that choose code paths in libm and OpenBLAS. */
static const char *const CPU_FEATURES[] = {"sse4_2", "avx", "avx2", "fma", "avx512f", "avx512vl"};

static bool has_word(const char *line, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(line, word); at; at = strstr(at + n, word))
        if (at > line && at[-1] == ' ' && (at[n] == ' ' || at[n] == '\n' || at[n] == 0))
            return true;
    return false;
}

/* "avx avx2 fma; OpenBLAS Haswell": what decides the last bits of a result. */
static char *describe_machine(void)
{
    text t = {0};
    char *line = NULL;
    size_t room = 0;
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && getline(&line, &room, f) > 0)
        if (strncmp(line, "flags", 5) == 0) {
            for (size_t i = 0; i < sizeof CPU_FEATURES / sizeof *CPU_FEATURES; i++)
                if (has_word(line, CPU_FEATURES[i]))
                    text_add(&t, "%s%s", t.length ? " " : "", CPU_FEATURES[i]);
            break;
        }
    free(line);
    if (f)
        fclose(f);

    /* Only if a plugin brought it in. */
    void *blas = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
    if (blas) {
        char *(*corename)(void);
        *(void **)&corename = dlsym(blas, "openblas_get_corename");
        if (corename)
            text_add(&t, "; OpenBLAS %s", corename());
    }
    text_add(&t, "%s", "");
    return text_take(&t);
}

/* One line a component: "strategy bayes 1.0 <sha256 of the file>". */
static char *describe_plugins(const config *c)
{
    text t = {0};
    for (int32_t i = 0; i < c->n_components; i++) {
        const plugin *p = c->components[i]->plugin;
        text_add(&t, "%s %s %s %s\n", kind_name(p->kind), p->name, p->version,
                 p->module ? p->module->sha256 : "-");
    }
    text_add(&t, "%s", "");
    return text_take(&t);
}

static int32_t write_metric_names(study *s, error *err)
{
    json_t *names = json_array();
    for (int32_t i = 0; names && i < s->config->n_goals; i++)
        json_array_append_new(names, json_string(s->config->objectives[i]));
    char *json = names ? json_dumps(names, 0) : NULL;
    int32_t status =
        json ? storage_set_attribute(s->storage, s->id, true, "study:metric_names", json, err)
             : error_add(err, HONE_ENOMEM, "out of memory for a study's header");
    free(json);
    json_decref(names);
    return status;
}

static int32_t write_key(study *s, const char *key, char *value, error *err)
{
    int32_t status = value ? storage_set(s->storage, s->id, key, value, err)
                           : error_add(err, HONE_ENOMEM, "out of memory for a study's header");
    free(value);
    return status;
}

int32_t header_write(study *s, error *err)
{
    const config *c = s->config;
    int32_t status = HONE_OK;
    if (strcmp(c->storage, "memory") == 0)
        return HONE_OK;
    if ((status = write_key(s, "identity", config_identity(c), err)) < 0 ||
        (status = write_key(s, "file", strdup(c->doc.text ? c->doc.text : ""), err)) < 0 ||
        (status = write_key(s, "plugins", describe_plugins(c), err)) < 0 ||
        (status = write_key(s, "machine", describe_machine(), err)) < 0 ||
        (status = write_key(s, "hone", strdup(HONE_VERSION), err)) < 0 ||
        (status = write_key(s, "timestamps",
                            strdup(c->timestamps == TIMESTAMPS_LOCAL ? "local" : "utc"), err)) < 0)
        return status;
    return write_metric_names(s, err);
}

static int32_t refuse(study *s, const char *stored, const char *now, error *err)
{
    error differences = {0};
    config_differences(stored, now, &differences);
    int32_t status =
        error_add(err, HONE_ECHANGED,
                  "%s: study '%s' in %s was begun with another study file:", s->config->doc.path,
                  s->config->name, s->config->storage);
    for (int i = 0; i < differences.n; i++)
        error_add(err, HONE_ECHANGED, "  %s", differences.lines[i]);
    error_add(err, HONE_ECHANGED,
              "give the study another name, or go on nevertheless with --amend");
    error_free(&differences);
    return status;
}

int32_t header_compare(study *s, error *err)
{
    char *stored = NULL;
    char *now = config_identity(s->config);
    int32_t status = now ? storage_get(s->storage, s->id, "identity", &stored, err)
                         : error_add(err, HONE_ENOMEM, "out of memory to compare study files");
    if (status < 0)
        goto out;
    if (stored && strcmp(stored, now) == 0)
        goto out;
    if (stored && !s->set.amend) {
        status = refuse(s, stored, now, err);
        goto out;
    }
    if ((status = storage_begin(s->storage, err)) < 0)
        goto out;
    if ((status = header_write(s, err)) < 0 ||
        (status = storage_set(s->storage, s->id, "amended", "yes", err)) < 0)
        storage_rollback(s->storage);
    else
        status = storage_commit(s->storage, err);

out:
    free(stored);
    free(now);
    return status;
}

static void note_change(study *s, const char *key, char *now, const char *what, text *out)
{
    char *stored = NULL;
    error ignored = {0};
    if (storage_get(s->storage, s->id, key, &stored, &ignored) >= 0 && stored && now &&
        strcmp(stored, now) != 0) {
        size_t n = strcspn(stored, "\n"), m = strcspn(now, "\n");
        text_add(out, "%s%s (%.*s then, %.*s now)", out->length ? "; " : "", what, (int)n, stored,
                 (int)m, now);
    }
    error_free(&ignored);
    free(stored);
    free(now);
}

char *header_changes(study *s)
{
    text t = {0};
    note_change(s, "machine", describe_machine(), "the processor or OpenBLAS", &t);
    note_change(s, "plugins", describe_plugins(s->config), "a plugin", &t);
    note_change(s, "hone", strdup(HONE_VERSION), "hone", &t);
    text_add(&t, "%s", "");
    return text_take(&t);
}
