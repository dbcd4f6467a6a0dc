/* new.c - `hone new`: a plugin to begin with, that works as it is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "kind.h"
#include "new_templates.h"
#include "program.h"
#include "text.h"

typedef struct newcomer {
    const source_template *from;
    const char *name, *folder;
} newcomer;

/* ---- the source ---- */

/* Every `old` in the text becomes `fresh`. */
static void replace(text *t, const char *old, const char *fresh)
{
    text out = {0};
    const char *at = t->data, *next;
    while (at && (next = strstr(at, old))) {
        text_put(&out, at, (size_t)(next - at));
        text_add(&out, "%s", fresh);
        at = next + strlen(old);
    }
    if (at)
        text_add(&out, "%s", at);
    text_free(t);
    *t = out;
}

static void replace_words(text *t, const char *before, const char *old, const char *after,
                          const char *fresh)
{
    text pattern = {0};
    text_add(&pattern, "%s%s%s", before, old, after);
    if (pattern.data)
        replace(t, pattern.data, fresh);
    text_free(&pattern);
}

static void write_source(const newcomer *n, text *t)
{
    const source_template *from = n->from;
    const char *old = from->name;
    text source = {0}, file = {0}, quoted = {0}, object = {0}, constant = {0};
    text_put(t, from->begin, (size_t)(from->end - from->begin));
    text_add(&file, " %s%s ", n->name, from->suffix);
    text_add(&quoted, "\"%s\"", n->name);
    text_add(&object, "%s.so", n->name);
    replace_words(t, "Copy it, rename \"", old, "\", and change", "Begin by changing");
    replace_words(t, "Copy it, rename \"", old, "\", and put", "Put");
    replace(t, " - template of a", " - a");
    text_add(&source, " %s%s ", kind_name(from->kind), from->suffix);
    replace(t, source.data ? source.data : " ", file.data ? file.data : "");
    text_add(&constant, "\"%s\\0\"", n->name); /* Rust's strings do not end by themselves */
    replace_words(t, "\"", old, "\\0\"", constant.data ? constant.data : "");
    replace_words(t, "\"", old, "\"", quoted.data ? quoted.data : "");
    replace_words(t, old, ".so", "", object.data ? object.data : "");
    text_free(&source);
    text_free(&file);
    text_free(&constant);
    text_free(&quoted);
    text_free(&object);
}

/* ---- beside the source ---- */

/* pkg-config, told where a build tree keeps its files, where this program is in one. */
static void add_pkg_config(text *t)
{
    const char *plugins = program_plugins(), *slash = strrchr(plugins, '/');
    if (slash)
        text_add(t, "PKG_CONFIG ?= PKG_CONFIG_PATH=%.*s/pkgconfig:$$PKG_CONFIG_PATH pkg-config\n",
                 (int)(slash - plugins), plugins);
    else
        text_add(t, "PKG_CONFIG ?= pkg-config\n");
}

static void write_makefile(const newcomer *n, text *t)
{
    const char *language = n->from->language;
    text_add(t, "# make: the plugin; make check: is it sound?\n");
    if (strcmp(language, "c") == 0 || strcmp(language, "c++") == 0)
        add_pkg_config(t);
    text_add(t, "HONE ?= %s\n", *program_plugins() ? registry_program() : "hone");
    if (strcmp(language, "c") == 0)
        text_add(t, "CFLAGS ?= -O2 -Wall -Wextra\n"
                    "PLUGIN  = -fPIC -fvisibility=hidden -shared $(shell $(PKG_CONFIG) --cflags "
                    "hone-plugin)\n"
                    "\n%s.so: %s.c\n\t$(CC) $(CFLAGS) $(PLUGIN) $< -o $@ -lm\n", n->name, n->name);
    else if (strcmp(language, "c++") == 0)
        text_add(t, "CXXFLAGS ?= -O2 -Wall -Wextra\n"
                    "PLUGIN    = -std=c++11 -fPIC -fvisibility=hidden -shared "
                    "$(shell $(PKG_CONFIG) --cflags hone-plugin)\n"
                    "\n%s.so: %s.cpp\n\t$(CXX) $(CXXFLAGS) $(PLUGIN) $< -o $@\n", n->name, n->name);
    else if (strcmp(language, "rust") == 0)
        text_add(t, "\n%s.so: %s.rs\n\trustc -O -C panic=abort --crate-type cdylib $< -o $@\n",
                 n->name, n->name);
    else
        text_add(t, "FFLAGS ?= -O2 -Wall\n"
                    "\n%s.so: %s.f90\n\tgfortran $(FFLAGS) -fPIC -shared $< -o $@\n", n->name,
                 n->name);
    text_add(t, "\ncheck: %s.so\n\t$(HONE) check ./%s.so\n.PHONY: check\n", n->name, n->name);
}

/* How a study names it: a shared object, or a file that the plugin `program` runs. */
static bool is_program(const newcomer *n)
{
    return strcmp(n->from->language, "python") == 0;
}

static void add_plugin(const newcomer *n, text *t)
{
    if (is_program(n))
        text_add(t, "plugin = program\nfile   = %s%s\n", n->name, n->from->suffix);
    else
        text_add(t, "plugin = ./%s.so\n", n->name);
}

static void write_study(const newcomer *n, text *t)
{
    const int32_t kind = n->from->kind;
    text_add(t, "; hone run study.ini\n[study]\nname    = %s\ntrials  = 40\nstorage = memory\n\n",
             n->name);
    text_add(t, "[space]\nx1 = float -5 10\nx2 = float 0 15\n\n");
    if (kind == HONE_SURROGATE || kind == HONE_ACQUISITION)
        text_add(t, "[strategy]\nplugin      = bayes\n\n");
    if (kind == HONE_OBJECTIVE || kind == HONE_PRUNER)
        text_add(t, "[strategy]\nplugin = random\n\n");
    text_add(t, "[%s]\n", kind_name(kind));
    add_plugin(n, t);
    if (kind != HONE_OBJECTIVE)
        text_add(t, "\n[objective]\nplugin   = testfn\nfunction = branin\n");
}

/* A row of the comparison with this plugin, and one without. */
static void write_comparison(const newcomer *n, text *t)
{
    const int32_t kind = n->from->kind;
    text_add(t, "; hone compare compare.ini\n[comparison]\nbudget     = 20d\ndimensions = 2 5\n"
                "instances  = 1-5\nseed       = 1\n\n");
    if (kind == HONE_STRATEGY) {
        text_add(t, "[strategy %s]\n", n->name);
        add_plugin(n, t);
        text_add(t, "\n[strategy random]\nplugin = random\n\n");
    } else
        text_add(t, "[strategy %s]\nplugin = bayes\n%s = ./%s.so\n\n[strategy bayes]\nplugin = bayes\n\n",
                 n->name, kind_name(kind), n->name);
    text_add(t, "[problem bbob]\nplugin   = bbob\nfunction = 1 8 15 21\n");
}

/* ---- files ---- */

static bool put_file(const newcomer *n, const char *name, const char *suffix, text *t)
{
    text path = {0};
    text_add(&path, "%s/%s%s", n->folder, name, suffix);
    FILE *f = path.data && !t->failed && t->data ? fopen(path.data, "wx") : NULL;
    bool done = f && fwrite(t->data, 1, t->length, f) == t->length;
    if (f && fclose(f) != 0)
        done = false;
    if (done)
        printf("  %s\n", path.data);
    else
        fprintf(stderr, "hone new: %s is not written: %s\n", path.data ? path.data : name,
                strerror(errno));
    text_free(&path);
    text_free(t);
    return done;
}

static bool put_files(const newcomer *n)
{
    text source = {0}, makefile = {0}, study = {0}, comparison = {0};
    const int32_t kind = n->from->kind;
    write_source(n, &source);
    write_makefile(n, &makefile);
    write_study(n, &study);
    write_comparison(n, &comparison);
    bool done = put_file(n, n->name, n->from->suffix, &source) &&
                (is_program(n) || put_file(n, "Makefile", "", &makefile)) && put_file(n, "study", ".ini", &study);
    if (kind == HONE_STRATEGY || kind == HONE_SURROGATE || kind == HONE_ACQUISITION)
        done = done && put_file(n, "compare", ".ini", &comparison);
    text_free(&source);
    text_free(&makefile);
    text_free(&study);
    text_free(&comparison);
    return done;
}

/* ---- the command line ---- */

static const source_template *find_template(int32_t kind, const char *language)
{
    for (const source_template *t = SOURCE_TEMPLATES; t->language; t++)
        if (t->kind == kind && strcmp(t->language, language) == 0)
            return t;
    return NULL;
}

static void refuse_language(int32_t kind, const char *language)
{
    fprintf(stderr, "hone new: there is no template of a %s in %s; allowed:", kind_name(kind),
            language);
    for (const source_template *t = SOURCE_TEMPLATES; t->language; t++)
        if (t->kind == kind)
            fprintf(stderr, " %s", t->language);
    fprintf(stderr, "\n");
}

/* As plugin names are: a lower-case letter, then lower-case letters, digits and _. */
static bool is_name(const char *s)
{
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    return *s >= 'a' && *s <= 'z' && s[strspn(s, ALLOWED)] == '\0' && strlen(s) <= 40;
}

static void print_next(const newcomer *n)
{
    const char *hone = *program_plugins() ? registry_program() : "hone";
    const int32_t kind = n->from->kind;
    printf("now:\n  cd %s%s\n", n->folder, is_program(n) ? "" : " && make");
    if (!is_program(n))
        printf("  %s check ./%s.so\n", hone, n->name);
    printf("  %s run study.ini\n", hone);
    if (kind == HONE_STRATEGY || kind == HONE_SURROGATE || kind == HONE_ACQUISITION)
        printf("  %s compare compare.ini\n", hone);
}

static int new_plugin(invocation *in)
{
    const char *language = flag_value(in, "lang"), *folder = flag_value(in, "dir");
    const int32_t kind = kind_number(in->arguments[0]);
    newcomer n = {.name = in->arguments[1]};
    if (!kind) {
        fprintf(stderr, "hone new: '%s' is no kind of plugin; allowed: strategy surrogate "
                        "acquisition objective pruner\n", in->arguments[0]);
        return EXIT_USAGE;
    }
    if (!is_name(n.name)) {
        fprintf(stderr, "hone new: '%s' is no name of a plugin; allowed: a lower-case letter, then "
                        "lower-case letters, digits and _, at most 40\n", n.name);
        return EXIT_USAGE;
    }
    n.folder = folder ? folder : n.name;
    n.from = find_template(kind, language ? language : "c");
    if (!n.from) {
        refuse_language(kind, language);
        return EXIT_USAGE;
    }
    if (mkdir(n.folder, 0755) != 0 && errno != EEXIST) {
        fprintf(stderr, "hone new: folder %s cannot be made: %s\n", n.folder, strerror(errno));
        return EXIT_FAILED;
    }
    if (!put_files(&n))
        return EXIT_FAILED;
    print_next(&n);
    return EXIT_DONE;
}

static const flag FLAGS[] = {
    {"lang", "LANGUAGE", "c (default); for a strategy also c++, rust, fortran, python"},
    {"dir", "DIR", "the folder to write into; default: NAME"},
    {0},
};

const command COMMAND_NEW = {
    .name = "new",
    .arguments = "KIND NAME",
    .summary = "write a plugin to begin with, that works as it is",
    .help = "KIND is strategy, surrogate, acquisition, objective or pruner.  Into the folder NAME go\n"
            "one source file, a Makefile, a study that uses the plugin and, where it makes sense,\n"
            "a comparison with hone's own.  No file that exists is touched.\n",
    .examples = "  hone new strategy climb && cd climb && make check\n"
                "  hone new strategy sampler --lang c++\n"
                "  hone new acquisition straddle\n",
    .flags = FLAGS,
    .min_arguments = 2,
    .max_arguments = 2,
    .run = new_plugin,
};
