/* point.c - a native point for people and for programs. */
#include "point.h"

#include <math.h>

void params_text(const space *sp, const double *native, bool exact, text *out)
{
    char number[NUMBER_ROOM];
    bool first = true;
    for (int32_t i = 0; i < sp->n; i++) {
        const hone_param *p = &sp->params[i];
        if (isnan(native[i]))
            continue;
        text_add(out, "%s%s=", first ? "" : " ", p->name);
        first = false;
        if (p->type == HONE_CATEGORICAL)
            text_add(out, "%s", p->choices[(int64_t)native[i]]);
        else
            text_add(out, "%s",
                     exact || p->type == HONE_INT ? number_text(native[i], number)
                                                  : number_short(native[i], number));
    }
}

json_t *real_or_null(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *params_json(const space *sp, const double *native)
{
    json_t *params = json_object();
    for (int32_t i = 0; i < sp->n; i++) {
        const hone_param *p = &sp->params[i];
        if (isnan(native[i]))
            continue;
        json_object_set_new(params, p->name,
                            p->type == HONE_CATEGORICAL
                                ? json_string(p->choices[(int64_t)native[i]])
                            : p->type == HONE_INT ? json_integer((json_int_t)native[i])
                                                  : json_real(native[i]));
    }
    return params;
}

void point_text(const config *c, const double *native, bool exact, text *out)
{
    params_text(&c->space, native, exact, out);
}

json_t *point_json(const config *c, const double *native)
{
    return params_json(&c->space, native);
}
