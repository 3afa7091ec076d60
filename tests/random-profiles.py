#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# random-profiles.py DIRECTORY COUNT: writes so many profiles, always the same
# ones, each with a scenario about it (see same-output.sh). Nothing in them
# starts by itself but what needs no provider.
import random
import sys

EVENTS = ["alpha", "beta"]
DEVICES = ["d0", "d1", "d2"]
TIMES = ["100ms", "1s", "3s", "20s"]


def event(r, names):
    if not names or r.random() < 0.5:
        return r.choice(EVENTS)
    return r.choice(names) + r.choice([" up", " down", " failed"])


def condition(r, names, depth=0):
    what = r.randrange(5 if depth < 3 else 2)
    if what < 2:
        return r.choice(names)
    if what == 2:
        return "from %s until %s" % (event(r, names), r.choice(EVENTS))
    if what == 3:
        return "not " + condition(r, names, 3)
    return "(%s %s %s)" % (condition(r, names, depth + 1),
                           r.choice(["and", "or"]),
                           condition(r, names, depth + 1))


def some(r, names, most):
    return ", ".join(r.sample(names, min(len(names), r.randint(1, most))))


def node(r, names, i):
    kind = r.choice(["task", "task", "task", "any", "all", "state", "link"])
    if i < 2 or kind == "link":
        keys = [["kind: link", "device: d0"],
                ["kind: link", 'match: { name: "d*" }']][i > 0]
        return keys if i < 2 else node(r, names, i)
    keys = ["kind: " + kind]
    if kind in ("any", "all"):
        keys.append("of: [%s]" % some(r, names, 3))
        if kind == "any" and r.random() < 0.5:
            keys.append("try: in-order")
    if kind == "state":
        keys.append("from: " + event(r, names))
        keys.append("until: gamma")
    if kind == "task":
        keys.append("run: [/bin/true]")
        if r.random() < 0.5:
            keys.append("over: " + r.choice(names[:2]))
        if r.random() < 0.2:
            keys.append("hold: " + r.choice(TIMES))
    for key, chance in (("requires", 0.4), ("wants", 0.1), ("after", 0.1)):
        if r.random() < chance:
            keys.append("%s: [%s]" % (key, some(r, names[2:] or names, 2)))
    if r.random() < 0.3:
        keys.append('when: "%s"' % condition(r, names))
    return keys


def profile(r):
    names, lines = [], []
    for i in range(r.randint(4, 9)):
        lines.append("  n%d: { %s }\n" % (i, ", ".join(node(r, names, i))))
        names.append("n%d" % i)
    return names, "version: 1\nnodes:\n" + "".join(lines)


def scenario(r, names, path):
    steps = []
    for _ in range(12):
        steps.append(r.choice([
            "up: " + r.choice(names), "up: " + r.choice(names),
            "down: " + r.choice(names), "restart: " + r.choice(names),
            "emit: " + r.choice(EVENTS), "settle",
            "advance: " + r.choice(TIMES)]))
    outcomes = ["{ takes: %s, fails: %d }" % (r.choice(TIMES), r.randint(1, 3)),
                "{ takes: %s, stop-takes: 1s }" % r.choice(TIMES),
                "{ lost-after: 7s }"]
    return ("version: 1\nprofile: %s\nscenarios:\n  - name: random\n"
            "    devices: [{ device: d0 }, { device: d1 }]\n"
            "    providers: { n1: %s, n0: %s }\n"
            "    steps:\n" % (path, r.choice(outcomes), r.choice(outcomes)) +
            "".join("      - %s\n" % step for step in steps) +
            "      - expect-why: { %s: nothing that it says }\n" % names[-1])


def main():
    directory, count = sys.argv[1], int(sys.argv[2])
    for seed in range(count):
        r = random.Random(seed)
        names, text = profile(r)
        path = "%03d.yaml" % seed
        with open(directory + "/" + path, "w") as f:
            f.write(text)
        with open("%s/%03d.scenario" % (directory, seed), "w") as f:
            f.write(scenario(r, names, path))


main()
