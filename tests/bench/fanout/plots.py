"""Plots as SVG, drawn here: bars with their spread, on a light ground, readable in any viewer."""

from html import escape

_OURS, _THEIRS, _INK, _FAINT = "#3b5bdb", "#adb5bd", "#212529", "#868e96"
_NAMES = {"flack": "Flack", "stock": "Flask-SocketIO", "node": "Node socket.io", "floor": "bare C writer"}
_LEFT, _LENGTH, _ROW, _TOP, _WIDTH = 150, 400, 34, 62, 680


def bars(title: str, note: str, values: dict[str, list[float]], form: str) -> str:
    """One bar a name: its length is the median, the thin line the range of the rounds."""
    most = max(max(found) for found in values.values()) or 1
    height = _TOP + _ROW * len(values) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="system-ui, -apple-system, Segoe UI, sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{height}" rx="6" fill="#ffffff" stroke="#e9ecef"/>',
        f'<text x="18" y="27" font-size="15" font-weight="600" fill="{_INK}">{escape(title)}</text>',
        f'<text x="18" y="46" font-size="12" fill="{_FAINT}">{escape(note)}</text>',
    ]
    for number, (name, found) in enumerate(values.items()):
        parts += _bar(_NAMES.get(name, name), found, most, _TOP + number * _ROW, form, ours=name == "flack")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(name: str, found: list[float], most: float, top: int, form: str, *, ours: bool) -> list[str]:
    middle = sorted(found)[len(found) // 2]
    length, low, high = (_LENGTH * value / most for value in (middle, min(found), max(found)))
    centre, colour = top + 12, _OURS if ours else _THEIRS
    return [
        f'<text x="{_LEFT - 10}" y="{centre + 5}" text-anchor="end" fill="{_INK}" '
        f'font-weight="{600 if ours else 400}">{escape(name)}</text>',
        f'<rect x="{_LEFT}" y="{top}" width="{max(length, 1):.1f}" height="24" rx="3" fill="{colour}"/>',
        f'<path d="M{_LEFT + low:.1f} {centre}H{_LEFT + high:.1f}" stroke="{_INK}" stroke-opacity=".55"/>',
        f'<text x="{_LEFT + max(length, high) + 10:.1f}" y="{centre + 5}" fill="{_INK}">{form.format(middle)}</text>',
    ]
