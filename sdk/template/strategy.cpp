/* strategy.cpp - template of a strategy in C++: random points, some of them near the best.
 *
 * Copy it, rename "sampler", and change propose().  It reads nothing but the table of trials
 * that comes with each call, so the host continues it exactly after an interruption
 * (HONE_CAP_HISTORY_ONLY).  No exception may leave a function of the table.
 *
 * Source: the (1+1) scheme of Rastrigin, "The convergence of the random search method in the
 *         extremal control of a many parameter system", 1963.
 *
 * Shapes: X is n x n_cols in the unit cube; the host knows scales, steps and choices. */
#include <cmath>
#include <cstring>
#include <new>

#include "hone_plugin.h"

namespace {

constexpr int64_t TRIES = 1000; /* draws for a new point before the space counts as seen */

class Sampler {
  public:
    Sampler(const hone_host *host, double step) : host(host), step(step) {}

    int32_t ask(const hone_trials &past, int64_t n, const int64_t *number, double *X, int64_t ldx,
                int64_t &given) const
    {
        for (given = 0; given < n; given++) {
            double *x = X + given * ldx;
            int64_t t = 0;
            do {
                propose(past, number[given], t, x);
            } while (!is_new(past, X, ldx, given) && ++t < TRIES);
            if (t == TRIES)
                return HONE_DONE;
        }
        return HONE_OK;
    }

  private:
    /* Draw number t for a trial: random numbers have addresses, the trial and a position. */
    void propose(const hone_trials &past, int64_t number, int64_t t, double *x) const
    {
        const int64_t d = host->space(host)->n_cols, best = best_row(past);
        host->uniform(host, number, t * d, d, x);
        if (best >= 0 && (number + t) % 2 == 1)
            for (int64_t k = 0; k < d; k++) {
                const double at = past.x[best * past.ldx + k] + step * (2 * x[k] - 1);
                x[k] = std::fmin(std::fmax(at, 0), 1);
            }
        host->snap(host, 1, x, d);
    }

    static int64_t best_row(const hone_trials &past)
    {
        int64_t best = -1;
        for (int64_t i = 0; i < past.n; i++)
            if (past.state[i] == HONE_COMPLETE &&
                (best < 0 || past.y[i * past.ldy] < past.y[best * past.ldy]))
                best = i;
        return best;
    }

    /* Snapped points are the same bit for bit. */
    bool is_new(const hone_trials &past, const double *X, int64_t ldx, int64_t row) const
    {
        const size_t width = static_cast<size_t>(host->space(host)->n_cols) * sizeof(double);
        for (int64_t i = 0; i < past.n; i++)
            if (std::memcmp(past.x + i * past.ldx, X + row * ldx, width) == 0)
                return false;
        for (int64_t i = 0; i < row; i++)
            if (std::memcmp(X + i * ldx, X + row * ldx, width) == 0)
                return false;
        return true;
    }

    const hone_host *host;
    double step;
};

int32_t ask(void *self, const hone_trials *past, int64_t n, const int64_t *number, double *X,
            int64_t ldx, int64_t *n_out)
{
    return static_cast<const Sampler *>(self)->ask(*past, n, number, X, ldx, *n_out);
}

int32_t create(const hone_host *host, const hone_value *values, void **self)
{
    *self = new (std::nothrow) Sampler(host, values[0].d);
    if (*self)
        return HONE_OK;
    host->error(host, -1, "out of memory");
    return HONE_ENOMEM;
}

void destroy(void *self)
{
    delete static_cast<Sampler *>(self);
}

hone_option make_option(const char *name, const char *def, double low, double high, const char *doc)
{
    hone_option o = hone_option();
    o.name = name;
    o.type = HONE_OPT_REAL;
    o.def = def;
    o.low = low;
    o.high = high;
    o.doc = doc;
    return o;
}

hone_strategy_ops make_ops()
{
    hone_strategy_ops o = hone_strategy_ops();
    o.size = sizeof o;
    o.caps = HONE_CAP_HISTORY_ONLY;
    o.ask = ask;
    return o;
}

const hone_option OPTIONS[] = {
    make_option("step", "0.1", 0, 1, "Half the width of a step from the best point, in unit cubes."),
};
const hone_strategy_ops OPS = make_ops();

hone_plugin make_plugin()
{
    hone_plugin p = hone_plugin();
    p.size = sizeof p;
    p.kind = HONE_STRATEGY;
    p.name = "sampler";
    p.version = "1.0.0";
    p.doc = "Random points, every second one near the best so far.";
    p.options = OPTIONS;
    p.n_options = 1;
    p.option_size = sizeof(hone_option);
    p.ops = &OPS;
    p.create = create;
    p.destroy = destroy;
    return p;
}

const hone_plugin PLUGIN = make_plugin();
const hone_plugin *const PLUGINS[] = {&PLUGIN};

} // namespace

HONE_MODULE("sampler", "1.0.0", "MIT", "", PLUGINS)
