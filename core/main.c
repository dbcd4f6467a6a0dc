/* main.c - argv to one command to an exit status. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "command.h"
#include "evaluate.h"
#include "instance.h"
#include "registry.h"

/* Descriptors 0 to 2 are always occupied, so that no file of ours takes their place. */
static void occupy_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--probe") == 0)
        return probe_main(argv[2], argv[3]);
    occupy_standard_files();
    signal(SIGPIPE, SIG_IGN);
    breadcrumb_install();
    if (argc == 2 && strcmp(argv[1], "--worker") == 0)
        return worker_main();
    /* What an objective started and left behind comes to us, to be killed. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return command_main(argc, argv);
}
