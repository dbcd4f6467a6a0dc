/* program.c - points that another program proposes, in Python for instance: a strategy outside.
 *
 * The program reads lines of JSON from standard input and answers each with one line:
 *
 *   {"space": [...], "objectives": 1, "constraints": 0, "seed": 7}      {"ok": true}
 *   {"tell": [{"number": 0, "state": "complete", "params": {"x": 0.5}, "values": [1.5],
 *              "constraints": []}, ...]}                                {"ok": true}
 *   {"ask": [3, 4], "running": [2]}                 {"points": [{"x": 0.25}, {"x": 0.75}]}
 *
 * or {"wait": true} (tell me pending results first), {"done": true} (nothing left), and whenever
 * it likes {"error": "sentence"}.  Values are minimised, a constraint is met where <= 0; unknown
 * ones are null.  Parameters have their native values, choices their text; inactive ones are
 * left out.  Several points go over in one line.
 *
 * A program that dies is started again, as often as `restarts` says in a row, and told all
 * results anew.  It has a state that hone does not know, so a study continues by repeating its
 * asks; it must decide from what it is told and its seed alone.
 *
 * Source: none; the ask and tell of Collette, Hansen, Pujol, Salazar Aponte, Le Riche, "On
 *         object-oriented programming of optimizers", in: Multidisciplinary Design Optimization
 *         in Computational Mechanics, 2010. */
/* LIBS: -ljansson */
#include <math.h>

#include "hone_dialogue.h"
#include "words.h"

enum { OPT_FILE, OPT_WITH, OPT_TIMEOUT, OPT_RESTARTS, N_OPTIONS };

typedef struct program {
    const hone_host *host;
    const hone_space *space;
    const char *file, *runner;
    int64_t restarts, told, last; /* told: rows of the table's order; last: number of the newest */
    hone_dialogue line;
} program;

static int32_t failed(program *p, int32_t status)
{
    char words[2 * HONE_DIALOGUE_WORDS];
    snprintf(words, sizeof words, "%s %s: %s", p->runner, p->file,
             status == HONE_ENOMEM       ? "out of memory"
             : status == HONE_ECANCELLED ? "cancelled"
                                         : p->line.why);
    p->host->error(p->host, -1, words);
    return status;
}

/* ---- what is said ---- */

static int32_t introduce(program *p)
{
    uint64_t seed;
    json_t *answer = NULL;
    p->host->bits(p->host, 0, 0, 1, &seed);
    int32_t status = hone_dialogue_ask(
        &p->line,
        json_pack("{s:o, s:i, s:i, s:I}", "space", words_space(p->space), "objectives",
                  (int)p->space->n_objectives, "constraints", (int)p->space->n_constraints, "seed",
                  (json_int_t)(seed >> 11)),
        &answer);
    json_decref(answer);
    p->told = 0;
    return status;
}

static int32_t begin(program *p)
{
    hone_dialogue_end(&p->line);
    int32_t status = hone_dialogue_start(&p->line, p->runner, p->file);
    return status < 0 ? status : introduce(p);
}

/* Does the table continue what was told? */
static int continues(const program *p, const hone_trials *t)
{
    return p->told <= t->n_finished &&
           (p->told == 0 || t->number[t->finished[p->told - 1]] == p->last);
}

static int32_t tell_new(program *p, const hone_trials *t)
{
    json_t *answer = NULL, *rows = json_array();
    if (p->told == t->n_finished) {
        json_decref(rows);
        return HONE_OK;
    }
    for (int64_t i = p->told; i < t->n_finished; i++)
        json_array_append_new(rows, words_trial(p->space, t, t->finished[i]));
    int32_t status = hone_dialogue_ask(&p->line, json_pack("{s:o}", "tell", rows), &answer);
    json_decref(answer);
    if (status >= 0) {
        p->told = t->n_finished;
        p->last = t->number[t->finished[p->told - 1]];
    }
    return status;
}

static int32_t take_points(program *p, const json_t *answer, int64_t n, double *X, int64_t ldx,
                           int64_t *n_out)
{
    const json_t *points = json_object_get(answer, "points");
    const int64_t given = (int64_t)json_array_size(points);
    if (given > n)
        return hone_dialogue_fail(&p->line, "it gave more points than it was asked for");
    for (*n_out = 0; *n_out < given; ++*n_out) {
        const char *wrong = words_point(p->space, json_array_get(points, (size_t)*n_out),
                                        X + *n_out * ldx);
        if (wrong) {
            snprintf(p->line.why, sizeof p->line.why, "a point lacks a legal value of %s", wrong);
            return HONE_EINVAL;
        }
    }
    if (json_is_true(json_object_get(answer, "done")))
        return HONE_DONE;
    if (json_is_true(json_object_get(answer, "wait")))
        return HONE_WAIT;
    return given > 0 || n == 0
               ? HONE_OK
               : hone_dialogue_fail(&p->line, "its answer has no points, no wait and no done");
}

static int32_t try_ask(program *p, const hone_trials *t, int64_t n, const int64_t *number,
                       double *X, int64_t ldx, int64_t *n_out)
{
    json_t *answer = NULL, *asked = json_array(), *running = json_array();
    int32_t status = p->line.pid > 0 && continues(p, t) ? HONE_OK : begin(p);
    if (status >= 0)
        status = tell_new(p, t);
    for (int64_t i = 0; i < n; i++)
        json_array_append_new(asked, json_integer(number[i]));
    for (int64_t i = 0; i < t->n_running; i++)
        json_array_append_new(running, json_integer(t->number[t->running[i]]));
    json_t *question = json_pack("{s:o, s:o}", "ask", asked, "running", running);
    if (status < 0)
        json_decref(question);
    else
        status = hone_dialogue_ask(&p->line, question, &answer);
    if (status >= 0)
        status = take_points(p, answer, n, X, ldx, n_out);
    json_decref(answer);
    return status;
}

static int32_t ask(void *self, const hone_trials *t, int64_t n, const int64_t *number, double *X,
                   int64_t ldx, int64_t *n_out)
{
    program *p = self;
    int32_t status = HONE_EFAIL;
    *n_out = 0;
    if (n == 0)
        return HONE_OK;
    for (int64_t k = 0; k <= p->restarts && status == HONE_EFAIL; k++) {
        if (k > 0) {
            p->host->log(p->host, HONE_LOG_WARN, p->line.why);
            hone_dialogue_end(&p->line); /* and begun again, told all anew */
        }
        status = try_ask(p, t, n, number, X, ldx, n_out);
    }
    return status < 0 ? failed(p, status) : status;
}

/* ---- the table ---- */

static void destroy(void *self)
{
    program *p = self;
    if (p)
        hone_dialogue_end(&p->line);
    free(p);
}

static int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    program *p = calloc(1, sizeof *p);
    if (!p) {
        host->error(host, -1, "out of memory");
        return HONE_ENOMEM;
    }
    p->host = p->line.host = host;
    p->space = host->space(host);
    p->file = values[OPT_FILE].s;
    p->runner = values[OPT_WITH].s;
    p->line.patience = values[OPT_TIMEOUT].d;
    p->restarts = values[OPT_RESTARTS].i;
    if (access(p->file, R_OK) != 0) {
        host->error(host, OPT_FILE, "the file cannot be read");
        free(p);
        return HONE_EINVAL;
    }
    *self = p;
    return HONE_OK;
}

static const hone_option OPTIONS[N_OPTIONS] = {
    [OPT_FILE] = {.name = "file",
                  .type = HONE_OPT_PATH,
                  .flags = HONE_OPT_REQUIRED,
                  .doc = "The program's file, relative to the study file."},
    [OPT_WITH] = {.name = "with",
                  .type = HONE_OPT_STRING,
                  .def = "python3",
                  .doc = "What runs the file: an interpreter, found in PATH."},
    [OPT_TIMEOUT] = {.name = "timeout",
                     .type = HONE_OPT_SECONDS,
                     .def = "10m",
                     .low = 0.01,
                     .high = 1e6,
                     .doc = "How long an answer may take before the program counts as dead."},
    [OPT_RESTARTS] = {.name = "restarts",
                      .type = HONE_OPT_INT,
                      .def = "2",
                      .low = 0,
                      .high = 100,
                      .doc = "How often in a row a program that died is started again."},
};

static const hone_strategy_ops OPS = {
    .size = sizeof OPS,
    .caps = HONE_CAP_NATIVE | HONE_CAP_BATCH | HONE_CAP_CONDITIONAL | HONE_CAP_MULTI_OBJECTIVE |
            HONE_CAP_CONSTRAINTS,
    .ask = ask,
};

static const hone_plugin PLUGIN = {
    .size = sizeof PLUGIN,
    .kind = HONE_STRATEGY,
    .name = "program",
    .version = "1.0.0",
    .doc = "Points that another program proposes, asked in lines of JSON.",
    .options = OPTIONS,
    .n_options = N_OPTIONS,
    .option_size = sizeof(hone_option),
    .ops = &OPS,
    .create = create,
    .destroy = destroy,
    .sources = "The ask and tell of Collette, Hansen, Pujol, Salazar Aponte, Le Riche, \"On "
               "object-oriented programming of optimizers\", 2010.",
};

static const hone_plugin *const PLUGINS[] = {&PLUGIN};
HONE_MODULE("program", "1.0.0", "MIT", "", PLUGINS)
