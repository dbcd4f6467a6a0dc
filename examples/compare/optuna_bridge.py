#!/usr/bin/env python3
"""Optuna as a row of a comparison by hone: JSON lines on standard input and output.

    [strategy optuna-tpe]
    command = /usr/bin/python3 optuna_bridge.py tpe

The argument is the sampler: tpe (default), random, cmaes, nsgaii or qmc.  Runs with Optuna 3
and later.
"""
import json
import sys
import warnings

import optuna
from optuna.distributions import (CategoricalDistribution, FloatDistribution,
                                  IntDistribution)
from optuna.trial import TrialState

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "nsgaii": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
    "qmc": lambda seed: optuna.samplers.QMCSampler(seed=seed, scramble=True),
}


def distribution(param):
    if param["type"] == "categorical":
        return CategoricalDistribution(param["choices"])
    log, step = param["log"], param.get("step")
    if param["type"] == "int":
        return IntDistribution(param["low"], param["high"], log=log,
                               step=1 if log or step is None else step)
    return FloatDistribution(param["low"], param["high"], log=log, step=None if log else step)


class Bridge:
    def __init__(self, sampler):
        self.make = SAMPLERS[sampler]
        self.study = None
        self.space = []
        self.trials = {}

    def open(self, q):
        self.space = [(p, distribution(p)) for p in q["space"]]
        self.study = optuna.create_study(directions=q["goals"],
                                         sampler=self.make(q["seed"] % 2**32))
        return {"ok": True}

    def suggest(self):
        trial = self.study.ask()
        params = {}
        for p, d in self.space:
            if "parent" in p and params.get(p["parent"]) not in p["when"]:
                continue
            if isinstance(d, CategoricalDistribution):
                params[p["name"]] = trial.suggest_categorical(p["name"], d.choices)
            elif isinstance(d, IntDistribution):
                params[p["name"]] = trial.suggest_int(p["name"], d.low, d.high, step=d.step,
                                                      log=d.log)
            else:
                params[p["name"]] = trial.suggest_float(p["name"], d.low, d.high, step=d.step,
                                                        log=d.log)
        self.trials[trial.number] = trial
        return {"number": trial.number, "params": params}

    def ask(self, q):
        return {"trials": [self.suggest() for _ in range(q["n"])]}

    def tell(self, q):
        trial = self.trials.pop(q["number"])
        if "values" in q:
            self.study.tell(trial, q["values"])
        else:
            pruned = q["state"] == "pruned"
            self.study.tell(trial, state=TrialState.PRUNED if pruned else TrialState.FAIL)
        return {"ok": True}

    def report(self, q):
        trial = self.trials[q["number"]]
        trial.report(q["value"], q["step"])
        return {"stop": len(self.study.directions) == 1 and trial.should_prune()}


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    bridge = Bridge(sys.argv[1] if len(sys.argv) > 1 else "tpe")
    for line in sys.stdin:
        q = json.loads(line)
        if q["op"] == "close":
            break
        try:
            answer = getattr(bridge, q["op"])(q)
        except Exception as problem:  # pylint: disable=broad-except
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
