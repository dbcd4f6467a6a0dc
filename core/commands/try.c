/* try.c - `hone try`: evaluate a point and store nothing. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evaluate.h"
#include "open.h"
#include "point.h"

enum { NO_TRIAL = -1 }; /* the number of an evaluation that belongs to no study */

/* What an evaluation said. */
typedef struct answer {
    int32_t state;
    double *values, *constraints; /* [n_goals], [n_constraints] */
    double seconds;
    char *reason, *output, *command; /* notes; NULL: none */
} answer;

typedef struct attempt {
    opened o;
    evaluator *evaluator;
    double *native;               /* [n] */
    bool *given;                  /* [n] set by the user */
    uint64_t seed;
    bool people;                  /* for people, not for programs */
    answer answer;
} attempt;

/* ---- the point ---------------------------------------------------------------------------*/

static int32_t set_value(attempt *a, const char *name, const char *value, error *err)
{
    const space *s = &a->o.config.space;
    int32_t i = space_index(s, name);
    if (i >= 0) {
        a->given[i] = true;
        return param_read(&s->params[i], value, &a->native[i], err);
    }
    const char **names = calloc((size_t)s->n + 1, sizeof *names);
    for (int32_t j = 0; names && j < s->n; j++)
        names[j] = s->params[j].name;
    const char *meant = names ? nearest(name, names, s->n) : NULL;
    error_add(err, HONE_EINVAL, "'%s' is no parameter of the study%s%s%s", name,
              meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
    free(names);
    return HONE_EINVAL;
}

static void clear_point(attempt *a)
{
    for (int32_t i = 0; i < a->o.config.space.n; i++) {
        a->native[i] = NAN;
        a->given[i] = false;
    }
}

/* What was not given takes its `init` or its middle; what was given must be active. */
static int32_t complete_point(attempt *a, error *err)
{
    const space *s = &a->o.config.space;
    int32_t status = HONE_OK;
    space_snap(s, a->native);
    for (int32_t i = 0; i < s->n; i++)
        if (a->given[i] && isnan(a->native[i])) {
            const hone_param *parent = &s->params[s->params[i].parent];
            status = error_add(err, HONE_EINVAL,
                               "'%s' is inactive here: it depends on the value of '%s'",
                               s->params[i].name, parent->name);
        }
    return status;
}

static int32_t read_arguments(attempt *a, const invocation *in, error *err)
{
    clear_point(a);
    for (int i = 1; i < in->n_arguments; i++) {
        char *name = strdup(in->arguments[i]);
        char *equals = name ? strchr(name, '=') : NULL;
        if (equals) {
            *equals = '\0';
            set_value(a, name, equals + 1, err);
        } else {
            error_add(err, HONE_EINVAL, "'%s': a parameter is written name=value",
                      in->arguments[i]);
        }
        free(name);
    }
    return err->status < 0 ? err->status : complete_point(a, err);
}

static int32_t read_member(attempt *a, const char *name, const json_t *value, error *err)
{
    char number[NUMBER_ROOM];
    if (json_is_string(value))
        return set_value(a, name, json_string_value(value), err);
    if (json_is_number(value))
        return set_value(a, name, number_text(json_number_value(value), number), err);
    return json_is_null(value) ? HONE_OK
                               : error_add(err, HONE_EINVAL, "'%s' is no number and no text", name);
}

static int32_t read_object(attempt *a, const char *line, error *err)
{
    json_error_t problem;
    const char *name;
    json_t *member, *object = json_loads(line, JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(object)) {
        json_decref(object);
        return error_add(err, HONE_EINVAL, "not a JSON object: %s",
                         object ? "another kind of value" : problem.text);
    }
    clear_point(a);
    json_object_foreach(object, name, member)
        read_member(a, name, member, err);
    json_decref(object);
    return err->status < 0 ? err->status : complete_point(a, err);
}

/* ---- the evaluation ----------------------------------------------------------------------*/

static void keep_text(char **to, const char *from)
{
    free(*to);
    *to = from ? strdup(from) : NULL;
}

static void take_note(attempt *a, const event *e)
{
    char number[NUMBER_ROOM];
    if (strcmp(e->key, "reason") == 0)
        keep_text(&a->answer.reason, e->text);
    else if (strcmp(e->key, "output") == 0)
        keep_text(&a->answer.output, e->text);
    else if (strcmp(e->key, "command") == 0)
        keep_text(&a->answer.command, e->text);
    else if (a->people)
        printf("%s: %s\n", e->key, e->text ? e->text : number_text(e->value, number));
}

static void take_event(attempt *a, const event *e)
{
    const config *c = &a->o.config;
    char number[NUMBER_ROOM];
    if (e->type == EVENT_NOTE) {
        take_note(a, e);
    } else if (e->type == EVENT_REPORT && a->people) {
        printf("step %lld: %s\n", (long long)e->step, number_text(e->value, number));
    } else if (e->type == EVENT_RESULT) {
        a->answer.state = e->state;
        a->answer.seconds = e->seconds;
        memcpy(a->answer.values, e->y, (size_t)c->n_goals * sizeof *e->y);
        if (e->c)
            memcpy(a->answer.constraints, e->c, (size_t)c->n_constraints * sizeof *e->c);
    }
}

static int32_t evaluate(attempt *a, error *err)
{
    const job j = {.number = NO_TRIAL, .seed = a->seed, .native = a->native};
    event e = {0};
    keep_text(&a->answer.reason, NULL);
    keep_text(&a->answer.output, NULL);
    keep_text(&a->answer.command, NULL);
    int32_t status = evaluator_submit(a->evaluator, &j, err);
    while (status >= 0 && e.type != EVENT_RESULT) {
        status = evaluator_wait(a->evaluator, INFINITY, -1, &e, err);
        if (status >= 0)
            take_event(a, &e);
    }
    return status;
}

/* ---- what is printed ---------------------------------------------------------------------*/

static const char *state_name(int32_t state)
{
    return state == HONE_COMPLETE ? "complete" : state == HONE_PRUNED ? "pruned" : "failed";
}

static json_t *reals(const double *x, int32_t n)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < n; i++)
        json_array_append_new(list, real_or_null(x[i]));
    return list;
}

static void print_json(json_t *object)
{
    char *line = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    if (line)
        puts(line);
    fflush(stdout);
    free(line);
    json_decref(object);
}

static void print_for_programs(const attempt *a)
{
    const config *c = &a->o.config;
    const answer *r = &a->answer;
    json_t *o = json_object();
    json_object_set_new(o, "state", json_string(state_name(r->state)));
    if (r->state == HONE_COMPLETE) {
        json_object_set_new(o, "value", real_or_null(r->values[0]));
        json_object_set_new(o, "values", reals(r->values, c->n_goals));
    }
    if (r->state == HONE_COMPLETE && c->n_constraints)
        json_object_set_new(o, "constraints", reals(r->constraints, c->n_constraints));
    if (r->state == HONE_FAILED && r->reason)
        json_object_set_new(o, "reason", json_string(r->reason));
    json_object_set_new(o, "seconds", real_or_null(r->seconds));
    print_json(o);
}

static void print_block(const char *title, const char *body)
{
    size_t n = body ? strlen(body) : 0;
    if (n > 0)
        printf("%s\n%s%s", title, body, body[n - 1] == '\n' ? "" : "\n");
}

static void print_for_people(const attempt *a)
{
    const config *c = &a->o.config;
    const answer *r = &a->answer;
    char number[NUMBER_ROOM];
    print_block("command:", r->command);
    print_block("output:", r->output);
    for (int32_t i = 0; i < c->n_goals && r->state == HONE_COMPLETE; i++)
        printf("%s: %s\n", c->objectives[i], number_text(r->values[i], number));
    for (int32_t i = 0; i < c->n_constraints && r->state == HONE_COMPLETE; i++)
        printf("%s: %s (%s)\n", c->constraints[i], number_text(r->constraints[i], number),
               r->constraints[i] <= 0 ? "met" : "not met");
    printf("%s%s%s after %s\n", state_name(r->state), r->state == HONE_FAILED ? ": " : "",
           r->state == HONE_FAILED && r->reason ? r->reason : "",
           duration_text(r->seconds, number));
}

static void print_point(const attempt *a)
{
    text t = {0};
    point_text(&a->o.config, a->native, true, &t);
    char *line = text_take(&t);
    printf("point: %s\n", line ? line : "");
    fflush(stdout);
    free(line);
}

/* ---- the command -------------------------------------------------------------------------*/

static int try_arguments(attempt *a, const invocation *in)
{
    error err = {0};
    if (read_arguments(a, in, &err) < 0)
        return command_fail(&err);
    if (a->people)
        print_point(a);
    if (evaluate(a, &err) < 0)
        return command_fail(&err);
    if (a->people)
        print_for_people(a);
    else
        print_for_programs(a);
    return a->answer.state == HONE_FAILED ? EXIT_FAILED : EXIT_DONE;
}

/* A JSON object a line in, one a line out. */
static int try_lines(attempt *a)
{
    char *line = NULL;
    size_t room = 0;
    int exit = EXIT_DONE;
    while (getline(&line, &room, stdin) > 0) {
        error err = {0};
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (read_object(a, line, &err) < 0 || evaluate(a, &err) < 0) {
            print_json(json_pack("{s:s}", "error", error_text(&err)));
            exit = EXIT_FAILED;
        } else {
            print_for_programs(a);
            if (a->answer.state == HONE_FAILED)
                exit = EXIT_FAILED;
        }
        error_free(&err);
    }
    free(line);
    return exit;
}

static int32_t prepare(attempt *a, const invocation *in, error *err)
{
    const config *c = &a->o.config;
    int64_t seed = 0;
    if (!flag_int(in, "seed", 0, &seed))
        return error_add(err, HONE_EINVAL, "the seed is a whole number from 0 on");
    a->seed = flag_given(in, "seed") ? (uint64_t)seed : c->seed;
    a->people = isatty(STDOUT_FILENO) && !flag_given(in, "json") && !flag_given(in, "stdin");
    a->native = calloc((size_t)c->space.n + 1, sizeof *a->native);
    a->given = calloc((size_t)c->space.n + 1, sizeof *a->given);
    a->answer.values = calloc((size_t)c->n_goals + 1, sizeof(double));
    a->answer.constraints = calloc((size_t)c->n_constraints + 1, sizeof(double));
    if (!a->native || !a->given || !a->answer.values || !a->answer.constraints)
        return error_add(err, HONE_ENOMEM, "out of memory");
    const evaluator_settings settings = {.config = c, .log = &in->log, .workers = 1,
                                         .set = a->o.settings.set, .n_set = a->o.settings.n_set};
    return evaluator_new(&settings, &a->evaluator, err);
}

static int try(invocation *in)
{
    attempt a = {0};
    error err = {0};
    if (flag_given(in, "stdin") && in->n_arguments > 1) {
        fprintf(stderr, "hone try: parameters come as arguments or with --stdin, not both\n");
        return EXIT_USAGE;
    }
    int exit = opened_config(&a.o, in, in->arguments[0], true, NULL);
    if (exit != EXIT_DONE)
        return exit;
    if (prepare(&a, in, &err) < 0)
        exit = command_fail(&err);
    else
        exit = flag_given(in, "stdin") ? try_lines(&a) : try_arguments(&a, in);
    evaluator_free(a.evaluator);
    free(a.native);
    free(a.given);
    free(a.answer.values);
    free(a.answer.constraints);
    free(a.answer.reason);
    free(a.answer.output);
    free(a.answer.command);
    opened_close(&a.o);
    return exit;
}

static const flag TRY_FLAGS[] = {
    {"stdin", NULL, "read points as JSON objects, one a line, and answer each with a line"},
    {"json", NULL, "print a JSON line on a terminal too"},
    {"seed", "N", "the seed given to the evaluation (default: the study's)"},
    {NULL, NULL, NULL},
};

const command COMMAND_TRY = {
    .name = "try",
    .arguments = "STUDY.ini [name=value ...]",
    .summary = "evaluate one point and store nothing",
    .help = "Parameters that are not given take their init or the middle of their range.  On a\n"
            "terminal the command that ran, its output and the values are shown; otherwise one\n"
            "JSON line is printed: {\"state\":\"complete\",\"value\":1.5,\"values\":[1.5],\n"
            "\"seconds\":0.01}, where state is complete, pruned or failed (then with a reason).\n"
            "Exits with 1 where an evaluation failed.\n",
    .examples = "  hone try study.ini C=1 kernel=rbf\n"
                "  echo '{\"C\":1}' | hone try study.ini --stdin\n",
    .flags = TRY_FLAGS,
    .min_arguments = 1,
    .max_arguments = -1,
    .completes = ARGUMENT_STUDY,
    .run = try,
};
