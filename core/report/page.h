/* page.h - a report as one HTML file that needs nothing else: no network, no other files.
 *
 *     page *p = page_new("Study heart-svm", "hone 0.1.0, 2026-11-24");
 *     page_section(p, "Results", "results");
 *     page_text(p, "%d trials.", n);
 *     page_figure(p, f, "Values in the order of trials.", &err);
 *     page_table(p, 3, names, kinds);
 *     page_cell(p, "12"); ...                         row by row
 *     page_table_end(p);
 *     page_save(p, "report.html", &err);
 *     page_free(p);
 *
 * All text is escaped here.  Figures are vectors within the page; tables are sorted by a click
 * on a heading.  Colours follow the reader's light or dark setting; print has its own rules.
 * A failed allocation is remembered and reported by page_save. */
#ifndef HONE_CORE_PAGE_H
#define HONE_CORE_PAGE_H

#include "figure.h"

typedef struct page page;

page *page_new(const char *title, const char *subtitle);
void page_free(page *p);

/* A heading, and an entry of the contents at the top; id: letters, digits and dashes. */
void page_section(page *p, const char *heading, const char *id);
void page_text(page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void page_pre(page *p, const char *words);     /* as it is, in a typewriter's letters */
/* Draws f into the page; caption NULL: none.  f stays the caller's. */
int32_t page_figure(page *p, figure *f, const char *caption, error *err);

/* A table: kinds[i] true: column of numbers, right-aligned, sorted by number.  Cells fill rows
 * from left to right.  caption NULL: none. */
void page_table(page *p, const char *caption, int n_columns, const char *const *names,
                const bool *numbers);
void page_cell(page *p, const char *words);    /* NULL: empty */
void page_cell_number(page *p, double value);  /* 5 digits shown, sorted by all; NaN: empty */
void page_cell_best(page *p, const char *words); /* in bold */
void page_table_end(page *p);

/* The whole page is added to `out`. */
int32_t page_write(page *p, text *out, error *err);
int32_t page_save(page *p, const char *path, error *err);

/* Text as it may stand in HTML, in an attribute too. */
void html_escape(text *out, const char *words);

#endif
