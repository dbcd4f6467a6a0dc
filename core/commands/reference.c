/* reference.c - what a reference page says of a plugin or a section, and the catalogue. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "text.h"

static const int32_t KINDS[] = {HONE_STRATEGY, HONE_SURROGATE, HONE_ACQUISITION, HONE_OBJECTIVE,
                                HONE_PRUNER};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

/* ---- parts of a page ---- */

static bool add_options(const hone_option *table, int32_t n, const reference_form *form,
                        FILE *out)
{
    form->heading(out, "Options");
    if (n == 0)
        form->paragraph(out, "None.");
    for (int32_t i = 0; i < n; i++) {
        const hone_option *o = &table[i];
        char *allowed = option_allowed(o);
        if (!allowed)
            return false;
        form->option(out, o->name, allowed,
                     o->flags & HONE_OPT_DEPRECATED ? "deprecated"
                     : o->flags & HONE_OPT_ADVANCED ? "advanced"
                                                    : "",
                     o->doc);
        free(allowed);
    }
    return true;
}

static bool add_paste(const char *section, const char *name, const hone_option *table, int32_t n,
                      const reference_form *form, FILE *out)
{
    text t = {0};
    text_add(&t, "[%s]\n", section);
    if (name)
        text_add(&t, "plugin = %s\n", name);
    for (int32_t i = 0; i < n; i++)
        if (table[i].flags & HONE_OPT_REQUIRED)
            text_add(&t, "%s = \n", table[i].name);
        else if (!(table[i].flags & (HONE_OPT_ADVANCED | HONE_OPT_DEPRECATED)))
            text_add(&t, "; %s = %s\n", table[i].name, table[i].def ? table[i].def : "");
    char *lines = text_take(&t);
    if (!lines)
        return false;
    form->heading(out, "To paste");
    form->lines(out, lines);
    free(lines);
    return true;
}

static void add_sources(const char *sources, const reference_form *form, FILE *out)
{
    char paragraph[4096]; /* no plugin's are longer (table.c) */
    if (*sources)
        form->heading(out, "Sources");
    while (*sources) {
        size_t n = strcspn(sources, "\n");
        snprintf(paragraph, sizeof paragraph, "%.*s", (int)n, sources);
        if (n > 0)
            form->paragraph(out, paragraph);
        sources += n + (sources[n] == '\n');
    }
}

static bool add_module(const plugin *p, const reference_form *form, FILE *out)
{
    text t = {0};
    const module *m = p->module;
    text_add(&t, "%s %s, %s%s%s", m->name, m->version,
             *m->license ? m->license : "no licence named", *m->url ? ", " : "", m->url);
    char *words = text_take(&t);
    if (!words)
        return false;
    if (form->tells_file)
        form->fact(out, "from", m->path);
    form->fact(out, "module", words);
    free(words);
    return true;
}

/* ---- pages ---- */

bool reference_plugin(const plugin *p, const reference_form *form, FILE *out)
{
    const char *name, *sentence;
    form->title(out, kind_name(p->kind), p->name, p->version, p->doc);
    if (!add_module(p, form, out))
        return false;
    if (p->caps)
        form->heading(out, "Capabilities");
    for (int i = 0; caps_item(p->caps, i, &name, &sentence); i++)
        form->fact(out, name, sentence);
    if (!add_options(p->options, p->n_options, form, out))
        return false;
    add_sources(p->sources, form, out);
    return add_paste(kind_name(p->kind), p->name, p->options, p->n_options, form, out);
}

bool reference_section(const char *section, const char *summary, const hone_option *table,
                       int32_t n, const reference_form *form, FILE *out)
{
    form->title(out, NULL, section, NULL, summary);
    return add_options(table, n, form, out) && add_paste(section, NULL, table, n, form, out);
}

/* ---- catalogue ---- */

static bool listed(const listing *e, int32_t kind)
{
    return e->kind == kind && !e->skipped && !e->shadowed_by;
}

/* The table of one kind. */
static bool add_overview(const listing *list, int n, int32_t kind, FILE *out)
{
    bool first = true;
    for (int i = 0; i < n; i++) {
        const listing *e = &list[i];
        if (!listed(e, kind))
            continue;
        char *caps = caps_text(e->caps);
        if (!caps)
            return false;
        if (first)
            fprintf(out, "\n## %s\n\n| name | what it is | capabilities |\n|---|---|---|\n",
                    kind_name(kind));
        first = false;
        fprintf(out, "| [%s](#%s-%s) | %s | %s |\n", e->name, kind_name(kind), e->name, e->doc,
                caps);
        free(caps);
    }
    return true;
}

static int32_t add_pages(registry *r, const listing *list, int n, int32_t kind, FILE *out,
                         error *err)
{
    for (int i = 0; i < n; i++) {
        error why = {0};
        if (!listed(&list[i], kind))
            continue;
        const plugin *p = registry_find(r, kind, list[i].name, "/", &why);
        if (!p)
            fprintf(out, "\n### %s %s\n\nLeft out: %s\n", kind_name(kind), list[i].name,
                    error_text(&why));
        error_free(&why);
        if (p && !reference_plugin(p, &REFERENCE_MARKDOWN, out))
            return error_add(err, HONE_ENOMEM, "out of memory");
    }
    return HONE_OK;
}

int32_t reference_catalogue(registry *r, FILE *out, error *err)
{
    listing *list = NULL;
    int n = 0;
    int32_t status = registry_list(r, &list, &n, err);
    if (status >= 0)
        fprintf(out, "# Plugins of hone %s\n\nMade by `hone info --catalogue` from the plugins' "
                     "own tables.\n", HONE_VERSION);
    for (int i = 0; i < N_KINDS && status >= 0; i++) {
        if (!add_overview(list, n, KINDS[i], out))
            status = error_add(err, HONE_ENOMEM, "out of memory");
        if (status >= 0)
            status = add_pages(r, list, n, KINDS[i], out, err);
    }
    listing_free(list, n);
    return status;
}
