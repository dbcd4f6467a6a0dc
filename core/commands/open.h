/* open.h - a study file opened the way every command that works on one does it. */
#ifndef HONE_COMMANDS_OPEN_H
#define HONE_COMMANDS_OPEN_H

#include "command.h"
#include "study.h"

typedef struct opened {
    config config;
    config_settings settings;
    settings_lists lists;
    study *study;            /* NULL until opened_study */
} opened;

/* Reads and checks the study file, takes the objective's space where [space] is missing, and
 * prints warnings on stderr.  `more`: further --set assignments, NULL-terminated, or NULL.
 * An exit status; on failure everything is printed and freed. */
int opened_config(opened *o, const invocation *in, const char *path, bool need_objective,
                  const char *const *more);
int opened_study(opened *o, const study_settings *settings);
void opened_close(opened *o);

#endif
