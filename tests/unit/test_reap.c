/* test_reap.c - whatever descends from a process is found and killed: children, what left the
 * process group, crowds, and nobody else. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reap.h"

static int children(void)
{
    int n;
    free(children_list(&n));
    return n;
}

/* A child of ours that double-forks `n` sleepers, each in a session of its own, and ends. */
static void start_daemons(int n)
{
    pid_t middle = fork();
    if (middle == 0) {
        for (int i = 0; i < n; i++)
            if (fork() == 0) {
                setsid();
                signal(SIGTERM, SIG_IGN);
                for (;;)
                    pause();
            }
        _exit(0);
    }
    waitpid(middle, NULL, 0);
}

static pid_t start_sleeper(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

static void become_subreaper(void)
{
    cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
}

Test(reap, nobody, .timeout = 10)
{
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
    cr_assert_eq(children(), 0);
}

Test(reap, children_and_daemons, .timeout = 20)
{
    become_subreaper();
    start_sleeper();
    start_daemons(60);
    cr_assert_eq(children(), 61);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
    cr_assert_eq(children(), 0, "no survivor, no zombie");
    cr_assert(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

Test(reap, a_chain, .timeout = 20)
{
    become_subreaper();
    int line[2];
    cr_assert_eq(pipe(line), 0);
    if (fork() == 0) { /* each forks the next: 30 deep */
        for (int depth = 0; depth < 30; depth++) {
            if (fork() != 0)
                for (;;)
                    pause();
        }
        cr_assert_eq(write(line[1], "x", 1), 1);
        for (;;)
            pause();
    }
    char x;
    cr_assert_eq(read(line[0], &x, 1), 1);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
    cr_assert_eq(children(), 0);
}

/* One that forks as fast as it can, up to a limit that it would never leave alone. */
static void breed(void)
{
    for (int i = 0; i < 400; i++)
        if (fork() == 0) {
            setsid();
            for (int j = 0; j < 3; j++)
                fork();
            for (;;)
                pause();
        }
    for (;;)
        pause();
}

Test(reap, while_they_fork, .timeout = 30)
{
    become_subreaper();
    if (fork() == 0)
        breed();
    usleep(3000);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
    cr_assert_eq(children(), 0);
}

Test(reap, spares_those_named, .timeout = 20)
{
    become_subreaper();
    pid_t spared = start_sleeper();
    start_sleeper();
    start_daemons(3);
    cr_assert_eq(descendants_kill(getpid(), &spared, 1), 0);
    cr_assert_eq(children(), 1);
    cr_assert_eq(kill(spared, 0), 0);
    cr_assert_eq(waitpid(spared, NULL, WNOHANG), 0);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
}

Test(reap, below_another_process, .timeout = 20)
{
    become_subreaper();
    int line[2];
    cr_assert_eq(pipe(line), 0);
    pid_t root = fork();
    if (root == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        start_sleeper();
        start_daemons(5);
        cr_assert_eq(write(line[1], "x", 1), 1);
        for (;;)
            pause();
    }
    char x;
    cr_assert_eq(read(line[0], &x, 1), 1);
    kill(root, SIGSTOP);
    cr_assert_eq(descendants_kill(root, NULL, 0), 0);
    cr_assert_eq(waitpid(root, NULL, WNOHANG), 0, "root itself lives");
    kill(root, SIGKILL);
    waitpid(root, NULL, 0);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0, "its dead came to us and are reaped");
    cr_assert_eq(children(), 0);
}

Test(reap, the_stopped, .timeout = 20)
{
    become_subreaper();
    pid_t pid = start_sleeper();
    kill(pid, SIGSTOP);
    cr_assert_eq(descendants_kill(getpid(), NULL, 0), 0);
    cr_assert_eq(children(), 0);
}
