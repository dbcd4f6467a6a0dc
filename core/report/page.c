/* page.c - builds the body of a page piece by piece, then puts head and script around it. */
#include "page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

struct page {
    char *title, *subtitle;
    text contents, body;
    int n_figures;
    int n_columns, column;  /* of the open table, and the next cell */
    bool *numbers;          /* [n_columns] */
    bool failed;
};

static const char STYLE[] =
    ":root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--line:#c8c8c8;--soft:#f3f3f3;"
    "--link:#0059a8}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--paper:#16181b;--line:#4a4d52;"
    "--soft:#23262a;--link:#7ab8f5}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:1100px;margin:2em auto;padding:0 1em}\n"
    "a{color:var(--link)}h1{margin-bottom:0}h2{margin-top:2em;border-bottom:1px solid "
    "var(--line)}\n"
    "nav ul{columns:3;padding-left:1.2em}pre{background:var(--soft);padding:.8em;"
    "overflow-x:auto;font-size:13px}\n"
    "figure{margin:1em 0;text-align:center}figure svg{background:#fff;max-width:100%;"
    "height:auto;border:1px solid var(--line)}figcaption{font-size:14px;text-align:left}\n"
    ".scroll{overflow:auto;max-height:32em;margin:1em 0}table{border-collapse:collapse;"
    "font-size:13px}caption{text-align:left;padding:.3em 0}\n"
    "th,td{padding:.15em .7em;border-bottom:1px solid var(--line);text-align:left;"
    "white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "th{position:sticky;top:0;background:var(--soft)}th button{all:unset;cursor:pointer}"
    "th button:focus-visible{outline:2px solid var(--link)}\n"
    "th[aria-sort=ascending] button::after{content:' \\25b2'}"
    "th[aria-sort=descending] button::after{content:' \\25bc'}\n"
    "@media print{:root{--ink:#000;--paper:#fff;--line:#999;--soft:#fff;--link:#000}"
    "body{max-width:none;margin:0;font-size:10pt}nav{display:none}.scroll{overflow:visible;"
    "max-height:none}figure,tr{break-inside:avoid}h2{break-after:avoid}"
    "thead{display:table-header-group}th{position:static}table{font-size:6.5pt}"
    "th,td,th button{white-space:normal;padding:.1em .25em}@page{margin:12mm}}\n";

/* Sorts by data-v where a cell has one, else by its text; empty cells stay last. */
static const char SCRIPT[] =
    "document.querySelectorAll('th button').forEach(function(b){b.onclick=function(){\n"
    "var h=b.parentNode,t=h.closest('table'),k=h.cellIndex,up=h.getAttribute('aria-sort')!="
    "'ascending',body=t.tBodies[0],n=h.className=='n';\n"
    "function v(r){var c=r.cells[k],s=c.dataset.v||c.textContent;return n?parseFloat(s):s}\n"
    "var rows=Array.from(body.rows).map(function(r){return[v(r),r]});\n"
    "rows.sort(function(x,y){var p=x[0],q=y[0];if(n){if(isNaN(p)||isNaN(q))return isNaN(p)-"
    "isNaN(q);p-=q;return up?p:-p}\n"
    "p=p<q?-1:p>q?1:0;return up?p:-p});\n"
    "h.parentNode.querySelectorAll('th').forEach(function(o){o.removeAttribute('aria-sort')});\n"
    "h.setAttribute('aria-sort',up?'ascending':'descending');\n"
    "rows.forEach(function(r){body.appendChild(r[1])})}});\n";

/* ---- text ---- */

void html_escape(text *out, const char *words)
{
    for (const char *at = words ? words : ""; *at; at++) {
        switch (*at) {
        case '&':
            text_put(out, "&amp;", 5);
            break;
        case '<':
            text_put(out, "&lt;", 4);
            break;
        case '>':
            text_put(out, "&gt;", 4);
            break;
        case '"':
            text_put(out, "&quot;", 6);
            break;
        case '\'':
            text_put(out, "&#39;", 5);
            break;
        default:
            if ((unsigned char)*at >= ' ' || *at == '\n' || *at == '\t')
                text_put(out, at, 1);
        }
    }
}

page *page_new(const char *title, const char *subtitle)
{
    page *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->title = strdup(title ? title : "");
    p->subtitle = strdup(subtitle ? subtitle : "");
    p->failed = !p->title || !p->subtitle;
    return p;
}

void page_free(page *p)
{
    if (!p)
        return;
    free(p->title);
    free(p->subtitle);
    free(p->numbers);
    text_free(&p->contents);
    text_free(&p->body);
    free(p);
}

void page_section(page *p, const char *heading, const char *id)
{
    text_add(&p->contents, "<li><a href=\"#%s\">", id);
    html_escape(&p->contents, heading);
    text_add(&p->contents, "</a></li>\n");
    text_add(&p->body, "<h2 id=\"%s\">", id);
    html_escape(&p->body, heading);
    text_add(&p->body, "</h2>\n");
}

void page_text(page *p, const char *format, ...)
{
    text words = {0};
    va_list list;
    va_start(list, format);
    text_add_list(&words, format, list);
    va_end(list);
    p->failed |= words.failed;
    text_add(&p->body, "<p>");
    html_escape(&p->body, words.data);
    text_add(&p->body, "</p>\n");
    text_free(&words);
}

void page_pre(page *p, const char *words)
{
    text_add(&p->body, "<pre>");
    html_escape(&p->body, words);
    text_add(&p->body, "</pre>\n");
}

/* ---- figures ---- */

static bool starts(const char *at, const char *words)
{
    return strncmp(at, words, strlen(words)) == 0;
}

/* The drawing without its prolog; names of parts, which every drawing uses, are made its own:
 * gpPt0 becomes f3gpPt0. */
static void add_svg(page *p, const char *svg, const char *title)
{
    const char *at = strstr(svg, "<svg");
    const char *name = at ? strstr(at, "<title>") : NULL;
    const char *after = name ? strstr(name, "</title>") : NULL;
    while (at && *at) {
        if (at == name && after) {
            text_add(&p->body, "<title>");
            html_escape(&p->body, title);
            at = after;
        } else if (starts(at, "id='gp") || starts(at, "id=\"gn")) {
            text_add(&p->body, "%.4sf%d", at, p->n_figures);
            at += 4;
        } else if (starts(at, "#gp")) {
            text_add(&p->body, "#f%d", p->n_figures);
            at++;
        } else {
            size_t n = 1 + strcspn(at + 1, "i#<");
            text_put(&p->body, at, n);
            at += n;
        }
    }
}

int32_t page_figure(page *p, figure *f, const char *caption, error *err)
{
    text svg = {0};
    int32_t status = figure_draw(f, FIGURE_SVG, 0, 0, &svg, err);
    if (status >= 0) {
        p->n_figures++;
        text_add(&p->body, "<figure>");
        add_svg(p, svg.data, figure_title(f));
        if (caption) {
            text_add(&p->body, "<figcaption>Figure %d. ", p->n_figures);
            html_escape(&p->body, caption);
            text_add(&p->body, "</figcaption>");
        }
        text_add(&p->body, "</figure>\n");
    }
    text_free(&svg);
    return status;
}

/* ---- tables ---- */

void page_table(page *p, const char *caption, int n_columns, const char *const *names,
                const bool *numbers)
{
    free(p->numbers);
    p->n_columns = n_columns;
    p->column = 0;
    p->numbers = malloc((size_t)n_columns * sizeof *p->numbers + 1);
    p->failed |= !p->numbers;
    text_add(&p->body, "<div class=\"scroll\"><table>");
    if (caption) {
        text_add(&p->body, "<caption>");
        html_escape(&p->body, caption);
        text_add(&p->body, "</caption>");
    }
    text_add(&p->body, "<thead><tr>");
    for (int i = 0; i < n_columns && p->numbers; i++) {
        p->numbers[i] = numbers[i];
        text_add(&p->body, "<th scope=\"col\"%s><button>", numbers[i] ? " class=\"n\"" : "");
        html_escape(&p->body, names[i]);
        text_add(&p->body, "</button></th>");
    }
    text_add(&p->body, "</tr></thead><tbody>\n");
}

static void open_cell(page *p, double value, bool exact)
{
    char number[NUMBER_ROOM];
    if (!p->numbers || p->n_columns == 0)
        return;
    text_add(&p->body, "%s<td%s", p->column == 0 ? "<tr>" : "",
             p->numbers[p->column] ? " class=n" : "");
    if (exact)
        text_add(&p->body, " data-v=%s", number_text(value, number));
    text_put(&p->body, ">", 1);
}

static void close_cell(page *p)
{
    p->column++;
    if (p->column >= p->n_columns) {
        text_put(&p->body, "\n", 1); /* HTML ends cells and rows by itself */
        p->column = 0;
    }
}

void page_cell(page *p, const char *words)
{
    open_cell(p, 0.0, false);
    html_escape(&p->body, words);
    close_cell(p);
}

void page_cell_best(page *p, const char *words)
{
    open_cell(p, 0.0, false);
    text_add(&p->body, "<b>");
    html_escape(&p->body, words);
    text_add(&p->body, "</b>");
    close_cell(p);
}

void page_cell_number(page *p, double value)
{
    char shown[NUMBER_ROOM], whole[NUMBER_ROOM];
    if (isnan(value)) {
        page_cell(p, NULL);
        return;
    }
    number_short(value, shown);
    open_cell(p, value, isfinite(value) && strcmp(shown, number_text(value, whole)) != 0);
    html_escape(&p->body, shown);
    close_cell(p);
}

void page_table_end(page *p)
{
    text_add(&p->body, "</tbody></table></div>\n");
    p->n_columns = 0;
}

/* ---- the whole ---- */

int32_t page_write(page *p, text *out, error *err)
{
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                  "<meta name=\"generator\" content=\"hone " HONE_VERSION "\">\n<title>");
    html_escape(out, p->title);
    text_add(out, "</title>\n<style>\n%s</style></head><body>\n<header><h1>", STYLE);
    html_escape(out, p->title);
    text_add(out, "</h1><p>");
    html_escape(out, p->subtitle);
    text_add(out, "</p></header>\n");
    if (p->contents.length > 0)
        text_add(out, "<nav><ul>\n%s</ul></nav>\n", p->contents.data);
    text_add(out, "<main>\n");
    if (p->body.length > 0)
        text_put(out, p->body.data, p->body.length);
    text_add(out, "</main>\n<script>\n%s</script>\n</body></html>\n", SCRIPT);
    if (p->failed || p->body.failed || p->contents.failed || out->failed)
        return error_add(err, HONE_ENOMEM, "out of memory for a report");
    return HONE_OK;
}

int32_t page_save(page *p, const char *path, error *err)
{
    text whole = {0};
    int32_t status = page_write(p, &whole, err);
    if (status >= 0)
        status = file_write(path, whole.data, whole.length, err);
    text_free(&whole);
    return status;
}
