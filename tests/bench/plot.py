#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# plot.py <POINTS >PICTURE.svg: what bench-growth prints, as curves, a panel
# for each of its panels. Both axes are logarithmic: a straight line that
# rises by one decade a decade is linear growth, a level one none.
import math
import sys
from html import escape

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
           "#000000", "#7f7f7f"]
WIDTH, HEIGHT = 380, 260         # of a panel's field
LEFT, RIGHT, TOP, BOTTOM = 60, 160, 40, 50
LABEL = 15                       # at least between two labels
COLUMNS = 2


def read(lines):
    panels = {}
    for line in lines:
        panel, curve, x, y = line.rstrip("\n").split("\t")
        points = panels.setdefault(panel, {}).setdefault(curve, [])
        points.append((float(x), float(y)))
    return panels


def decades(values):
    return (math.floor(math.log10(min(values)) + 1e-9),
            math.ceil(math.log10(max(values)) - 1e-9))


def number(exponent):
    if 0 <= exponent <= 5:
        return f"{10 ** exponent:,}"
    if -4 <= exponent < 0:
        return f"{10 ** exponent:.{-exponent}f}"
    return f"1e{exponent}"


def spread(wanted):
    """Places for labels near those wanted, none on another."""
    places = []
    for y in sorted(wanted):
        places.append(max(y, places[-1] + LABEL) if places else y)
    over = places[-1] - HEIGHT
    for i in range(len(places) - 1, -1, -1):
        if over <= 0:
            break
        limit = HEIGHT if i == len(places) - 1 else places[i + 1] - LABEL
        places[i] = min(places[i], limit)
    return dict(zip(sorted(wanted), places))


def text(x, y, words, anchor="start", size=11, colour="#333", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}" font-weight="{weight}" fill="{colour}">'
            f'{escape(words)}</text>')


def line(x1, y1, x2, y2, colour):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}"/>')


class Panel:
    def __init__(self, title, curves):
        every = [p for points in curves.values() for p in points]
        self.title, self.curves = title, curves
        self.x0, self.x1 = decades([x for x, _ in every])
        self.y0, self.y1 = decades([y for _, y in every])
        self.y1 = max(self.y1, self.y0 + 1)

    def x(self, value):
        return WIDTH * (math.log10(value) - self.x0) / (self.x1 - self.x0)

    def y(self, value):
        return HEIGHT - HEIGHT * (math.log10(value) - self.y0) / (
            self.y1 - self.y0)

    def axes(self):
        yield text(0, -14, self.title, size=13, weight="bold", colour="#000")
        for e in range(self.x0, self.x1 + 1):
            x = self.x(10 ** e)
            yield line(x, 0, x, HEIGHT, "#ddd")
            yield text(x, HEIGHT + 16, number(e), "middle")
        for e in range(self.y0, self.y1 + 1):
            y = self.y(10 ** e)
            yield line(0, y, WIDTH, y, "#ddd")
            yield text(-6, y + 4, number(e), "end")
        yield text(WIDTH / 2, HEIGHT + 34, "nodes", "middle")

    def curve(self, points, colour, dashed):
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}"
                        for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        yield (f'<polyline points="{path}" fill="none" stroke="{colour}" '
               f'stroke-width="1.6"{dash}/>')
        for x, y in [] if dashed else points:
            yield (f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" '
                   f'r="2.2" fill="{colour}"/>')

    def draw(self):
        yield from self.axes()
        # Ends at the same place need places of their own.
        ends = {name: self.y(points[-1][1]) + i * 1e-6
                for i, (name, points) in enumerate(self.curves.items())}
        places = spread(ends.values())
        for i, (name, points) in enumerate(self.curves.items()):
            is_goal = name.startswith("goal")
            colour = "#888" if is_goal else COLOURS[i % len(COLOURS)]
            end, place = ends[name], places[ends[name]]
            yield from self.curve(points, colour, is_goal)
            yield line(WIDTH + 4, end, WIDTH + 16, place, colour)
            yield text(WIDTH + 20, place + 4, name, colour=colour)


def main():
    panels = [Panel(*item) for item in read(sys.stdin).items()]
    rows = -(-len(panels) // COLUMNS)
    across, down = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    print('<svg xmlns="http://www.w3.org/2000/svg" '
          f'viewBox="0 0 {COLUMNS * across} {rows * down}" '
          'font-family="sans-serif">')
    print("<!-- SPDX-License-Identifier: GPL-2.0-or-later; "
          "made by make growth -->")
    print('<rect width="100%" height="100%" fill="#fff"/>')
    for i, panel in enumerate(panels):
        x, y = LEFT + i % COLUMNS * across, TOP + i // COLUMNS * down
        print(f'<g transform="translate({x} {y})">')
        print("\n".join(panel.draw()))
        print("</g>")
    print("</svg>")


main()
