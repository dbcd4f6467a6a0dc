/* locate.h - which study a word of a command line means: a study file, `database` or
 * `database#name`. */
#ifndef HONE_CORE_LOCATE_H
#define HONE_CORE_LOCATE_H

#include "config.h"

/* *url: for storage_open; *name: of the study, NULL where the word is a database alone.  Both
 * from malloc.  A study file is read with the --set of `settings`, and no plugin is opened. */
int32_t study_locate(const char *word, const config_settings *settings, char **url, char **name,
                     error *err);

#endif
