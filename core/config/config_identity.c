/* config_identity.c - what matters of a study file, as lines `key = value` that can be compared.
 *
 * What a study may change and still go on (trials, workers, storage, time, ...) is left out. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "constraints.h"
#include "text.h"

/* Paths inside the study's folder are written relative to it: a folder may move. */
static const char *within(const config *c, const char *path)
{
    size_t n = strlen(c->doc.folder);
    return strncmp(path, c->doc.folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static void add_value(const config *c, const hone_option *o, const hone_value *v, text *out)
{
    char number[NUMBER_ROOM];
    switch (o->type) {
    case HONE_OPT_BOOL:
        text_add(out, "%s", v->i ? "yes" : "no");
        break;
    case HONE_OPT_INT:
        text_add(out, "%lld", (long long)v->i);
        break;
    case HONE_OPT_REAL:
    case HONE_OPT_SECONDS:
        text_add(out, "%s", number_text(v->d, number));
        break;
    case HONE_OPT_REALS:
        for (int64_t i = 0; i < v->n; i++)
            text_add(out, "%s%s", i ? " " : "", number_text(v->v[i], number));
        break;
    case HONE_OPT_STRINGS:
        for (int64_t i = 0; i < v->n; i++)
            text_add(out, "%s%s", i ? " | " : "", v->ss[i]);
        break;
    case HONE_OPT_PATH:
        text_add(out, "%s", v->s ? within(c, v->s) : "");
        break;
    default:
        text_add(out, "%s", v->s ? v->s : "");
    }
}

static void add_component(const config *c, const component *part, const char *address, text *out)
{
    if (!part)
        return;
    text_add(out, "%s = %s\n", address, part->plugin->name);
    for (int32_t i = 0; i < part->n_parts; i++) {
        const hone_option *o = &part->plugin->options[i];
        text below = {0};
        text_add(&below, "%s.%s", address, o->name);
        if (o->type == HONE_OPT_COMPONENT && below.data) {
            add_component(c, part->parts[i], below.data, out);
        } else if (below.data) {
            text_add(out, "%s = ", below.data);
            add_value(c, o, &part->options.values[i], out);
            text_add(out, "\n");
        }
        text_free(&below);
    }
}

char *config_identity(const config *c)
{
    text t = {0};
    text_add(&t, "study.goal =");
    for (int32_t i = 0; i < c->n_goals; i++)
        text_add(&t, " %s", c->maximize[i] ? "maximize" : "minimize");
    text_add(&t, "\nstudy.constraints =");
    for (int32_t i = 0; i < c->n_constraints; i++)
        text_add(&t, " %s", c->constraints[i]);
    text_add(&t, "\nstudy.seed = %llu\nstudy.repeats = %lld\nstudy.duplicates = %s\n",
             (unsigned long long)c->seed, (long long)c->repeats,
             c->duplicates == DUPLICATES_REUSE ? "reuse" : "evaluate");
    if (c->batch > 0)
        text_add(&t, "study.batch = %lld\n", (long long)c->batch);
    for (int32_t i = 0; i < c->space.n; i++) {
        char *line = space_describe(&c->space, i);
        text_add(&t, "space.%s = %s\n", c->space.params[i].name, line ? line : "");
        if (!line)
            t.failed = true;
        free(line);
    }
    constraints_describe(&c->space, &t);
    add_component(c, c->strategy, "strategy", &t);
    add_component(c, c->pruner, "pruner", &t);
    add_component(c, c->objective, "objective", &t);
    return text_take(&t);
}

/* ---- differences ---- */

static const char *line_end(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end : at + strlen(at);
}

/* The value of the line that begins with the n bytes of `key` and " ="; NULL: there is none. */
static const char *value_of(const char *lines, const char *key, size_t n, size_t *length)
{
    for (const char *at = lines; *at;) {
        const char *end = line_end(at);
        if ((size_t)(end - at) >= n + 2 && strncmp(at, key, n) == 0 &&
            strncmp(at + n, " =", 2) == 0) {
            const char *value = at + n + 2;
            value += *value == ' ';
            *length = (size_t)(end - value);
            return value;
        }
        at = *end ? end + 1 : end;
    }
    return NULL;
}

static void compare(const char *mine, const char *other, bool both, error *out)
{
    for (const char *at = mine; *at;) {
        const char *end = line_end(at), *equals = strstr(at, " =");
        if (equals && equals < end) {
            size_t n = (size_t)(equals - at), a, b;
            const char *was = value_of(mine, at, n, &a), *is = value_of(other, at, n, &b);
            if (!is)
                error_add(out, HONE_ECHANGED, both ? "%.*s = %.*s is gone" : "%.*s = %.*s is new",
                          (int)n, at, (int)a, was);
            else if (both && (a != b || strncmp(was, is, a) != 0))
                error_add(out, HONE_ECHANGED, "%.*s was '%.*s' and is '%.*s'", (int)n, at, (int)a,
                          was, (int)b, is);
        }
        at = *end ? end + 1 : end;
    }
}

/* Do the lines that both have stand in the same order?  The order of parameters is that of
 * the columns that a strategy sees. */
static bool same_order(const char *stored, const char *now)
{
    const char *from = now;
    for (const char *at = stored; *at;) {
        const char *end = line_end(at), *equals = strstr(at, " =");
        size_t n = equals && equals < end ? (size_t)(equals - at) : 0, length;
        if (n && value_of(now, at, n, &length)) {
            const char *value = value_of(from, at, n, &length);
            if (!value)
                return false;
            from = value + length;
            from += *from == '\n';
        }
        at = *end ? end + 1 : end;
    }
    return true;
}

void config_differences(const char *stored, const char *now, error *out)
{
    if (strcmp(stored, now) == 0)
        return;
    compare(stored, now, true, out);
    compare(now, stored, false, out);
    if (!same_order(stored, now))
        error_add(out, HONE_ECHANGED, "the parameters stand in another order");
}
