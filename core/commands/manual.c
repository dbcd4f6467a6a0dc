/* manual.c - `hone manual`: manual pages made from the tables that the program itself works
 * from: commands and flags (command.h), the keys of a study file (config.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "config.h"
#include "reference.h"

static void words(FILE *out, const char *s)
{
    roff_words(out, s, strlen(s));
}

/* Text as the help has it: blank lines part paragraphs, indented lines stay as they are. */
static void prose(FILE *out, const char *text)
{
    bool literal = false;
    while (*text) {
        size_t n = strcspn(text, "\n");
        bool indented = n > 0 && (text[0] == ' ' || text[0] == '\t');
        if (indented != literal && n > 0) {
            fputs(indented ? ".PP\n.nf\n" : ".fi\n.PP\n", out);
            literal = indented;
        }
        if (n == 0)
            fputs(literal ? ".sp\n" : ".PP\n", out);
        else {
            roff_words(out, text, n);
            putc('\n', out);
        }
        text += n + (text[n] == '\n');
    }
    if (literal)
        fputs(".fi\n", out);
}

static void heading(FILE *out, const char *page, const char *section, const char *summary)
{
    fprintf(out, ".\\\" made by `hone manual`\n.TH ");
    for (const char *s = page; *s; s++)
        putc(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s, out);
    fprintf(out, " %s \"\" \"hone %s\" \"hone\"\n.SH NAME\n", section, HONE_VERSION);
    words(out, page);
    fputs(" \\- ", out);
    words(out, summary);
    putc('\n', out);
}

static void flags_section(FILE *out, const char *title, const flag *flags)
{
    if (!flags || !flags->name)
        return;
    fprintf(out, ".SH %s\n", title);
    for (; flags->name; flags++) {
        fputs(".TP\n\\fB\\-\\-", out);
        words(out, flags->name);
        fputs("\\fR", out);
        if (flags->value) {
            fputs(" \\fI", out);
            words(out, flags->value);
            fputs("\\fR", out);
        }
        putc('\n', out);
        words(out, flags->help);
        fputs(".\n", out);
    }
}

static void command_page(const command *c, FILE *out)
{
    char page[64];
    snprintf(page, sizeof page, "hone-%s", c->name);
    heading(out, page, "1", c->summary);
    fprintf(out, ".SH SYNOPSIS\n\\fBhone %s\\fR [flags] ", c->name);
    words(out, c->arguments);
    fputs("\n.SH DESCRIPTION\n", out);
    prose(out, c->help);
    flags_section(out, "FLAGS", c->flags);
    flags_section(out, "COMMON FLAGS", COMMON_FLAGS);
    if (c->examples) {
        fputs(".SH EXAMPLES\n", out);
        prose(out, c->examples);
    }
    fputs(".SH SEE ALSO\n.BR hone (1),\n.BR hone-study (5)\n", out);
}

static void program_page(FILE *out)
{
    heading(out, "hone", "1", "black-box optimization on plugins");
    fputs(".SH SYNOPSIS\n\\fBhone\\fR \\fICOMMAND\\fR [flags] [arguments]\n.SH DESCRIPTION\n", out);
    prose(out,
          "hone tries settings of something that can only be tried, and searches for the best.\n"
          "A study file names the parameters, what to run and how to search; every trial is kept.\n"
          "\n"
          "STUDY is a study file (study.ini), a database (study.db), or database#name.\n");
    fputs(".SH COMMANDS\n", out);
    for (const command *const *c = COMMANDS; *c; c++) {
        if ((*c)->hidden)
            continue;
        fprintf(out, ".TP\n\\fBhone\\-%s\\fR(1)\n", (*c)->name);
        words(out, (*c)->summary);
        putc('\n', out);
    }
    flags_section(out, "COMMON FLAGS", COMMON_FLAGS);
    fputs(".SH EXIT STATUS\n", out);
    prose(out, EXIT_STATUSES);
    fputs(".SH ENVIRONMENT\n.TP\n\\fBHONE_PLUGIN_PATH\\fR\n"
          "Folders to look for plugins in, with colons between, each absolute.\n"
          ".TP\n\\fBNO_COLOR\\fR\nIf not empty: no colours on a terminal.\n"
          ".SH SEE ALSO\n.BR hone-study (5)\n",
          out);
}

static void option_entries(FILE *out, const hone_option *table, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        fputs(".TP\n\\fB", out);
        words(out, table[i].name);
        fputs("\\fR = ", out);
        char *allowed = option_allowed(&table[i]);
        words(out, allowed ? allowed : "");
        free(allowed);
        putc('\n', out);
        words(out, table[i].doc);
        putc('\n', out);
    }
}

static const char SPACE[] =
    "One line a parameter, in the order in which they are reported:\n"
    "\n"
    "    name = float LOW HIGH [log] [step S] [init V] [when PARENT = VALUE ...]\n"
    "    name = int LOW HIGH [log] [step S] [init V] [fidelity] [when ...]\n"
    "    name = categorical A B C [init A] [when ...]\n"
    "    name = ordered A B C [init A] [when ...]\n"
    "    name = fixed VALUE\n"
    "\n"
    "Numbers may be written 1e-3 or 2^-5.  A parameter with `when` is active only while its\n"
    "parent, which stands above it, has one of the values.\n";

static void study_page(FILE *out)
{
    int32_t n;
    heading(out, "hone-study", "5", "what a study file says");
    fputs(".SH DESCRIPTION\n", out);
    prose(out, "A study file has sections in brackets and lines `key = value`.  A comment stands on a\n"
               "line of its own and begins with ; or #.  Nothing is cut from a value.  [study], [space]\n"
               "and [objective] make a complete study; each other section has a good default.\n"
               "Everything is checked before anything runs: `hone check study.ini` does only that.\n");
    fputs(".SH [study]\n", out);
    const hone_option *table = study_options(&n);
    option_entries(out, table, n);
    fputs(".SH [space]\n", out);
    prose(out, SPACE);
    fputs(".SH [objective]\n", out);
    prose(out, "`plugin` names what evaluates a trial; `hone info command` lists the keys of the usual\n"
               "one.  These keys are the host's, for every objective:\n");
    table = objective_host_options(&n);
    option_entries(out, table, n);
    fputs(".SH [strategy] [surrogate] [acquisition] [pruner]\n", out);
    prose(out, "`plugin` names the algorithm, the other keys are its own: `hone plugins` lists what there\n"
               "is, and `hone info NAME` the keys of one, with a section to paste.\n");
    fputs(".SH [point 1] [point 2] ...\n", out);
    prose(out, "A point to try before the strategy is asked: one `parameter = value` a line.\n");
    fputs(".SH SEE ALSO\n.BR hone (1),\n.BR hone-check (1),\n.BR hone-init (1)\n", out);
}

static int write_page(const char *dir, const char *name, const command *c)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (out && c)
        command_page(c, out);
    else if (out && strcmp(name, "hone.1") == 0)
        program_page(out);
    else if (out)
        study_page(out);
    bool good = out && !ferror(out);
    if (out && fclose(out) != 0)
        good = false;
    if (!good)
        fprintf(stderr, "hone manual: %s: %s\n", path, strerror(errno));
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int write_all(const char *dir)
{
    int status = write_page(dir, "hone.1", NULL);
    if (status == EXIT_DONE)
        status = write_page(dir, "hone-study.5", NULL);
    for (const command *const *c = COMMANDS; *c && status == EXIT_DONE; c++) {
        char name[80];
        snprintf(name, sizeof name, "hone-%s.1", (*c)->name);
        if (!(*c)->hidden)
            status = write_page(dir, name, *c);
    }
    return status;
}

static int manual(invocation *in)
{
    const char *name = in->n_arguments ? in->arguments[0] : NULL;
    if (flag_given(in, "dir"))
        return write_all(flag_value(in, "dir"));
    if (!name)
        program_page(stdout);
    else if (strcmp(name, "study") == 0)
        study_page(stdout);
    else if (command_find(name))
        command_page(command_find(name), stdout);
    else {
        fprintf(stderr, "hone manual: no page '%s' (see hone help)\n", name);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static const flag FLAGS[] = {
    {"dir", "DIR", "write all pages into DIR"},
    {NULL, NULL, NULL},
};

const command COMMAND_MANUAL = {
    .name = "manual",
    .arguments = "[COMMAND | study]",
    .summary = "print a manual page",
    .help = "Prints a page in the form that man(1) reads: of hone, of a command, or of the study\n"
            "file.  `make install` puts them all where man looks.\n",
    .examples = "  hone manual run | man -l -\n",
    .flags = FLAGS,
    .max_arguments = 1,
    .completes = ARGUMENT_COMMAND,
    .hidden = true,
    .run = manual,
};
