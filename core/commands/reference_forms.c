/* reference_forms.c - how a reference page looks: on a terminal, to man(1), in Markdown. */
#include <ctype.h>
#include <string.h>

#include "reference.h"

enum { WIDTH = 80, OPTION_INDENT = 4, FACT_INDENT = 18 };

/* ---- text ---- */

/* Words wrapped; the first line stands at `column` already. */
static void wrapped(FILE *out, const char *words, int indent, int column)
{
    bool begun = false;
    while (*words) {
        int n = (int)strcspn(words, " ");
        if (begun && column + 1 + n > WIDTH) {
            putc('\n', out);
            column = 0;
            begun = false;
        }
        if (column < indent)
            column += fprintf(out, "%*s", indent - column, "");
        column += fprintf(out, "%s%.*s", begun ? " " : "", n, words);
        begun = true;
        words += n;
        words += strspn(words, " ");
    }
    putc('\n', out);
}

static void text_title(FILE *out, const char *kind, const char *name, const char *version,
                       const char *summary)
{
    if (kind)
        fprintf(out, "%s %s %s - %s\n\n", kind, name, version, summary);
    else
        fprintf(out, "[%s]: %s\n", name, summary);
}

static void text_heading(FILE *out, const char *words)
{
    fprintf(out, "\n%s:\n", words);
}

static void text_paragraph(FILE *out, const char *words)
{
    wrapped(out, words, 2, 0);
}

static void text_fact(FILE *out, const char *term, const char *words)
{
    wrapped(out, words, FACT_INDENT, fprintf(out, "  %s ", term));
}

static void text_option(FILE *out, const char *name, const char *value, const char *marks,
                        const char *words)
{
    fprintf(out, "\n  %s: %s%s%s\n", name, value, *marks ? " - " : "", marks);
    wrapped(out, words, OPTION_INDENT, 0);
}

static void text_lines(FILE *out, const char *lines)
{
    fprintf(out, "\n%s", lines);
}

const reference_form REFERENCE_TEXT = {true,      text_title,  text_heading, text_paragraph,
                                       text_fact, text_option, text_lines};

/* ---- man(7) ---- */

void roff_words(FILE *out, const char *s, size_t n)
{
    if (n > 0 && (*s == '.' || *s == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\\')
            fputs("\\e", out);
        else if (s[i] == '-')
            fputs("\\-", out);
        else
            putc(s[i], out);
    }
}

static void roff_line(FILE *out, const char *s)
{
    roff_words(out, s, strlen(s));
    putc('\n', out);
}

static void upper(FILE *out, const char *s)
{
    while (*s)
        putc(toupper((unsigned char)*s++), out);
}

static void man_title(FILE *out, const char *kind, const char *name, const char *version,
                      const char *summary)
{
    fputs(".\\\" made by `hone info`\n.TH HONE\\-", out);
    upper(out, name);
    if (kind)
        fprintf(out, " 7 \"\" \"%s %s\" \"hone, kind %s\"\n", name, version, kind);
    else
        fprintf(out, " 7 \"\" \"hone %s\" \"hone\"\n", HONE_VERSION);
    fprintf(out, ".SH NAME\nhone\\-%s \\- ", name);
    roff_line(out, summary);
    fputs(".SH DESCRIPTION\n", out);
    if (kind)
        fprintf(out, "A plugin of hone, of the kind %s.\n", kind);
    else
        fprintf(out, "The section [%s] of a study file.\n", name);
}

static void man_heading(FILE *out, const char *words)
{
    fputs(".SH ", out);
    upper(out, words);
    putc('\n', out);
}

static void man_paragraph(FILE *out, const char *words)
{
    fputs(".PP\n", out);
    roff_line(out, words);
}

static void man_fact(FILE *out, const char *term, const char *words)
{
    fputs(".TP\n", out);
    roff_line(out, term);
    roff_line(out, words);
}

static void man_option(FILE *out, const char *name, const char *value, const char *marks,
                       const char *words)
{
    fputs(".TP\n\\fB", out);
    roff_words(out, name, strlen(name));
    fputs("\\fR = ", out);
    roff_words(out, value, strlen(value));
    fprintf(out, "%s%s\n", *marks ? ", " : "", marks);
    roff_line(out, words);
}

static void man_lines(FILE *out, const char *lines)
{
    fputs(".PP\n.nf\n", out);
    for (size_t n; *lines; lines += n + (lines[n] == '\n')) {
        n = strcspn(lines, "\n");
        roff_words(out, lines, n);
        putc('\n', out);
    }
    fputs(".fi\n", out);
}

const reference_form REFERENCE_MAN = {true,     man_title,  man_heading, man_paragraph,
                                      man_fact, man_option, man_lines};

/* ---- Markdown ---- */

static void marked(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '<')
            fputs("&lt;", out);
        else if (strchr("\\`*_[]|", *s))
            fprintf(out, "\\%c", *s);
        else
            putc(*s, out);
    }
}

static void markdown_title(FILE *out, const char *kind, const char *name, const char *version,
                           const char *summary)
{
    if (kind)
        fprintf(out, "\n<a id=\"%s-%s\"></a>\n### %s %s %s\n\n", kind, name, kind, name, version);
    else
        fprintf(out, "\n### [%s]\n\n", name);
    marked(out, summary);
    fputs("\n\n", out);
}

static void markdown_heading(FILE *out, const char *words)
{
    fprintf(out, "\n**%s**\n\n", words);
}

static void markdown_paragraph(FILE *out, const char *words)
{
    marked(out, words);
    fputs("\n", out);
}

static void markdown_fact(FILE *out, const char *term, const char *words)
{
    fprintf(out, "- %s: ", term);
    marked(out, words);
    putc('\n', out);
}

static void markdown_option(FILE *out, const char *name, const char *value, const char *marks,
                            const char *words)
{
    fprintf(out, "- `%s`: ", name);
    marked(out, value);
    fprintf(out, "%s%s.\n  ", *marks ? ", " : "", marks);
    marked(out, words);
    putc('\n', out);
}

static void markdown_lines(FILE *out, const char *lines)
{
    fprintf(out, "```ini\n%s```\n", lines);
}

const reference_form REFERENCE_MARKDOWN = {false,
                                           markdown_title,
                                           markdown_heading,
                                           markdown_paragraph,
                                           markdown_fact,
                                           markdown_option,
                                           markdown_lines};
