#!/usr/bin/python3
"""Numbers for tests/unit/test_gp.c from scikit-learn: prints gp_reference.h.

Data by formula, so that both sides have the same bits but for the last digit:
u_ic = frac(sqrt(prime_c) (i + 1)), y = sin(5 u_0) + u_1^2 u_2 + 0.3 cos(7 u_2).
Run with Debian's python3-sklearn 1.2.1:  /usr/bin/python3 gp_reference.py > gp_reference.h
"""
import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel

N, P, M = 12, 3, 5
SIGNAL, NUGGET, LENGTH = 1.7, 0.03, [0.4, 0.9, 1.6]
PRIMES = np.array([2.0, 3.0, 5.0])


def points(first, n):
    i = np.arange(first, first + n)[:, None] + 1.0
    return np.modf(np.sqrt(PRIMES) * i)[0]


def numbers(name, values):
    values = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
    print("static const double %s[%d] = {%s};" % (name, len(values),
          ", ".join("%.17g" % v for v in values)))


X, Q = points(0, N), points(100, M)
y = np.sin(5 * X[:, 0]) + X[:, 1] ** 2 * X[:, 2] + 0.3 * np.cos(7 * X[:, 2])
t = (y - y.mean()) / y.std()

print("/* gp_reference.h - made by gp_reference.py with scikit-learn %s; do not edit. */"
      % sklearn.__version__)
print("enum { REF_N = %d, REF_P = %d, REF_M = %d };" % (N, P, M))
numbers("REF_SIGNAL", SIGNAL)
numbers("REF_NUGGET", NUGGET)
numbers("REF_LENGTH", LENGTH)
for name, base in [("MATERN52", Matern(LENGTH, nu=2.5)), ("MATERN32", Matern(LENGTH, nu=1.5)),
                   ("RBF", RBF(LENGTH))]:
    kernel = ConstantKernel(SIGNAL) * base + WhiteKernel(NUGGET)
    gp = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(X, t)
    value, gradient = gp.log_marginal_likelihood(gp.kernel_.theta, eval_gradient=True)
    latent = GaussianProcessRegressor(ConstantKernel(SIGNAL) * base, alpha=NUGGET,
                                      optimizer=None).fit(X, t)
    mean, cov = latent.predict(Q, return_cov=True)
    # theta of scikit-learn: signal, lengthscales, noise; ours: lengthscales, signal, noise
    gradient = np.concatenate([gradient[1:-1], gradient[:1], gradient[-1:]])
    numbers("REF_%s_EVIDENCE" % name, value)
    numbers("REF_%s_GRADIENT" % name, gradient)
    numbers("REF_%s_MEAN" % name, y.mean() + y.std() * mean)
    numbers("REF_%s_VAR" % name, y.var() * np.diag(cov))

# a fit: evidence alone, several starts, within bounds
bounds = (0.05, 20.0)
kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern([1.0] * P, [bounds] * P, nu=2.5) \
    + WhiteKernel(1e-2, (1e-6, 1.0))
gp = GaussianProcessRegressor(kernel, alpha=0, n_restarts_optimizer=20, random_state=1,
                              normalize_y=True).fit(X, y)
numbers("REF_FIT_EVIDENCE", gp.log_marginal_likelihood_value_)
numbers("REF_FIT_THETA", gp.kernel_.theta)
numbers("REF_FIT_MEAN", gp.predict(Q))

# mixed spaces, by the distances that embedding.c promises: a number, a choice of 3, a number that
# is active with the second choice
MIXED = [(0.1, 0, None), (0.8, 0, None), (0.3, 1, 0.2), (0.4, 1, 0.9), (0.9, 1, 0.5), (0.2, 2, None)]


def square_distance(a, b, length):
    number = (a[0] - b[0]) ** 2
    choice = 2 * 0.25 ** 2 * (a[1] != b[1])
    if a[2] is None and b[2] is None:
        condition = 0.0
    elif a[2] is None or b[2] is None:
        condition = 0.25
    else:
        condition = np.sin(np.pi / 2 * (a[2] - b[2])) ** 2
    return number / length[0] ** 2 + choice / length[1] ** 2 + condition / length[2] ** 2


def matern52(r2):
    a = np.sqrt(5 * r2)
    return (1 + a + a * a / 3) * np.exp(-a)


numbers("REF_MIXED", [matern52(square_distance(a, b, (0.7, 0.3, 0.4))) for a in MIXED for b in MIXED])
