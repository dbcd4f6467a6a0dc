/* conform_module.c - what can be said of every plugin: its tables, its options, its manners. */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform_stand.h"
#include "guard.h"

/* ---- tables ---- */

static bool is_sentence(const char *doc)
{
    const size_t n = doc ? strlen(doc) : 0;
    return n > 1 && doc[n - 1] == '.';
}

static void tables(stand *s)
{
    const plugin *p = s->plugin;
    EXPECT(s, s->module->n_skipped == 0, "a plugin of the module cannot be used: %s",
           s->module->skipped[0]);
    EXPECT(s, p->version && *p->version, "it has no version");
    EXPECT(s, is_sentence(p->doc), "its doc is no sentence that ends with a full stop: '%s'",
           p->doc ? p->doc : "");
    for (int32_t i = 0; i < p->n_options; i++) {
        const hone_option *o = &p->options[i];
        EXPECT(s, is_sentence(o->doc), "the doc of option %s is no sentence that ends with a full "
               "stop: '%s'", o->name, o->doc ? o->doc : "");
        for (int32_t k = 0; k < i; k++)
            EXPECT(s, strcmp(p->options[k].name, o->name) != 0, "option %s is there twice",
                   o->name);
    }
    EXPECT(s, s->module->license && *s->module->license, "the module does not say its licence");
}

/* Names that the file gives to others, beside the one that hone looks for. */
static void count_exports(stand *s, const char *data, size_t n)
{
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)(const void *)data;
    if (n < sizeof *head || head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_shoff == 0 ||
        head->e_shoff + (size_t)head->e_shnum * sizeof(Elf64_Shdr) > n) {
        stand_leave_out(s, "the file has no table of sections");
        return;
    }
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(const void *)(data + head->e_shoff);
    for (int k = 0; k < head->e_shnum; k++) {
        const Elf64_Shdr *table = &sections[k];
        if (table->sh_type != SHT_DYNSYM || table->sh_link >= head->e_shnum ||
            table->sh_offset + table->sh_size > n)
            continue;
        const Elf64_Shdr *names = &sections[table->sh_link];
        const Elf64_Sym *symbols = (const Elf64_Sym *)(const void *)(data + table->sh_offset);
        for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
            const int bind = ELF64_ST_BIND(symbols[i].st_info);
            if (symbols[i].st_shndx == SHN_UNDEF || bind == STB_LOCAL ||
                names->sh_offset + symbols[i].st_name >= n)
                continue;
            const char *name = data + names->sh_offset + symbols[i].st_name;
            if (strncmp(name, "hone_module_v", 13) != 0 && name[0] != '_')
                stand_fail(s, "it exports '%s' beside hone_module_v1, which may collide with "
                              "another's; build with -fvisibility=hidden", name);
        }
    }
}

static void exports(stand *s)
{
    struct stat facts;
    const int file = open(s->module->path, O_RDONLY | O_CLOEXEC);
    if (file >= 0 && fstat(file, &facts) == 0 && facts.st_size > 0) {
        const size_t n = (size_t)facts.st_size;
        char *data = mmap(NULL, n, PROT_READ, MAP_PRIVATE, file, 0);
        if (data != MAP_FAILED) {
            count_exports(s, data, n);
            munmap(data, n);
        }
    }
    if (file >= 0)
        close(file);
}

static void extensions(stand *s)
{
    static const char *const unknown[] = {"", "x", "hone.state", "hone.state/1 ", "hone.state/10",
                                          "hone.state/1x", "org.example.nothing/1"};
    if (!s->plugin->extension) {
        stand_leave_out(s, "it has none");
        return;
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        EXPECT(s, !s->plugin->extension(unknown[i]),
               "it answers the extension '%s', which does not exist; compare whole ids", unknown[i]);
}

/* ---- options ---- */

static bool has_bounds(const hone_option *o)
{
    return o->type == HONE_OPT_INT || o->type == HONE_OPT_REAL || o->type == HONE_OPT_SECONDS;
}

/* One setting of one option: made, or refused with a sentence. */
static void try_setting(stand *s, const char *line)
{
    rig r;
    if (rig_open(s, &r, &(rig_plan){.options = line, .may_refuse = true}))
        rig_close(&r);
}

static void try_number(stand *s, const hone_option *o, double v)
{
    char line[256], number[NUMBER_ROOM];
    snprintf(line, sizeof line, "%s = %s\n", o->name, number_text(v, number));
    try_setting(s, line);
}

static double low_of(const hone_option *o)
{
    if (!(o->flags & HONE_OPT_OPEN_LOW))
        return o->low;
    return o->type == HONE_OPT_INT ? o->low + 1 : nextafter(o->low, INFINITY);
}

static double high_of(const hone_option *o)
{
    if (!(o->flags & HONE_OPT_OPEN_HIGH))
        return o->high;
    return o->type == HONE_OPT_INT ? o->high - 1 : nextafter(o->high, -INFINITY);
}

static void bounds(stand *s)
{
    char line[256];
    for (int32_t i = 0; i < s->plugin->n_options && !s->failure.length; i++) {
        const hone_option *o = &s->plugin->options[i];
        if (has_bounds(o) && isfinite(o->low))
            try_number(s, o, low_of(o));
        if (has_bounds(o) && isfinite(o->high))
            try_number(s, o, high_of(o));
        for (int yes = 0; o->type == HONE_OPT_BOOL && yes < 2; yes++) {
            snprintf(line, sizeof line, "%s = %s\n", o->name, yes ? "yes" : "no");
            try_setting(s, line);
        }
        for (int k = 0; o->choices && o->choices[k]; k++) {
            snprintf(line, sizeof line, "%s = %s\n", o->name, o->choices[k]);
            try_setting(s, line);
        }
    }
}

/* A random value of the option: numbers by their logarithm about the default. */
static void random_option(const stand *s, text *t, const hone_option *o, int64_t round, int32_t i)
{
    const double u = stand_uniform(s, 500 + round, 2 * i);
    char number[NUMBER_ROOM];
    double low = low_of(o), high = high_of(o), v = NAN;
    if (o->type == HONE_OPT_BOOL)
        text_add(t, "%s = %s\n", o->name, u < 0.5 ? "yes" : "no");
    if (o->type == HONE_OPT_CHOICE) {
        int n = 0;
        while (o->choices[n])
            n++;
        text_add(t, "%s = %s\n", o->name, o->choices[(int)(u * n)]);
    }
    if (!has_bounds(o))
        return;
    double usual = 1;
    if (o->def)
        number_real(o->def, &usual);
    high = fmin(high, 10 * fmax(fabs(usual), 1));
    low = fmax(low, -10 * fmax(fabs(usual), 1));
    v = low > 0 ? low * pow(high / low, u) : low + (high - low) * u;
    if (o->type == HONE_OPT_INT)
        v = nearbyint(v);
    text_add(t, "%s = %s\n", o->name, number_text(fmin(fmax(v, low), high), number));
}

static void settings(stand *s)
{
    const int64_t rounds = stand_size(s, 20, 200);
    if (s->plugin->n_options == 0) {
        stand_leave_out(s, "it has no options");
        return;
    }
    for (int64_t k = 0; k < rounds && !s->failure.length; k++) {
        text t = {0};
        for (int32_t i = 0; i < s->plugin->n_options; i++)
            if (stand_uniform(s, 500 + k, 2 * i + 1) < 0.5)
                random_option(s, &t, &s->plugin->options[i], k, i);
        if (t.data)
            try_setting(s, t.data);
        if (s->failure.length)
            text_add(&s->failure, " (with %s)", t.data);
        text_free(&t);
    }
}

/* ---- manners ---- */

static int entries(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

static bool work_once(stand *s)
{
    rig r;
    answers a = {0};
    bool done = work_open(s, &r, 1, 1);
    if (!done)
        return false;
    for (int step = 0; step < WORK_STEPS && done; step++)
        done = work_step(&r, 1, step, &a);
    answers_free(&a);
    rig_close(&r);
    return done;
}

static bool has_child(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0;
}

static void process(stand *s)
{
    guard before;
    text changed = {0};
    const mode_t mask = umask(022);
    umask(mask);
    guard_take(&before, true);
    const bool first = work_once(s); /* what a library keeps for good is there after this */
    guard_restore(&before, &changed);
    const int files = entries("/proc/self/fd"), tasks = entries("/proc/self/task");
    const bool done = first && work_once(s);
    guard_restore(&before, &changed);
    guard_free(&before);
    const mode_t mask_now = umask(mask);
    umask(mask);
    if (changed.length)
        stand_fail(s, "it changed the %s of the process", changed.data);
    text_free(&changed);
    if (!done)
        return;
    EXPECT(s, mask_now == mask, "it changed the umask");
    EXPECT(s, entries("/proc/self/fd") <= files, "it leaves files open after destroy");
    EXPECT(s, entries("/proc/self/task") <= tasks, "it leaves threads running after destroy");
    EXPECT(s, !has_child(), "it started a process and left it");
}

/* What stands on a descriptor that is a regular file now, and was empty. */
static void silent(stand *s)
{
    char said[81] = "";
    const int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    const int paper = memfd_create("stdout", MFD_CLOEXEC);
    EXPECT(s, kept >= 0 && paper >= 0, "no descriptor is left");
    fflush(NULL);
    dup2(paper, STDOUT_FILENO);
    const bool done = work_once(s);
    fflush(NULL);
    dup2(kept, STDOUT_FILENO);
    const ssize_t n = pread(paper, said, sizeof said - 1, 0);
    close(kept);
    close(paper);
    said[n > 0 ? n : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    EXPECT(s, !done || n <= 0, "it prints on standard output: '%s'; use host->log", said);
}

const conform_case CONFORM_MODULE[] = {
    {"tables", "Names, versions and documentation are there, the latter in sentences.", 0, tables},
    {"exports", "The file exports its entry and nothing else.", 0, exports},
    {"extensions", "Ids of extensions are compared whole; unknown ones give NULL.", 0, extensions},
    {"bounds", "Every bound and choice of every option is taken, or refused with a sentence.", 0,
     bounds},
    {"settings", "Random settings of all options are taken, or refused with a sentence.", 0,
     settings},
    {"process", "Locale, folder, signals, umask, rounding, files and threads stay as they were.", 0,
     process},
    {"silent", "Nothing is printed on standard output.", 0, silent},
    {0},
};
