/* command.c - a program as the objective.
 *
 * The command line is a list of words, never a shell's text (argv.h says how values get in).
 * The parameters are also in the environment, as HONE_<PARAMETER> and as JSON in HONE_PARAMS,
 * beside HONE_TRIAL, HONE_SEED, HONE_WORKER, HONE_STUDY and, if wanted, HONE_DIR.  The result
 * is read from what the program prints (metric.h).  An exit status other than 0, a signal, or
 * output without a finite number is a failed trial, with the reason in its record.  With
 * `shell = yes` /bin/sh runs the text as it stands and the values come by the environment
 * alone: a value pasted into a shell's text could become a command. */
/* LIBS: -ljansson */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "values.h"

enum { COMMAND, SHELL, CWD, RESULT, METRIC, CONSTRAINT, REPORT, OUTPUT, DIR, ENV };
enum { CHOICE_AUTO, CHOICE_LAST_LINE, CHOICE_JSON, CHOICE_PATTERN };

static int32_t refuse(const command *c, int32_t option, int32_t status, const char *text)
{
    c->host->error(c->host, option, text);
    return status;
}

static int32_t evaluate(void *self, const hone_points *in, hone_outcomes *out)
{
    command *c = self;
    locale_t before = uselocale(c->locale);
    for (int64_t i = 0; i < in->n; i++)
        out->state[i] = run_one(c, in->number[i], in->x + i * in->ldx, in->seed[i],
                                out->y + i * out->ldy, out->c ? out->c + i * out->ldc : NULL);
    uselocale(before);
    return HONE_OK;
}

/* ---- made and gone -----------------------------------------------------------------------*/

/* sh -c TEXT: nothing is put into the text. */
static int32_t read_shell(command *c, const hone_value *values)
{
    template words;
    char problem[PROBLEM_ROOM], text[PROBLEM_ROOM];
    const char *command_text = values[COMMAND].s;
    static const char *const SH[] = {"/bin/sh", "-c"};
    int32_t status = HONE_OK;
    /* Places for values are looked for with the words' parser; else the text may be anything. */
    template_parse(command_text, c->space, &words, problem);
    for (int i = 0; words.mentioned && i < c->space->n_params && status == HONE_OK; i++) {
        const char *name = c->space->params[i]->name;
        char *variable = words.mentioned[i] ? values_variable(name) : NULL;
        if (!variable)
            continue;
        snprintf(text, sizeof text, "with shell = yes values are not put into the text, where "
                 "they could become commands; write \"$%.100s\" for {%.100s}", variable, name);
        status = refuse(c, COMMAND, HONE_EINVAL, text);
        free(variable);
    }
    template_free(&words);
    c->shell_argv[0] = strdup(SH[0]);
    c->shell_argv[1] = strdup(SH[1]);
    c->shell_argv[2] = strdup(command_text);
    c->program = strdup(SH[0]);
    if (!c->shell_argv[0] || !c->shell_argv[1] || !c->shell_argv[2] || !c->program)
        return refuse(c, -1, HONE_ENOMEM, "out of memory");
    return status;
}

/* Words, and the program's file where no value is part of its name. */
static int32_t read_words(command *c, const hone_value *values)
{
    char problem[PROBLEM_ROOM];
    if (!template_parse(values[COMMAND].s, c->space, &c->words, problem))
        return refuse(c, COMMAND, HONE_EINVAL, problem);
    if (c->words.facts[FACT_DIR])
        c->dir = true;
    const word *first = &c->words.words[0];
    if (c->words.n == 0 || first->group != 0)
        return refuse(c, COMMAND, HONE_EINVAL, "begins with a group that may vanish");
    if (first->n == 1 && first->pieces[0].text) {
        c->program = find_program(first->pieces[0].text, c->folder, problem);
        if (!c->program)
            return refuse(c, COMMAND, HONE_EINVAL, problem);
    }
    return HONE_OK;
}

/* Does the command line hold the parameter, or one that is there or not because of it? */
static bool in_words(const command *c, int parameter)
{
    for (int i = 0; i < c->space->n_params; i++)
        if (c->words.mentioned[i] && (i == parameter || c->space->params[i]->parent == parameter))
            return true;
    return false;
}

/* A parameter that the command line does not hold can only be read from the environment. */
static void warn_of_strays(const command *c, const char *text)
{
    char warning[PROBLEM_ROOM];
    for (int i = 0; i < c->space->n_params; i++) {
        const char *name = c->space->params[i]->name;
        char *variable = values_variable(name);
        bool reached = !variable || (c->shell ? strstr(text, variable) || strstr(text, "HONE_PARAMS")
                                           : in_words(c, i));
        bool ambiguous = variable && values_ambiguous(c->space, variable);
        if (!reached) {
            snprintf(warning, sizeof warning, "parameter '%.100s' is not in the command; the "
                     "program has it only if it reads %s from its environment", name,
                     ambiguous ? "HONE_PARAMS" : variable);
            c->host->log(c->host, HONE_LOG_WARN, warning);
        }
        free(variable);
    }
}

static int32_t read_patterns(command *c, const hone_value *v)
{
    const hone_space *s = c->space;
    char why[SENTENCE_ROOM];
    const char *const *goals = c->site->objectives, *const *constraints = c->site->constraints;
    bool patterns = v[METRIC].n > 0 || v[CONSTRAINT].n > 0;
    int64_t choice = v[RESULT].i;
    if (choice == CHOICE_AUTO)
        choice = patterns ? CHOICE_PATTERN : CHOICE_LAST_LINE;
    if (!rules_init(&c->rules, (int)choice - 1, goals, s->n_objectives, constraints,
                    s->n_constraints))
        return refuse(c, -1, HONE_ENOMEM, "out of memory");
    if ((choice == CHOICE_PATTERN) != patterns)
        return refuse(c, RESULT, HONE_EINVAL, patterns ? "metric and constraint need "
                      "result = pattern" : "pattern needs metric");
    if (patterns && (v[METRIC].n != s->n_objectives || v[CONSTRAINT].n != s->n_constraints)) {
        snprintf(why, sizeof why, "one metric an objective and one constraint a constraint is "
                 "wanted: %d and %d here", (int)s->n_objectives, (int)s->n_constraints);
        return refuse(c, v[METRIC].n != s->n_objectives ? METRIC : CONSTRAINT, HONE_EINVAL, why);
    }
    for (int64_t i = 0; i < v[METRIC].n; i++)
        if (!rules_add(&c->rules, v[METRIC].ss[i], why))
            return refuse(c, METRIC, HONE_EINVAL, why);
    for (int64_t i = 0; i < v[CONSTRAINT].n; i++)
        if (!rules_add(&c->rules, v[CONSTRAINT].ss[i], why))
            return refuse(c, CONSTRAINT, HONE_EINVAL, why);
    if (v[REPORT].s && !rules_report(&c->rules, v[REPORT].s, why))
        return refuse(c, REPORT, HONE_EINVAL, why);
    return HONE_OK;
}

static int32_t read_settings(command *c, const hone_value *values)
{
    struct stat st;
    c->shell = values[SHELL].i != 0;
    c->env = values[ENV].ss;
    c->n_env = values[ENV].n;
    c->output = (size_t)values[OUTPUT].i;
    c->site = c->host->extension(c->host, "hone.evaluation/1");
    if (!c->site)
        return refuse(c, -1, HONE_EUNSUPPORTED, "this host has no hone.evaluation/1");
    c->folder = values[CWD].s ? values[CWD].s : c->site->folder;
    c->dir = values[DIR].i != 0;
    if (stat(c->folder, &st) < 0 || !S_ISDIR(st.st_mode))
        return refuse(c, CWD, HONE_EINVAL, "there is no such folder");
    for (int64_t i = 0; i < values[ENV].n; i++)
        if (strcspn(values[ENV].ss[i], "=") == 0 || !strchr(values[ENV].ss[i], '='))
            return refuse(c, ENV, HONE_EINVAL, "is written NAME=value");
    int32_t status = c->shell ? read_shell(c, values) : read_words(c, values);
    if (status < 0)
        return status;
    warn_of_strays(c, values[COMMAND].s);
    return read_patterns(c, values);
}

static void destroy(void *self)
{
    command *c = self;
    if (!c)
        return;
    template_free(&c->words);
    for (int i = 0; i < 3; i++)
        free(c->shell_argv[i]);
    free(c->program);
    rules_free(&c->rules);
    if (c->locale)
        freelocale(c->locale);
    free(c);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    command *c = calloc(1, sizeof *c);
    if (!c) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    c->host = host;
    c->space = host->space(host);
    c->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c->locale);
    int32_t status = read_settings(c, values);
    uselocale(before);
    if (status < 0) {
        destroy(c);
        return status;
    }
    *self = c;
    return HONE_OK;
}

static const char *const RESULTS[] = {"auto", "last_line", "json", "pattern", NULL};

static const hone_option OPTIONS[] = {
    [COMMAND] = {"command", HONE_OPT_STRING, HONE_OPT_REQUIRED, NULL, 0, 0, NULL, 0, NULL,
                 "The program and its arguments, split into words as a shell does; {name} is the "
                 "value of a parameter, or trial, seed, worker, dir, study; [-d {x}] vanishes "
                 "while x is inactive."},
    [SHELL] = {"shell", HONE_OPT_BOOL, 0, "no", 0, 0, NULL, 0, NULL,
               "Let /bin/sh run the command's text; values then come only by the environment, "
               "as \"$HONE_X\"."},
    [CWD] = {"cwd", HONE_OPT_PATH, 0, NULL, 0, 0, NULL, 0, NULL,
             "The folder to run in; by default that of the study file."},
    [RESULT] = {"result", HONE_OPT_CHOICE, 0, "auto", 0, 0, RESULTS, 0, NULL,
                "last_line: one number an objective, then one a constraint, in the last "
                "non-empty line of the output; json: the last JSON object in a line of its own, "
                "with a number under each name; pattern: see metric; auto: pattern if there is "
                "a metric, else last_line."},
    [METRIC] = {"metric", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
                "POSIX extended regular expressions, one an objective in their order; the last "
                "group in parentheses of the last match in the output is the value."},
    [CONSTRAINT] = {"constraint", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
                    "The same for constraints, which are met where the number is <= 0."},
    [REPORT] = {"report", HONE_OPT_STRING, 0, NULL, 0, 0, NULL, 0, NULL,
                "A regular expression for intermediate values: its last two groups are step and "
                "value, read as the lines come, so that a pruner can end the program."},
    [OUTPUT] = {"output", HONE_OPT_INT, 0, "131072", 0, 16777216, NULL, 0, "bytes",
                "How much of what the program prints is kept with the trial, half from the "
                "beginning and half from the end."},
    [DIR] = {"dir", HONE_OPT_BOOL, 0, "no", 0, 0, NULL, 0, NULL,
             "Give each trial a folder of its own in HONE_DIR, also without {dir} in the "
             "command."},
    [ENV] = {"env", HONE_OPT_STRINGS, 0, NULL, 0, 0, NULL, 0, NULL,
             "NAME=value to add to the program's environment; env.1, env.2, ... for several."},
};

static const hone_objective_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_MULTI_OBJECTIVE | HONE_CAP_CONSTRAINTS | HONE_CAP_CONDITIONAL |
            HONE_CAP_FIDELITY,
    .evaluate = evaluate,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_OBJECTIVE,
    .name = "command",
    .version = "1.0.0",
    .doc = "A program: its arguments from the parameters, its value from what it prints.",
    .sources = "Of hone itself.",
    .options = OPTIONS,
    .n_options = sizeof OPTIONS / sizeof OPTIONS[0],
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("command", "1.0.0", "MIT", "", PLUGINS)
