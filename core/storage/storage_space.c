/* storage_space.c - the parameters of a stored study: their distributions as they are written
 * with each trial, our own description of the space, and the space read back.
 *
 * Optuna wants the same choices in the same JSON in all trials of a study; where a study has
 * choices already (numbers in a list made by another program), their text is kept.
 *
 * The fact "space" of a study holds one line a parameter as a study file has it, "constraints"
 * how many constraints it has.  The study user attribute "ordered" lists the categorical
 * parameters whose choices have an order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "optuna.h"
#include "storage_sql.h"
#include "text.h"

/* ---- writing ---- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ b[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return hash;
}

/* Of everything that a description depends on, so that another space in the same memory, or
 * with other bounds, is noticed. */
static uint64_t fingerprint(const hone_param *p)
{
    uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), p->name, strlen(p->name) + 1);
    hash = mix(hash, &p->type, sizeof p->type);
    hash = mix(hash, &p->flags, sizeof p->flags);
    hash = mix(hash, &p->parent, sizeof p->parent);
    hash = mix(hash, &p->low, 3 * sizeof p->low); /* low, high, step */
    if (p->n_when > 0)
        hash = mix(hash, p->when, (size_t)p->n_when * sizeof *p->when);
    for (int64_t i = 0; i < p->n_choices; i++)
        hash = mix(hash, p->choices[i], strlen(p->choices[i]) + 1);
    return hash;
}

void descriptions_free(database *s)
{
    for (int32_t i = 0; i < s->n_descriptions; i++)
        free(s->descriptions[i].distribution);
    free(s->descriptions);
    s->descriptions = NULL;
    s->n_descriptions = 0;
    s->described = -1;
}

static bool described(const database *s, int64_t study, const space *sp)
{
    if (s->described != study || s->n_descriptions != sp->n)
        return false;
    for (int32_t i = 0; i < sp->n; i++)
        if (s->descriptions[i].fingerprint != fingerprint(&sp->params[i]))
            return false;
    return true;
}

static int32_t check_names(const hone_param *p, error *err)
{
    bool legal = utf8_valid(p->name);
    for (int64_t i = 0; i < p->n_choices; i++)
        legal = legal && utf8_valid(p->choices[i]);
    return legal ? HONE_OK
                 : error_add(err, HONE_EINVAL,
                             "parameter '%s': its name or a choice is "
                             "not UTF-8, which storage needs",
                             p->name);
}

/* The text that the study's earlier trials have, or a new one. */
static int32_t describe_param(database *s, int64_t study, const hone_param *p, description *out,
                              error *err)
{
    rows *row;
    int32_t status = check_names(p, err);
    if (status < 0)
        return status;
    status =
        db_row(s, SQL_STORED_DISTRIBUTION, CELLS(CELL_INT(study), CELL_TEXT(p->name)), &row, err);
    const char *stored = status > 0 ? row_text(row, 0) : NULL;
    if (stored)
        status = distribution_check(p, stored, err);
    if (status >= 0) {
        bool keep = stored && p->type == HONE_CATEGORICAL;
        out->fingerprint = fingerprint(p);
        out->distribution = keep ? strdup(stored) : distribution_text(p);
        if (!out->distribution)
            status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    }
    db_done(row);
    return status < 0 ? status : HONE_OK;
}

static int32_t set_text(database *s, int64_t study, const char *key, text *t, error *err)
{
    char *value = text_take(t);
    int32_t status = value ? sql_set(&s->base, study, key, value, err)
                           : error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    free(value);
    return status;
}

static int32_t write_own_description(database *s, int64_t study, const space *sp, error *err)
{
    text lines = {0}, constraints = {0};
    text_add(&lines, "%s", "");
    for (int32_t i = 0; i < sp->n; i++) {
        char *line = space_describe(sp, i);
        if (line)
            text_add(&lines, "%s = %s\n", sp->params[i].name, line);
        else
            lines.failed = true;
        free(line);
    }
    text_add(&constraints, "%d", (int)sp->n_constraints);
    int32_t status = set_text(s, study, "space", &lines, err);
    if (status >= 0 && sp->n_constraints > 0)
        status = set_text(s, study, "constraints", &constraints, err);
    text_free(&constraints);
    text_free(&lines);
    return status;
}

static int32_t write_ordered(database *s, int64_t study, const space *sp, error *err)
{
    text t = {0};
    int n = 0;
    for (int32_t i = 0; i < sp->n; i++) {
        const hone_param *p = &sp->params[i];
        if (p->type != HONE_CATEGORICAL || !(p->flags & HONE_PARAM_ORDERED))
            continue;
        char *name = json_text(p->name);
        text_add(&t, "%s%s", n++ ? ", " : "[", name ? name : "");
        t.failed = t.failed || !name;
        free(name);
    }
    text_add(&t, "]");
    char *json = text_take(&t);
    int32_t status = HONE_OK;
    if (!json)
        status = error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    else if (n > 0)
        status = sql_set_attribute(&s->base, study, false, "ordered", json, err);
    free(json);
    return status;
}

static int32_t check_study(database *s, int64_t study, error *err)
{
    rows *row;
    int32_t status = db_prepare(s, "SELECT 1 FROM studies WHERE study_id = ?1",
                                CELLS(CELL_INT(study)), &row, err);
    if (status >= 0 && (status = db_step(s, row, err)) == 0)
        status = error_add(err, HONE_ESTORAGE, "%s: the study was deleted", s->path);
    rows_free(row);
    return status;
}

int32_t describe_space(database *s, int64_t study, const space *sp, error *err)
{
    if (described(s, study, sp))
        return HONE_OK;
    descriptions_free(s);
    int32_t status = check_study(s, study, err);
    s->descriptions = calloc((size_t)sp->n + 1, sizeof *s->descriptions);
    if (!s->descriptions)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", s->path);
    for (; s->n_descriptions < sp->n && status >= 0; s->n_descriptions++)
        status = describe_param(s, study, &sp->params[s->n_descriptions],
                                &s->descriptions[s->n_descriptions], err);
    if (status >= 0)
        status = write_own_description(s, study, sp, err);
    if (status >= 0)
        status = write_ordered(s, study, sp, err);
    if (status < 0)
        descriptions_free(s);
    else
        s->described = study;
    return status;
}

/* ---- reading ---- */

/* "x = float 0 1\nk = categorical a b\n" */
static int32_t read_own_description(char *lines, space *out, error *err)
{
    int32_t status = HONE_OK;
    for (char *line = lines; *line && status >= 0;) {
        char *end = line + strcspn(line, "\n");
        char *equals = strstr(line, " = ");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        if (equals && equals < end) {
            *equals = '\0';
            status = space_add(out, line, equals + 3, "stored space", err);
        }
        line = next;
    }
    return status;
}

/* Bounds may differ among trials: the widest hold all of them. */
static int32_t merge_distribution(space *out, const hone_param *p, error *err)
{
    int32_t i = space_index(out, p->name);
    if (i < 0)
        return space_append(out, p, NULL, err);
    if (p->type != HONE_CATEGORICAL) {
        out->params[i].low = fmin(out->params[i].low, p->low);
        out->params[i].high = fmax(out->params[i].high, p->high);
    }
    return HONE_OK;
}

static int32_t read_distributions(database *s, int64_t study, space *out, error *err)
{
    static const char sql[] =
        "SELECT param_name, distribution_json, min(param_id) FROM trial_params WHERE trial_id IN "
        "(SELECT trial_id FROM trials WHERE study_id = ?1) GROUP BY param_name, distribution_json "
        "ORDER BY min(param_id)";
    rows *row;
    int32_t status = db_prepare(s, sql, CELLS(CELL_INT(study)), &row, err);
    while (status >= 0 && (status = db_step(s, row, err)) > 0) {
        hone_param p;
        const char *name = row_text(row, 0);
        const char *json = row_text(row, 1);
        status = distribution_read(name ? name : "", json ? json : "", &p, err);
        if (status >= 0) {
            status = merge_distribution(out, &p, err);
            distribution_free(&p);
        }
    }
    rows_free(row);
    return status;
}

static int32_t read_sizes(database *s, int64_t study, space *out, error *err)
{
    rows *row;
    char *constraints = NULL;
    int64_t n = 0;
    int32_t status = db_row(s, SQL_GOALS, CELLS(CELL_INT(study)), &row, err);
    out->n_objectives = 0;
    for (; status > 0; status = db_step(s, row, err))
        out->n_objectives++;
    db_done(row);
    if (status >= 0)
        status = sql_get(&s->base, study, "constraints", &constraints, err);
    if (constraints && number_int(constraints, &n))
        out->n_constraints = (int32_t)n;
    free(constraints);
    return status;
}

int32_t sql_space(storage *base, int64_t study, space *out, error *err)
{
    database *s = (database *)base;
    char *lines = NULL;
    bool begun;
    int32_t status = db_read_begin(s, &begun, err);
    if (status >= 0)
        status = sql_get(base, study, "space", &lines, err);
    if (status >= 0)
        status =
            lines ? read_own_description(lines, out, err) : read_distributions(s, study, out, err);
    if (status >= 0)
        status = read_sizes(s, study, out, err);
    db_read_end(s, begun);
    free(lines);
    if (status < 0)
        space_free(out);
    return status < 0 ? status : HONE_OK;
}
