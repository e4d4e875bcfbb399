"""Lines over time, stacked above each other in one SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_COLOURS = ("#3b5bdb", "#e8590c", "#2f9e44", "#ae3ec9", "#0c8599", "#868e96", "#e03131", "#f08c00")
_WIDTH, _LEFT, _RIGHT, _HEIGHT, _TOP, _GAP = 860, 64, 190, 120, 50, 46
_CHARACTER = 7.0
"""About how wide a letter is."""


@dataclass(frozen=True)
class Panel:
    """One plot: lines that share an axis. `steps` draws them as stairs."""

    title: str
    lines: dict[str, Sequence[float]]
    limit: float | None = None
    steps: bool = False


def draw(
    title: str, times: Sequence[float], panels: Sequence[Panel], marks: Sequence[tuple[float, str]] = ()
) -> str:
    """The SVG's text. `times` are seconds, one for each value of each line; `marks` name moments."""
    end = max(times, default=1.0) or 1.0
    height = _TOP + 20 + len(panels) * (_HEIGHT + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui" '
        f'font-size="12"><rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="20" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, times, end, _TOP + 24 + number * (_HEIGHT + _GAP))
    return "".join(parts + _marks(marks, end, height - _GAP)) + "</svg>\n"


def _marks(marks: Sequence[tuple[float, str]], end: float, bottom: float) -> list[str]:
    """A line down through all panels for each, its name above; in a second row where the first one is taken."""
    parts, taken = [], 0.0
    for at, name in marks:
        x = _x(at, end)
        is_free = x >= taken
        taken = x + (len(name) + 1) * _CHARACTER if is_free else taken
        parts.append(
            f'<path d="M{x:.1f} {_TOP + 4}V{bottom}" stroke="#adb5bd" stroke-dasharray="3 3"/>'
            f'<text x="{x + 3:.1f}" y="{_TOP - 14 if is_free else _TOP}" fill="#868e96">{escape(name)}</text>'
        )
    return parts


def _panel(panel: Panel, times: Sequence[float], end: float, top: float) -> list[str]:
    values = [value for line in panel.lines.values() for value in line]
    most = _round_up(max([*values, panel.limit * 1.1 if panel.limit else 0.0], default=0.0))
    parts = [f'<text x="{_LEFT}" y="{top - 4}" font-weight="600">{escape(panel.title)}</text>']
    for share in (0, 0.5, 1):
        y = top + 8 + (_HEIGHT - 16) * (1 - share)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#e9ecef"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#495057">{most * share:,.4g}</text>'
        )
    parts += [
        f'<text x="{_x(tick, end):.1f}" y="{top + _HEIGHT + 10}" text-anchor="middle" fill="#868e96">'
        f"{tick:.0f} s</text>"
        for tick in _ticks(end)
    ]
    if panel.limit is not None:
        y = _y(panel.limit, most, top)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#e03131" stroke-dasharray="6 3"/>'
        )
    for number, (name, line) in enumerate(panel.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_line(line, times, end, most, top, colour, panel.steps))
        y = top + 14 + number * 15
        parts.append(f'<text x="{_WIDTH - _RIGHT + 10}" y="{y}" fill="{colour}">{escape(name)}</text>')
    return parts


def _line(
    line: Sequence[float],
    times: Sequence[float],
    end: float,
    most: float,
    top: float,
    colour: str,
    steps: bool,
) -> str:
    path = ""
    for at, value in zip(times, line, strict=True):
        x, y = _x(at, end), _y(value, most, top)
        if path and steps:
            path += f"H{x:.1f}V{y:.1f}"
        else:
            path += f"{'L' if path else 'M'}{x:.1f} {y:.1f}"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _x(at: float, end: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * at / end


def _y(value: float, most: float, top: float) -> float:
    return top + 8 + (_HEIGHT - 16) * (1 - value / most)


def _round_up(most: float) -> float:
    """The next number that begins with 1, 2 or 5."""
    if most <= 0:
        return 1.0
    size = 1.0
    while size * 10 <= most:
        size *= 10
    while size > most:
        size /= 10
    return next(size * step for step in (1, 2, 5, 10) if size * step >= most)


def _ticks(end: float) -> list[float]:
    step = _round_up(end / 8)
    return [step * number for number in range(int(end / step) + 1)]
