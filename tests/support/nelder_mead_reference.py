"""The points that SciPy's Nelder-Mead evaluates: writes nelder_mead_reference.h.

    /usr/bin/python3 tests/support/nelder_mead_reference.py > tests/support/nelder_mead_reference.h
"""
import numpy as np
import scipy
from scipy.optimize import minimize

EVALUATIONS = 120


def rosenbrock(x):
    v = 6 * x - 3.7
    return float(np.sum(100 * (v[:-1] ** 2 - v[1:]) ** 2 + (v[:-1] - 1) ** 2))


def step(x):
    return float(np.sum(np.floor(10 * np.abs(x - 0.31)) * np.arange(1, len(x) + 1)))


def edge(x):
    return float(np.sum((x - np.linspace(-0.4, 0.6, len(x))) ** 2 * np.arange(1, len(x) + 1)))


def trace(function, d, adaptive):
    """The first evaluations, from the middle with edges 0.1, in the unit cube."""
    seen = []

    def wrapped(x):
        seen.append(np.array(x))
        return function(x)

    start = np.full(d, 0.5)
    simplex = np.vstack([start] + [start + 0.1 * e for e in np.eye(d)])
    minimize(wrapped, start, method="Nelder-Mead", bounds=[(0, 1)] * d,
             options={"initial_simplex": simplex, "adaptive": adaptive, "maxfev": EVALUATIONS,
                      "xatol": 0, "fatol": 0})
    return seen[:EVALUATIONS]


print("/* nelder_mead_reference.h - written by nelder_mead_reference.py with SciPy %s: coordinates of"
      % scipy.__version__)
print(" * the points that minimize(method='Nelder-Mead') evaluates, one evaluation a row. */")
print("enum { REFERENCE_POINTS = %d };" % EVALUATIONS)
for name, function, d, adaptive in (("ROSENBROCK_4", rosenbrock, 4, True),
                                    ("ROSENBROCK_2", rosenbrock, 2, False),
                                    ("STEP_3", step, 3, True),
                                    ("EDGE_5", edge, 5, True)):
    print("static const double %s[REFERENCE_POINTS][%d] = {" % (name, d))
    for x in trace(function, d, adaptive):
        print("    {" + ", ".join("%.13g" % v for v in x) + "},")
    print("};")
