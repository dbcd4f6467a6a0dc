/* conform_play.h - a strategy at work in a study: asked, started, finished, told; every answer
 * is looked at on the way. */
#ifndef HONE_CORE_CONFORM_PLAY_H
#define HONE_CORE_CONFORM_PLAY_H

#include "conform_stand.h"

/* What comes of trials. */
enum {
    PLAY_SMOOTH = 0, /* a bowl */
    PLAY_HALF_FAIL,  /* every second one fails */
    PLAY_ALL_FAIL,
    PLAY_PRUNED,     /* every second one is pruned: no value */
    PLAY_CONSTANT,
    PLAY_HUGE,       /* about 1e300 */
    PLAY_WILD,       /* over 200 orders of magnitude, both signs */
    PLAY_OUTCOMES
};
extern const char *const PLAY_NAMES[PLAY_OUTCOMES];

typedef struct play {
    rig *rig;
    int results;
    bool unknown_constraints; /* every third is NaN */
    int64_t room;
    double *x;                /* [room x ldx] of the newest ask, with margins around */
    int64_t ldx, given;
    int64_t number[64];
} play;

bool play_open(play *p, rig *r, int results); /* false: out of memory, the test has failed */
void play_close(play *p);

/* Asks for n points with new numbers, n <= 64.  false: it failed, or an answer is wrong, and so
 * has the test; else p->given rows lie in p->x, and the status in rig->status. */
bool play_ask(play *p, int64_t n);
/* Starts what was given; false: out of memory. */
bool play_start(play *p);
/* Finishes running rows until `leave` are left, and tells each. */
bool play_finish(play *p, int64_t leave);
bool play_finish_untold(play *p, int64_t leave); /* the same without telling */
/* Rounds of ask n, start, finish; until `trials` are there or it is done. */
bool play_rounds(play *p, int64_t trials, int64_t n);
const double *play_row(const play *p, int64_t i);

#endif
