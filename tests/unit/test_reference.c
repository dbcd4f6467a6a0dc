/* test_reference.c - what shipped plugins say about themselves, and the pages made of it. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "options.h"
#include "reference.h"
#include "registry.h"

static registry *shipped(glob_t *files)
{
    registry *r = NULL;
    error err = {0};
    registry_settings settings = {.allow_unsafe = true, .no_probe = true};

    cr_assert_eq(registry_new(&settings, &r, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(glob(BUILD_DIR "/plugins/*/*.so", 0, NULL, files), 0);
    cr_assert(files->gl_pathc >= 40, "%zu plugins", files->gl_pathc);
    return r;
}

static const module *loaded(registry *r, const char *path)
{
    error err = {0};
    const module *m = registry_load(r, path, &err);
    cr_assert(m, "%s", error_text(&err));
    return m;
}

/* Begins with a capital, a number, or the name of one of the choices with a colon; ends with a
 * stop; says something. */
static bool sentence(const char *s, const hone_option *o)
{
    size_t n = s ? strlen(s) : 0;
    if (n < 8 || s[n - 1] != '.' || !strchr(s, ' ') || strchr(s, '\n'))
        return false;
    for (int i = 0; o && o->choices && o->choices[i]; i++) {
        size_t k = strlen(o->choices[i]);
        if (strncmp(s, o->choices[i], k) == 0 && s[k] == ':')
            return true;
    }
    return isupper((unsigned char)*s) || isdigit((unsigned char)*s);
}

static void expect_options(const char *who, const hone_option *table, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        cr_expect(sentence(table[i].doc, &table[i]), "%s: %s: \"%s\"", who, table[i].name,
                  table[i].doc);
}

Test(reference, documentation_is_sentences)
{
    glob_t files;
    registry *r = shipped(&files);
    int32_t n;

    for (size_t i = 0; i < files.gl_pathc; i++) {
        const module *m = loaded(r, files.gl_pathv[i]);
        cr_expect(*m->license, "%s names no licence", m->path);
        for (int32_t k = 0; k < m->n_plugins; k++) {
            const plugin *p = &m->plugins[k];
            cr_expect(sentence(p->doc, NULL), "%s: \"%s\"", m->path, p->doc);
            cr_expect(*p->sources && p->sources[strlen(p->sources) - 1] == '.' &&
                          isupper((unsigned char)*p->sources),
                      "%s: sources: \"%s\"", m->path, p->sources);
            expect_options(p->name, p->options, p->n_options);
        }
    }
    const hone_option *table = study_options(&n);
    expect_options("[study]", table, n);
    table = objective_host_options(&n);
    expect_options("[objective]", table, n);
    globfree(&files);
    registry_free(r);
}

/* ---- pages ---- */

static char *page(const plugin *p, const reference_form *form)
{
    char *s = NULL;
    size_t n;
    FILE *out = open_memstream(&s, &n);
    cr_assert(out && reference_plugin(p, form, out));
    fclose(out);
    return s;
}

/* The text of a page as a reader sees it: markup and breaks of lines are left out. */
static char *plain(char *s)
{
    char *to = s;
    for (const char *from = s; *from; from++)
        if (isalnum((unsigned char)*from))
            *to++ = *from;
    *to = '\0';
    return s;
}

static void expect_words(const char *page, const char *words, const char *where)
{
    char *w = plain(strdup(words));
    cr_expect(strstr(page, w), "%s lacks \"%s\"", where, words);
    free(w);
}

Test(reference, each_form_tells_everything)
{
    glob_t files;
    registry *r = shipped(&files);

    for (size_t i = 0; i < files.gl_pathc; i++) {
        const plugin *p = loaded(r, files.gl_pathv[i])->plugins;
        char *text = plain(page(p, &REFERENCE_TEXT));
        char *markdown = plain(page(p, &REFERENCE_MARKDOWN));
        expect_words(text, p->doc, p->name);
        expect_words(markdown, p->doc, p->name);
        expect_words(text, p->sources, p->name);
        for (int32_t k = 0; k < p->n_options; k++) {
            expect_words(text, p->options[k].doc, p->name);
            expect_words(text, p->options[k].name, p->name);
        }
        free(text);
        free(markdown);
    }
    globfree(&files);
    registry_free(r);
}

/* No line of a troff page is a request by accident, and no line of the terminal's is too long. */
Test(reference, pages_are_well_formed)
{
    static const char *const REQUESTS[] = {".TH ", ".SH ", ".TP", ".PP", ".nf", ".fi", ".\\\""};
    glob_t files;
    registry *r = shipped(&files);

    for (size_t i = 0; i < files.gl_pathc; i++) {
        const plugin *p = loaded(r, files.gl_pathv[i])->plugins;
        char *roff = page(p, &REFERENCE_MAN), *text = page(p, &REFERENCE_TEXT);
        for (char *line = strtok(roff, "\n"); line; line = strtok(NULL, "\n")) {
            bool known = *line != '.' && *line != '\'';
            for (size_t k = 0; k < sizeof REQUESTS / sizeof *REQUESTS; k++)
                known = known || strncmp(line, REQUESTS[k], strlen(REQUESTS[k])) == 0;
            cr_expect(known, "%s: \"%s\"", p->name, line);
        }
        for (char *line = strtok(strstr(text, "\nOptions"), "\n"); line; line = strtok(NULL, "\n"))
            cr_expect(strlen(line) <= 80 || strchr(line, ':'), "%s: \"%s\"", p->name, line);
        free(roff);
        free(text);
    }
    globfree(&files);
    registry_free(r);
}

Test(reference, the_catalogue_has_every_plugin)
{
    static const char *const DIRS[] = {BUILD_DIR "/plugins"};
    registry_settings settings = {.allow_unsafe = true, .no_probe = true, .dirs = DIRS,
                                  .n_dirs = 1};
    registry *r = NULL;
    error err = {0};
    char *s = NULL, title[128];
    size_t n;
    glob_t files;

    cr_assert_eq(registry_new(&settings, &r, &err), HONE_OK);
    FILE *out = open_memstream(&s, &n);
    cr_assert_eq(reference_catalogue(r, out, &err), HONE_OK, "%s", error_text(&err));
    fclose(out);
    cr_assert_eq(glob(BUILD_DIR "/plugins/*/*.so", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const plugin *p = loaded(r, files.gl_pathv[i])->plugins;
        snprintf(title, sizeof title, "\n### %s %s %s\n", kind_name(p->kind), p->name, p->version);
        cr_expect(strstr(s, title), "%s", title);
        snprintf(title, sizeof title, "](#%s-%s)", kind_name(p->kind), p->name);
        cr_expect(strstr(s, title), "%s", title);
    }
    cr_expect(!strstr(s, "Left out"));
    globfree(&files);
    free(s);
    registry_free(r);
}
