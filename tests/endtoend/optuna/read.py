"""read.py FILE SCHEMA EXPECTED CONTINUED

Opens what hone wrote with Optuna, compares everything with EXPECTED, goes on for three trials
(one of them enqueued by hone) and writes those to CONTINUED."""
import sys

from common import TrialState, check, load, open_storage, optuna, report

DISTRIBUTIONS = {
    "x": optuna.distributions.FloatDistribution(-5, 5),
    "lr": optuna.distributions.FloatDistribution(1e-5, 0.1, log=True),
    "drop": optuna.distributions.FloatDistribution(0, 1, step=0.25),
    "layers": optuna.distributions.IntDistribution(1, 9),
    "units": optuna.distributions.IntDistribution(1, 1024, log=True),
    "kernel": optuna.distributions.CategoricalDistribution(["rbf", "linear", "poly"]),
    "degree": optuna.distributions.IntDistribution(2, 5),
    "size": optuna.distributions.CategoricalDistribution(["small", "medium", "large"]),
    "fixed": optuna.distributions.FloatDistribution(0.1, 0.1),
}


def check_trial(t, wanted):
    who = f"trial {wanted['number']}"
    check(who + " number", t.number, wanted["number"])
    check(who + " state", t.state.name, wanted["state"])
    check(who + " values", t.values, wanted["values"])
    for name, value in wanted["params"].items():
        check(f"{who} {name}", t.params[name], value)
        check(f"{who} type of {name}", type(t.params[name]), type(value))
        check(f"{who} distribution of {name}", t.distributions[name], DISTRIBUTIONS[name])
    reports = [[step, value] for step, value in sorted(t.intermediate_values.items())]
    check(who + " reports", reports, wanted["reports"])
    check(who + " constraints", t.system_attrs.get("constraints"), wanted.get("constraints"))
    check(who + " notes", t.user_attrs, wanted["notes"])
    if t.state.is_finished():
        check(who + " duration", 0 <= t.duration.total_seconds() < 60, True)


def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    drop = trial.suggest_float("drop", 0, 1, step=0.25)
    layers = trial.suggest_int("layers", 1, 9)
    units = trial.suggest_int("units", 1, 1024, log=True)
    kernel = trial.suggest_categorical("kernel", ["rbf", "linear", "poly"])
    degree = trial.suggest_int("degree", 2, 5) if kernel == "poly" else 0
    trial.suggest_categorical("size", ["small", "medium", "large"])
    trial.report(x, 1)
    trial.report(float("nan"), 2)
    trial.set_user_attr("who", "optuna")
    return x * x + lr + drop + layers + units + degree


def main(path, schema, expected, continued):
    storage = open_storage(path, schema)
    wanted = load(expected)
    study = optuna.load_study(
        study_name="one", storage=storage, sampler=optuna.samplers.TPESampler(seed=1)
    )
    check("direction", study.direction.name, "MINIMIZE")
    check("number of trials", len(study.trials), len(wanted["one"]))
    for t, w in zip(study.trials, wanted["one"]):
        check_trial(t, w)
    check("best trial", study.best_trial.number, wanted["best"])
    check("ordered", study.user_attrs["ordered"], ["size"])
    check("metric names", study.system_attrs["study:metric_names"], ["loss"])

    two = optuna.load_study(study_name="two", storage=storage)
    check("directions", [d.name for d in two.directions], ["MINIMIZE", "MAXIMIZE"])
    for t, w in zip(two.trials, wanted["two"]):
        check("values of two", t.values, [float(v) for v in w["values"]])
    check("front", sorted(t.number for t in two.best_trials), wanted["front"])

    before = len(study.trials)
    waiting = [t.number for t in study.trials if t.state == TrialState.WAITING]
    study.optimize(objective, n_trials=3)
    check("trials after going on", len(study.trials), before + 3 - len(waiting))
    check("the enqueued x", study.trials[waiting[0]].params["x"],
          wanted["one"][waiting[0]]["fixed"]["x"])
    check("the enqueued kernel", study.trials[waiting[0]].params["kernel"],
          wanted["one"][waiting[0]]["fixed"]["kernel"])
    report(study, continued, waiting + list(range(before, len(study.trials))))


main(*sys.argv[1:])
