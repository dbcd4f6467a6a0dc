/* compare_external.c - see compare_external.h. */
#include "compare_external.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rng.h"
#include "text.h"

extern char **environ;

enum { ENDING_SECONDS = 2 };

struct external {
    const config *c;
    pid_t pid;                   /* 0: not started; leads a group of its own */
    FILE *to, *from;
    char *line;
    size_t room;
    double *natives;             /* [n_natives] x n_params of one ask */
    int64_t n_natives;
};

/* ---- lines ------------------------------------------------------------------------------- */

static int32_t failed(const char *what, error *err)
{
    return error_add(err, HONE_EFAIL, "the program %s", what);
}

/* Sends a request, which is freed, and takes the answer, which the caller frees. */
static json_t *talk(external *e, json_t *request, error *err)
{
    char *line = request ? json_dumps(request, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_t *answer = NULL;
    json_decref(request);
    bool sent = line && fprintf(e->to, "%s\n", line) > 0 && fflush(e->to) == 0;
    free(line);
    if (!sent || getline(&e->line, &e->room, e->from) < 0) {
        failed("ended, or does not answer", err);
        return NULL;
    }
    answer = json_loads(e->line, 0, NULL);
    const char *problem = json_string_value(json_object_get(answer, "error"));
    char words[EXCERPT_ROOM];
    if (!json_is_object(answer)) {
        error_add(err, HONE_EFAIL, "the program answers '%s', which is no JSON object",
                  text_excerpt(e->line, words));
    } else if (problem) {
        error_add(err, HONE_EFAIL, "the program answers: %s", problem);
    } else {
        return answer;
    }
    json_decref(answer);
    return NULL;
}

/* ---- the space --------------------------------------------------------------------------- */

static json_t *choices_json(const hone_param *p)
{
    json_t *list = json_array();
    for (int64_t k = 0; k < p->n_choices; k++)
        json_array_append_new(list, json_string(p->choices[k]));
    return list;
}

static json_t *native_json(const hone_param *p, double value)
{
    if (p->type == HONE_CATEGORICAL)
        return json_string(p->choices[(int64_t)value]);
    return p->type == HONE_INT ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *param_json(const space *sp, const hone_param *p)
{
    static const char *const TYPES[] = {"float", "int", "categorical"};
    json_t *o = json_pack("{s:s, s:s}", "name", p->name, "type", TYPES[p->type]);
    if (p->type == HONE_CATEGORICAL) {
        json_object_set_new(o, "choices", choices_json(p));
        json_object_set_new(o, "ordered", json_boolean(p->flags & HONE_PARAM_ORDERED));
    } else {
        json_object_set_new(o, "low", native_json(p, p->low));
        json_object_set_new(o, "high", native_json(p, p->high));
        json_object_set_new(o, "log", json_boolean(p->flags & HONE_PARAM_LOG));
        if (p->step > 0)
            json_object_set_new(o, "step", native_json(p, p->step));
    }
    if (p->parent >= 0) {
        const hone_param *parent = &sp->params[p->parent];
        json_t *when = json_array();
        for (int64_t k = 0; k < p->n_when; k++)
            json_array_append_new(when, native_json(parent, p->when[k]));
        json_object_set_new(o, "parent", json_string(parent->name));
        json_object_set_new(o, "when", when);
    }
    return o;
}

static int32_t open_study(external *e, error *err)
{
    const config *c = e->c;
    json_t *params = json_array(), *goals = json_array();
    for (int32_t i = 0; i < c->space.n; i++)
        json_array_append_new(params, param_json(&c->space, &c->space.params[i]));
    for (int32_t j = 0; j < c->n_goals; j++)
        json_array_append_new(goals, json_string(c->maximize[j] ? "maximize" : "minimize"));
    json_t *answer = talk(e, json_pack("{s:s, s:o, s:o, s:I, s:I}", "op", "open", "space", params,
                                       "goals", goals, "seed", (json_int_t)c->seed, "budget",
                                       (json_int_t)c->trials),
                          err);
    json_decref(answer);
    return answer ? HONE_OK : err->status;
}

/* ---- proposing --------------------------------------------------------------------------- */

static int32_t read_param(const hone_param *p, const json_t *given, double *out, error *err)
{
    char number[NUMBER_ROOM];
    if (json_is_number(given) && p->type != HONE_CATEGORICAL) {
        *out = json_number_value(given);
        return HONE_OK;
    }
    const char *word = json_is_number(given) ? number_text(json_number_value(given), number)
                                             : json_string_value(given);
    if (!word) {
        *out = NAN; /* inactive, or left to its initial value */
        return HONE_OK;
    }
    return param_read(p, word, out, err);
}

static int32_t read_trial(external *e, const json_t *given, double *native, trial *t, error *err)
{
    const json_t *params = json_object_get(given, "params");
    const json_t *number = json_object_get(given, "number");
    uint64_t seed;
    if (!json_is_object(params) || !json_is_integer(number))
        return failed("proposes a trial without number or params", err);
    for (int32_t i = 0; i < e->c->space.n; i++) {
        const hone_param *p = &e->c->space.params[i];
        int32_t status = read_param(p, json_object_get(params, p->name), &native[i], err);
        if (status < 0)
            return status;
    }
    space_snap(&e->c->space, native);
    rng_bits(rng_child(rng_root(e->c->seed), "external", 0), json_integer_value(number), 0, 1,
             &seed);
    *t = (trial){.number = json_integer_value(number), .seed = seed, .native = native};
    return HONE_OK;
}

static int32_t ask(void *context, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    external *e = context;
    *n_out = 0;
    if (n > e->n_natives) {
        double *more =
            realloc(e->natives, (size_t)n * ((size_t)e->c->space.n + 1) * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "out of memory for trials");
        e->natives = more;
        e->n_natives = n;
    }
    json_t *answer = talk(e, json_pack("{s:s, s:I}", "op", "ask", "n", (json_int_t)n), err);
    if (!answer)
        return err->status;
    const json_t *list = json_object_get(answer, "trials");
    int64_t given = (int64_t)json_array_size(list);
    int32_t status = HONE_OK;
    for (int64_t i = 0; i < given && i < n && status >= 0; i++) {
        status = read_trial(e, json_array_get(list, (size_t)i), e->natives + i * e->c->space.n,
                            &trials[i], err);
        *n_out += status >= 0;
    }
    if (status >= 0 && json_is_true(json_object_get(answer, "done")))
        status = HONE_DONE;
    else if (status >= 0 && given == 0)
        status = json_is_true(json_object_get(answer, "wait"))
                     ? HONE_WAIT
                     : failed("proposes nothing and does not say why", err);
    json_decref(answer);
    return status;
}

static int32_t tell(void *context, int64_t number, const told *t, error *err)
{
    external *e = context;
    json_t *request = json_pack("{s:s, s:I}", "op", "tell", "number", (json_int_t)number);
    if (t->state == HONE_COMPLETE) {
        json_t *values = json_array();
        for (int32_t j = 0; j < e->c->n_goals; j++)
            json_array_append_new(values, json_real(t->values[j]));
        json_object_set_new(request, "values", values);
        json_t *constraints = t->constraints ? json_array() : NULL;
        for (int32_t j = 0; constraints && j < e->c->n_constraints; j++)
            json_array_append_new(constraints, json_real(t->constraints[j]));
        if (constraints)
            json_object_set_new(request, "constraints", constraints);
    } else {
        json_object_set_new(request, "state",
                            json_string(t->state == HONE_PRUNED ? "pruned" : "failed"));
    }
    json_t *answer = talk(e, request, err);
    json_decref(answer);
    return answer ? HONE_OK : err->status;
}

static int32_t report(void *context, int64_t number, int64_t step, double value, bool *stop,
                      error *err)
{
    json_t *answer =
        talk(context, json_pack("{s:s, s:I, s:I, s:f}", "op", "report", "number",
                                (json_int_t)number, "step", (json_int_t)step, "value", value),
             err);
    *stop = answer && json_is_true(json_object_get(answer, "stop"));
    json_decref(answer);
    return answer ? HONE_OK : err->status;
}

proposer external_proposer(external *e)
{
    return (proposer){.context = e, .ask = ask, .tell = tell, .report = report};
}

/* ---- the program ------------------------------------------------------------------------- */

static int32_t spawn(external *e, const char *command, const char *folder, int in[2], int out[2])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    char *const words[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
                           (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addchdir_np(&files, folder);
    int status = posix_spawn(&e->pid, "/bin/sh", &files, &how, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (status != 0)
        e->pid = 0;
    return status;
}

static int32_t start(external *e, const char *command, const char *folder, error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, problem = 0;
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        problem = errno;
    else
        problem = spawn(e, command, folder, in, out);
    e->to = in[1] >= 0 ? fdopen(in[1], "w") : NULL;
    e->from = out[0] >= 0 ? fdopen(out[0], "r") : NULL;
    if (in[0] >= 0)
        close(in[0]);
    if (out[1] >= 0)
        close(out[1]);
    if (problem || !e->to || !e->from)
        return error_add(err, HONE_EFAIL, "'%s' cannot be started: %s", command,
                         problem ? strerror(problem) : "out of memory");
    return open_study(e, err);
}

int32_t external_start(const char *command, const char *folder, const config *c, external **out,
                       error *err)
{
    external *e = *out = calloc(1, sizeof *e);
    if (!e)
        return error_add(err, HONE_ENOMEM, "out of memory for a program");
    e->c = c;
    return start(e, command, folder, err);
}

void external_stop(external *e)
{
    struct timespec wait = {.tv_nsec = 5000000};
    if (!e)
        return;
    if (e->to) {
        fputs("{\"op\":\"close\"}\n", e->to);
        fclose(e->to);
    }
    if (e->from)
        fclose(e->from);
    for (int i = 0; e->pid > 0; i++) {
        if (waitpid(e->pid, NULL, WNOHANG) != 0)
            break;
        if (i == ENDING_SECONDS * 200)
            kill(-e->pid, SIGKILL);
        nanosleep(&wait, NULL);
    }
    free(e->line);
    free(e->natives);
    free(e);
}
