/* config_study.c - the keys of [study]. */
#include "config_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char *const DUPLICATES[] = {"reuse", "evaluate", NULL};
static const char *const SCHEMAS[] = {"3.2", "3.0", NULL};
static const char *const TIMESTAMPS[] = {"utc", "local", NULL};
static const char *const ORDERS[] = {"free", "replayable", NULL};
static const char *const NONE[] = {"none", NULL}; /* a word beside numbers: no bound */

enum {
    NAME,
    GOAL,
    OBJECTIVES,
    CONSTRAINTS,
    TRIALS,
    SEED,
    WORKERS,
    BATCH_SIZE,
    ORDER,
    STORAGE,
    TIME,
    TARGET,
    PATIENCE,
    MAX_FAILURES,
    REPEATS,
    DUPLICATE_POINTS,
    RETRIES,
    LEASE,
    OPTUNA_SCHEMA,
    TIMESTAMP,
    PLUGIN_DIR,
    N_STUDY
};

static const hone_option STUDY[N_STUDY] = {
    [NAME] = {.name = "name",
              .type = HONE_OPT_STRING,
              .doc = "Name of the study in its storage; by default the file's name without .ini."},
    [GOAL] = {.name = "goal",
              .type = HONE_OPT_STRING,
              .def = "minimize",
              .doc = "One word for each objective: minimize or maximize."},
    [OBJECTIVES] = {.name = "objectives",
                    .type = HONE_OPT_STRING,
                    .doc = "Names of the objectives, for tables and figures; by default value, or "
                           "value1, value2 and so on."},
    [CONSTRAINTS] = {.name = "constraints",
                     .type = HONE_OPT_STRING,
                     .doc = "Names of constraints that the objective reports; each is met where "
                            "it is <= 0."},
    [TRIALS] = {.name = "trials",
                .type = HONE_OPT_INT,
                .def = "100",
                .low = 1,
                .high = 9007199254740992.0,
                .choices = NONE,
                .doc = "Trials in all, over every run of the study; none: no bound."},
    [SEED] = {.name = "seed",
              .type = HONE_OPT_INT,
              .def = "0",
              .low = 0,
              .high = 0x1p64, /* all of uint64_t */
              .doc = "Seed of every random number; the same seed gives the same study, bit for "
                     "bit, with one worker."},
    [WORKERS] = {.name = "workers",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 1,
                 .high = 4096,
                 .doc = "Evaluations at once."},
    [BATCH_SIZE] = {.name = "batch",
                    .type = HONE_OPT_INT,
                    .def = "none",
                    .low = 0,
                    .high = 10000,
                    .choices = NONE,
                    .unit = "trials",
                    .doc = "Ask for so many trials at once, and only when all earlier ones are "
                           "told: the same bits for any number of workers and any timing; none: "
                           "ask whenever a worker is free."},
    [ORDER] = {.name = "order",
               .type = HONE_OPT_CHOICE,
               .def = "free",
               .choices = ORDERS,
               .doc = "replayable: record every ask beside the tells, so that one process can "
                      "repeat what several did (hone replay)."},
    [STORAGE] = {.name = "storage",
                 .type = HONE_OPT_STRING,
                 .doc = "SQLite file with Optuna's schema, postgresql://user@host/database, or "
                        "memory; by default <name>.db beside the study file."},
    [TIME] = {.name = "time",
              .type = HONE_OPT_SECONDS,
              .def = "none",
              .low = 0,
              .high = INFINITY,
              .flags = HONE_OPT_OPEN_LOW,
              .choices = NONE,
              .doc = "Longest time of one run; no new trial is begun after it."},
    [TARGET] = {.name = "target",
                .type = HONE_OPT_REALS,
                .low = -INFINITY,
                .high = INFINITY,
                .doc = "Stop once a trial is this good: one number for each objective."},
    [PATIENCE] = {.name = "patience",
                  .type = HONE_OPT_INT,
                  .def = "none",
                  .low = 0,
                  .high = 9007199254740992.0,
                  .choices = NONE,
                  .unit = "trials",
                  .doc = "Stop after so many trials without improvement; none or 0: never."},
    [MAX_FAILURES] = {.name = "max_failures",
                      .type = HONE_OPT_INT,
                      .def = "5",
                      .low = 0,
                      .high = 9007199254740992.0,
                      .choices = NONE,
                      .unit = "trials",
                      .doc = "Stop after so many failures in a row, and show the last output; "
                             "none or 0: never."},
    [REPEATS] = {.name = "repeats",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 1,
                 .high = 10000,
                 .doc = "Evaluations of each point with different seeds; their mean is the value, "
                        "its squared standard error the noise told to models."},
    [DUPLICATE_POINTS] = {.name = "duplicates",
                          .type = HONE_OPT_CHOICE,
                          .def = "reuse",
                          .choices = DUPLICATES,
                          .doc = "A point that was evaluated before is answered from the record, "
                                 "or evaluated again."},
    [RETRIES] = {.name = "retries",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 0,
                 .high = 1000,
                 .doc = "How often a trial is run again whose process was lost."},
    [LEASE] = {.name = "lease",
               .type = HONE_OPT_SECONDS,
               .def = "60s",
               .low = 1,
               .high = 1e9,
               .doc = "A process that was not heard of for so long loses its trials to the others "
                      "that share the study."},
    [OPTUNA_SCHEMA] = {.name = "optuna_schema",
                       .type = HONE_OPT_CHOICE,
                       .def = "3.2",
                       .choices = SCHEMAS,
                       .flags = HONE_OPT_ADVANCED,
                       .doc = "Schema of a new file: 3.2 is read by Optuna 3.2 and later, 3.0 by "
                              "Optuna 3.0 and 3.1."},
    [TIMESTAMP] = {.name = "timestamps",
                   .type = HONE_OPT_CHOICE,
                   .def = "utc",
                   .choices = TIMESTAMPS,
                   .flags = HONE_OPT_ADVANCED,
                   .doc = "Times in storage: Optuna reads them as utc from version 5, as local "
                          "before."},
    [PLUGIN_DIR] = {.name = "plugin_dir",
                    .type = HONE_OPT_PATH,
                    .doc = "Folder in which plugins are looked for first."},
};

const hone_option *study_options(int32_t *n)
{
    *n = N_STUDY;
    return STUDY;
}

/* Words between blanks or commas, NULL-terminated; the caller frees list and words. */
static char **words(const char *line, int32_t *n)
{
    char *copy = strdup(line ? line : ""), *at = copy, *word;
    char **list = copy ? calloc(strlen(copy) + 2, sizeof *list) : NULL;
    *n = 0;
    while (list && (word = strsep(&at, " \t,")))
        if (*word && !(list[(*n)++] = strdup(word)))
            break;
    free(copy);
    return list;
}

static void free_words(char **list)
{
    for (char **w = list; w && *w; w++)
        free(*w);
    free(list);
}

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for a study file");
}

static const char *origin_of(const config *c, const options *o, int i)
{
    if (o->from[i])
        return o->from[i]->origin;
    const ini_section *s = ini_find(&c->doc, "study");
    return s ? s->origin : c->doc.path;
}

static int32_t read_goals(config *c, const options *o, error *err)
{
    int32_t n;
    char **goals = words(o->values[GOAL].s, &n);
    if (!goals)
        return no_memory(err);
    c->n_goals = n;
    c->maximize = calloc((size_t)n + 1, sizeof *c->maximize);
    if (n == 0)
        error_add(err, HONE_ECONFIG, "%s: [study] goal is empty; allowed: minimize or maximize",
                  origin_of(c, o, GOAL));
    for (int32_t i = 0; c->maximize && i < n; i++) {
        c->maximize[i] = strcmp(goals[i], "maximize") == 0 || strcmp(goals[i], "maximise") == 0;
        if (!c->maximize[i] && strcmp(goals[i], "minimize") != 0 &&
            strcmp(goals[i], "minimise") != 0) {
            static const char *const both[] = {"minimize", "maximize"};
            const char *meant = nearest(goals[i], both, 2);
            char word[EXCERPT_ROOM];
            error_add(err, HONE_ECONFIG,
                      "%s: [study] goal = %s is not allowed; allowed: minimize or maximize, one "
                      "for each objective%s%s%s",
                      origin_of(c, o, GOAL), text_excerpt(goals[i], word),
                      meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
        }
    }
    free_words(goals);
    return c->maximize ? HONE_OK : no_memory(err);
}

/* Names of objectives and of constraints stand once. */
static void check_words(const config *c, const options *o, int i, char *const *list, error *err)
{
    char word[EXCERPT_ROOM];
    for (char *const *w = list; *w; w++)
        for (char *const *v = list; v < w; v++)
            if (strcmp(*v, *w) == 0) {
                error_add(err, HONE_ECONFIG, "%s: [study] %s: '%s' stands twice",
                          origin_of(c, o, i), STUDY[i].name, text_excerpt(*w, word));
                return;
            }
}

static int32_t read_names(config *c, const options *o, error *err)
{
    int32_t n;
    c->constraints = words(o->values[CONSTRAINTS].s, &c->n_constraints);
    c->objectives = words(o->values[OBJECTIVES].s, &n);
    if (!c->constraints || !c->objectives)
        return no_memory(err);
    if (o->values[OBJECTIVES].s && n != c->n_goals)
        error_add(err, HONE_ECONFIG, "%s: [study] objectives names %d, but goal has %d",
                  origin_of(c, o, OBJECTIVES), n, c->n_goals);
    check_words(c, o, CONSTRAINTS, c->constraints, err);
    check_words(c, o, OBJECTIVES, c->objectives, err);
    if (n == c->n_goals)
        return HONE_OK;
    free_words(c->objectives);
    c->objectives = calloc((size_t)c->n_goals + 1, sizeof *c->objectives);
    for (int32_t i = 0; c->objectives && i < c->n_goals; i++) {
        text t = {0};
        if (c->n_goals == 1)
            text_add(&t, "value");
        else
            text_add(&t, "value%d", i + 1);
        if (!(c->objectives[i] = text_take(&t)))
            return no_memory(err);
    }
    return c->objectives ? HONE_OK : no_memory(err);
}

static int32_t read_target(config *c, const options *o, error *err)
{
    const hone_value *v = &o->values[TARGET];
    c->target = malloc(((size_t)c->n_goals + 1) * sizeof *c->target);
    if (!c->target)
        return no_memory(err);
    for (int32_t i = 0; i < c->n_goals; i++)
        c->target[i] = v->n == c->n_goals ? v->v[i] : NAN;
    if (v->n != 0 && v->n != c->n_goals)
        error_add(err, HONE_ECONFIG, "%s: [study] target has %lld numbers, but goal has %d",
                  origin_of(c, o, TARGET), (long long)v->n, c->n_goals);
    return HONE_OK;
}

/* "heart-svm" of "examples/heart-svm.ini". */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t n = strlen(base);
    if (n > 4 && strcmp(base + n - 4, ".ini") == 0)
        n -= 4;
    return strndup(base, n);
}

/* Optuna's column for it holds 512 characters. */
static void check_name(const config *c, const options *o, error *err)
{
    char word[EXCERPT_ROOM];
    if (c->name && (strlen(c->name) > 512 || !text_is_utf8(c->name)))
        error_add(err, HONE_ECONFIG,
                  "%s: [study] name = %s is not allowed; allowed: UTF-8 text of at most 512 bytes",
                  origin_of(c, o, NAME), text_excerpt(c->name, word));
}

int32_t config_read_study(config *c, error *err)
{
    options o = {0};
    const ini_section *s = ini_find(&c->doc, "study");
    const char **skip = config_names_beside(s, STUDY, N_STUDY); /* config_unused.c refuses them */
    int32_t status =
        skip ? options_read(STUDY, N_STUDY, "[study]", &c->doc, s, skip, &o, &c->warnings, err)
             : no_memory(err);
    if (status == HONE_ENOMEM)
        goto out;
    const hone_value *v = o.values;
    c->name = v[NAME].s && *v[NAME].s ? strdup(v[NAME].s) : name_of(c->doc.path);
    c->trials = v[TRIALS].s ? INT64_MAX : v[TRIALS].i;
    memcpy(&c->seed, &v[SEED].i, sizeof c->seed);
    c->workers = v[WORKERS].i;
    c->time = v[TIME].s ? INFINITY : v[TIME].d;
    c->patience = v[PATIENCE].i;
    c->max_failures = v[MAX_FAILURES].i;
    c->repeats = v[REPEATS].i;
    c->duplicates = (int32_t)v[DUPLICATE_POINTS].i;
    c->retries = v[RETRIES].i;
    c->lease = v[LEASE].d;
    c->batch = v[BATCH_SIZE].i;
    c->replayable = v[ORDER].i == 1;
    c->timestamps = (int32_t)v[TIMESTAMP].i;
    c->optuna_schema = strdup(SCHEMAS[v[OPTUNA_SCHEMA].i]);
    c->plugin_dir = v[PLUGIN_DIR].s ? strdup(v[PLUGIN_DIR].s) : NULL;
    if (!c->name || !c->optuna_schema || (v[PLUGIN_DIR].s && !c->plugin_dir))
        status = no_memory(err);
    else if ((status = read_goals(c, &o, err)) >= 0 && (status = read_names(c, &o, err)) >= 0 &&
             (status = read_target(c, &o, err)) >= 0)
        status = config_read_storage(c, o.values[STORAGE].s, origin_of(c, &o, STORAGE), err);
    check_name(c, &o, err);

out:
    options_free(&o);
    free(skip);
    return status;
}

void config_free_study(config *c)
{
    free(c->name);
    free(c->maximize);
    free_words(c->objectives);
    free_words(c->constraints);
    free(c->storage);
    free(c->target);
    free(c->optuna_schema);
    free(c->plugin_dir);
}
