/* check.c - `hone check`: every problem of a study file, before anything runs; or whether a
 * plugin's file can be used. */
#include <string.h>

#include "check_plugin.h"
#include "instance.h"
#include "open.h"
#include "site.h"

static void sweep(const hone_host *host)
{
    (void)host; /* nothing was started */
}

static const void *extension(void *context, const char *id)
{
    return strcmp(id, SITE_EXTENSION) == 0 ? &((site *)context)->ext : NULL;
}

/* Plugins refuse in create what their tables cannot say (a placeholder without a parameter). */
static int32_t try_component(const opened *o, const invocation *in, const component *c,
                             error *err)
{
    instance *made = NULL;
    error problems = {0};
    site place;
    surroundings around = {.config = &o->config,
                           .space = &o->config.space,
                           .key = rng_root(o->config.seed),
                           .log = &in->log,
                           .threads = 1,
                           .context = &place,
                           .extension = extension};
    if (!c)
        return HONE_OK;
    int32_t status = site_init(&place, &o->config, 0, -1, sweep, &problems);
    if (status >= 0) {
        status = instance_new(&around, c, &made, &problems);
        instance_free(made);
        site_free(&place);
    }
    error_take(err, &problems);
    return status;
}

static const char *part_name(const component *c, const char *option)
{
    for (int32_t i = 0; i < c->n_parts; i++)
        if (strcmp(c->plugin->options[i].name, option) == 0 && c->parts[i])
            return c->parts[i]->plugin->name;
    return NULL;
}

static void print_fine(const opened *o, const char *path)
{
    const config *c = &o->config;
    const char *surrogate = part_name(c->strategy, "surrogate");
    const char *acquisition = part_name(c->strategy, "acquisition");
    printf("%s: fine: %d parameter%s, strategy %s", path, c->space.n, c->space.n == 1 ? "" : "s",
           c->strategy->plugin->name);
    if (surrogate && acquisition)
        printf(" (%s, %s)", surrogate, acquisition);
    if (c->objective)
        printf(", objective %s", c->objective->plugin->name);
    else
        printf(", told from outside");
    if (c->trials != INT64_MAX)
        printf(", %lld trials", (long long)c->trials);
    printf("\n");
}

static bool is_module(const char *path)
{
    size_t n = strlen(path);
    return n > 3 && strcmp(path + n - 3, ".so") == 0;
}

static int check(invocation *in)
{
    opened o;
    error err = {0};
    if (is_module(in->arguments[0]))
        return check_plugin(in, in->arguments[0]);
    int exit = opened_config(&o, in, in->arguments[0], false, NULL);
    if (exit != EXIT_DONE)
        return exit;
    try_component(&o, in, o.config.strategy, &err);
    try_component(&o, in, o.config.pruner, &err);
    try_component(&o, in, o.config.objective, &err);
    if (err.n)
        exit = command_fail(&err) == EXIT_USAGE ? EXIT_USAGE : EXIT_PLUGIN;
    else
        print_fine(&o, in->arguments[0]);
    opened_close(&o);
    return exit;
}

static const flag FLAGS[] = {
    {"only", "TEST", "of a plugin: this test alone, as TEST, PLUGIN/TEST or KIND/PLUGIN/TEST"},
    {"quick", NULL, "of a plugin: fewer rounds and smaller sizes"},
    {"in-process", NULL, "of a plugin: run the tests in this process, for debuggers"},
    {"json", NULL, "of a plugin: one JSON object a line for each test"},
    {"seed", "N", "of a plugin: seed of the tests, default 1"},
    {"deadline", "SECONDS", "of a plugin: how long a test may take, default 60"},
    {0},
};

const command COMMAND_CHECK = {
    .name = "check",
    .arguments = "STUDY.ini|PLUGIN.so",
    .summary = "report every problem of a study file; test a plugin",
    .help = "Of a study file: every problem in one go, each with file, line, what is allowed and\n"
            "what was probably meant.  Nothing is run.\n"
            "\n"
            "Of a file that ends in .so: each plugin in it goes through the tests of the\n"
            "interface, each test in a process of its own with a deadline, so that a crash, a\n"
            "hang or an exit is that test's failure.  A test that fails says why, and how to\n"
            "run it alone; `gdb --args hone check PLUGIN.so --only TEST --in-process` stops at\n"
            "the place.  Options that a plugin requires are set as in a study, by\n"
            "--set KIND.OPTION=VALUE.  `hone check PLUGIN.so --only help` lists the tests.\n"
            "\n"
            "Exit status 0: fine; 2: the study file has problems; 3: a plugin cannot be used,\n"
            "or fails a test.\n",
    .examples = "  hone check study.ini\n"
                "  hone check study.ini --set strategy.plugin=random\n"
                "  hone check ./straddle.so --quick\n"
                "  hone check ./straddle.so --only finite --in-process\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = check,
};
