#!/usr/bin/python3
"""Numbers for tests/unit/test_forest.c from scikit-learn: prints forest_reference.h.

Data by formula, so that both sides have the same values: u_ic = frac(sqrt(prime_c) (i + 1)),
y = sin(5 u_0) + u_1^2 u_2 + 0.3 cos(7 u_2).  One tree on all rows; in larger leaves no two cuts are equal.
Run with Debian's python3-sklearn 1.2.1:  /usr/bin/python3 forest_reference.py > forest_reference.h
"""
import numpy as np
import sklearn
from sklearn.tree import DecisionTreeRegressor

N, P, M = 80, 3, 40
PRIMES = np.array([2.0, 3.0, 5.0])


def points(first, n):
    i = np.arange(first, first + n)[:, None] + 1.0
    return np.modf(np.sqrt(PRIMES) * i)[0]


def numbers(name, values):
    values = np.asarray(values, dtype=float).ravel()
    print("static const double %s[%d] = {%s};" % (name, len(values),
          ", ".join("%.17g" % v for v in values)))


X, Q = points(0, N), points(200, M)
y = np.sin(5 * X[:, 0]) + X[:, 1] ** 2 * X[:, 2] + 0.3 * np.cos(7 * X[:, 2])
print("/* forest_reference.h - made by forest_reference.py with scikit-learn %s; do not edit. */"
      % sklearn.__version__)
print("enum { REF_N = %d, REF_P = %d, REF_M = %d };" % (N, P, M))
for leaf in (4, 7):
    tree = DecisionTreeRegressor(min_samples_leaf=leaf, random_state=0).fit(X, y)
    numbers("REF_MEAN_%d" % leaf, tree.predict(Q))
    numbers("REF_VAR_%d" % leaf, tree.tree_.impurity[tree.apply(Q)])
    print("enum { REF_LEAVES_%d = %d };" % (leaf, tree.get_n_leaves()))
