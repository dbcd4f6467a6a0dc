#!/usr/bin/python3
"""Makes data.csv and sklearn.csv.

data.csv: y = sin(x) + 0.1 z at 100 equally spaced x in [0, 10]; z: standard normals of
numpy.random.default_rng(42).

sklearn.csv: mean, standard deviation and where, of scikit-learn's Gaussian process with the kernel, bounds
and restarts of sine.ini.  normalize_y is what hone does too; alpha is the noise as a
fraction of the variance of y.  Lengths here are in units of x, in sine.ini in widths of [0, 10].
"""
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

x = np.linspace(0, 10, 100)
y = np.round(np.sin(x) + 0.1 * np.random.default_rng(42).standard_normal(100), 6)
with open("data.csv", "w") as out:
    out.write("x,y\n")
    for a, b in zip(x, y):
        out.write("%.17g,%.6f\n" % (a, b))

kernel = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(1.0, (1e-2, 1e2))
gp = GaussianProcessRegressor(kernel, alpha=0.02, normalize_y=True, n_restarts_optimizer=9,
                              random_state=0).fit(x[:, None], y)
print(gp.kernel_, gp.log_marginal_likelihood_value_)
grid = np.linspace(0, 10, 41)
mean, sd = gp.predict(grid[:, None], return_std=True)
with open("sklearn.csv", "w") as out:
    out.write("x,mean,sd\n")
    for row in zip(grid, mean, sd):
        out.write("%.17g,%.9f,%.9f\n" % row)
fine = np.linspace(0, 10, 1001)
at = gp.predict(fine[:, None])
print("maximum", at.max(), "at", fine[at.argmax()])
