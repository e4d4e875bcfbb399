"""What benchmarks share: medians with their spread, bars, and what machine it was."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Figure = dict[str, float]
"""`median`, `min` and `max` of the rounds."""


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
    names = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def bars(title: str, values: dict[str, float]) -> str:
    """Horizontal bars as SVG, readable on light and dark pages. Ours are `flack`'s."""
    most, width, row, left = max(values.values()) or 1, 640, 34, 190
    height = 40 + row * len(values)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="system-ui" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="12" y="24" font-weight="600">{title}</text>',
    ]
    for index, (name, value) in enumerate(values.items()):
        y, length = 40 + index * row, 360 * value / most
        colour = "#3b5bdb" if name.startswith("flack") else "#adb5bd"
        parts.append(
            f'<text x="12" y="{y + 17}">{name}</text><rect x="{left}" y="{y + 3}" width="{length:.1f}" height="20" '
            f'rx="3" fill="{colour}"/><text x="{left + 8 + length:.1f}" y="{y + 17}">{value:,.4g}</text>'
        )
    return "".join(parts) + "</svg>\n"
