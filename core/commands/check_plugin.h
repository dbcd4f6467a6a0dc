/* check_plugin.h - `hone check PLUGIN.so`. */
#ifndef HONE_COMMANDS_CHECK_PLUGIN_H
#define HONE_COMMANDS_CHECK_PLUGIN_H

#include "command.h"

int check_plugin(invocation *in, const char *path); /* returns the exit status */

#endif
