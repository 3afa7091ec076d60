#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# bars.py <POINTS >PICTURE.svg: what bench-cards and bench-links write into
# $BENCH_POINTS, a panel for each of theirs and in it a bar for each manager,
# on a logarithmic scale: each line is ten times the one before it.
import math
import sys
from html import escape

LEFT, WIDTH, RIGHT = 120, 480, 90
ROW, HEAD, GAP = 20, 34, 30


def read(lines):
    panels = {}
    for line in lines:
        panel, who, value = line.rstrip("\n").split("\t")
        panels.setdefault(panel, []).append((who, float(value)))
    return panels


def text(x, y, words, anchor="start", size=11, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}" font-weight="{weight}" fill="#333">'
            f'{escape(words)}</text>')


def duration(ms):
    return f"{ms / 1000:.3g} s" if ms >= 1000 else f"{ms:.3g} ms"


def panel(title, bars, y):
    low = math.floor(math.log10(min(v for _, v in bars)))
    high = math.ceil(math.log10(max(v for _, v in bars)))
    high = max(high, low + 1)
    bottom = y + HEAD + ROW * len(bars)
    yield text(LEFT, y + 14, title, size=13, weight="bold")
    for e in range(low, high + 1):
        x = LEFT + WIDTH * (e - low) / (high - low)
        yield (f'<line x1="{x:.1f}" y1="{y + HEAD - 6}" x2="{x:.1f}" '
               f'y2="{bottom}" stroke="#ddd"/>')
        yield text(x, y + HEAD - 8, duration(10.0 ** e), "middle", 9)
    for i, (who, value) in enumerate(bars):
        top = y + HEAD + ROW * i
        width = WIDTH * (math.log10(value) - low) / (high - low)
        colour = {"netconf": "#0072b2", "raw": "#999"}.get(who, "#e69f00")
        yield text(LEFT - 8, top + 13, who, "end")
        yield (f'<rect x="{LEFT}" y="{top + 3}" width="{max(width, 1):.1f}" '
               f'height="{ROW - 6}" fill="{colour}"/>')
        yield text(LEFT + width + 6, top + 13, duration(value))


def main():
    panels = read(sys.stdin)
    height = sum(HEAD + ROW * len(bars) + GAP for bars in panels.values())
    print('<svg xmlns="http://www.w3.org/2000/svg" '
          f'viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" '
          'font-family="sans-serif">')
    print("<!-- SPDX-License-Identifier: GPL-2.0-or-later; "
          "made by make managers -->")
    print('<rect width="100%" height="100%" fill="#fff"/>')
    y = 4
    for title, bars in panels.items():
        print("\n".join(panel(title, bars, y)))
        y += HEAD + ROW * len(bars) + GAP
    print("</svg>")


main()
