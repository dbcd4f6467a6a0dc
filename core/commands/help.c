/* help.c - `hone help [COMMAND]` and `hone version`. */
#include <string.h>

#include "command.h"
#include "hone.h"
#include "text.h"

const char EXIT_STATUSES[] =
    "Exit statuses:\n"
    "    0  done\n"
    "    1  failed at work: no trial succeeded, too many failures in a row, not found\n"
    "    2  the command line or the study file has problems; nothing was run\n"
    "    3  a plugin cannot be used\n"
    "    4  storage failed\n"
    "    5  the study file changed in what matters since the study began (--amend goes on)\n"
    "  130  interrupted by Ctrl-C (143: by SIGTERM); what was reported is kept\n";

static void print_overview(void)
{
    printf(
        "hone - black-box optimization on plugins\n\nusage: hone COMMAND [flags] [arguments]\n\n");
    for (const command *const *c = COMMANDS; *c; c++)
        if (!(*c)->hidden)
            printf("  %-12s %s\n", (*c)->name, (*c)->summary);
    printf("\nSTUDY is a study file (study.ini), a database (study.db), or database#name.\n"
           "hone help COMMAND explains a command, hone help exit the exit statuses.\n"
           "To begin:  hone init study.ini  and  hone run study.ini\n");
}

static int help(invocation *in)
{
    if (in->n_arguments == 0) {
        print_overview();
        return EXIT_DONE;
    }
    const char *name = in->arguments[0];
    if (strcmp(name, "exit") == 0) {
        fputs(EXIT_STATUSES, stdout);
        return EXIT_DONE;
    }
    const command *c = command_find(name);
    if (!c) {
        fprintf(stderr, "hone: no command '%s' (see hone help)\n", name);
        return EXIT_USAGE;
    }
    command_help(c, stdout);
    return EXIT_DONE;
}

const command COMMAND_HELP = {
    .name = "help",
    .arguments = "[COMMAND | exit]",
    .summary = "explain hone or one of its commands",
    .help = "Without an argument: all commands.  `exit` explains the exit statuses.\n",
    .max_arguments = 1,
    .completes = ARGUMENT_COMMAND,
    .run = help,
};

static int version(invocation *in)
{
    (void)in;
    printf("hone %s (plugin interface %d.%d)\n", HONE_VERSION, HONE_ABI_MAJOR, HONE_ABI_MINOR);
    return EXIT_DONE;
}

const command COMMAND_VERSION = {
    .name = "version",
    .arguments = "",
    .summary = "print the version of hone and of the plugin interface",
    .help = "Prints the version of hone and of the plugin interface that it speaks.\n",
    .run = version,
};
