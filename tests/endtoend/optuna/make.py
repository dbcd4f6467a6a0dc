"""make.py make FILE OUT: a study of Optuna's own with what hone never writes; its trials to OUT.
make.py check FILE OUT: opens it after hone went on, and goes on itself; its trials to OUT."""
import sys

from common import TrialState, check, optuna, report

CHOICES = ["a", 2, 2.5, True, None]


def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    n = trial.suggest_int("n", 0, 20, step=5)
    kind = trial.suggest_categorical("kind", CHOICES)
    if trial.number == 3:
        raise ValueError("wrong")
    for step in range(3):
        trial.report(x + step, step)
    if trial.number == 4:
        raise optuna.TrialPruned()
    if trial.number == 5:
        return float("inf")
    return x + n + CHOICES.index(kind)


def main(what, path, out):
    study = optuna.create_study(
        storage=optuna.storages.RDBStorage("sqlite:///" + path),
        study_name="theirs",
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.RandomSampler(seed=3),
    )
    if what == "check":
        check("state of hone's trial", study.trials[9].state, TrialState.COMPLETE)
        check("its value", study.trials[9].values, [0.125])
        check("its parameters", study.trials[9].params, {"x": 0.5, "n": 15, "kind": 2.5})
        check("its kind", type(study.trials[9].params["n"]), int)
    else:
        study.enqueue_trial({"x": 0.75, "kind": None})
    study.optimize(objective, n_trials=8 if what == "make" else 3, catch=(ValueError,))
    if what == "make":
        study.enqueue_trial({"x": 0.25, "kind": True})
    report(study, out, range(len(study.trials)))


main(*sys.argv[1:])
