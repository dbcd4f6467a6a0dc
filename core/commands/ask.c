/* ask.c - `hone ask` and `hone tell`: one step at a time, the study in storage between. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "open.h"
#include "point.h"

enum { MOST_VALUES = 64 };

static int open_one_shot(opened *o, const invocation *in)
{
    int exit = opened_config(o, in, in->arguments[0], false, NULL);
    if (exit != EXIT_DONE)
        return exit;
    if (strcmp(o->config.storage, "memory") == 0) {
        fprintf(stderr,
                "hone %s: storage = memory is forgotten at once; name a database in [study]\n",
                in->command->name);
        opened_close(o);
        return EXIT_USAGE;
    }
    study_settings settings = {.log = &in->log, .one_shot = true, .amend = flag_given(in, "amend")};
    return opened_study(o, &settings);
}

static void print_trial(const config *c, const trial *t)
{
    json_t *o = json_pack("{s:I, s:o}", "number", (json_int_t)t->number, "params",
                          point_json(c, t->native));
    char *line = o ? json_dumps(o, JSON_COMPACT) : NULL;
    if (line)
        puts(line);
    free(line);
    json_decref(o);
}

static int ask(invocation *in)
{
    opened o;
    error err = {0};
    int64_t wanted = 1, given = 0;
    if (!flag_int(in, "n", 1, &wanted))
        return EXIT_USAGE;
    int exit = open_one_shot(&o, in);
    if (exit != EXIT_DONE)
        return exit;
    trial *trials = calloc((size_t)wanted, sizeof *trials);
    int32_t status = HONE_OK;
    if (!trials)
        status = error_add(&err, HONE_ENOMEM, "out of memory for %lld trials", (long long)wanted);
    while (status == HONE_OK && given < wanted) {
        int64_t n = 0;
        status = study_ask(o.study, wanted - given, trials, &n, &err);
        for (int64_t i = 0; i < n; i++)
            if (!trials[i].reused)
                print_trial(&o.config, &trials[i]), given++;
        if (n == 0)
            break;
    }
    if (status < 0) {
        exit = command_fail(&err);
    } else if (given < wanted) {
        fprintf(stderr, "hone ask: %s\n",
                status == HONE_WAIT ? "the strategy waits for trials to be told"
                                    : "no more trials: all are asked for or told");
        exit = given > 0 ? EXIT_DONE : EXIT_FAILED;
    }
    free(trials);
    opened_close(&o);
    return exit;
}

static const flag ASK_FLAGS[] = {
    {"n", "N", "ask for N trials (default 1)"},
    {"amend", NULL, "go on although the study file changed in what matters"},
    {NULL, NULL, NULL},
};

const command COMMAND_ASK = {
    .name = "ask",
    .arguments = "STUDY.ini",
    .summary = "propose a trial to evaluate elsewhere; hone tell says what came of it",
    .help = "Prints one JSON object a trial: {\"number\":0,\"params\":{\"x\":0.5}}.  The trial\n"
            "stays running in storage until it is told.\n",
    .examples = "  hone ask study.ini\n  hone tell study.ini 0 1.5\n",
    .flags = ASK_FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = ask,
};

/* Arguments after STUDY and N: one number an objective, then one a constraint. */
static bool read_values(const invocation *in, const config *c, double *values, double *constraints)
{
    int wanted = c->n_goals + c->n_constraints, given = in->n_arguments - 2;
    if (given != c->n_goals && given != wanted) {
        fprintf(stderr, "hone tell: %d value%s wanted (%s%s), %d given\n", wanted,
                wanted == 1 ? "" : "s", c->n_goals == 1 ? "the objective" : "the objectives",
                c->n_constraints ? ", then the constraints" : "", given);
        return false;
    }
    for (int i = 0; i < given; i++) {
        double *to = i < c->n_goals ? &values[i] : &constraints[i - c->n_goals];
        if (!number_real(in->arguments[i + 2], to) || !isfinite(*to)) {
            fprintf(stderr,
                    "hone tell: '%s' is not a finite number; use --failed for a trial that "
                    "has no value\n",
                    in->arguments[i + 2]);
            return false;
        }
    }
    return true;
}

static int tell(invocation *in)
{
    opened o;
    error err = {0};
    int64_t number;
    double values[MOST_VALUES], constraints[MOST_VALUES];
    told t = {.state = flag_given(in, "failed")   ? HONE_FAILED
                       : flag_given(in, "pruned") ? HONE_PRUNED
                                                  : HONE_COMPLETE,
              .values = values,
              .seconds = NAN};
    if (!number_int(in->arguments[1], &number) || number < 0) {
        fprintf(stderr, "hone tell: '%s' is not the number of a trial\n", in->arguments[1]);
        return EXIT_USAGE;
    }
    int exit = open_one_shot(&o, in);
    if (exit != EXIT_DONE)
        return exit;
    const config *c = &o.config;
    if (c->n_goals > MOST_VALUES || c->n_constraints > MOST_VALUES ||
        (t.state == HONE_COMPLETE && !read_values(in, c, values, constraints))) {
        opened_close(&o);
        return EXIT_USAGE;
    }
    if (in->n_arguments - 2 > c->n_goals)
        t.constraints = constraints;
    int32_t status = HONE_OK;
    if (t.state == HONE_FAILED && *flag_value(in, "failed"))
        status = study_note(o.study, number, "reason", 0, flag_value(in, "failed"), &err);
    if (status >= 0)
        status = study_tell(o.study, number, &t, &err);
    if (status < 0)
        exit = command_fail(&err);
    opened_close(&o);
    return exit;
}

static const flag TELL_FLAGS[] = {
    {"failed", "REASON", "the trial failed, with this reason"},
    {"pruned", NULL, "the trial was stopped early"},
    {"amend", NULL, "go on although the study file changed in what matters"},
    {NULL, NULL, NULL},
};

const command COMMAND_TELL = {
    .name = "tell",
    .arguments = "STUDY.ini NUMBER [VALUE ...]",
    .summary = "say what came of a trial that hone ask proposed",
    .help = "Values are in the study's own direction: one an objective, then one a constraint.\n"
            "The trial is in storage when the command returns 0.\n",
    .examples = "  hone tell study.ini 0 1.5\n  hone tell study.ini 1 --failed 'out of memory'\n",
    .flags = TELL_FLAGS,
    .min_arguments = 2,
    .max_arguments = -1,
    .completes = ARGUMENT_STUDY,
    .run = tell,
};
