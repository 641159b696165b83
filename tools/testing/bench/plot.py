# SPDX-License-Identifier: GPL-2.0-only
"""Line charts as SVG, the same bytes for the same figures."""

import math

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 120, 40, 50

COLOURS = {'stock': '#c0392b', 'ours': '#2471a3', 'floor': '#7f8c8d'}


def short(value):
    for unit, size in (('G', 1e9), ('M', 1e6), ('k', 1e3)):
        if value >= size:
            return f'{value / size:g}{unit}'
    return f'{value:g}'


def text(x, y, words, anchor='middle', size=12, turn=''):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{turn}>'
            f'{words}</text>')


class Scale:
    """Whole decades that hold all values."""

    def __init__(self, values):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)

    def y(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def lines(self):
        for power in range(self.low, self.high + 1):
            yield 10 ** power


def chart(title, below, beside, places, series):
    """@series: {name: [value or None for each place]}, of stock, ours, floor."""
    scale = Scale([v for values in series.values() for v in values if v])
    step = (WIDTH - LEFT - RIGHT) / max(len(places) - 1, 1)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
           '<!-- SPDX-License-Identifier: GPL-2.0-only -->',
           '<rect width="100%" height="100%" fill="white"/>',
           text(WIDTH / 2, 22, title, size=15),
           text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, below),
           text(18, HEIGHT / 2, beside, turn=f' transform="rotate(-90 18 {HEIGHT / 2:.0f})"')]
    for value in scale.lines():
        y = scale.y(value)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
                   'stroke="#dddddd"/>')
        out.append(text(LEFT - 8, y + 4, short(value), 'end'))
    for i, place in enumerate(places):
        out.append(text(LEFT + i * step, HEIGHT - BOTTOM + 18, place))
    for name, values in series.items():
        points = [(LEFT + i * step, scale.y(v)) for i, v in enumerate(values) if v]
        if not points:
            continue
        colour = COLOURS[name]
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
    legend = [n for n in series if any(series[n])]
    for i, name in enumerate(legend):
        y = TOP + 20 + 22 * i
        out.append(f'<line x1="{WIDTH - RIGHT + 15}" y1="{y}" x2="{WIDTH - RIGHT + 40}" y2="{y}" '
                   f'stroke="{COLOURS[name]}" stroke-width="3"/>')
        out.append(text(WIDTH - RIGHT + 46, y + 4, name, 'start'))
    return '\n'.join([*out, '</svg>', ''])
