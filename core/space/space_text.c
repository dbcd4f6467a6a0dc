/* space_text.c - parameters and their values as users write and read them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param.h"
#include "space_words.h"
#include "text.h"

enum { SHOWN_MOST = 20 }; /* choices that a sentence lists */

/* What is allowed: "a number from 0.1 to 10", "a b c". */
static void add_allowed(text *t, const hone_param *p)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM], step[NUMBER_ROOM];

    if (p->type == HONE_CATEGORICAL) {
        text_add(t, "allowed:");
        for (int64_t i = 0; i < p->n_choices && i < SHOWN_MOST; i++)
            text_add(t, " %s", p->choices[i]);
        if (p->n_choices > SHOWN_MOST)
            text_add(t, " ... (%lld in all)", (long long)p->n_choices);
        return;
    }
    text_add(t, "allowed: a %s from %s to %s", p->type == HONE_INT ? "whole number" : "number",
             number_text(p->low, low), number_text(p->high, high));
    if (p->step > (p->type == HONE_INT ? 1 : 0))
        text_add(t, " in steps of %s", number_text(p->step, step));
}

static int32_t refuse(const hone_param *p, const char *value, error *err)
{
    text t = {0};
    char shown[EXCERPT_ROOM];
    int32_t status;

    text_add(&t, "%s = %s is not a value of this parameter; ", p->name,
             text_excerpt(value, shown));
    add_allowed(&t, p);
    if (p->type == HONE_CATEGORICAL && p->n_choices <= INT32_MAX) {
        const char *meant = nearest(value, p->choices, (int)p->n_choices);
        if (meant)
            text_add(&t, "; did you mean '%s'?", meant);
    }
    status = error_add(err, HONE_EINVAL, "%s", t.data && !t.failed ? t.data : "illegal value");
    text_free(&t);
    return status;
}

int32_t param_read(const hone_param *p, const char *value, double *out, error *err)
{
    double x;

    if (p->type == HONE_CATEGORICAL) {
        for (int64_t i = 0; i < p->n_choices; i++) {
            if (strcmp(p->choices[i], value) == 0) {
                *out = (double)i;
                return HONE_OK;
            }
        }
        return refuse(p, value, err);
    }
    return number_real(value, &x) && param_legal(p, x, out) ? HONE_OK : refuse(p, value, err);
}

char *param_write(const hone_param *p, double value)
{
    char digits[NUMBER_ROOM];

    if (isnan(value))
        return strdup("");
    if (p->type == HONE_CATEGORICAL) {
        if (value < 0 || value >= (double)p->n_choices)
            return strdup("");
        return strdup(p->choices[(int64_t)value]);
    }
    if (p->type == HONE_INT && fabs(value) <= 0x1p53) {
        snprintf(digits, sizeof digits, "%.0f", value);
        return strdup(digits);
    }
    return strdup(number_text(value, digits));
}

/* A choice that is not read back as one without quotes has them. */
static void add_word(text *t, const char *word)
{
    const bool bare = !space_word_reserved(word);
    const char *quote = bare ? "" : strchr(word, '"') ? "'" : "\"";

    text_add(t, " %s%s%s", quote, word, quote);
}

static void add_value(text *t, const hone_param *p, double value)
{
    char *word = param_write(p, value);

    if (word)
        add_word(t, word);
    t->failed = t->failed || !word;
    free(word);
}

char *space_describe(const space *s, int32_t i)
{
    const hone_param *p = &s->params[i];
    text t = {0};

    if (p->type == HONE_CATEGORICAL) {
        text_add(&t, p->flags & HONE_PARAM_ORDERED ? "ordered" : "categorical");
        for (int64_t k = 0; k < p->n_choices; k++)
            add_word(&t, p->choices[k]);
    } else {
        text_add(&t, p->type == HONE_INT ? "int" : "float");
        add_value(&t, p, p->low);
        add_value(&t, p, p->high);
        if (p->step > (p->type == HONE_INT ? 1 : 0)) {
            text_add(&t, " step");
            add_value(&t, p, p->step);
        }
    }
    if (p->flags & HONE_PARAM_LOG)
        text_add(&t, " log");
    if (p->flags & HONE_PARAM_FIDELITY)
        text_add(&t, " fidelity");
    if (!isnan(p->init)) {
        text_add(&t, " init");
        add_value(&t, p, p->init);
    }
    if (p->parent >= 0) {
        text_add(&t, " when %s =", s->params[p->parent].name);
        for (int64_t k = 0; k < p->n_when; k++)
            add_value(&t, &s->params[p->parent], p->when[k]);
    }
    return text_take(&t);
}
