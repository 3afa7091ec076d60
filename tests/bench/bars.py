#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# bars.py <POINTS >PICTURE.svg: what the measurements write into $BENCH_POINTS,
# a panel for each of theirs and in it a bar for each manager, on a logarithmic
# scale: each line is ten times the one before it.
import math
import sys
from html import escape

LEFT, WIDTH, RIGHT = 110, 260, 80      # of a panel
ROW, HEAD, GAP = 20, 34, 30
COLUMNS = 2
LEAST = 0.01                            # what is less is drawn as that


def read(lines):
    panels = {}
    for line in lines:
        panel, who, value, unit = line.rstrip("\n").split("\t")
        bars = panels.setdefault((panel, unit), [])
        bars.append((who, max(float(value), LEAST)))
    return panels


def text(x, y, words, anchor="start", size=11, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}" font-weight="{weight}" fill="#333">'
            f'{escape(words)}</text>')


def digits(value):
    """Three of them, but never 1e+03."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def amount(value, unit):
    larger = {"ms": ("s", 1000), "KiB": ("MiB", 1024)}[unit]
    if value >= larger[1]:
        return f"{digits(value / larger[1])} {larger[0]}"
    return f"{digits(value)} {unit}"


def panel(title, unit, bars):
    low = math.floor(math.log10(min(v for _, v in bars)))
    high = math.ceil(math.log10(max(v for _, v in bars)))
    high = max(high, low + 1)
    bottom = HEAD + ROW * len(bars)
    yield text(0, 14, title, size=13, weight="bold")
    for e in range(low, high + 1):
        x = LEFT + WIDTH * (e - low) / (high - low)
        yield (f'<line x1="{x:.1f}" y1="{HEAD - 6}" x2="{x:.1f}" '
               f'y2="{bottom}" stroke="#ddd"/>')
        yield text(x, HEAD - 8, amount(10.0 ** e, unit), "middle", 9)
    for i, (who, value) in enumerate(bars):
        top = HEAD + ROW * i
        width = WIDTH * (math.log10(value) - low) / (high - low)
        colour = {"netconf": "#0072b2", "raw": "#999",
                  "ip": "#999"}.get(who, "#e69f00")
        yield text(LEFT - 8, top + 13, who, "end")
        yield (f'<rect x="{LEFT}" y="{top + 3}" width="{max(width, 1):.1f}" '
               f'height="{ROW - 6}" fill="{colour}"/>')
        yield text(LEFT + width + 6, top + 13, amount(value, unit))


def main():
    panels = list(read(sys.stdin).items())
    rows = [panels[i:i + COLUMNS] for i in range(0, len(panels), COLUMNS)]
    heights = [HEAD + ROW * max(len(bars) for _, bars in row) + GAP
               for row in rows]
    across = LEFT + WIDTH + RIGHT
    print('<svg xmlns="http://www.w3.org/2000/svg" '
          f'viewBox="0 0 {8 + COLUMNS * across} {sum(heights)}" '
          'font-family="sans-serif">')
    print("<!-- SPDX-License-Identifier: GPL-2.0-or-later; "
          "made by make bench -->")
    print('<rect width="100%" height="100%" fill="#fff"/>')
    y = 4
    for row, height in zip(rows, heights):
        for column, ((title, unit), bars) in enumerate(row):
            print(f'<g transform="translate({8 + column * across} {y})">')
            print("\n".join(panel(title, unit, bars)))
            print("</g>")
        y += height
    print("</svg>")


main()
