/* commands.c - the commands there are, in the order of the help. */
#include <string.h>

#include "command.h"

extern const command COMMAND_INIT, COMMAND_NEW, COMMAND_CHECK;
extern const command COMMAND_RUN, COMMAND_TRY, COMMAND_ASK, COMMAND_TELL, COMMAND_SESSION;
extern const command COMMAND_STUDIES, COMMAND_TRIALS, COMMAND_SHOW, COMMAND_BEST, COMMAND_STATUS;
extern const command COMMAND_REPLAY;
extern const command COMMAND_IMPORT, COMMAND_DELETE;
extern const command COMMAND_PREDICT, COMMAND_PLOT, COMMAND_REPORT;
extern const command COMMAND_PLUGINS, COMMAND_INFO, COMMAND_HELP, COMMAND_VERSION;
extern const command COMMAND_COMPARE, COMMAND_COMPARE_RUNS;
extern const command COMMAND_MANUAL, COMMAND_COMPLETION; /* hidden: for make install */

const command *const COMMANDS[] = {
    &COMMAND_INIT,
    &COMMAND_NEW,
    &COMMAND_CHECK,
    &COMMAND_RUN,
    &COMMAND_TRY,
    &COMMAND_ASK,
    &COMMAND_TELL,
    &COMMAND_SESSION,
    &COMMAND_STUDIES,
    &COMMAND_TRIALS,
    &COMMAND_SHOW,
    &COMMAND_BEST,
    &COMMAND_STATUS,
    &COMMAND_REPLAY,
    &COMMAND_IMPORT,
    &COMMAND_DELETE,
    &COMMAND_PREDICT,
    &COMMAND_PLOT,
    &COMMAND_REPORT,
    &COMMAND_COMPARE,
    &COMMAND_PLUGINS,
    &COMMAND_INFO,
    &COMMAND_HELP,
    &COMMAND_VERSION,
    &COMMAND_MANUAL,
    &COMMAND_COMPLETION,
    &COMMAND_COMPARE_RUNS,
    NULL,
};

const command *command_find(const char *name)
{
    for (const command *const *c = COMMANDS; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}
