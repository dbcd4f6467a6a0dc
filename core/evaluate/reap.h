/* reap.h - find and kill everything that a process started.
 *
 * A child that forks twice and calls setsid leaves its process group, but not the tree: in a
 * process with PR_SET_CHILD_SUBREAPER it comes back as a child, and /proc lists it.  The
 * killer first stops all it finds, so that nothing new can be born, then kills.
 * No memory is allocated while killing, so that it works from a watchdog thread. */
#ifndef HONE_CORE_REAP_H
#define HONE_CORE_REAP_H

#include <sys/types.h>

/* Kills all descendants of `root`, not root itself.  With root = getpid() those in
 * spare[0..n_spare-1] and their trees are left alone, and the dead are reaped; another root
 * must be stopped, and its dead stay its own.  Gives up after 2 s (processes of other users, or
 * stuck in the kernel); returns how many are left. */
int descendants_kill(pid_t root, const pid_t *spare, int n_spare);

/* The children of this process, from malloc; NULL with *n 0 if there are none. */
pid_t *children_list(int *n);

#endif
