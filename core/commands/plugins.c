/* plugins.c - `hone plugins`: what there is to choose from, and what was left out and why. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "registry.h"

static const int32_t KINDS[] = {HONE_STRATEGY, HONE_SURROGATE, HONE_ACQUISITION, HONE_OBJECTIVE,
                                HONE_PRUNER};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

/* ---- for people ---- */

static void print_kind(const listing *list, int n, int32_t kind, bool paths)
{
    bool first = true;
    for (int i = 0; i < n; i++) {
        const listing *e = &list[i];
        if (e->kind != kind || e->skipped || e->shadowed_by)
            continue;
        if (first)
            printf("%s\n", kind_name(kind));
        first = false;
        char *caps = caps_text(e->caps);
        printf("  %-16s %-7s %s\n", e->name, e->plugin_version, e->doc ? e->doc : "");
        if (caps && *caps)
            printf("  %-24s [%s]\n", "", caps);
        if (paths)
            printf("  %-24s %s (interface %s)\n", "", e->path, e->abi);
        free(caps);
    }
}

static void print_left_out(const listing *list, int n)
{
    for (int i = 0; i < n; i++)
        if (list[i].shadowed_by)
            printf("shadowed: %s '%s' in %s by %s\n", kind_name(list[i].kind), list[i].name,
                   list[i].path, list[i].shadowed_by);
    for (int i = 0; i < n; i++)
        if (list[i].skipped)
            printf("skipped: %s%s%s\n", strstr(list[i].skipped, "/") ? "" : list[i].path,
                   strstr(list[i].skipped, "/") ? "" : ": ", list[i].skipped);
}

/* Each name once, a line each, as completion wants them. */
static void print_names(const listing *list, int n)
{
    for (int i = 0; i < n; i++) {
        bool before = !list[i].kind || list[i].skipped || list[i].shadowed_by;
        for (int k = 0; k < i && !before; k++)
            before = list[k].name && strcmp(list[k].name, list[i].name) == 0;
        if (!before)
            puts(list[i].name);
    }
}

static void print_path(const registry *r)
{
    int n;
    const char *const *dirs = registry_path(r, &n);
    printf("searched, in this order:\n");
    for (int i = 0; i < n; i++)
        printf("  %s\n", dirs[i]);
}

/* ---- for programs ---- */

static void set_text(json_t *o, const char *key, const char *value)
{
    if (value)
        json_object_set_new(o, key, json_string(value));
}

static int print_json(const listing *list, int n)
{
    json_t *all = json_array();
    for (int i = 0; i < n; i++) {
        const listing *e = &list[i];
        json_t *o = json_object();
        char *caps = caps_text(e->caps);
        set_text(o, "path", e->path);
        if (e->kind) {
            set_text(o, "kind", kind_name(e->kind));
            set_text(o, "name", e->name);
            set_text(o, "version", e->plugin_version);
            set_text(o, "module", e->module);
            set_text(o, "interface", e->abi);
            set_text(o, "capabilities", caps);
            set_text(o, "doc", e->doc);
        }
        set_text(o, "shadowed_by", e->shadowed_by);
        set_text(o, "skipped", e->skipped);
        json_array_append_new(all, o);
        free(caps);
    }
    char *lines = json_dumps(all, JSON_INDENT(2));
    int exit = lines && puts(lines) >= 0 ? EXIT_DONE : EXIT_FAILED;
    json_decref(all);
    free(lines);
    return exit;
}

static int plugins(invocation *in)
{
    config_settings settings;
    settings_lists lists;
    registry *r = NULL;
    listing *list = NULL;
    error err = {0};
    int n = 0, exit = EXIT_DONE;

    command_settings(in, &settings, &lists);
    int32_t status = registry_new(&settings.plugins, &r, &err);
    if (status >= 0)
        status = registry_list(r, &list, &n, &err);
    if (status < 0) {
        exit = command_fail(&err);
    } else if (flag_given(in, "json")) {
        exit = print_json(list, n);
    } else if (flag_given(in, "names")) {
        print_names(list, n);
    } else {
        for (int i = 0; i < N_KINDS; i++)
            print_kind(list, n, KINDS[i], flag_given(in, "paths"));
        print_left_out(list, n);
        print_path(r);
    }
    listing_free(list, n);
    registry_free(r);
    settings_free(&lists);
    return exit;
}

static const flag FLAGS[] = {
    {"paths", NULL, "show where each one lies and which interface it was built for"},
    {"names", NULL, "the names alone, a line each"},
    {"json", NULL, "one JSON array on standard output"},
    {NULL, NULL, NULL},
};

const command COMMAND_PLUGINS = {
    .name = "plugins",
    .arguments = "",
    .summary = "list the plugins that are found, what shadows what, and what was skipped",
    .help = "Every file on the search path is looked at in another process; none is loaded.\n"
            "The path: --plugin-dir, HONE_PLUGIN_PATH, ~/.local/lib/hone/1, hone's own.\n",
    .flags = FLAGS,
    .run = plugins,
};
