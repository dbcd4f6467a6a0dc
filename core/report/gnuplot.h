/* gnuplot.h - runs gnuplot on a script. */
#ifndef HONE_CORE_GNUPLOT_H
#define HONE_CORE_GNUPLOT_H

#include "error.h"
#include "text.h"

/* What the script draws with `set output 'figure'` is added to `out`.  gnuplot is looked for
 * on PATH, runs in a private temporary folder without anybody's start-up files, and is killed
 * after a minute.  HONE_EFAIL: it is missing, or failed; the sentence has its own words. */
int32_t gnuplot_run(const text *script, text *out, error *err);

#endif
