/* site.c - see site.h. */
#include "site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "text.h"

/* Makes one folder; one that exists is fine. */
static bool make_folder(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0)
        return true;
    return errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The trial's own folder: <study>.trials/12, for later repeats 12.1 and so on; of a point that
 * belongs to no study (number < 0): try. */
static const char *trial_folder(const hone_host *host, int64_t number)
{
    site *s = (site *)(uintptr_t)host->extension(host, SITE_EXTENSION);
    text path = {0};
    if (s->dir && number == s->number)
        return s->dir;
    if (number < 0)
        text_add(&path, "%s/try", s->root);
    else
        text_add(&path, "%s/%lld", s->root, (long long)number);
    if (number >= 0 && s->repeat > 0)
        text_add(&path, ".%lld", (long long)s->repeat);
    free(s->dir);
    s->dir = text_take(&path);
    s->number = number;
    if (s->dir && make_folder(s->root) && make_folder(s->dir))
        return s->dir;
    text_add(&path, "cannot make the trial's folder '%s': %s", s->dir ? s->dir : s->root,
             s->dir ? strerror(errno) : "out of memory");
    host->error(host, -1, path.data ? path.data : "cannot make the trial's folder");
    text_free(&path);
    free(s->dir);
    s->dir = NULL;
    return NULL;
}

/* A study's name as one legal name of a folder. */
static void add_folder_name(text *t, const char *name)
{
    for (const char *c = name; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("_-+", *c) || (*c == '.' && c > name) ||
                     (unsigned char)*c >= 0x80;
        text_put(t, plain ? c : "_", 1);
    }
}

int32_t site_init(site *s, const config *c, int64_t worker, int wake_fd,
                  void (*sweep)(const hone_host *), error *err)
{
    text root = {0};
    *s = (site){.number = -1};
    s->goals = calloc((size_t)c->n_goals + 1, sizeof *s->goals);
    text_add(&root, "%s/", c->doc.folder);
    add_folder_name(&root, c->name);
    text_add(&root, ".trials");
    s->root = text_take(&root);
    if (!s->goals || !s->root) {
        site_free(s);
        return error_add(err, HONE_ENOMEM, "out of memory");
    }
    for (int32_t i = 0; i < c->n_goals; i++)
        s->goals[i] = c->maximize[i] ? "maximize" : "minimize";
    s->ext = (hone_ext_evaluation){
        .size = sizeof s->ext,
        .n_constraints = c->n_constraints,
        .study = c->name,
        .folder = c->doc.folder,
        .worker = worker,
        .goals = s->goals,
        .objectives = (const char *const *)c->objectives,
        .constraints = (const char *const *)c->constraints,
        .grace = c->grace,
        .dir = trial_folder,
        .wake_fd = wake_fd,
        .sweep = sweep,
    };
    return HONE_OK;
}

void site_free(site *s)
{
    if (!s)
        return;
    free(s->goals);
    free(s->root);
    free(s->dir);
    *s = (site){0};
}

void site_trial(site *s, int64_t number, int64_t repeat)
{
    free(s->dir);
    s->dir = NULL;
    s->number = number;
    s->repeat = repeat;
}
