/* test_view.c - columns, and the promise that what is told is what was evaluated: encoding and
 * decoding are exact inverses on what they produce, bit for bit. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scale.h"
#include "spaces.h"

enum { MOST = 64 }; /* columns of the spaces here */

static const uint32_t CAPS[] = {
    0,
    HONE_CAP_CONDITIONAL,
    HONE_CAP_FIDELITY,
    HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
    HONE_CAP_NATIVE,
    HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL,
    HONE_CAP_NATIVE | HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY,
};
enum { N_CAPS = sizeof CAPS / sizeof *CAPS };

static bool same_bits(const double *a, const double *b, int64_t n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static view view_of(const space *s, uint32_t caps)
{
    view v;
    error err = {0};

    cr_assert_eq(view_init(&v, s, caps, &err), HONE_OK);
    return v;
}

/* ---- layout -------------------------------------------------------------------------- */

Test(view, columns)
{
    space s = SPACE("x = float 0 1", "k = categorical a b c", "o = ordered p q", "f = fixed 3",
                    "n = int 1 81 log fidelity", "d = int 2 5 when k = b", "e = int 1 100 log",
                    "g = float 0 1 step 0.25 when d = 3");
    view v = view_of(&s, 0);
    static const int32_t PARAM[] = {0, 1, 1, 1, 2, 4, 5, 6}, CHOICE[] = {-1, 0, 1, 2, -1, -1, -1, -1};
    static const int64_t LEVELS[] = {0, 0, 0, 0, 2, 4, 0, 5};

    /* The fidelity is not there, and indices after it shift; the fixed one has no column. */
    cr_assert_eq(v.table.n_params, 7);
    cr_assert_eq(v.table.n_cols, 8);
    for (int c = 0; c < 8; c++) {
        cr_assert_eq(v.table.col_param[c], PARAM[c]);
        cr_assert_eq(v.table.col_choice[c], CHOICE[c]);
        cr_assert_eq(v.table.col_levels[c], LEVELS[c], "%d: %lld", c,
                     (long long)v.table.col_levels[c]);
    }
    cr_assert_str_eq(v.table.params[4]->name, "d");
    cr_assert_eq(v.table.params[4]->parent, 1);
    cr_assert_eq(v.table.params[6]->parent, 4);
    cr_assert_eq(v.shown[4], 5);
    cr_assert_eq(v.n_col[4], 0);
    view_free(&v);

    v = view_of(&s, HONE_CAP_FIDELITY | HONE_CAP_NATIVE);
    cr_assert_eq(v.table.n_params, 8);
    cr_assert_eq(v.table.n_cols, 7);
    cr_assert_eq(v.table.params[7]->parent, 5);
    for (int c = 0; c < 7; c++)
        cr_assert_eq(v.table.col_choice[c], -1);
    view_free(&v);
    space_free(&s);
}

/* Capabilities that make no difference in a space make no difference of views. */
Test(view, same)
{
    space flat = SPACE("x = float 0 1"), deep = SPACE("k = categorical a b", "x = int 0 1 when k = a");
    view a = view_of(&flat, 0), b = view_of(&flat, HONE_CAP_CONDITIONAL | HONE_CAP_FIDELITY);
    view c = view_of(&flat, HONE_CAP_NATIVE), d = view_of(&deep, 0);
    view e = view_of(&deep, HONE_CAP_CONDITIONAL);

    cr_assert(view_same(&a, &b));
    cr_assert_not(view_same(&a, &c));
    cr_assert_not(view_same(&a, &d));
    cr_assert_not(view_same(&d, &e));
    cr_assert(view_native(&c));
    cr_assert_not(view_native(&a));
    view *all[] = {&a, &b, &c, &d, &e};
    for (int i = 0; i < 5; i++)
        view_free(all[i]);
    space_free(&flat);
    space_free(&deep);
}

Test(view, values)
{
    space s = SPACE("x = float -1 3", "l = float 0.01 100 log", "n = int 1 4", "k = categorical a b c",
                    "d = int 2 5 when k = b", "c = ordered p q when k = b", "m = int 1 4 log");
    const double native[] = {1, 1, 2, 0, NAN, NAN, 2};
    double x[9], back[7];
    view v = view_of(&s, HONE_CAP_CONDITIONAL), w = view_of(&s, 0);

    view_encode(&v, native, x);
    const double cells[] = {0.5, 0.5, 0.375, 1, 0, 0};
    cr_assert(same_bits(x, cells, 6));
    cr_assert(isnan(x[6]) && isnan(x[7]));
    cr_assert_float_eq(x[8], log(2 / 0.5) / log(4.5 / 0.5), 1e-15);
    view_decode(&v, x, back);
    cr_assert_float_eq(back[1], 1, 1e-14);
    back[1] = 1;
    cr_assert(same_bits(back, native, 7));
    /* Without CONDITIONAL inactive columns hold the middle. */
    view_encode(&w, native, x);
    cr_assert(same_bits(x, cells, 6));
    cr_assert(x[6] == 0.375 || x[6] == 0.625);
    cr_assert(x[7] == 0.25 || x[7] == 0.75);
    view_free(&v);
    view_free(&w);
    space_free(&s);
}

/* ---- proposals ---------------------------------------------------------------------------- */

Test(view, proposals_out_of_order)
{
    space s = SPACE("x = float -1 3", "k = categorical a b c", "d = int 2 5 when k = b", "n = int 0 2");
    view v = view_of(&s, HONE_CAP_CONDITIONAL), w = view_of(&s, 0);
    double high[] = {7, 0.2, 0.9, 0.3, 3, 1.0 / 3}, native[4];
    const double clipped[] = {3, 1, 5, 0}; /* 1/3 is a border of cells: half to even */
    double missing[] = {NAN, 1, 0, 0, 0.5, 0.5}, idle[] = {0, 1, 0, 0, NAN, 0.5};
    double hole[] = {0, 1, NAN, 0, 0.5, 0.5};

    cr_assert(view_legal(&v, high));
    view_decode(&v, high, native);
    cr_assert(same_bits(native, clipped, 4), "%g %g %g %g", native[0], native[1], native[2],
              native[3]);
    cr_assert_not(view_legal(&v, missing));
    view_decode(&v, missing, native);
    cr_assert_eq(native[0], 1); /* the middle */
    cr_assert(view_legal(&v, idle));
    cr_assert(view_legal(&w, idle));
    cr_assert_not(view_legal(&v, hole));
    view_free(&v);
    view_free(&w);
    space_free(&s);
}

Test(view, hidden_fidelity_is_high)
{
    space s = SPACE("x = float 0 1", "n = int 1 81 fidelity");
    view v = view_of(&s, 0);
    double x = 0.5, native[2];

    view_decode(&v, &x, native);
    cr_assert_eq(native[1], 81);
    view_free(&v);
    space_free(&s);
}

/* ---- exactness ------------------------------------------------------------------------------- */

/* Columns as a plugin may fill them: inside, at the ends, on borders, outside. */
static void any_columns(const view *v, dice *d, double *x)
{
    for (int64_t c = 0; c < v->table.n_cols; c++) {
        const hone_param *p = v->table.params[v->table.col_param[c]];
        const int64_t levels = v->table.col_levels[c];

        x[c] = roll(d);
        if (levels > 0 && roll(d) < 0.5)
            x[c] = (double)roll_below(d, levels + 1) / (double)levels;
        if (roll(d) < 0.1)
            x[c] = roll(d) < 0.5 ? 0 : 1;
        if (roll(d) < 0.05)
            x[c] = 4 * x[c] - 2;
        if (v->caps & HONE_CAP_NATIVE)
            x[c] = p->type == HONE_CATEGORICAL ? x[c] * ((double)p->n_choices - 1)
                                               : p->low + x[c] * (p->high - p->low);
    }
}

Test(view, decoding_and_encoding_are_inverse)
{
    dice d = {.key = rng_root(21)};

    for (int round = 0; round < 6000; round++) {
        space s = space_any(&d);
        const int which = (int)roll_below(&d, N_CAPS);
        view v = view_of(&s, CAPS[which]);
        double x[MOST], told[MOST], again[MOST], native[8], back[8];

        cr_assert_leq(v.table.n_cols, MOST);
        for (int k = 0; k < 20; k++) {
            any_columns(&v, &d, x);
            cr_assert(view_legal(&v, x));
            view_decode(&v, x, native);
            memcpy(back, native, sizeof back);
            cr_assert(space_snap(&s, back), "a decoded point is legal");
            cr_assert(same_bits(back, native, s.n));

            view_encode(&v, native, told);
            cr_assert(view_legal(&v, told));
            view_decode(&v, told, back);
            cr_assert(same_bits(back, native, s.n), "caps %x", CAPS[which]);

            view_snap(&v, 1, x, MOST);
            cr_assert(same_bits(x, told, v.table.n_cols), "snap is encode(decode)");
            memcpy(again, x, sizeof again);
            view_snap(&v, 1, again, MOST);
            cr_assert(same_bits(again, x, v.table.n_cols), "snap is idempotent");
        }
        view_free(&v);
        space_free(&s);
    }
}

/* Points that the user gave, which no proposal need reach: what is told of them is a fixed
 * point of snapping all the same, and parameters with finitely many values are exact. */
Test(view, any_legal_point_is_told_snapped)
{
    dice d = {.key = rng_root(22)};

    for (int round = 0; round < 6000; round++) {
        space s = space_any(&d);
        const int which = (int)roll_below(&d, N_CAPS);
        view v = view_of(&s, CAPS[which]);
        double x[MOST], again[MOST], native[8], back[8];

        for (int k = 0; k < 10; k++) {
            space_any_point(&s, &d, native);
            for (int32_t i = 0; i < s.n; i++)
                if (!isnan(native[i]) && s.params[i].type == HONE_REAL && s.params[i].step == 0)
                    native[i] = s.params[i].low + roll(&d) * (s.params[i].high - s.params[i].low);
            for (int32_t i = 0; i < s.n; i++)
                if (!isnan(native[i]) && s.params[i].type == HONE_INT && roll(&d) < 0.3)
                    native[i] += (double)roll_below(&d, 3);
            space_snap(&s, native);
            view_encode(&v, native, x);
            memcpy(again, x, sizeof again);
            view_snap(&v, 1, again, MOST);
            cr_assert(same_bits(again, x, v.table.n_cols));
            view_decode(&v, x, back);
            for (int32_t i = 0; i < s.n; i++)
                if (s.params[i].type != HONE_REAL && i != s.fidelity &&
                    s.params[i].high - s.params[i].low < 0x1p36)
                    cr_assert(same_bits(&back[i], &native[i], 1));
        }
        view_free(&v);
        space_free(&s);
    }
}

/* Bounds that strain arithmetic. */
Test(view, extreme_bounds)
{
    static const hone_param EXTREME[] = {
        {.low = -1.7e308, .high = 1.7e308},
        {.low = 0, .high = 5e-324},
        {.low = 5e-324, .high = 1.7e308, .flags = HONE_PARAM_LOG},
        {.low = 1e-310, .high = 1e-300, .flags = HONE_PARAM_LOG},
        {.low = 1, .high = 1.0000000000000002, .flags = HONE_PARAM_LOG},
        {.low = 1e15, .high = 1e15 + 100},
        {.low = -1e-300, .high = 1},
        {.low = 0, .high = 1e300, .step = 1e285},
        {.type = HONE_INT, .low = -0x1p53, .high = 0x1p53},
        {.type = HONE_INT, .low = -0x1p53, .high = 0x1p53, .step = 3},
        {.type = HONE_INT, .low = 1, .high = 0x1p53, .flags = HONE_PARAM_LOG},
        {.type = HONE_INT, .low = 0x1p50, .high = 0x1p53, .flags = HONE_PARAM_LOG},
        {.type = HONE_INT, .low = 0, .high = 0x1p48},
    };
    dice d = {.key = rng_root(23)};

    for (size_t i = 0; i < sizeof EXTREME / sizeof *EXTREME; i++) {
        space s = {.n_objectives = 1};
        error err = {0};
        hone_param p = EXTREME[i];

        p.size = sizeof p;
        p.name = "x";
        p.parent = -1;
        p.init = NAN;
        cr_assert_eq(space_append(&s, &p, NULL, &err), HONE_OK, "%zu: %s", i, error_text(&err));
        view v = view_of(&s, 0);
        for (int k = 0; k < 20000; k++) {
            double u = k == 0 ? 0 : k == 1 ? 1 : roll(&d), x, back, again;

            view_decode(&v, &u, &x);
            cr_assert(x >= p.low && x <= p.high, "%zu: %.17g", i, x);
            cr_assert(k > 1 || v.scales[0].cells > 0 || x == (k ? p.high : p.low));
            view_encode(&v, &x, &u);
            view_decode(&v, &u, &back);
            view_encode(&v, &back, &again);
            cr_assert_eq(back, x, "%zu: %.17g became %.17g", i, x, back);
            cr_assert_eq(again, u);
            /* and from any legal value */
            x = p.low + roll(&d) * (p.high / 2 - p.low / 2);
            space_snap(&s, &x);
            view_encode(&v, &x, &u);
            view_decode(&v, &u, &back);
            view_encode(&v, &back, &again);
            cr_assert_eq(again, u, "%zu: %.17g %.17g", i, x, u);
        }
        view_free(&v);
        space_free(&s);
    }
}
