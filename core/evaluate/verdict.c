/* verdict.c - see verdict.h. */
#include "verdict.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "text.h"

int32_t verdict_check(const config *c, int32_t state, double *y, double *yvar,
                      char reason[VERDICT_ROOM])
{
    char number[NUMBER_ROOM];
    reason[0] = '\0';
    if (state < HONE_COMPLETE || state > HONE_FAILED) {
        snprintf(reason, VERDICT_ROOM, "the objective answered the unknown state %d", (int)state);
        state = HONE_FAILED;
    }
    for (int32_t i = 0; i < c->n_goals && state == HONE_COMPLETE; i++) {
        if (isfinite(y[i]))
            continue;
        number_text(y[i], number);
        if (c->n_goals == 1)
            snprintf(reason, VERDICT_ROOM, "the value is %s", number);
        else
            snprintf(reason, VERDICT_ROOM, "the value of '%.100s' is %s", c->objectives[i],
                     number);
        state = HONE_FAILED;
    }
    for (int32_t i = 0; i < c->n_goals; i++) {
        if (state != HONE_COMPLETE)
            y[i] = NAN;
        if (yvar && (state != HONE_COMPLETE || !isfinite(yvar[i]) || yvar[i] < 0))
            yvar[i] = NAN;
    }
    return state;
}

void verdict_death(int status, char reason[VERDICT_ROOM])
{
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        const char *name = sigdescr_np(number);
        if (number == SIGKILL)
            snprintf(reason, VERDICT_ROOM, "was killed, perhaps for want of memory");
        else
            snprintf(reason, VERDICT_ROOM, "crashed: %s", name ? name : "unknown signal");
    } else {
        snprintf(reason, VERDICT_ROOM, "the objective called exit(%d)", WEXITSTATUS(status));
    }
}

void verdict_timeout(double seconds, char reason[VERDICT_ROOM])
{
    char number[NUMBER_ROOM];
    snprintf(reason, VERDICT_ROOM, "ran longer than %s", duration_text(seconds, number));
}
