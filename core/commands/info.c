/* info.c - `hone info NAME`: a reference page of a plugin from its own table, and of all. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "reference.h"

/* [study] and the host's keys of [objective] have tables of the same form. */
static const hone_option *host_table(const char *name, const char **summary, int32_t *n)
{
    if (strcmp(name, "study") == 0) {
        *summary = "how a study runs, ends and is kept";
        return study_options(n);
    }
    if (strcmp(name, "objective") == 0) {
        *summary = "the host's keys, beside the plugin's own";
        return objective_host_options(n);
    }
    return NULL;
}

/* One plugin's page. */
static int32_t print_plugin(registry *r, int32_t kind, const char *name,
                            const reference_form *form, error *err)
{
    char *here = realpath(".", NULL);
    const plugin *p = registry_find(r, kind, name, here ? here : "/", err);
    int32_t status = HONE_OK;
    if (!p)
        status = HONE_EPLUGIN;
    else if (!reference_plugin(p, form, stdout))
        status = error_add(err, HONE_ENOMEM, "out of memory");
    free(here);
    return status;
}

/* What contradicts itself on the command line; NULL: nothing. */
static const char *misused(const invocation *in)
{
    bool all = flag_given(in, "catalogue");
    if (all && (in->n_arguments || flag_given(in, "man") || flag_given(in, "kind")))
        return "--catalogue is of all plugins, and Markdown";
    if (!all && !in->n_arguments)
        return "a NAME is missing (see hone help info)";
    return NULL;
}

static int info(invocation *in)
{
    config_settings settings;
    settings_lists lists;
    registry *r = NULL;
    error err = {0};
    const char *name = in->n_arguments ? in->arguments[0] : NULL, *kind = flag_value(in, "kind");
    const char *wrong = misused(in), *summary = NULL;
    const reference_form *form = flag_given(in, "man") ? &REFERENCE_MAN : &REFERENCE_TEXT;
    int32_t number = kind ? kind_number(kind) : 0, n = 0;

    if (kind && !number)
        wrong = "the kinds are strategy, surrogate, acquisition, objective and pruner";
    if (wrong) {
        fprintf(stderr, "hone info: %s\n", wrong);
        return EXIT_USAGE;
    }
    const hone_option *table = name && !kind ? host_table(name, &summary, &n) : NULL;
    if (table)
        return reference_section(name, summary, table, n, form, stdout) ? EXIT_DONE : EXIT_FAILED;
    command_settings(in, &settings, &lists);
    int32_t status = registry_new(&settings.plugins, &r, &err);
    if (status >= 0)
        status = name ? print_plugin(r, number, name, form, &err)
                      : reference_catalogue(r, stdout, &err);
    int exit = status < 0 ? command_fail(&err) : EXIT_DONE;
    registry_free(r);
    settings_free(&lists);
    return exit;
}

static const flag FLAGS[] = {
    {"kind", "KIND",
     "strategy, surrogate, acquisition, objective or pruner, where a name is of "
     "several"},
    {"man", NULL, "print the page in the form that man(1) reads"},
    {"catalogue", NULL, "print the pages of all plugins that are found, in Markdown"},
    {NULL, NULL, NULL},
};

const command COMMAND_INFO = {
    .name = "info",
    .arguments = "NAME | study | objective",
    .summary = "explain a plugin, or the keys of a section",
    .help = "What it can do, types, ranges, defaults and effects of its options, what it is taken\n"
            "from, and a section to paste into a study file: all from the plugin's own table.\n"
            "NAME with a slash is a file.\n",
    .examples = "  hone info bayes\n  hone info study\n  hone info ./mine.so\n"
                "  hone info cmaes --man | man -l -\n"
                "  hone info --catalogue >plugins.md\n",
    .flags = FLAGS,
    .max_arguments = 1,
    .completes = ARGUMENT_PLUGIN,
    .run = info,
};
