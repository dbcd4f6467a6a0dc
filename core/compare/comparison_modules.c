/* comparison_modules.c - the plugins' files behind a comparison.
 *
 * A result holds for the code that made it: a run is named by the SHA-256 of the modules of its
 * strategy (with its surrogate, acquisition, pruner) and of its objective, too, so that a plugin
 * that changed runs again and all else stays. */
#include <stdlib.h>
#include <string.h>

#include "comparison.h"

static char *modules_of(const config *c, bool objective)
{
    text t = {0};
    text_add(&t, "%s\n", objective ? "objective" : "strategy");
    for (int32_t i = 0; i < c->n_components; i++) {
        const plugin *p = c->components[i]->plugin;
        if ((p->kind == HONE_OBJECTIVE) == objective)
            text_add(&t, "%s %s %s\n", p->name, p->version ? p->version : "", p->module->sha256);
    }
    return text_take(&t);
}

/* Reads a study of the pair; notes what is not known yet.  A negative status with the reason
 * where the two do not go together. */
static int32_t read_pair(comparison *c, run_place at, const config_settings *settings, error *err)
{
    contender *who = &c->contenders[at.contender];
    block *where = &c->blocks[at.block];
    text file = {0};
    char *folder = NULL;
    config cfg = {0};
    config_settings with = *settings;
    with.set = NULL;
    with.n_set = 0;
    with.need_objective = true;
    int32_t status = comparison_study(c, at, &file, &folder, err);
    if (status >= 0)
        status = config_read(file.data, c->doc.path, folder, &with, &cfg, err);
    if (status >= 0 && !who->command && !who->modules &&
        !(who->modules = modules_of(&cfg, false)))
        status = error_add(err, HONE_ENOMEM, "out of memory for a comparison");
    if (status >= 0 && !where->modules && !(where->modules = modules_of(&cfg, true)))
        status = error_add(err, HONE_ENOMEM, "out of memory for a comparison");
    config_free(&cfg);
    text_free(&file);
    free(folder);
    return status;
}

/* The strategy on one problem after the other, until one can be read. */
static int32_t find_contender(comparison *c, int64_t who, const config_settings *settings,
                              error *err)
{
    error first = {0};
    for (int64_t b = 0; b < c->n_blocks && !c->contenders[who].modules; b++) {
        error problem = {0};
        if (b > 0 && c->blocks[b].section == c->blocks[b - 1].section)
            continue; /* what it can do does not depend on function or dimension */
        read_pair(c, (run_place){.contender = who, .block = b}, settings, &problem);
        if (first.status >= 0)
            error_take(&first, &problem);
        error_free(&problem);
    }
    if (!c->contenders[who].modules)
        error_add(err, first.status < 0 ? first.status : HONE_ECONFIG,
                  "%s: [%s] works on no problem: %s", c->contenders[who].section->origin,
                  c->contenders[who].section->name, error_text(&first));
    error_free(&first);
    return err->status;
}

static int32_t find_block(comparison *c, int64_t where, const config_settings *settings, error *err)
{
    block *b = &c->blocks[where];
    for (int64_t other = 0; other < where && !b->modules; other++)
        if (c->blocks[other].section == b->section && c->blocks[other].modules &&
            !(b->modules = strdup(c->blocks[other].modules)))
            return error_add(err, HONE_ENOMEM, "out of memory for a comparison");
    for (int64_t s = 0; s < c->n_contenders && !b->modules; s++) {
        error problem = {0};
        int32_t status = read_pair(c, (run_place){s, where, 0, 0}, settings, &problem);
        error_free(&problem);
        if (status == HONE_ENOMEM)
            return error_add(err, status, "out of memory for a comparison");
    }
    return HONE_OK; /* where no strategy can read it, each run says why */
}

int32_t comparison_find_modules(comparison *c, const config_settings *settings, error *err)
{
    int32_t status = HONE_OK;
    for (int64_t s = 0; s < c->n_contenders; s++)
        if (!c->contenders[s].command)
            find_contender(c, s, settings, err);
    status = err->status;
    for (int64_t b = 0; b < c->n_blocks && status >= 0; b++)
        status = find_block(c, b, settings, err);
    return status;
}
