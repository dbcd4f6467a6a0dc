"""What the checks share: opening a file as Optuna does, and comparing with what hone wrote."""
import json
import math
import sys

import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.CRITICAL)


def open_storage(path, schema):
    """The two schemas differ by one index; each Optuna takes one of them without being told to."""
    major, minor = (int(part) for part in optuna.__version__.split(".")[:2])
    own = "3.0" if (major, minor) < (3, 2) else "3.2"
    return optuna.storages.RDBStorage(
        "sqlite:///" + path, skip_compatibility_check=(schema != own)
    )


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def check(what, is_, wanted):
    if not same(is_, wanted):
        sys.exit(f"{what}: Optuna has {is_!r}, hone wrote {wanted!r}")


def load(path):
    with open(path) as file:
        return json.load(file)


def report(study, path, numbers):
    """Trials of Optuna's as JSON, for hone's reader to be compared with."""
    trials = []
    for number in numbers:
        t = study.trials[number]
        trials.append(
            {
                "number": t.number,
                "state": t.state.name,
                "values": t.values,
                "params": t.params,
                "reports": sorted(t.intermediate_values.items()),
            }
        )
    with open(path, "w") as file:
        json.dump(trials, file)


__all__ = ["TrialState", "check", "load", "open_storage", "optuna", "report"]
