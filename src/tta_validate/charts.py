"""Charts as SVG: lines over runs and a bar of states, drawn with nothing but text."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 160
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 22
_MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A named series; None where a run has no value. ``style`` is the class that colours it."""

    name: str
    values: Sequence[float | None]
    style: str


def lines(title: str, labels: Sequence[str], series: Sequence[Line], most: float | None = None) -> str:
    """Returns a chart of series over runs, the oldest left; ``most`` fixes the top of the scale."""
    known = [value for line in series for value in line.values if value is not None]
    top = most or max([*known, 1.0])
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        *_grid(top),
        *_ends(labels),
    ]
    for line in series:
        parts += _line(line, labels, top)
    return "".join([*parts, "</svg>"])


def _x(at: int, count: int) -> float:
    room = WIDTH - _LEFT - _RIGHT
    return round(_LEFT + (room / 2 if count < 2 else room * at / (count - 1)), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / top, 1)


def _grid(top: float) -> list[str]:
    found: list[str] = []
    for share in (0.0, 0.5, 1.0):
        y = _y(top * share, top)
        found.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        found.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{_number(top * share)}</text>')
    return found


def _ends(labels: Sequence[str]) -> list[str]:
    if not labels:
        return []
    y = HEIGHT - 6
    if len(labels) == 1:
        return [f'<text x="{_x(0, 1)}" y="{y}" text-anchor="middle">{escape(labels[0])}</text>']
    return [
        f'<text x="{_LEFT}" y="{y}">{escape(labels[0])}</text>',
        f'<text x="{WIDTH - _RIGHT}" y="{y}" text-anchor="end">{escape(labels[-1])}</text>',
    ]


def _line(line: Line, labels: Sequence[str], top: float) -> list[str]:
    count = len(line.values)
    points = [(_x(at, count), _y(value, top), at, value) for at, value in enumerate(line.values) if value is not None]
    if not points:
        return []
    path = " ".join(f"{x},{y}" for x, y, _, _ in points)
    found = [f'<polyline class="line {line.style}" points="{path}"/>'] if len(points) > 1 else []
    for x, y, at, value in points if count <= _MOST_POINTS else points[-1:]:
        said = escape(f"{line.name}: {_number(value)} ({labels[at]})")
        found.append(f'<circle class="dot {line.style}" cx="{x}" cy="{y}" r="3"><title>{said}</title></circle>')
    return found


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"


def bar(parts: Sequence[tuple[str, int, str]], target: float | None) -> str:
    """Returns a bar of (name, number, class) side by side, with a mark at a target in percent."""
    total = sum(number for _, number, _ in parts)
    said = escape(", ".join(f"{number} {name}" for name, number, _ in parts))
    found = [f'<svg class="bar" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="{said}">']
    found.append(f"<title>{said}</title>")
    at = 0.0
    for _, number, style in parts:
        width = 200 * number / total if total else 0
        if width:
            found.append(f'<rect class="{style}" x="{at:.2f}" y="0" width="{width:.2f}" height="10"/>')
        at += width
    if target is not None and total:
        found.append(f'<line class="target" x1="{2 * target:g}" x2="{2 * target:g}" y1="0" y2="10"/>')
    return "".join([*found, "</svg>"])


@dataclass(frozen=True, slots=True)
class Row:
    """A named row of bars below each other; each has a length, its text and the class that colours it."""

    name: str
    bars: Sequence[tuple[float, str, str]]


_ROW_LEFT, _ROW_RIGHT, _BAR, _ROW_GAP = 250, 110, 13, 10
_NAME_LENGTH = 40


def rows(title: str, shown: Sequence[Row]) -> str:
    """Returns a chart of rows with bars to the right; what is below zero has no bar, only its text."""
    most = max((value for row in shown for value, _, _ in row.bars), default=0) or 1
    found: list[str] = []
    y = _ROW_GAP
    for row in shown:
        name = row.name if len(row.name) <= _NAME_LENGTH else "\u2026" + row.name[1 - _NAME_LENGTH :]
        middle = y + _BAR * len(row.bars) / 2 + 4
        found.append(f'<text x="{_ROW_LEFT - 8}" y="{middle:g}" text-anchor="end">{escape(name)}</text>')
        for value, said, style in row.bars:
            width = round((WIDTH - _ROW_LEFT - _ROW_RIGHT) * max(value, 0) / most, 1)
            tip = escape(f"{row.name}: {said}")
            found.append(
                f'<rect class="{style}" x="{_ROW_LEFT}" y="{y}" width="{max(width, 1):g}" height="{_BAR - 2}">'
                f"<title>{tip}</title></rect>"
            )
            found.append(f'<text x="{_ROW_LEFT + max(width, 1) + 6:g}" y="{y + _BAR - 2}">{escape(said)}</text>')
            y += _BAR
        y += _ROW_GAP
    head = f'<svg class="chart rows" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(title)}">'
    return "".join([head, f"<title>{escape(title)}</title>", *found, "</svg>"])
