#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netconf graph of profiles with 200 nodes: all of it is in each format, and
# in graphviz's drawing no two labels overlap. TAP.
set -u
build=$(cd "${NETCONF_BUILD:-.}" && pwd)
command -v dot >/dev/null && command -v python3 >/dev/null || {
	echo '1..0 # SKIP needs graphviz and python3'
	exit 0
}
exec python3 - "$build/netconf" <<'PYTHON'
import json, os, random, re, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

netconf = sys.argv[1]
SVG = "{http://www.w3.org/2000/svg}"
n = 0


def report(good, text, detail=""):
    global n
    n += 1
    print(f"{'ok' if good else 'not ok'} {n} - {text}")
    for line in str(detail).splitlines()[:20] if not good else []:
        print("#", line)


def graph(path, *words, env=None):
    return subprocess.run([netconf, "graph", "-p", path, *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=300, env=env)


DESCRIPTION = 'a "quoted" & <b> &lt; \\\\N text: the way to the office'
SHOWN = 'a "quoted" & <b> &lt; \\x5cN'


def profile(seed, size):
    """Nodes of every shape, with references of every word, downwards."""
    dice = random.Random(seed)
    names, lines, single = [], [], []
    for i in range(size):
        name = f"{dice.choice(['lan', 'Wide-W.node', 'x', 'uplink'])}{i}"
        few = lambda: dice.sample(single, min(len(single),
                                              dice.randint(1, 3)))
        kind = dice.choice(["link", "dhcp", "any", "all", "gateway", "task",
                            "state", "location", "ipsec"])
        if len(single) < 5:
            kind = "link"
        more = []
        if kind == "link":
            more.append(f"device: eth{i}" if dice.random() < .7 or not single
                        else f"match: {{ name: \"c{i}-*\" }}")
        elif kind in ("any", "all"):
            more.append(f"of: [{', '.join(few())}]")
        elif kind in ("dhcp", "location", "ipsec"):
            more.append(f"over: {dice.choice(single)}")
        if kind == "location":
            more.append("match: { domain: a }")
        if kind == "state":
            more.append(f"from: e{i}, until: {dice.choice(single)} down")
        if kind == "task":
            more.append("run: /bin/true, "
                        f"on-event: {dice.choice(single)} up")
        if kind == "ipsec":
            more.append("remote: 192.0.2.1, networks: 10.0.0.0/8, "
                        "auth: { psk: { file: /k } }")
        for word in ("requires", "wants", "after"):
            if single and dice.random() < .2:
                more.append(f"{word}: [{', '.join(few())}]")
        if single and dice.random() < .2:
            more.append(f"when: not {dice.choice(single)}")
        if dice.random() < .3:
            more.append(f"description: '{DESCRIPTION}'".replace("\\\\", "\\"))
        lines.append(f"  {name}: {{ kind: {kind}, {', '.join(more)} }}\n")
        names.append(name)
        single.append(name)
    return names, "version: 1\nnodes:\n" + "".join(lines)


def text_box(element):
    size = float(element.get("font-size"))
    # Wider than letters of Helvetica are on average, as high as a line.
    width = .6 * size * len((element.text or "").strip())
    x, y = float(element.get("x")), float(element.get("y"))
    left = {"middle": x - width / 2, "start": x,
            "end": x - width}[element.get("text-anchor")]
    return left, y - .8 * size, left + width, y + .25 * size


def shape_box(element):
    if element.tag == SVG + "ellipse":
        x, y, rx, ry = (float(element.get(a)) for a in ("cx", "cy", "rx",
                                                        "ry"))
        return x - rx, y - ry, x + rx, y + ry
    points = [tuple(map(float, p.split(",")))
              for p in element.get("points").split()]
    xs, ys = zip(*points)
    return min(xs), min(ys), max(xs), max(ys)


def union(boxes):
    a, b, c, d = zip(*boxes)
    return min(a), min(b), max(c), max(d)


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def overlaps(boxes):
    return [f"{p} {a} and {q} {b}"
            for i, (p, a) in enumerate(boxes) for q, b in boxes[:i]
            if overlap(a, b)]


def shapes_of(group):
    return group.findall(f".//{SVG}polygon") + \
        group.findall(f".//{SVG}ellipse")


def read_svg(root):
    """Boxes of labels and of nodes by their names, and all texts."""
    labels, shapes, titles, said = [], [], set(), ""
    for group in root.iter(SVG + "g"):
        kind = group.get("class")
        if kind not in ("node", "edge", "cluster"):
            continue
        title = group.find(SVG + "title").text
        texts = group.findall(f".//{SVG}text")
        if texts:
            labels.append((title, union([text_box(t) for t in texts])))
            said += "\n".join(t.text or "" for t in texts) + "\n"
        if kind != "node":
            continue
        titles.add(title)
        drawn = shapes_of(group)
        if drawn:
            shapes.append((title, union([shape_box(s) for s in drawn])))
    return labels, shapes, titles, said


def check_svg(what, svg, names):
    labels, shapes, titles, said = read_svg(ET.fromstring(svg))
    report(not set(names) - titles, f"{what}: every node is drawn",
           set(names) - titles)
    report(len(labels) > len(names), f"{what}: {len(labels)} labels found")
    report(not overlaps(labels), f"{what}: no two labels overlap",
           "\n".join(overlaps(labels)))
    report(not overlaps(shapes), f"{what}: no two boxes overlap",
           "\n".join(overlaps(shapes)))
    report(SHOWN.split(" & ")[0] in said and "& <b>" in said and
           "&lt;" in said and "\\x5cN" in said,
           f"{what}: descriptions are as written")
    report("Legend" in said and "requires" in said and "template" in said,
           f"{what}: there is a legend")


def check_broken(svg, names):
    """The same drawing, a node moved onto another, is found to be wrong."""
    for part in "label", "box", "node":
        root = ET.fromstring(svg)
        groups = {g.find(SVG + "title").text: g for g in root.iter(SVG + "g")
                  if g.get("class") == "node"}
        one, other = groups[names[0]], groups[names[-1]]
        a, b = (text_box(g.find(f".//{SVG}text")) for g in (one, other))
        x, y = a[0] - b[0], a[1] - b[1]
        if part == "label":
            for text in other.findall(f".//{SVG}text"):
                text.set("x", str(float(text.get("x")) + x))
                text.set("y", str(float(text.get("y")) + y))
        elif part == "box":
            for shape in shapes_of(other):
                if shape.tag == SVG + "ellipse":
                    shape.set("cx", str(float(shape.get("cx")) + x))
                    shape.set("cy", str(float(shape.get("cy")) + y))
                    continue
                shape.set("points", " ".join(
                    f"{float(p.split(',')[0]) + x},"
                    f"{float(p.split(',')[1]) + y}"
                    for p in shape.get("points").split()))
        else:
            other.find(SVG + "title").text = "another"
        labels, shapes, titles, _ = read_svg(root)
        found = [bool(overlaps(labels)), bool(overlaps(shapes)),
                 bool(set(names) - titles)]
        report(found == [part == p for p in ("label", "box", "node")],
               f"of a drawing with a wrong {part} just that is found", found)


# That the check finds what it is for.
report(overlaps([("a", (0, 0, 2, 2)), ("b", (1, 1, 3, 3))]) and
       not overlaps([("a", (0, 0, 2, 2)), ("b", (2, 0, 3, 3))]),
       "boxes that overlap are told from those that do not")

with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "a.yaml")
    for seed in (1, 2, 3):
        names, text = profile(seed, 200)
        with open(path, "w") as file:
            file.write(text)
        what = f"profile {seed}"
        svg = graph(path, "--format", "svg")
        report(svg.returncode == 0, f"{what}: svg", svg.stderr)
        if svg.returncode == 0:
            check_svg(what, svg.stdout, names)
            check_broken(svg.stdout, names)
        shown = {word for line in graph(path).stdout.splitlines()
                 for word in line.split()}
        report(not set(names) - shown, f"{what}: every node is in the text",
               set(names) - shown)
        told = json.loads(graph(path, "--json").stdout)
        report([node["name"] for node in told["nodes"]] == names and
               all(e["from"] in names and e["to"] in names
                   for e in told["edges"]), f"{what}: JSON has all of it")
        mermaid = graph(path, "--format", "mermaid").stdout.splitlines()
        label = r'[^"<>`]*(<br/>[^"<>`]*)*'
        wrong = [line for line in mermaid[1:] if not re.fullmatch(
            rf'\tn\d+(\["{label}"\]|\[\["{label}"\]\]|\(\["{label}"\]\)'
            rf'|\{{\{{"{label}"\}}\}})'
            rf'|\tn\d+ (-->|==>|-\.->|--o|--x)\|"{label}"\| n\d+'
            r'|\tsubgraph legend.*|\t\tlegend.*|\tend', line)]
        report(not wrong, f"{what}: mermaid's lines are whole",
               "\n".join(wrong))
        report(sum(bool(re.match(r"\tn\d+[\[({]", line))
                   for line in mermaid) == len(names) and
               sum("| n" in line for line in mermaid) == len(told["edges"]),
               f"{what}: mermaid has all of it")
    # One node, and what it refers to.
    some = json.loads(graph(path, "--json", names[-1]).stdout)
    reached = {names[-1]}
    for edge in reversed(told["edges"]):
        if edge["from"] in reached:
            reached.add(edge["to"])
    report({node["name"] for node in some["nodes"]} == reached,
           "of a node what is below it is shown")
    unknown = graph(path, names[3][:-1] + "Z")
    report(unknown.returncode == 2 and "did you mean" in unknown.stderr,
           "an unknown node is status 2", unknown.stderr)
    alone = graph(path, "--format", "svg",
                  env={"PATH": directory, "LC_ALL": "C"})
    report(alone.returncode == 2 and "install graphviz" in alone.stderr and
           not alone.stdout, "without graphviz it says what to do",
           alone.stderr)
    with open(os.path.join(directory, "dot"), "w") as file:
        file.write("#!/bin/sh\necho '<svg/>'\nexit 3\n")
    os.chmod(os.path.join(directory, "dot"), 0o755)
    broken = graph(path, "--format", "svg",
                   env={"PATH": directory, "LC_ALL": "C"})
    report(broken.returncode == 2 and "status 3" in broken.stderr and
           not broken.stdout, "where graphviz fails nothing is printed",
           broken.stderr)
    with open(path, "w") as file:
        file.write("version: 1\nnodes:\n  a0: { kind: gateway }\n")
        file.writelines(f"  a{i}: {{ kind: gateway, requires: a{i - 1} }}\n"
                        for i in range(1, 100))
    lines = graph(path).stdout.splitlines()
    report(sorted(line.split()[1] for line in lines if "requires" in line) ==
           sorted(f"a{i}" for i in range(99)) and
           max(map(len, lines)) < 100,
           "a long chain has each reference once, and goes on at the left",
           "\n".join(lines))
    with open(path, "w") as file:
        file.write("version: 1\nnodes:\n  a: { kind: link, device: eth0 }\n"
                   "  b: { kind: dhcp, over: a }\n  c: { kind: dns, from: b, "
                   "domains: { corp.example: b } }\n")
    words = [line.split()[:2] for line in graph(path).stdout.splitlines()]
    report(["from", "b"] in words and ["domains", "b"] in words,
           "each reference has the word of its key", words)
    wrong = graph(path, "--format", "html")
    report(wrong.returncode == 2 and "is not text, dot, mermaid or svg" in
           wrong.stderr, "an unknown format is status 2", wrong.stderr)
print(f"1..{n}")
PYTHON
