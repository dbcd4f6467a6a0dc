/* embed.c - a program with a loop of its own, and hone as a library in it.
 *
 * Finds the step sizes with which a simple controller brings a pendulum to rest soonest. */
#include <math.h>
#include <stdio.h>

#include "hone.h"

/* Mean square of angle and effort over 10 seconds of a damped pendulum under PD control. */
static double simulate(double gain, double damping)
{
    const double dt = 0.001;
    double angle = 1.0, speed = 0.0, cost = 0.0;
    for (int i = 0; i < 10000; i++) {
        const double force = -gain * angle - damping * speed;
        speed += dt * (force - 9.81 * sin(angle) - 0.1 * speed);
        angle += dt * speed;
        cost += dt * (angle * angle + 0.001 * force * force);
    }
    return cost / 10.0;
}

int main(void)
{
    hone_study *study = NULL;
    hone_trial *trial;
    int32_t status = hone_open("study.ini", NULL, &study);

    while (status >= 0 && (status = hone_ask(study, &trial)) == HONE_OK)
        status = hone_tell(trial, simulate(hone_get(trial, "gain"), hone_get(trial, "damping")));
    if (status < 0) {
        fprintf(stderr, "%s\n", study ? hone_message(study) : "out of memory");
        hone_close(study);
        return 1;
    }
    const int64_t best = hone_best(study);
    printf("cost %.6f with gain %.4f and damping %.4f, after %lld trials\n",
           hone_best_value(study, 0), hone_trial_param(study, best, "gain"),
           hone_trial_param(study, best, "damping"), (long long)hone_count(study));
    hone_close(study);
    return 0;
}
