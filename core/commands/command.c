/* command.c - from the words of a command line to one command's run. */
#include "command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

const flag COMMON_FLAGS[] = {
    {"set", "SECTION.KEY=VALUE", "override or add a key of the study file; may be repeated"},
    {"plugin-dir", "DIR", "look for plugins in DIR first; may be repeated"},
    {"allow-unsafe-plugins", NULL, "load plugins that others could replace; the run records it"},
    {"quiet", NULL, "print errors and results only"},
    {"verbose", NULL, "print what plugins and the host log"},
    {"help", NULL, "print this help"},
    {NULL, NULL, NULL},
};

bool flag_given(const invocation *in, const char *name)
{
    return flag_value(in, name) != NULL;
}

const char *flag_value(const invocation *in, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < in->n_flags; i++)
        if (strcmp(in->flags[i].flag->name, name) == 0)
            value = in->flags[i].value ? in->flags[i].value : "";
    return value;
}

const char **flag_values(const invocation *in, const char *name, int *n)
{
    const char **values = calloc((size_t)in->n_flags + 1, sizeof *values);
    *n = 0;
    for (int i = 0; values && i < in->n_flags; i++)
        if (strcmp(in->flags[i].flag->name, name) == 0)
            values[(*n)++] = in->flags[i].value;
    return values;
}

bool flag_int(const invocation *in, const char *name, int64_t low, int64_t *out)
{
    const char *value = flag_value(in, name);
    if (!value || (number_int(value, out) && *out >= low))
        return true;
    fprintf(stderr, "hone %s: --%s = %s: must be a whole number, at least %lld\n",
            in->command->name, name, value, (long long)low);
    return false;
}

static int exit_status(int32_t status)
{
    switch (status) {
    case HONE_ECONFIG:
    case HONE_EINVAL:
        return EXIT_USAGE;
    case HONE_EPLUGIN:
        return EXIT_PLUGIN;
    case HONE_ESTORAGE:
        return EXIT_STORAGE;
    case HONE_ECHANGED:
        return EXIT_CHANGED;
    default:
        return EXIT_FAILED;
    }
}

/* "study.ini:12: ..." and "--set x: ..." say themselves where they come from. */
static bool names_its_place(const char *line)
{
    const char *colon = strchr(line, ':');
    return strncmp(line, "--", 2) == 0 ||
           (colon && colon > line && colon[1] >= '0' && colon[1] <= '9');
}

FILE *command_own_output(void)
{
    const int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_WRONLY);
    FILE *out = kept >= 0 ? fdopen(kept, "w") : NULL;
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        close(nowhere);
    }
    return out;
}

int command_fail(error *err)
{
    int status = exit_status(err->status);
    for (int i = 0; i < err->n; i++)
        fprintf(stderr, "%s%s\n", names_its_place(err->lines[i]) ? "" : "hone: ", err->lines[i]);
    if (err->n == 0)
        fprintf(stderr, "hone: %s\n", status_text(err->status));
    error_free(err);
    return status;
}

void command_settings(const invocation *in, config_settings *out, settings_lists *lists)
{
    *out = (config_settings){0};
    lists->set = flag_values(in, "set", &out->n_set);
    lists->dirs = flag_values(in, "plugin-dir", &out->plugins.n_dirs);
    out->set = lists->set;
    out->plugins.dirs = lists->dirs;
    out->plugins.allow_unsafe = flag_given(in, "allow-unsafe-plugins");
    out->plugins.log = &in->log;
    out->need_objective = true;
}

void settings_free(settings_lists *lists)
{
    free(lists->set);
    free(lists->dirs);
    lists->set = lists->dirs = NULL;
}

static void print_flags(const flag *flags, FILE *out)
{
    for (; flags && flags->name; flags++) {
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", flags->name, flags->value ? " " : "",
                 flags->value ? flags->value : "");
        fprintf(out, "  %-26s %s\n", left, flags->help);
    }
}

void command_help(const command *c, FILE *out)
{
    fprintf(out, "hone %s - %s\n\nusage: hone %s [flags] %s\n\n%s", c->name, c->summary, c->name,
            c->arguments, c->help);
    if (c->flags) {
        fprintf(out, "\nFlags:\n");
        print_flags(c->flags, out);
    }
    fprintf(out, "\nCommon flags:\n");
    print_flags(COMMON_FLAGS, out);
    if (c->examples)
        fprintf(out, "\nExamples:\n%s", c->examples);
}

static const flag *flag_named(const flag *flags, const char *name, size_t length)
{
    for (; flags && flags->name; flags++)
        if (strlen(flags->name) == length && strncmp(flags->name, name, length) == 0)
            return flags;
    return NULL;
}

static int unknown_flag(const command *c, const char *word)
{
    const char *names[64];
    int n = 0;
    for (const flag *f = c->flags; f && f->name && n < 48; f++)
        names[n++] = f->name;
    for (const flag *f = COMMON_FLAGS; f->name; f++)
        names[n++] = f->name;
    const char *meant = nearest(word + 2, names, n);
    fprintf(stderr, "hone %s: unknown flag '%s'%s%s%s (see hone help %s)\n", c->name, word,
            meant ? "; did you mean '--" : "", meant ? meant : "", meant ? "'?" : "", c->name);
    return EXIT_USAGE;
}

/* One word of the command line: a flag with its value, or an argument.  -1: go on. */
static int take_word(invocation *in, int argc, char **argv, int *i)
{
    const char *word = argv[*i];
    if (strcmp(word, "-h") == 0)
        word = "--help";
    if (strcmp(word, "-q") == 0)
        word = "--quiet";
    if (strcmp(word, "-v") == 0)
        word = "--verbose";
    if (strcmp(word, "-o") == 0)
        word = "--output";
    if (strncmp(word, "--", 2) != 0) {
        in->arguments[in->n_arguments++] = argv[*i];
        return -1;
    }
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
    const flag *f = flag_named(in->command->flags, word + 2, length);
    if (!f)
        f = flag_named(COMMON_FLAGS, word + 2, length);
    if (!f)
        return unknown_flag(in->command, word);
    const char *value = equals ? equals + 1 : NULL;
    if (f->value && !value) {
        if (*i + 1 >= argc) {
            fprintf(stderr, "hone %s: --%s needs a value: --%s %s\n", in->command->name, f->name,
                    f->name, f->value);
            return EXIT_USAGE;
        }
        value = argv[++*i];
    }
    if (!f->value && value) {
        fprintf(stderr, "hone %s: --%s takes no value\n", in->command->name, f->name);
        return EXIT_USAGE;
    }
    in->flags[in->n_flags++] = (given_flag){f, value};
    return -1;
}

static int check_arguments(const invocation *in)
{
    const command *c = in->command;
    if (in->n_arguments >= c->min_arguments &&
        (c->max_arguments < 0 || in->n_arguments <= c->max_arguments))
        return -1;
    fprintf(stderr, "hone %s: %s\nusage: hone %s [flags] %s\n", c->name,
            in->n_arguments < c->min_arguments ? "an argument is missing" : "too many arguments",
            c->name, c->arguments);
    return EXIT_USAGE;
}

static void write_line(void *context, int32_t level, const char *line)
{
    (void)context;
    static const char *const names[] = {"debug: ", "", "warning: ", "error: "};
    fprintf(stderr, "hone: %s%s\n", level >= 0 && level <= HONE_LOG_ERROR ? names[level] : "",
            line);
}

static int run_command(const command *c, int argc, char **argv)
{
    invocation in = {.command = c};
    int status = EXIT_FAILED;

    in.arguments = calloc((size_t)argc + 1, sizeof *in.arguments);
    in.flags = calloc((size_t)argc + 1, sizeof *in.flags);
    if (!in.arguments || !in.flags) {
        fprintf(stderr, "hone: out of memory\n");
        goto out;
    }
    bool plain = false; /* after "--" every word is an argument */
    for (int i = 0; i < argc; i++) {
        if (plain || strcmp(argv[i], "-") == 0)
            in.arguments[in.n_arguments++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            plain = true;
        else if ((status = take_word(&in, argc, argv, &i)) >= 0)
            goto out;
    }
    status = EXIT_DONE;
    if (flag_given(&in, "help")) {
        command_help(c, stdout);
        goto out;
    }
    if ((status = check_arguments(&in)) >= 0)
        goto out;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    in.color = isatty(STDERR_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
    in.log = (log_sink){.write = write_line,
                        .level = flag_given(&in, "verbose") ? HONE_LOG_DEBUG
                                 : flag_given(&in, "quiet") ? HONE_LOG_ERROR
                                                            : HONE_LOG_WARN};
    status = c->run(&in);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
        perror("hone: standard output");
        status = EXIT_FAILED;
    }

out:
    free(in.arguments);
    free(in.flags);
    return status;
}

static int unknown_command(const char *word)
{
    const char *names[64];
    int n = 0;
    for (const command *const *c = COMMANDS; *c && n < 64; c++)
        if (!(*c)->hidden)
            names[n++] = (*c)->name;
    const char *meant = nearest(word, names, n);
    fprintf(stderr, "hone: no command '%s'%s%s%s (see hone help)\n", word,
            meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    return EXIT_USAGE;
}

int command_main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        word = "version";
    const command *c = command_find(word);
    return c ? run_command(c, argc - (argc > 1 ? 2 : 1), argv + (argc > 1 ? 2 : 1))
             : unknown_command(word);
}
