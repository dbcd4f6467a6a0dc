/* config_unused.c - what stands in a study file and nothing reads: sections that no part has,
 * and entries that the table of their section does not know.
 *
 * This comes last, when all tables are known: an option that stands in the wrong section is
 * told its right one. */
#include <string.h>

#include "config_parts.h"
#include "text.h"

static const char *const OWN[] = {"study",       "space",     "strategy", "surrogate",
                                  "acquisition", "objective", "pruner",   "point",    "constraints"};
enum { N_OWN = sizeof OWN / sizeof *OWN };

static bool is_own(const char *name)
{
    for (int i = 0; i < N_OWN; i++)
        if (strcmp(name, OWN[i]) == 0)
            return true;
    return config_is_point(name);
}

static void refuse_section(const ini_section *s, error *err)
{
    const char *meant = nearest(s->name, OWN, N_OWN);
    error_add(err, HONE_ECONFIG, "%s: [%s] is used by nothing%s%s%s", s->origin, s->name,
              meant ? "; did you mean [" : "", meant ? meant : "", meant ? "]?" : "");
}

/* A table of options, and the section that it rules. */
typedef struct ruled {
    const hone_option *table;
    int32_t n;
    const char *section, *who; /* who: "" where it is the section itself */
} ruled;

static ruled study_table(void)
{
    ruled r = {.section = "study", .who = ""};
    r.table = study_options(&r.n);
    return r;
}

static ruled host_table(void)
{
    ruled r = {.section = "objective", .who = ""};
    r.table = objective_host_options(&r.n);
    return r;
}

/* A plugin with its defaults is ruled by the section that would be written for it. */
static ruled component_table(const config *c, const component *part)
{
    const char *section =
        ini_find(&c->doc, part->section) ? part->section : kind_name(part->plugin->kind);
    return (ruled){.table = part->plugin->options, .n = part->plugin->n_options,
                   .section = section, .who = part->plugin->name};
}

/* The k-th table there is; false: there are no more. */
static bool table_at(const config *c, int32_t k, ruled *out)
{
    if (k >= 2 + c->n_components)
        return false;
    *out = k == 0 ? study_table() : k == 1 ? host_table() : component_table(c, c->components[k - 2]);
    return true;
}

static bool is_hosts(const ini_section *s, const char *name)
{
    ruled host = host_table();
    if (strcmp(s->name, "study") != 0 && (strcmp(name, "plugin") == 0 || strcmp(name, "module") == 0))
        return true;
    return strcmp(s->name, "objective") == 0 && options_knows(host.table, host.n, name);
}

/* The host's own key that was probably meant in a section of a plugin. */
static const char *hosts_meant(const ini_section *s, const char *name)
{
    const char *names[16] = {"plugin", "module"};
    const ruled host = host_table();
    int n = 2;
    if (strcmp(s->name, "study") == 0)
        return NULL;
    for (int32_t i = 0; strcmp(s->name, "objective") == 0 && i < host.n && n < 16; i++)
        names[n++] = host.table[i].name;
    return nearest(name, names, n);
}

static const char *own_meant(const ruled *own, const char *name)
{
    const char *meant = NULL;
    for (int32_t i = 0; i < own->n && !meant; i++)
        meant = nearest(name, &own->table[i].name, 1);
    return meant;
}

static void refuse_entry(const config *c, const ruled *own, const ini_section *s,
                         const ini_entry *e, error *err)
{
    ruled other;
    const char *who = *own->who ? own->who : "[study]";
    for (int32_t k = 0; table_at(c, k, &other); k++)
        if (strcmp(other.section, s->name) != 0 && options_knows(other.table, other.n, e->name)) {
            error_add(err, HONE_ECONFIG, "%s: [%s] '%s' is not an option of %s; [%s]%s%s has it",
                      e->origin, s->name, e->name, who, other.section, *other.who ? " " : "",
                      other.who);
            return;
        }
    const char *meant = own_meant(own, e->name) ? NULL : hosts_meant(s, e->name);
    if (meant)
        error_add(err, HONE_ECONFIG, "%s: [%s] unknown option '%s'; did you mean '%s'?", e->origin,
                  s->name, e->name, meant);
    else
        options_refuse_unknown(own->table, own->n, who, s, e, err);
}

static void check_entries(const config *c, const ruled *own, error *err)
{
    const ini_section *s = ini_find(&c->doc, own->section);
    for (int i = 0; s && i < s->n_entries; i++)
        if (!options_knows(own->table, own->n, s->entries[i].name) &&
            !is_hosts(s, s->entries[i].name))
            refuse_entry(c, own, s, &s->entries[i], err);
}

void config_refuse_unused(const config *c, const bool *used, error *err)
{
    const ruled study = study_table();
    for (int i = 0; i < c->doc.n_sections; i++)
        if (!used[i] && !is_own(c->doc.sections[i].name))
            refuse_section(&c->doc.sections[i], err);
    check_entries(c, &study, err);
    for (int32_t i = 0; i < c->n_components; i++) {
        const ruled own = component_table(c, c->components[i]);
        if (ini_find(&c->doc, c->components[i]->section))
            check_entries(c, &own, err);
    }
}
