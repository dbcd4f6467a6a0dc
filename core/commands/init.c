/* init.c - `hone init [FILE]`: a study file that runs as it is and explains each key, written
 * from the same tables that check it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "registry.h"
#include "text.h"

enum { WIDTH = 84 };

static const char SPACE[] =
    "; One line a parameter:\n"
    ";   NAME = float LOW HIGH [log] [step S] [init V] [fidelity] [when PARENT = A B ...]\n"
    ";   NAME = int   LOW HIGH ...\n"
    ";   NAME = categorical A B C ... [init A] [when ...]     (ordered A B C: with an order)\n"
    ";   NAME = fixed VALUE\n"
    "; Numbers may be written 1e-3 or 2^-5.\n"
    "[space]\n"
    "x = float -5 5\n"
    "y = float 2^-5 2^5 log\n"
    "\n"
    "; Present settings, to be tried first; [point 2], [point 3] may follow.\n"
    "; [point 1]\n"
    "; x = 0\n"
    "; y = 1\n";

/* Words as comment lines. */
static void add_comment(text *t, const char *doc)
{
    int column = 0;
    while (doc && *doc) {
        size_t n = strcspn(doc, " ");
        if (column == 0 || column + 1 + (int)n > WIDTH) {
            text_add(t, "%s;", column ? "\n" : "");
            column = 1;
        }
        text_add(t, " %.*s", (int)n, doc);
        column += 1 + (int)n;
        doc += n + strspn(doc + n, " ");
    }
    text_add(t, "\n");
}

/* value: what the study begins with; NULL: the default, behind a ; unless the key is one that
 * only the user can fill in. */
static void add_option(text *t, const hone_option *o, const char *value)
{
    bool active = value || o->flags & HONE_OPT_REQUIRED;
    const char *shown = value ? value : o->def ? o->def : "";
    char *allowed = option_allowed(o);
    text_add(t, "\n");
    add_comment(t, o->doc);
    text_add(t, ";   %s\n", allowed ? allowed : "");
    text_add(t, "%s%s =%s%s\n", active ? "" : "; ", o->name, *shown ? " " : "", shown);
    free(allowed);
}

/* Leaves out the key that `given` begins with. */
static void add_options(text *t, const hone_option *table, int32_t n, const char *given)
{
    for (int32_t i = 0; i < n; i++) {
        size_t length = strlen(table[i].name);
        bool stands = strncmp(given, table[i].name, length) == 0 && given[length] == ' ';
        if (!(table[i].flags & HONE_OPT_DEPRECATED) && !stands)
            add_option(t, &table[i], NULL);
    }
}

/* A command that works anywhere, for the user to replace. */
static const char COMMAND_DOC[] =
    "; Replace this by your program; {x} and {y} are the parameters of [space].\n";
static const char COMMAND[] =
    "command = awk \"BEGIN { print ({x} - 1)^2 + (log({y}) - 1)^2 }\"\n";

static int32_t add_plugin(text *t, registry *r, int32_t kind, const char *name, const char *given,
                          error *err)
{
    const plugin *p = registry_find(r, kind, name, "/", err);
    if (!p)
        return err->status;
    text_add(t, "\n; %s  (hone plugins lists what else there is)\n", p->doc ? p->doc : "");
    text_add(t, "[%s]\nplugin = %s\n%s%s", kind_name(kind), name, *given ? COMMAND_DOC : "", given);
    if (kind == HONE_OBJECTIVE) {
        int32_t n;
        const hone_option *host = objective_host_options(&n);
        add_options(t, host, n, "");
    }
    add_options(t, p->options, p->n_options, given);
    return HONE_OK;
}

static int32_t compose_file(text *t, registry *r, const char *objective, error *err)
{
    int32_t n, status;
    const hone_option *study = study_options(&n);
    text_add(t, "; A study: what is tuned, how, and where it is kept.\n"
                ";     hone check FILE    hone run FILE    hone best FILE\n"
                "; A line that begins with ; is a comment; remove the ; to change a default.\n"
                "\n[study]\n");
    for (int32_t i = 0; i < n; i++)
        add_option(t, &study[i], strcmp(study[i].name, "trials") == 0 ? "30" : NULL);
    text_add(t, "\n%s", SPACE);
    if ((status = add_plugin(t, r, HONE_OBJECTIVE, objective,
                             strcmp(objective, "command") == 0 ? COMMAND : "", err)) < 0 ||
        (status = add_plugin(t, r, HONE_STRATEGY, "bayes", "", err)) < 0 ||
        (status = add_plugin(t, r, HONE_SURROGATE, "gp", "", err)) < 0 ||
        (status = add_plugin(t, r, HONE_ACQUISITION, "log_ei", "", err)) < 0 ||
        (status = add_plugin(t, r, HONE_PRUNER, "none", "", err)) < 0)
        return status;
    return t->failed ? error_add(err, HONE_ENOMEM, "out of memory for a study file") : HONE_OK;
}

static int write_file(const char *path, const text *t, bool force)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0666);
    if (fd < 0 && errno == EEXIST) {
        fprintf(stderr, "hone init: %s is there already; --force overwrites it\n", path);
        return EXIT_USAGE;
    }
    ssize_t written = fd < 0 ? -1 : write(fd, t->data, t->length);
    if (fd < 0 || written != (ssize_t)t->length || close(fd) != 0) {
        fprintf(stderr, "hone init: %s: %s\n", path, strerror(errno));
        return EXIT_FAILED;
    }
    printf("%s is written; now:  hone run %s\n", path, path);
    return EXIT_DONE;
}

static int init(invocation *in)
{
    const char *path = in->n_arguments ? in->arguments[0] : "study.ini";
    const char *objective = flag_value(in, "objective");
    config_settings settings;
    settings_lists lists;
    registry *r = NULL;
    error err = {0};
    text t = {0};
    int exit;

    command_settings(in, &settings, &lists);
    int32_t status = registry_new(&settings.plugins, &r, &err);
    if (status >= 0)
        status = compose_file(&t, r, objective ? objective : "command", &err);
    if (status < 0)
        exit = command_fail(&err);
    else if (strcmp(path, "-") == 0)
        exit = fwrite(t.data, 1, t.length, stdout) == t.length ? EXIT_DONE : EXIT_FAILED;
    else
        exit = write_file(path, &t, flag_given(in, "force"));
    text_free(&t);
    registry_free(r);
    settings_free(&lists);
    return exit;
}

static const flag FLAGS[] = {
    {"objective", "NAME", "the objective plugin (default command)"},
    {"force", NULL, "overwrite FILE"},
    {NULL, NULL, NULL},
};

const command COMMAND_INIT = {
    .name = "init",
    .arguments = "[FILE]",
    .summary = "write a study file that runs as it is and explains each key",
    .help = "Every key of every section with its effect, what is allowed and its default.  FILE\n"
            "is study.ini by default; - prints it.  What an objective needs and only you can know\n"
            "(the library of `function`) stands there empty.\n",
    .examples = "  hone init\n  hone init tune.ini --objective table\n",
    .flags = FLAGS,
    .max_arguments = 1,
    .completes = ARGUMENT_FILE,
    .run = init,
};
