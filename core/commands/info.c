/* info.c - `hone info NAME`: a plugin's options from its own table, and a section to paste. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "registry.h"
#include "text.h"

enum { DOC_INDENT = 4, DOC_WIDTH = 80 };

/* Words of `doc`, wrapped and indented. */
static void print_wrapped(const char *doc)
{
    int column = 0;
    while (doc && *doc) {
        size_t n = strcspn(doc, " ");
        if (column > 0 && column + 1 + (int)n > DOC_WIDTH - DOC_INDENT) {
            printf("\n");
            column = 0;
        }
        column += printf("%s%.*s", column ? " " : "    ", (int)n, doc);
        doc += n + strspn(doc + n, " ");
    }
    printf("\n");
}

static void print_option(const hone_option *o)
{
    char *allowed = option_allowed(o);
    printf("\n  %s: %s%s\n", o->name, allowed ? allowed : "?",
           o->flags & HONE_OPT_DEPRECATED ? " - deprecated"
           : o->flags & HONE_OPT_ADVANCED ? " - advanced"
                                          : "");
    print_wrapped(o->doc);
    free(allowed);
}

static void print_paste(const char *section, const char *name, const hone_option *table,
                        int32_t n)
{
    printf("\nTo paste:\n\n[%s]\n", section);
    if (name)
        printf("plugin = %s\n", name);
    for (int32_t i = 0; i < n; i++)
        if (table[i].flags & HONE_OPT_REQUIRED)
            printf("%s = \n", table[i].name);
        else if (!(table[i].flags & (HONE_OPT_ADVANCED | HONE_OPT_DEPRECATED)))
            printf("; %s = %s\n", table[i].name, table[i].def ? table[i].def : "");
}

static void print_plugin(const plugin *p)
{
    char *caps = caps_text(p->caps);
    printf("%s %s %s - %s\n", kind_name(p->kind), p->name, p->version, p->doc ? p->doc : "");
    printf("\n  from          %s\n", p->module ? p->module->path : "?");
    printf("  module        %s %s, %s\n", p->module->name, p->module->version,
           p->module->license ? p->module->license : "no licence named");
    printf("  capabilities  %s\n", caps && *caps ? caps : "none");
    free(caps);
    printf("\nOptions:%s\n", p->n_options ? "" : " none");
    for (int32_t i = 0; i < p->n_options; i++)
        print_option(&p->options[i]);
    print_paste(kind_name(p->kind), p->name, p->options, p->n_options);
}

static void print_host_section(const char *section, const char *title, const hone_option *table,
                               int32_t n)
{
    printf("%s\n", title);
    for (int32_t i = 0; i < n; i++)
        print_option(&table[i]);
    print_paste(section, NULL, table, n);
}

/* [study] and the host's keys of [objective] have tables of the same form. */
static bool host_section(const char *name)
{
    int32_t n;
    const hone_option *table;
    if (strcmp(name, "study") == 0) {
        table = study_options(&n);
        print_host_section("study", "[study]: how a study runs, ends and is kept", table, n);
        return true;
    }
    if (strcmp(name, "objective") == 0) {
        table = objective_host_options(&n);
        print_host_section("objective", "[objective]: the host's keys, beside the plugin's own",
                           table, n);
        return true;
    }
    return false;
}

static int info(invocation *in)
{
    config_settings settings;
    settings_lists lists;
    registry *r = NULL;
    error err = {0};
    const char *name = in->arguments[0], *kind = flag_value(in, "kind");
    int32_t number = kind ? kind_number(kind) : 0;
    int exit = EXIT_DONE;

    if (kind && !number) {
        fprintf(stderr,
                "hone info: no kind '%s'; strategy, surrogate, acquisition, objective or "
                "pruner\n",
                kind);
        return EXIT_USAGE;
    }
    if (!kind && host_section(name))
        return EXIT_DONE;
    command_settings(in, &settings, &lists);
    char *here = realpath(".", NULL);
    int32_t status = registry_new(&settings.plugins, &r, &err);
    const plugin *p = status < 0 ? NULL : registry_find(r, number, name, here ? here : "/", &err);
    if (p)
        print_plugin(p);
    else
        exit = command_fail(&err);
    free(here);
    registry_free(r);
    settings_free(&lists);
    return exit;
}

static const flag FLAGS[] = {
    {"kind", "KIND",
     "strategy, surrogate, acquisition, objective or pruner, where a name is of "
     "several"},
    {NULL, NULL, NULL},
};

const command COMMAND_INFO = {
    .name = "info",
    .arguments = "NAME | study | objective",
    .summary = "explain a plugin's options, or the keys of a section",
    .help = "Types, ranges, defaults and effects, from the plugin's own table, and a section to\n"
            "paste into a study file.  NAME with a slash is a file.\n",
    .examples = "  hone info bayes\n  hone info study\n  hone info ./mine.so\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_PLUGIN,
    .run = info,
};
