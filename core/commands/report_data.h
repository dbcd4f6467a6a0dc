/* report_data.h - the numbers behind a report, as files. */
#ifndef HONE_COMMANDS_REPORT_DATA_H
#define HONE_COMMANDS_REPORT_DATA_H

#include "recall.h"

/* Writes trials.csv, importance.csv and report.json into `folder`, which is made if missing. */
int32_t report_data_write(const recall *r, const char *folder, error *err);
/* FILE.trials.csv and FILE.importance.csv beside the page FILE.html; nothing for other names, such
 * as /dev/stdout. */
int32_t report_data_beside(const recall *r, const char *page, error *err);
/* Makes a folder unless it is there. */
int32_t folder_make(const char *path, error *err);

#endif
