/* signals.h - the first Ctrl-C asks, the second insists; for the program only.
 *
 * The handlers count and write one byte to a pipe.  SIGINT, SIGTERM and SIGHUP count alike. */
#ifndef HONE_CORE_SIGNALS_H
#define HONE_CORE_SIGNALS_H

void signals_install(void);
int signals_count(void);      /* how many came */
int signals_first(void);      /* the first one's number; 0: none */
int signals_wake_fd(void);    /* readable once one came; -1 before install */

#endif
