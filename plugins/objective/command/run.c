/* run.c - one evaluation: what the program is given, its run, what came of it. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "command.h"
#include "keep.h"
#include "values.h"

enum { FACT_ROOM = 24 };

typedef struct run {
    const command *self;
    int64_t number;
    reader reader;
    keep keep;
    const char **texts;         /* the values; NULL: inactive */
    char *json, *path;          /* path: of the program, where it is found anew */
    char **argv, **environment;
    bool pruned;
} run;

/* ---- the program's file ------------------------------------------------------------------*/

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *find_program(const char *name, const char *folder, char why[PROBLEM_ROOM])
{
    char *path = NULL;
    if (strchr(name, '/')) {
        if (asprintf(&path, "%s%s%s", *name == '/' ? "" : folder, *name == '/' ? "" : "/",
                     name) < 0)
            return NULL;
        if (is_program(path))
            return path;
        snprintf(why, PROBLEM_ROOM, access(path, F_OK) == 0 ? "'%.300s' is not executable"
                                                            : "there is no program '%.300s'",
                 path);
        free(path);
        return NULL;
    }
    const char *list = getenv("PATH"), *at = list ? list : "/usr/local/bin:/usr/bin:/bin";
    while (*at) {
        int n = (int)strcspn(at, ":");
        if (*at == '/' && asprintf(&path, "%.*s/%s", n, at, name) >= 0) {
            if (is_program(path))
                return path;
            free(path);
        }
        at += n + (at[n] == ':');
    }
    snprintf(why, PROBLEM_ROOM, "there is no program '%.200s' on PATH; one beside the study file "
             "is written ./%.100s", name, name);
    return NULL;
}

/* ---- while it runs -----------------------------------------------------------------------*/

static bool is_cancelled(void *context)
{
    const run *r = context;
    return r->self->host->cancelled(r->self->host) != 0;
}

static bool hand_report(void *context, int64_t step, double value)
{
    run *r = context;
    const hone_host *host = r->self->host;
    int32_t stop = 0;
    if (!r->pruned && host->report(host, r->number, step, value, &stop) >= 0 && stop)
        r->pruned = true;
    return !r->pruned;
}

static bool take_output(void *context, int stream, const char *bytes, size_t n)
{
    run *r = context;
    keep_add(&r->keep, bytes, n);
    return reader_take(&r->reader, stream, bytes, n);
}

static void keep_extra(void *context, const char *key, double value, const char *text)
{
    const run *r = context;
    r->self->host->note(r->self->host, r->number, key, value, text);
}

/* ---- one evaluation ----------------------------------------------------------------------*/

static int32_t fail(const run *r, const char *reason)
{
    r->self->host->note(r->self->host, r->number, "reason", NAN, reason);
    return HONE_FAILED;
}

/* Everything that the program is given.  NULL, or what went wrong. */
static const char *prepare(run *r, const double *x, uint64_t seed, char why[PROBLEM_ROOM])
{
    const command *c = r->self;
    char trial[FACT_ROOM], seed_text[FACT_ROOM], worker[FACT_ROOM];
    snprintf(trial, sizeof trial, "%lld", (long long)r->number);
    snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)seed);
    snprintf(worker, sizeof worker, "%lld", (long long)c->site->worker);
    value_texts v = {.facts = {[FACT_TRIAL] = trial, [FACT_SEED] = seed_text,
                               [FACT_WORKER] = worker,
                               [FACT_STUDY] = c->site->study}};
    if (c->dir) {
        v.facts[FACT_DIR] = c->site->dir(c->host, r->number);
        if (!v.facts[FACT_DIR])
            return "the trial's folder cannot be made";
    }
    r->texts = values_texts(c->space, x);
    r->json = r->texts ? values_json(c->space, r->texts) : NULL;
    v.parameters = r->texts;
    if (r->json) {
        r->environment = values_environment(c->space, &v, r->json, c->env, c->n_env);
        r->argv = c->shell ? (char **)(uintptr_t)c->shell_argv : template_argv(&c->words, &v);
    }
    if (!r->environment || !r->argv || !reader_init(&r->reader, &c->rules) ||
        !keep_init(&r->keep, c->output))
        return "out of memory";
    r->reader.report = hand_report;
    r->reader.context = r;
    if (!c->program) {
        why[0] = '\0';
        r->path = r->argv[0] ? find_program(r->argv[0], c->folder, why) : NULL;
        if (!r->path)
            return why[0] ? why : "there is no program to run";
    }
    return NULL;
}

static void release(run *r)
{
    if (!r->self->shell)
        argv_free(r->argv);
    argv_free(r->environment);
    reader_free(&r->reader);
    keep_free(&r->keep);
    free(r->texts);
    free(r->json);
    free(r->path);
}

/* A word as a shell would take it back. */
static void print_word(FILE *f, const char *s)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./:,@%";
    if (*s && s[strspn(s, PLAIN)] == '\0') {
        fputs(s, f);
        return;
    }
    fputc('\'', f);
    for (; *s; s++)
        fputs(*s == '\'' ? "'\\''" : (char[]){*s, '\0'}, f);
    fputc('\'', f);
}

/* Who tries a point out, outside of any study, is told what is run. */
static void note_command(const run *r)
{
    char *ran = NULL;
    size_t n = 0;
    FILE *f = r->number < 0 ? open_memstream(&ran, &n) : NULL;
    if (!f)
        return;
    for (char **arg = r->argv; *arg; arg++) {
        fputs(arg == r->argv ? "" : " ", f);
        print_word(f, *arg);
    }
    if (fclose(f) == 0)
        r->self->host->note(r->self->host, r->number, "command", NAN, ran);
    free(ran);
}

/* How a program that did not end well ended. */
static void describe_end(int status, char why[SENTENCE_ROOM])
{
    if (WIFEXITED(status)) {
        snprintf(why, SENTENCE_ROOM, "exit status %d", WEXITSTATUS(status));
        return;
    }
    const char *name = sigdescr_np(WTERMSIG(status));
    snprintf(why, SENTENCE_ROOM, "ended by signal %d (%s)%s", WTERMSIG(status),
             name ? name : "unknown",
             WTERMSIG(status) == SIGKILL ? ", perhaps for want of memory" : "");
}

/* What came of the program's run. */
static int32_t conclude(run *r, int status, double *y, double *c)
{
    const rules *u = &r->self->rules;
    char why[SENTENCE_ROOM];
    char *output = keep_text(&r->keep);
    double *values = calloc((size_t)u->n + 1, sizeof *values);
    int32_t state = HONE_FAILED;
    if (output)
        r->self->host->note(r->self->host, r->number, "output", NAN, output);
    free(output);
    if (r->pruned) {
        state = HONE_PRUNED;
    } else if (is_cancelled(r)) {
        fail(r, "cancelled");
    } else if (status != 0) {
        describe_end(status, why);
        fail(r, why);
    } else if (!values) {
        fail(r, "out of memory");
    } else if (!reader_values(&r->reader, values, why)) {
        fail(r, why);
    } else {
        memcpy(y, values, (size_t)u->n_goals * sizeof *y);
        if (c)
            memcpy(c, values + u->n_goals, (size_t)(u->n - u->n_goals) * sizeof *c);
        reader_extras(&r->reader, keep_extra, r);
        state = HONE_COMPLETE;
    }
    free(values);
    return state;
}

int32_t run_one(const command *self, int64_t number, const double *x, uint64_t seed, double *y,
                double *c)
{
    run r = {.self = self, .number = number};
    char why[SENTENCE_ROOM];
    int status = 0;
    int32_t state = HONE_FAILED;
    const hone_ext_evaluation *site = self->site;
    bool wakes = HONE_SIZED(site, hone_ext_evaluation, wake_fd);
    const char *problem = prepare(&r, x, seed, why);
    if (!problem)
        note_command(&r);
    child_orders orders = {
        .program = self->program ? self->program : r.path,
        .argv = r.argv,
        .environment = r.environment,
        .folder = self->folder,
        .grace = site->grace,
        .wake_fd = wakes ? site->wake_fd : -1,
        .cancelled = is_cancelled,
        .take = take_output,
        .context = &r,
    };
    if (problem)
        fail(&r, problem);
    else if (is_cancelled(&r))
        fail(&r, "cancelled");
    else if (!child_run(&orders, &status, why, sizeof why))
        fail(&r, why);
    else
        state = conclude(&r, status, y, c);
    if (HONE_HAS(site, hone_ext_evaluation, sweep))
        site->sweep(self->host);
    release(&r);
    return state;
}

