/* report_parts.h - what the files of `hone report` share. */
#ifndef HONE_COMMANDS_REPORT_PARTS_H
#define HONE_COMMANDS_REPORT_PARTS_H

#include "page.h"
#include "recall.h"

typedef struct report {
    recall *r;
    const invocation *in;
    const char *figures; /* folder of PDFs, NULL: none */
    page *page;
} report;

/* A row of a table of two columns. */
void report_fact(page *p, const char *name, const char *value);
/* Study file, versions, seed, machine, and how to do it again. */
void report_origin(const report *o);

#endif
