/* comparison_study.c - the runs of a comparison: their order, seeds, budgets, the study file of
 * each, and what names its result. */
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "rng.h"
#include "sha256.h"

int64_t comparison_runs(const comparison *c)
{
    return c->n_contenders * c->n_blocks * c->n_instances * c->repeats;
}

run_place comparison_place(const comparison *c, int64_t run)
{
    run_place at = {.repeat = run % c->repeats};
    run /= c->repeats;
    at.instance = run % c->n_instances;
    run /= c->n_instances;
    at.block = run % c->n_blocks;
    at.contender = run / c->n_blocks;
    return at;
}

uint64_t comparison_seed(const comparison *c, run_place at)
{
    const block *b = &c->blocks[at.block];
    rng_key key = rng_child(rng_root(c->seed), b->name, b->dimension);
    uint64_t seed;
    rng_bits(rng_child(key, "run", c->instances[at.instance]), at.repeat, 0, 1, &seed);
    return seed >> 11; /* every number below 2^53 is written and read exactly */
}

int64_t comparison_budget(const comparison *c, int64_t dimension)
{
    return (int64_t)(c->per_dimension ? c->budget * (double)dimension : c->budget);
}

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory for a comparison");
}

/* ---- the study file ---------------------------------------------------------------------- */

static bool among(const char *name, const char *const *list)
{
    for (; list && *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* A section under another name, without the entries of `skip`. */
static void copy_section(text *out, const char *name, const ini_section *s,
                         const char *const *skip)
{
    text_add(out, "[%s]\n", name);
    for (int i = 0; s && i < s->n_entries; i++)
        if (!among(s->entries[i].name, skip))
            text_add(out, "%s = %s\n", s->entries[i].name, s->entries[i].value);
}

/* The sections that the entries of s name, and what these name, once each. */
static void copy_parts(const comparison *c, const ini_section *s, bool *done, text *out)
{
    for (int i = 0; i < s->n_entries; i++) {
        const ini_section *part = ini_find(&c->doc, s->entries[i].value);
        if (!part || done[part - c->doc.sections] || strcmp(part->name, "comparison") == 0)
            continue;
        done[part - c->doc.sections] = true;
        bool pruner = strcmp(s->entries[i].name, "pruner") == 0 && comparison_named(s, "strategy");
        copy_section(out, pruner ? "pruner" : part->name, part, NULL);
        copy_parts(c, part, done, out);
    }
}

static void write_strategy(const comparison *c, const contender *who, bool *done, text *out)
{
    static const char *const PRUNER[] = {"pruner", NULL};
    const ini_entry *pruner = ini_get(who->section, "pruner");
    if (who->command) {
        text_add(out, "[strategy]\nplugin = random\n");
        return;
    }
    copy_section(out, "strategy", who->section, PRUNER);
    copy_parts(c, who->section, done, out);
    if (pruner && !ini_find(&c->doc, pruner->value))
        text_add(out, "[pruner]\nplugin = %s\n", pruner->value);
}

static const char *const OURS[] = {"function", "instance",    "dimension", "dimensions",
                                   "goal",     "constraints", "reference", "space",
                                   "study",    "isolation",   NULL};

static void write_problem(const comparison *c, const block *b, int64_t instance, text *out)
{
    const ini_section *s = b->section;
    const ini_entry *given = ini_get(s, "space"), *kept;
    text name = {0};
    copy_section(out, "objective", s, OURS);
    text_add(out, "isolation = simulated\n");
    kept = ini_get(s, "function");
    if (b->function || kept)
        text_add(out, "function = %s\n", b->function ? b->function : kept->value);
    if (b->dimension)
        text_add(out, "dimension = %lld\n", (long long)b->dimension);
    else if ((kept = ini_get(s, "dimension")))
        text_add(out, "dimension = %s\n", kept->value);
    if (b->has_instances)
        text_add(out, "instance = %lld\n", (long long)instance);
    else if ((kept = ini_get(s, "instance")))
        text_add(out, "instance = %s\n", kept->value);
    if (given) {
        text_add(&name, "space %s", given->value);
        copy_section(out, "space", name.data ? ini_find(&c->doc, name.data) : NULL, NULL);
        text_free(&name);
    }
}

static void write_goals(const ini_section *s, text *out)
{
    static const char *const GOALS[] = {"goal", "constraints", "objectives", NULL};
    for (const char *const *g = GOALS; *g; g++) {
        const ini_entry *e = ini_get(s, *g);
        if (e)
            text_add(out, "%s = %s\n", *g, e->value);
    }
}

/* Space, objective and goals of a study file; of its folder are the paths. */
static int32_t write_from_study(const comparison *c, const ini_entry *e, const char *head,
                                text *out, char **folder, error *err)
{
    static const char *const ISOLATION[] = {"isolation", NULL};
    text path = {0};
    ini doc = {0};
    text_add(&path, "%s%s%s", *e->value == '/' ? "" : c->doc.folder, *e->value == '/' ? "" : "/",
             e->value);
    int32_t status = path.data ? ini_load(path.data, &doc, err) : no_memory(err);
    text_free(&path);
    if (status >= 0) {
        text_add(out, "%s", head);
        write_goals(ini_find(&doc, "study"), out);
        if (ini_find(&doc, "space"))
            copy_section(out, "space", ini_find(&doc, "space"), NULL);
        copy_section(out, "objective", ini_find(&doc, "objective"), ISOLATION);
        text_add(out, "isolation = simulated\n");
        *folder = strdup(doc.folder);
    }
    ini_free(&doc);
    return status;
}

int32_t comparison_study(const comparison *c, run_place at, text *out, char **folder, error *err)
{
    const block *b = &c->blocks[at.block];
    const ini_entry *study = ini_get(b->section, "study");
    text head = {0};
    bool *done = calloc((size_t)c->doc.n_sections + 1, sizeof *done);
    int32_t status = HONE_OK;
    *folder = NULL;
    text_add(&head, "[study]\nstorage = memory\nduplicates = evaluate\nmax_failures = none\n"
                    "seed = %llu\n", (unsigned long long)comparison_seed(c, at));
    if (!done || head.failed) {
        status = no_memory(err);
    } else if (study) {
        status = write_from_study(c, study, head.data, out, folder, err);
    } else {
        text_add(out, "%s", head.data);
        write_goals(b->section, out);
        write_problem(c, b, c->instances[at.instance], out);
        *folder = strdup(c->doc.folder);
    }
    if (status >= 0)
        write_strategy(c, &c->contenders[at.contender], done, out);
    if (status >= 0 && (out->failed || !*folder))
        status = no_memory(err);
    text_free(&head);
    free(done);
    return status;
}

int32_t comparison_key(const comparison *c, run_place at, char key[65], error *err)
{
    text t = {0};
    char *folder, number[NUMBER_ROOM];
    int32_t status = comparison_study(c, at, &t, &folder, err);
    const char *command = c->contenders[at.contender].command;
    text_add(&t, "\nhone %s, budget %s%s", HONE_VERSION, number_text(c->budget, number),
             c->per_dimension ? " d" : "");
    text_add(&t, ", workers %lld, noise %s", (long long)c->workers, number_text(c->noise, number));
    text_add(&t, ", time %s, repeat %lld, instance %lld, command %s", number_text(c->time, number),
             (long long)at.repeat, (long long)c->instances[at.instance], command ? command : "");
    const block *b = &c->blocks[at.block];
    for (int64_t i = 0; i < b->n_reference; i++)
        text_add(&t, ", %s", number_text(b->reference[i], number));
    const char *modules = c->contenders[at.contender].modules;
    text_add(&t, "\n%s%s", modules ? modules : "", b->modules ? b->modules : "");
    if (status >= 0 && t.failed)
        status = no_memory(err);
    if (status >= 0)
        sha256_text(t.data, t.length, key);
    text_free(&t);
    free(folder);
    return status;
}
