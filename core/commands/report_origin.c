/* report_origin.c - how a study came about: the last part of its report. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "report_parts.h"
#include "thin.h"

/* What is stored of the study under `key`; the caller frees; NULL: nothing. */
static char *stored_fact(const report *o, const char *key)
{
    char *value = NULL;
    error ignored = {0};
    storage_get(o->r->study.storage, o->r->study.record.id, key, &value, &ignored);
    error_free(&ignored);
    return value;
}

void report_fact(page *p, const char *name, const char *value)
{
    page_cell(p, name);
    page_cell(p, value);
}

static void add_fact_of(const report *o, const char *name, const char *key)
{
    char *value = stored_fact(o, key);
    report_fact(o->page, name, value ? value : "not recorded");
    free(value);
}

static void add_seed(const report *o)
{
    char *identity = stored_fact(o, "identity");
    const char *at = identity ? strstr(identity, "study.seed = ") : NULL;
    char seed[32] = "not recorded";
    if (at)
        snprintf(seed, sizeof seed, "%.*s", (int)strcspn(at + 13, "\n"), at + 13);
    report_fact(o->page, "seed", seed);
    free(identity);
}

static void add_host(const report *o)
{
    struct utsname u;
    text words = {0};
    if (uname(&u) == 0)
        text_add(&words, "%s, %s %s, %s", u.nodename, u.sysname, u.release, u.machine);
    report_fact(o->page, "this report was made on", words.data);
    text_free(&words);
}

static void add_plugins(const report *o)
{
    char *lines = stored_fact(o, "plugins");
    if (!lines || !*lines) {
        free(lines);
        return;
    }
    page_table(o->page, "Plugins of the study.", 4,
               (const char *[]){"kind", "name", "version", "SHA-256 of the file"},
               (bool[]){false, false, false, false});
    char *save = NULL;
    for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *rest = NULL, *word = strtok_r(line, " ", &rest);
        for (int c = 0; c < 4; c++) {
            page_cell(o->page, word);
            word = word ? strtok_r(NULL, " ", &rest) : NULL;
        }
    }
    page_table_end(o->page);
    free(lines);
}

static void add_words(const report *o, const char *what, const char *key)
{
    char *words = stored_fact(o, key);
    if (words && *words) {
        page_text(o->page, "%s", what);
        page_pre(o->page, words);
    }
    free(words);
}

void report_origin(const report *o)
{
    const recall *r = o->r;
    page_section(o->page, "How it came about", "origin");
    page_table(o->page, NULL, 2, (const char *[]){"what", "value"}, (bool[]){false, false});
    add_fact_of(o, "hone of the study", "hone");
    report_fact(o->page, "hone of this report", HONE_VERSION);
    add_seed(o);
    add_fact_of(o, "machine of the study", "machine");
    add_host(o);
    report_fact(o->page, "database", r->study.url);
    page_table_end(o->page);
    add_plugins(o);
    page_text(o->page, "To reproduce the study, save the study file below as study.ini, without "
                       "its database, and run:");
    page_pre(o->page, "hone run study.ini\n");
    page_text(o->page, "This report:");
    text line = {0};
    text_add(&line, "hone report '%s#%s'\n", r->study.url, r->study.record.name);
    page_pre(o->page, line.data);
    text_free(&line);
    add_words(o, "The study file:", "file");
    add_words(o, "Everything that decides the results, with defaults:", "identity");
    page_text(o->page, "%s", THIN_RULE);
}
