/* comparison.c - see comparison.h. */
#include "comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


enum { NAME, BUDGET, DIMENSIONS, INSTANCES, REPEATS, SEED, WORKERS, TIME, NOISE, FOLDER, TARGETS,
       ALPHA, ROPE, N_OPTIONS };
static const int64_t MOST_NUMBERS = 100000; /* of a list such as 1-5 */

static const hone_option OPTIONS[N_OPTIONS] = {
    [NAME] = {.name = "name",
              .type = HONE_OPT_STRING,
              .def = "comparison",
              .doc = "What the report is called."},
    [BUDGET] = {.name = "budget",
                .type = HONE_OPT_STRING,
                .def = "100",
                .doc = "Evaluations of each run; 20d: twenty times the dimension."},
    [DIMENSIONS] = {.name = "dimensions",
                    .type = HONE_OPT_STRING,
                    .def = "2",
                    .doc = "Numbers and ranges, for problems that leave the choice."},
    [INSTANCES] = {.name = "instances",
                   .type = HONE_OPT_STRING,
                   .def = "1",
                   .doc = "Numbers and ranges such as 1-5; where a problem has no instances each "
                          "is a repeat with a seed of its own."},
    [REPEATS] = {.name = "repeats",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 1,
                 .high = 100000,
                 .doc = "Runs of each strategy on each instance, with different seeds."},
    [SEED] = {.name = "seed",
              .type = HONE_OPT_INT,
              .def = "0",
              .low = 0,
              .high = 0x1p64,
              .doc = "Seed of every random number."},
    [WORKERS] = {.name = "workers",
                 .type = HONE_OPT_INT,
                 .def = "1",
                 .low = 1,
                 .high = 4096,
                 .doc = "Simulated workers of each run, asynchronous; an evaluation takes what "
                        "the objective says it cost, or 1."},
    [TIME] = {.name = "time",
              .type = HONE_OPT_SECONDS,
              .def = "none",
              .low = 0,
              .high = INFINITY,
              .flags = HONE_OPT_OPEN_LOW,
              .choices = (const char *const[]){"none", NULL},
              .doc = "Longest run on the simulated clock."},
    [NOISE] = {.name = "noise",
               .type = HONE_OPT_REAL,
               .def = "0",
               .low = 0,
               .high = INFINITY,
               .doc = "Standard deviation of normal noise on the values that strategies are told; "
                      "they are judged without it."},
    [FOLDER] = {.name = "folder",
                .type = HONE_OPT_PATH,
                .doc = "Where results are kept; by default the file's name without .ini."},
    [TARGETS] = {.name = "targets",
                 .type = HONE_OPT_REALS,
                 .low = 0,
                 .high = INFINITY,
                 .flags = HONE_OPT_OPEN_LOW,
                 .doc = "Precisions to be reached above the optimum; by default 51 from 1e2 to "
                        "1e-8, evenly by their logarithms, as COCO has them."},
    [ALPHA] = {.name = "alpha",
               .type = HONE_OPT_REAL,
               .def = "0.05",
               .low = 0,
               .high = 0.5,
               .flags = HONE_OPT_OPEN_LOW | HONE_OPT_OPEN_HIGH,
               .doc = "Level of significance of the tests."},
    [ROPE] = {.name = "rope",
              .type = HONE_OPT_REAL,
              .def = "0.1",
              .low = 0,
              .high = INFINITY,
              .doc = "Scores, decimal logarithms of precisions, that differ by less count as "
                     "equal in the Bayesian signed-rank test."},
};

const hone_option *comparison_options(int32_t *n)
{
    *n = N_OPTIONS;
    return OPTIONS;
}

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for a comparison");
}

/* ---- lists ------------------------------------------------------------------------------- */

/* "1-5, 7": each number; *list from malloc. */
static bool read_numbers(const char *words, int64_t **list, int64_t *n)
{
    char *copy = strdup(words), *at = copy, *word;
    bool good = copy != NULL;
    int64_t room = 0;
    *list = NULL;
    *n = 0;
    while (good && (word = strsep(&at, " \t,"))) {
        char *dash = strchr(word, '-');
        int64_t low, high;
        if (!*word)
            continue;
        if (dash)
            *dash = '\0';
        good = number_int(word, &low) && low >= 1;
        high = low;
        if (good && dash)
            good = number_int(dash + 1, &high) && high >= low && high - low < MOST_NUMBERS;
        for (int64_t i = low; good && i <= high; i++) {
            if (*n == room) {
                room = room ? 2 * room : 16;
                int64_t *more = realloc(*list, (size_t)room * sizeof *more);
                if (!(good = more != NULL))
                    break;
                *list = more;
            }
            (*list)[(*n)++] = i;
        }
    }
    free(copy);
    return good && *n > 0;
}

static int32_t bad_list(const ini_entry *e, const char *value, error *err)
{
    return error_add(err, HONE_ECONFIG,
                     "%s: '%s' is not a list of numbers; allowed: numbers and ranges, such as "
                     "2 5 10 or 1-5",
                     e ? e->origin : "[comparison]", value);
}

/* ---- [comparison] ------------------------------------------------------------------------ */

static int32_t read_targets(comparison *c)
{
    const hone_value *v = &c->options.values[TARGETS];
    c->n_targets = v->n > 0 ? v->n : 51;
    c->targets = malloc((size_t)c->n_targets * sizeof *c->targets);
    if (!c->targets)
        return HONE_ENOMEM;
    for (int64_t i = 0; i < c->n_targets; i++)
        c->targets[i] = v->n > 0 ? v->v[i] : pow(10, 2 - 0.2 * (double)i);
    for (int64_t i = 1; i < c->n_targets; i++) /* decreasing, by insertion */
        for (int64_t k = i; k > 0 && c->targets[k] > c->targets[k - 1]; k--) {
            double larger = c->targets[k];
            c->targets[k] = c->targets[k - 1];
            c->targets[k - 1] = larger;
        }
    return HONE_OK;
}

static int32_t read_budget(comparison *c, error *err)
{
    const char *given = c->options.values[BUDGET].s;
    char *copy = strdup(given);
    size_t n = strlen(given);
    int64_t budget = 0;
    if (!copy)
        return no_memory(err);
    c->per_dimension = n > 0 && (copy[n - 1] == 'd' || copy[n - 1] == 'D');
    if (c->per_dimension)
        copy[n - 1] = '\0';
    bool good = number_int(copy, &budget) && budget >= 1;
    c->budget = (double)budget;
    free(copy);
    return good ? HONE_OK
                : error_add(err, HONE_ECONFIG,
                            "%s: [comparison] budget = %s is not allowed; allowed: a number of "
                            "evaluations, or 20d for twenty times the dimension",
                            c->options.from[BUDGET] ? c->options.from[BUDGET]->origin : c->doc.path,
                            given);
}

static char *default_folder(const comparison *c)
{
    const char *slash = strrchr(c->doc.path, '/'), *base = slash ? slash + 1 : c->doc.path;
    size_t n = strlen(base);
    text t = {0};
    bool has_ending = n > 4 && strcmp(base + n - 4, ".ini") == 0;
    text_add(&t, "%s/%.*s%s", c->doc.folder, (int)(has_ending ? n - 4 : n), base,
             has_ending ? "" : ".results");
    return text_take(&t);
}

static int32_t read_general(comparison *c, error *err)
{
    const ini_section *s = ini_find(&c->doc, "comparison");
    if (!s)
        return error_add(err, HONE_ECONFIG,
                         "%s: [comparison] is missing; it says budget, dimensions, instances, ...",
                         c->doc.path);
    int32_t status = options_read(OPTIONS, N_OPTIONS, "[comparison]", &c->doc, s, NULL, &c->options,
                                  NULL, err);
    if (status < 0)
        return status;
    const hone_value *v = c->options.values;
    c->name = v[NAME].s;
    c->seed = (uint64_t)v[SEED].i;
    c->workers = v[WORKERS].i;
    c->repeats = v[REPEATS].i;
    c->noise = v[NOISE].d;
    c->alpha = v[ALPHA].d;
    c->rope = v[ROPE].d;
    c->time = isnan(v[TIME].d) ? INFINITY : v[TIME].d;
    c->folder = v[FOLDER].s ? strdup(v[FOLDER].s) : default_folder(c);
    if (!c->folder || read_targets(c) < 0)
        return no_memory(err);
    if (!read_numbers(v[INSTANCES].s, &c->instances, &c->n_instances))
        return bad_list(c->options.from[INSTANCES], v[INSTANCES].s, err);
    return read_budget(c, err);
}

/* ---- [strategy NAME] --------------------------------------------------------------------- */

const char *comparison_named(const ini_section *s, const char *kind)
{
    size_t n = strlen(kind);
    return strncmp(s->name, kind, n) == 0 && s->name[n] == ' ' ? s->name + n + 1 : NULL;
}

static int32_t read_contenders(comparison *c, error *err)
{
    c->contenders = calloc((size_t)c->doc.n_sections + 1, sizeof *c->contenders);
    if (!c->contenders)
        return no_memory(err);
    for (int i = 0; i < c->doc.n_sections; i++) {
        const ini_section *s = &c->doc.sections[i];
        const char *name = comparison_named(s, "strategy");
        const ini_entry *command = ini_get(s, "command");
        if (!name)
            continue;
        if (!command && !ini_get(s, "plugin"))
            error_add(err, HONE_ECONFIG, "%s: [%s] names neither a plugin nor a command", s->origin,
                      s->name);
        c->contenders[c->n_contenders++] =
            (contender){.name = name, .section = s, .command = command ? command->value : NULL};
    }
    if (c->n_contenders == 0)
        error_add(err, HONE_ECONFIG,
                  "%s: no strategy is compared; a section each, such as [strategy cmaes] with "
                  "plugin = cmaes",
                  c->doc.path);
    return err->status;
}

/* ---- [problem NAME] ---------------------------------------------------------------------- */

typedef struct suite {           /* what a section [problem] says */
    const ini_section *section;
    const char *name;
    bool has_function, has_dimension, has_instance, bbob;
    char **functions;            /* [n_functions]; one NULL where there is no such option */
    int64_t n_functions, n_dimensions, *dimensions;
} suite;

static void suite_free(suite *s)
{
    for (int64_t i = 0; s->functions && i < s->n_functions; i++)
        free(s->functions[i]);
    free(s->functions);
    free(s->dimensions);
}

static char *number_word(int64_t number)
{
    text t = {0};
    text_add(&t, "%lld", (long long)number);
    return text_take(&t);
}

static int32_t split_functions(suite *s, const ini_entry *e, error *err)
{
    int64_t *numbers = NULL, n = 0;
    bool numeric = read_numbers(e->value, &numbers, &n);
    char *copy = strdup(e->value), *at = copy, *word;
    s->functions = calloc(numeric ? (size_t)n : strlen(e->value) + 1, sizeof *s->functions);
    if (s->functions && copy && numeric)
        for (int64_t i = 0; i < n; i++)
            s->functions[s->n_functions++] = number_word(numbers[i]);
    else if (s->functions && copy)
        while ((word = strsep(&at, " \t,")))
            if (*word)
                s->functions[s->n_functions++] = strdup(word);
    int32_t status = s->functions && copy && s->n_functions > 0 ? HONE_OK : no_memory(err);
    free(copy);
    free(numbers);
    return status;
}

static int32_t read_suite(const comparison *c, registry *plugins, suite *s, error *err)
{
    const ini_entry *name = ini_get(s->section, "plugin");
    const ini_entry *function = ini_get(s->section, "function");
    const ini_entry *own = ini_get(s->section, "dimensions");
    const char *dimensions = own ? own->value : c->options.values[DIMENSIONS].s;
    bool from_study = ini_get(s->section, "study") != NULL;
    if (!name && !from_study)
        return error_add(err, HONE_ECONFIG, "%s: [%s] names neither a plugin nor a study",
                         s->section->origin, s->section->name);
    if (name) {
        const plugin *p = registry_find(plugins, HONE_OBJECTIVE, name->value, c->doc.folder, err);
        if (!p)
            return err->status;
        s->has_function = options_index(p->options, p->n_options, "function") >= 0;
        s->has_instance = options_index(p->options, p->n_options, "instance") >= 0;
        s->has_dimension = options_index(p->options, p->n_options, "dimension") >= 0;
        s->bbob = strcmp(name->value, "bbob") == 0 && !ini_get(s->section, "suite");
    }
    if (ini_get(s->section, "space") || from_study || ini_get(s->section, "dimension"))
        s->has_dimension = false;
    s->n_dimensions = 1;
    if (s->has_dimension && !read_numbers(dimensions, &s->dimensions, &s->n_dimensions))
        return bad_list(own ? own : c->options.from[DIMENSIONS], dimensions, err);
    if (s->has_function && function)
        return split_functions(s, function, err);
    s->n_functions = 1;
    s->functions = calloc(1, sizeof *s->functions);
    return s->functions ? HONE_OK : no_memory(err);
}

static int32_t read_reference(const suite *s, block *b, error *err)
{
    const ini_entry *e = ini_get(s->section, "reference");
    char *copy = e ? strdup(e->value) : NULL, *at = copy, *word;
    if (!e)
        return HONE_OK;
    b->reference = calloc(strlen(e->value) + 1, sizeof *b->reference);
    while (copy && b->reference && (word = strsep(&at, " \t,")))
        if (*word && !number_real(word, &b->reference[b->n_reference++]))
            error_add(err, HONE_ECONFIG, "%s: [%s] reference: '%s' is not a number", e->origin,
                      s->section->name, word);
    free(copy);
    return b->reference ? err->status : no_memory(err);
}

static int32_t add_block(comparison *c, const suite *s, const char *function, int64_t dimension,
                         error *err)
{
    block *b = realloc(c->blocks, (size_t)(c->n_blocks + 1) * sizeof *b);
    text name = {0};
    if (!b)
        return no_memory(err);
    c->blocks = b;
    b += c->n_blocks++;
    *b = (block){.section = s->section,
                 .dimension = dimension,
                 .has_instances = s->has_instance && !ini_get(s->section, "instance"),
                 .bbob = s->bbob};
    bool numeric = function && number_int(function, &b->number);
    text_add(&name, "%s%s%s", s->name, function ? numeric ? "-f" : "-" : "",
             function ? function : "");
    b->name = text_take(&name);
    b->function = function ? strdup(function) : NULL;
    if (!b->name || (function && !b->function))
        return no_memory(err);
    return read_reference(s, b, err);
}

static int32_t read_problem(comparison *c, registry *plugins, const ini_section *section,
                            error *err)
{
    suite s = {.section = section, .name = comparison_named(section, "problem")};
    int32_t status = read_suite(c, plugins, &s, err);
    for (int64_t d = 0; status >= 0 && d < s.n_dimensions; d++)
        for (int64_t f = 0; status >= 0 && f < s.n_functions; f++)
            status = add_block(c, &s, s.functions[f], s.dimensions ? s.dimensions[d] : 0, err);
    suite_free(&s);
    return status;
}

static int32_t read_problems(comparison *c, const config_settings *settings, error *err)
{
    registry *plugins = NULL;
    int32_t status = registry_new(&settings->plugins, &plugins, err);
    for (int i = 0; status >= 0 && i < c->doc.n_sections; i++)
        if (comparison_named(&c->doc.sections[i], "problem"))
            status = read_problem(c, plugins, &c->doc.sections[i], err);
    registry_free(plugins);
    if (status >= 0 && c->n_blocks == 0)
        status = error_add(err, HONE_ECONFIG,
                           "%s: there is no problem; a section each, such as [problem bbob] with "
                           "plugin = bbob",
                           c->doc.path);
    return status;
}

int32_t comparison_load(const char *path, const config_settings *settings, comparison *out,
                        error *err)
{
    *out = (comparison){0};
    int32_t status = ini_load(path, &out->doc, err);
    for (int i = 0; i < settings->n_set && status >= 0; i++)
        status = ini_set(&out->doc, settings->set[i], err);
    if (status >= 0)
        status = read_general(out, err);
    if (status >= 0)
        status = read_contenders(out, err);
    if (status >= 0)
        status = read_problems(out, settings, err);
    return status < 0 ? status : comparison_find_modules(out, settings, err);
}

void comparison_free(comparison *c)
{
    for (int64_t i = 0; i < c->n_blocks; i++) {
        free(c->blocks[i].name);
        free(c->blocks[i].function);
        free(c->blocks[i].reference);
        free(c->blocks[i].modules);
    }
    for (int64_t i = 0; i < c->n_contenders; i++)
        free(c->contenders[i].modules);
    free(c->blocks);
    free(c->contenders);
    free(c->instances);
    free(c->targets);
    free(c->folder);
    options_free(&c->options);
    ini_free(&c->doc);
    *c = (comparison){0};
}
