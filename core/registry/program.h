/* program.h - where the code of hone lies on this machine. */
#ifndef HONE_CORE_PROGRAM_H
#define HONE_CORE_PROGRAM_H

#include <stdbool.h>

/* Real path of the file that holds this code: the hone program, libhone, or a program that
 * has it linked in.  "" if it cannot be known.  Constant once asked for. */
const char *program_object(void);
/* The folder of plugins beside it in a build tree; "" if there is none. */
const char *program_plugins(void);
/* Was this process started with more rights than its user has? */
bool program_elevated(void);

#endif
