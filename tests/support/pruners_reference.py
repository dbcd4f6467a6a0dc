"""Decisions of Optuna's pruners on fixed sequences, as a C header.

    /usr/bin/python3 pruners_reference.py > pruners_reference.h

Made with Optuna 3.1.0, NumPy 1.24.2 and SciPy 1.10.1 (Debian 12).  Trials report values from a
linear congruential generator (Knuth's MMIX) at random steps, one in eight fails, until they are
pruned; test_pruners.c draws the same.  Two departures of the reference, so that what is compared
is the rule: HyperbandPruner takes the bracket of hone's spreading by number instead of a hash of
the study's name; WilcoxonPruner, which 3.1.0 lacks, is its rule of 3.6 over scipy.stats.wilcoxon.
"""
import math
import sys

import numpy
import optuna
import scipy.stats

optuna.logging.set_verbosity(optuna.logging.ERROR)
TRIALS = 40


class Lcg:
    def __init__(self, seed):
        self.x = seed

    def draw(self):
        self.x = (self.x * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.x >> 40


class Hyperband(optuna.pruners.HyperbandPruner):
    def _get_bracket_id(self, study, trial):
        if not self._pruners:
            return 0
        total = self._total_trial_allocation_budget
        stride = int(total * 0.6180339887498949) + 1
        while math.gcd(total, stride) != 1:
            stride += 1
        at = trial.number % total * (stride % total) % total
        for bracket, size in enumerate(self._trial_allocation_budgets):
            at -= size
            if at < 0:
                return bracket


class Wilcoxon(optuna.pruners.BasePruner):
    def __init__(self, p, startup):
        self.p, self.startup = p, startup

    def prune(self, study, trial):
        done = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
        done = [t for t in done if t.intermediate_values]
        if not done:
            return False
        best = min(done, key=lambda t: numpy.mean(list(t.intermediate_values.values())))
        ours, theirs = trial.intermediate_values, best.intermediate_values
        d = [ours[s] - theirs[s] for s in ours if s in theirs]
        if len(d) < max(2, self.startup):
            return False
        if sum(theirs.values()) / len(theirs) >= sum(ours.values()) / len(ours):
            return False
        tied = 0 in d or len(set(map(abs, d))) < len(d)
        p = scipy.stats.wilcoxon(d, alternative="greater", zero_method="zsplit",
                                 mode="approx" if tied or len(d) > 50 else "exact").pvalue
        return p < self.p


def percentile(seed, p, startup, warmup, interval, least):
    return ("percentile", seed, 8, 3,
            f"percentile={p} startup={startup} warmup={warmup} interval={interval} "
            f"min_trials={least}",
            optuna.pruners.PercentilePruner(p, startup, warmup, interval, n_min_trials=least))


def asha(seed, longest, r, eta, skip, bootstrap):
    return ("asha", seed, longest, 2, f"min_resource={r} eta={eta} skip={skip} bootstrap={bootstrap}",
            optuna.pruners.SuccessiveHalvingPruner(r, eta, skip, bootstrap))


def hyperband(seed, longest, r, most, eta, bootstrap):
    return ("hyperband", seed, longest, 2,
            f"min_resource={r} max_resource={most} eta={eta} bootstrap={bootstrap}",
            Hyperband(r, most, eta, bootstrap))


def threshold(seed, lower, upper, warmup, interval):
    return ("threshold", seed, 8, 3,
            f"lower={lower} upper={upper} warmup={warmup} interval={interval}",
            optuna.pruners.ThresholdPruner(lower, upper, warmup, interval))


def patient(seed, inner, patience, delta):
    wrapped = {"none": None, "median": optuna.pruners.MedianPruner()}[inner]
    return ("patient", seed, 8, 3, f"inner={inner} patience={patience} min_delta={delta}",
            optuna.pruners.PatientPruner(wrapped, patience, delta))


def wilcoxon(seed, longest, p, startup):
    return ("wilcoxon", seed, longest, 2, f"p={p} startup={startup}", Wilcoxon(p, startup))


CASES = [
    percentile(1, 25.0, 5, 0, 1, 1), percentile(2, 10.0, 0, 0, 1, 1),
    percentile(3, 70.0, 3, 4, 1, 2), percentile(4, 33.3, 2, 1, 3, 1),
    percentile(5, 0.0, 5, 0, 2, 4), percentile(6, 100.0, 1, 2, 5, 3),
    asha(1, 20, 1, 2, 0, 0), asha(2, 20, 1, 4, 0, 0), asha(3, 40, 2, 3, 1, 0),
    asha(4, 30, 1, 3, 0, 4), asha(5, 300, "auto", 4, 0, 0), asha(6, 20, 3, 2, 0, 1),
    hyperband(1, 20, 1, 20, 3, 0), hyperband(2, 40, 1, 81, 3, 0), hyperband(3, 30, 2, 40, 2, 3),
    hyperband(4, 30, 1, "auto", 3, 0), hyperband(5, 30, 4, 4, 2, 0),
    threshold(1, 10.0, 110.0, 0, 1), threshold(2, -5.0, 90.0, 3, 2),
    patient(1, "none", 0, 0.0), patient(2, "none", 2, 5.0), patient(3, "median", 1, 0.0),
    patient(4, "none", 1, 0.125),
    wilcoxon(1, 30, 0.1, 2), wilcoxon(2, 30, 0.3, 5), wilcoxon(3, 80, 0.1, 0),
]


def one_trial(study, lcg, longest, gap):
    fails = lcg.draw() % 8 == 0
    n = 5 + lcg.draw() % longest
    step, trial = 0, study.ask()
    for k in range(n):
        step += lcg.draw() % gap + (k > 0)
        trial.report(lcg.draw() % 1000 / 8, step)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return step
    if fails:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    else:
        study.tell(trial, 0.0)
    return -1


def main():
    print("/* pruners_reference.h - made by pruners_reference.py: see there. */")
    print("static const struct {\n    const char *pruner;\n    int seed, longest, gap;\n"
          "    const char *set;\n    int stopped[40]; /* the step at which Optuna pruned, -1: not */\n"
          "} REFERENCE[] = {")
    for name, seed, longest, gap, options, pruner in CASES:
        study, lcg = optuna.create_study(pruner=pruner), Lcg(seed)
        stopped = [str(one_trial(study, lcg, longest, gap)) for _ in range(TRIALS)]
        print(f'    {{"{name}", {seed}, {longest}, {gap}, "{options}",')
        print("     {" + ", ".join(stopped[:20]) + ",\n      " + ", ".join(stopped[20:]) + "}},")
        print(name, options, sum(s != "-1" for s in stopped), file=sys.stderr)
    print("};")


main()
