"""What benchmarks share: medians with their spread, bars, and what machine it was."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import psycopg

Figure = dict[str, float]
"""`median`, `min` and `max` of the rounds."""

_OURS, _THEIRS, _INK, _FAINT = "#3b5bdb", "#adb5bd", "#212529", "#868e96"
_LEFT, _LENGTH, _ROW, _TOP, _WIDTH = 190, 360, 34, 62, 680


def figure(values: Sequence[float]) -> Figure:
    """The median and the spread of what the rounds found."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def machine() -> dict[str, Any]:
    """The machine, with its load at this moment."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")}
    return {
        "processor": ", ".join(sorted(names)) or platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def durability(database_url: str) -> dict[str, str]:
    """What PostgreSQL does, and does not do, so that a commit outlives a crash."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        found = {name: connection.execute("select current_setting(%s)", [name]).fetchone() for name in names}
    return {name: row[0] for name, row in found.items() if row}


def durability_in_words(found: Mapping[str, str]) -> str:
    """A sentence about `durability`."""
    off = [f"`{name}`" for name, value in found.items() if value == "off"]
    if not off:
        return "PostgreSQL writes as in production: a commit waits for the disk."
    return (
        f"PostgreSQL runs with {', '.join(off)} off, as in the tests: no commit waits\n"
        "for a disk, for all alike, and what writes is answered sooner here than where it must outlive a power cut."
    )


def bars(title: str, values: Mapping[str, Sequence[float]], *, note: str = "", form: str = "{:,.4g}") -> str:
    """Horizontal bars as SVG on a light ground: the median is the bar, the thin line the range. Ours is `flack`'s."""
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
        parts += _bar(name, found, most, _TOP + number * _ROW, form)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(name: str, found: Sequence[float], most: float, top: int, form: str) -> list[str]:
    middle, ours = statistics.median(found), name.lower().startswith("flack")
    length, low, high = (max(0.0, _LENGTH * value / most) for value in (middle, min(found), max(found)))
    centre, colour = top + 12, _OURS if ours else _THEIRS
    return [
        f'<text x="{_LEFT - 10}" y="{centre + 5}" text-anchor="end" fill="{_INK}" '
        f'font-weight="{600 if ours else 400}">{escape(name)}</text>',
        f'<rect x="{_LEFT}" y="{top}" width="{max(length, 1):.1f}" height="24" rx="3" fill="{colour}"/>',
        f'<path d="M{_LEFT + low:.1f} {centre}H{_LEFT + high:.1f}" stroke="{_INK}" stroke-opacity=".55"/>',
        f'<text x="{_LEFT + max(length, high) + 10:.1f}" y="{centre + 5}" fill="{_INK}">{form.format(middle)}</text>',
    ]
