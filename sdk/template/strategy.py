"""strategy.py - template of a strategy in Python: random points, every second one near the best.

Copy it, rename "sampler", and change propose().  It speaks lines of JSON with the strategy
plugin `program`, whose page (`hone info program`) says what each line holds; nothing but the
standard library is needed.  Decide from what you are told and the seed alone, so that a study
that is continued goes on as it would have.

Source: the (1+1) scheme of Rastrigin, "The convergence of the random search method in the
        extremal control of a many parameter system", 1963.
"""
import json
import math
import random
import sys

STEP = 0.1  # half the width of a step from the best point, as a share of each range


class Sampler:
    def __init__(self, space, seed):
        self.space, self.seed = space, seed
        self.best, self.seen = None, set()

    def tell(self, trial):
        self.seen.add(key(trial["params"]))
        if trial["state"] == "complete" and (
                self.best is None or trial["values"][0] < self.best["values"][0]):
            self.best = trial

    def ask(self, number):
        """A point that was not proposed before, or None: all were."""
        dice = random.Random(self.seed * 1000003 + number)
        for attempt in range(1000):
            near = self.best["params"] if self.best and (number + attempt) % 2 else {}
            point = self.propose(dice, near)
            if key(point) not in self.seen:
                self.seen.add(key(point))
                return point
        return None

    def propose(self, dice, near):
        point = {}
        for p in self.space:
            if "parent" in p and point.get(p["parent"]) not in p["when"]:
                continue  # inactive
            point[p["name"]] = value(dice, p, near.get(p["name"]))
        return point


def value(dice, p, centre):
    if p["type"] == "categorical":
        return centre if centre is not None and dice.random() < 0.8 else dice.choice(p["choices"])
    low, high = p["low"], p["high"]
    to, back = (math.log, math.exp) if p["log"] else (float, float)
    u = dice.random()
    if centre is not None:
        u = (to(centre) - to(low)) / ((to(high) - to(low)) or 1) + STEP * (2 * u - 1)
    v = back(to(low) + min(max(u, 0), 1) * (to(high) - to(low)))
    if p.get("step"):
        v = low + round((v - low) / p["step"]) * p["step"]
    v = min(max(v, low), high)
    return round(v) if p["type"] == "int" else v


def key(point):
    return json.dumps(point, sort_keys=True)


def answer(strategy, line):
    if "tell" in line:
        for trial in line["tell"]:
            strategy.tell(trial)
        return {"ok": True}
    points = []
    for number in line["ask"]:
        point = strategy.ask(number)
        if point is None:
            return {"points": points, "done": True}
        points.append(point)
    return {"points": points}


def main():
    strategy = None
    for text in sys.stdin:
        line = json.loads(text)
        if "space" in line:
            strategy, reply = Sampler(line["space"], line["seed"]), {"ok": True}
        else:
            reply = answer(strategy, line)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
