/* config.c - a study file from its text to checked values. */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_parts.h"
#include "constraints.h"
#include "rng.h"
#include "text.h"

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for a study file");
}

/* ---- [space] ---- */

static int32_t read_space(config *c, error *err)
{
    const ini_section *s = ini_find(&c->doc, "space");
    int32_t status = HONE_OK;
    for (int i = 0; s && i < s->n_entries && status != HONE_ENOMEM; i++) {
        const ini_entry *e = &s->entries[i];
        status = space_add(&c->space, e->name, e->value, e->origin, err);
    }
    if (s && s->n_entries == 0)
        error_add(err, HONE_ECONFIG,
                  "%s: [space] is empty; a line for each parameter, such as "
                  "x = float 0 1",
                  s->origin);
    c->space.n_objectives = c->n_goals;
    c->space.n_constraints = c->n_constraints;
    return status == HONE_ENOMEM ? status : HONE_OK;
}

/* ---- [constraints] ---- */

static int32_t read_constraints(config *c, error *err)
{
    const ini_section *s = ini_find(&c->doc, "constraints");
    int32_t status = HONE_OK;
    if (!s || c->space.n == 0)
        return HONE_OK;
    for (int i = 0; i < s->n_entries; i++) {
        const ini_entry *e = &s->entries[i];
        int32_t done = constraints_add(&c->space, e->name, e->value, e->origin, err);
        status = status < 0 ? status : done;
    }
    if (status >= 0 && s->n_entries > 0)
        status = constraints_settle(&c->space, s->origin, err);
    return status == HONE_ENOMEM ? status : HONE_OK;
}

/* ---- [point 1], [point 2] ... ---- */

static void unknown_parameter(const config *c, const ini_section *s, const ini_entry *e, error *err)
{
    const char **names = calloc((size_t)c->space.n + 1, sizeof *names);
    for (int32_t i = 0; names && i < c->space.n; i++)
        names[i] = c->space.params[i].name;
    const char *meant = names ? nearest(e->name, names, c->space.n) : NULL;
    error_add(err, HONE_ECONFIG, "%s: [%s] '%s' is no parameter of [space]%s%s%s", e->origin,
              s->name, e->name, meant ? "; did you mean '" : "", meant ? meant : "",
              meant ? "'?" : "");
    free(names);
}

static void read_coordinate(const config *c, const ini_section *s, const ini_entry *e,
                            double *native, error *err)
{
    error problem = {0};
    int32_t i = space_index(&c->space, e->name);
    if (i < 0) {
        unknown_parameter(c, s, e, err);
        return;
    }
    if (param_read(&c->space.params[i], e->value, &native[i], &problem) < 0)
        for (int k = 0; k < problem.n; k++)
            error_add(err, HONE_ECONFIG, "%s: [%s] %s", e->origin, s->name, problem.lines[k]);
    error_free(&problem);
}

static void read_point(const config *c, const ini_section *s, double *native, error *err)
{
    for (int32_t i = 0; i < c->space.n; i++)
        native[i] = i == c->space.fidelity ? c->space.params[i].high : NAN;
    for (int k = 0; k < s->n_entries; k++)
        read_coordinate(c, s, &s->entries[k], native, err);
    space_snap(&c->space, native);
    for (int k = 0; k < s->n_entries; k++) {
        int32_t i = space_index(&c->space, s->entries[k].name);
        if (i >= 0 && isnan(native[i]) && !space_active(&c->space, i, native))
            error_add(err, HONE_ECONFIG,
                      "%s: [%s] %s is inactive here: %s is not one of the values that its `when` "
                      "names",
                      s->entries[k].origin, s->name, s->entries[k].name,
                      c->space.params[c->space.params[i].parent].name);
    }
    const char *which;
    if (!constraints_met(&c->space, native, &which))
        error_add(err, HONE_ECONFIG, "%s: [%s] does not meet the constraint '%s'", s->origin, s->name,
                  which);
}

bool config_is_point(const char *section)
{
    return strcmp(section, "point") == 0 || strncmp(section, "point ", 6) == 0;
}

static int32_t read_points(config *c, error *err)
{
    int32_t n = 0;
    for (int i = 0; i < c->doc.n_sections; i++)
        n += config_is_point(c->doc.sections[i].name);
    if (n == 0 || c->space.n == 0)
        return HONE_OK;
    c->points = malloc((size_t)n * (size_t)c->space.n * sizeof *c->points);
    c->point_names = calloc((size_t)n + 1, sizeof *c->point_names);
    if (!c->points || !c->point_names)
        return no_memory(err);
    for (int i = 0; i < c->doc.n_sections; i++) {
        const ini_section *s = &c->doc.sections[i];
        if (!config_is_point(s->name))
            continue;
        read_point(c, s, c->points + (size_t)c->n_points * (size_t)c->space.n, err);
        if (!(c->point_names[c->n_points++] = strdup(s->name)))
            return no_memory(err);
    }
    return HONE_OK;
}

int32_t config_take_space(config *c, const hone_space *own, error *err)
{
    error found = {0};
    space_free(&c->space);
    int32_t status = space_copy(own, &c->space, &found);
    c->space.n_objectives = c->n_goals;
    c->space.n_constraints = c->n_constraints;
    if (status >= 0 && (status = read_constraints(c, &found)) >= 0)
        read_points(c, &found);
    status = found.status;
    error_take(err, &found);
    return status;
}

/* ---- plugins ---- */

/* The command line's folders, made absolute, then the study file's. */
static int32_t open_registry(config *c, const config_settings *settings, error *err)
{
    registry_settings r = settings->plugins;
    int n = 0;
    int32_t status = HONE_OK;
    char **dirs = calloc((size_t)r.n_dirs + 2, sizeof *dirs);
    if (!dirs)
        return no_memory(err);
    for (int i = 0; i < r.n_dirs && status >= 0; i++) {
        dirs[n] = realpath(r.dirs[i], NULL);
        if (dirs[n])
            n++;
        else
            status = error_add(err, HONE_EINVAL, "plugin folder '%s' is not a folder", r.dirs[i]);
    }
    int given = n;
    if (c->plugin_dir)
        dirs[n++] = c->plugin_dir;
    r.dirs = (const char *const *)dirs;
    r.n_dirs = n;
    if (status >= 0)
        status = registry_new(&r, &c->registry, err);
    for (int i = 0; i < given; i++)
        free(dirs[i]);
    free(dirs);
    return status;
}

static void missing_sections(config *c, const config_settings *settings, error *err)
{
    bool own = c->objective && c->objective->plugin->objective.space;
    if (!ini_find(&c->doc, "space") && !own && !settings->objective_only)
        error_add(err, HONE_ECONFIG, "%s: [space] is missing: which parameters are there?",
                  c->doc.path);
}

/* ---- the whole file ---- */

typedef struct numbered {
    char *line;
    long number; /* of the line in the file; LONG_MAX: it names none */
    int order;
} numbered;

static int by_number(const void *a, const void *b)
{
    const numbered *p = a, *q = b;
    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return p->order - q->order;
}

/* Problems in the order of the file, as compilers give them. */
static void sort_problems(const config *c, error *err)
{
    size_t n = strlen(c->doc.path);
    numbered *all = calloc((size_t)err->n + 1, sizeof *all);
    for (int i = 0; all && i < err->n; i++) {
        const char *line = err->lines[i];
        bool placed = strncmp(line, c->doc.path, n) == 0 && line[n] == ':' &&
                      line[n + 1] >= '0' && line[n + 1] <= '9';
        all[i] = (numbered){.line = err->lines[i], .order = i,
                            .number = placed ? strtol(line + n + 1, NULL, 10) : LONG_MAX};
    }
    if (all)
        qsort(all, (size_t)err->n, sizeof *all, by_number);
    for (int i = 0; all && i < err->n; i++)
        err->lines[i] = all[i].line;
    free(all);
}

static int32_t check_parts(config *c, const config_settings *settings, error *err)
{
    int32_t status = HONE_OK;
    for (int i = 0; i < settings->n_set; i++)
        if ((status = ini_set(&c->doc, settings->set[i], err)) == HONE_ENOMEM)
            return status;
    if ((status = config_read_study(c, err)) == HONE_ENOMEM || !c->storage)
        return status;
    if ((status = read_space(c, err)) < 0 ||
        (status = read_constraints(c, err)) < 0 || (status = read_points(c, err)) < 0 ||
        (status = config_read_evaluation(c, err)) < 0)
        return status;
    if (!settings->no_plugins) {
        if ((status = open_registry(c, settings, err)) < 0 ||
            (status = compose(c, settings, err)) < 0)
            return status;
        missing_sections(c, settings, err);
    }
    return HONE_OK;
}

static int32_t check(config *c, const config_settings *settings, error *err)
{
    error found = {0};
    check_parts(c, settings, &found);
    sort_problems(c, &found);
    int32_t status = found.status;
    error_take(err, &found);
    return status;
}

int32_t config_load(const char *path, const config_settings *settings, config *out, error *err)
{
    *out = (config){0};
    int32_t status = ini_load(path, &out->doc, err);
    return status < 0 ? status : check(out, settings, err);
}

int32_t config_read(const char *content, const char *path, const char *folder,
                    const config_settings *settings, config *out, error *err)
{
    *out = (config){0};
    int32_t status = ini_read(content, strlen(content), path, folder, &out->doc, err);
    return status < 0 ? status : check(out, settings, err);
}

void config_free(config *c)
{
    compose_free(c);
    registry_free(c->registry);
    space_free(&c->space);
    for (int32_t i = 0; i < c->n_points; i++)
        free(c->point_names[i]);
    free(c->point_names);
    free(c->points);
    config_free_study(c);
    ini_free(&c->doc);
    error_free(&c->warnings);
    *c = (config){0};
}
