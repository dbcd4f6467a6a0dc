/* signals.c - handlers that only count and wake. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A handler can reach nothing else. */
static volatile sig_atomic_t count, first;
static int wake[2] = {-1, -1};

static void handle(int number)
{
    int saved = errno;
    if (count == 0)
        first = number;
    count++;
    ssize_t written = write(wake[1], "!", 1);
    (void)written;
    errno = saved;
}

void signals_install(void)
{
    if (wake[0] >= 0 || pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction act = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
}

int signals_count(void)
{
    char bytes[64];
    while (wake[0] >= 0 && read(wake[0], bytes, sizeof bytes) > 0)
        ; /* so that waiting for the pipe waits again */
    return count;
}

int signals_first(void)
{
    return first;
}

int signals_wake_fd(void)
{
    return wake[0];
}
