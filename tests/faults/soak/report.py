"""What the soak found, as JSON, a plot and a page."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..checker import Verdict
from .samples import COUNTS, Sample
from .slope import Line, fit

WARM_UP = 1 / 6
"""The share of the time that is cut off: pools and caches fill."""
LONG_ENOUGH = 30
"""Minutes from which on growth fails the run; in less a slope is mostly the collector's rhythm."""
MOST_MEMORY, MOST_COUNT = 4096.0, 20.0
"""KiB, or things of a kind, that a process may grow by in an hour. One thing a round would be sixty."""
NOT_OURS = ("postgres", "redis", "traefik")
"""Shown, not judged: PostgreSQL's processes open files as they first need them."""


@dataclass
class Soak:
    """One run."""

    minutes: float
    round_seconds: float
    full_load: float
    samples: list[Sample]
    verdicts: list[Verdict]
    machine: dict[str, Any]

    @property
    def kept(self) -> list[Sample]:
        """The samples after the warm-up."""
        return [sample for sample in self.samples if sample.seconds > self.minutes * 60 * WARM_UP]

    @property
    def names(self) -> list[str]:
        """The processes."""
        return list(self.samples[0].processes)

    def growth(self, name: str, what: str, *, at_rest: bool) -> Line:
        """The slope of one process's memory (KiB) or count."""
        chosen = [sample for sample in self.kept if sample.at_rest == at_rest]
        return fit([s.seconds for s in chosen], [getattr(s.processes[name], what) for s in chosen])

    def counts(self, name: str, what: str) -> list[int]:
        """A count of one process at rest, in the order of time."""
        return [getattr(sample.processes[name], what) for sample in self.kept if sample.at_rest]

    def leaks(self) -> list[str]:
        """What grew in Flack's own processes, beyond what the slope's error allows."""
        if self.minutes < LONG_ENOUGH:
            return []
        found = []
        for name in (name for name in self.names if name not in NOT_OURS):
            for what, most in {"memory": MOST_MEMORY, **dict.fromkeys(COUNTS, MOST_COUNT)}.items():
                line = self.growth(name, what, at_rest=True)
                if line.per_hour - 2 * line.error > most:
                    found.append(f"{name}: {what}, {line.per_hour:+,.0f} an hour")
        return found

    @property
    def good(self) -> bool:
        """Nothing lost, nothing grown."""
        return all(verdict.good for verdict in self.verdicts) and not self.leaks()


def write(soak: Soak, out: Path) -> str:
    """Write soak.json, soak.svg and soak.md; returns the page."""
    out.mkdir(parents=True, exist_ok=True)
    page = _page(soak)
    document = {
        "minutes": soak.minutes, "full_load": round(soak.full_load, 1), "machine": soak.machine,
        "leaks": soak.leaks(),
        "rounds": [
            {"acknowledged": v.acknowledged, "good": v.good, "failed": v.failed_requests} for v in soak.verdicts
        ],
        "samples": [sample.as_json() for sample in soak.samples],
    }  # fmt: skip
    (out / "soak.json").write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")
    (out / "soak.svg").write_text(_plot(soak))
    (out / "soak.md").write_text(page)
    return page


def _page(soak: Soak) -> str:
    acknowledged = sum(verdict.acknowledged for verdict in soak.verdicts)
    whole = [seconds for verdict in soak.verdicts for seconds in verdict.seconds_until_whole]
    seconds = len(soak.verdicts) * soak.round_seconds
    machine = soak.machine
    bad = [str(verdict)[:300] for verdict in soak.verdicts if not verdict.good]
    lines = [
        f"# {soak.minutes:.0f} minutes at half load",
        "",
        f"Made by `make soak MINUTES={soak.minutes:.0f}`: full load is what would keep all cores busy, by what one "
        f"message costs the installation and its people together ({soak.full_load:.0f} messages a second here); half "
        f"of that was offered and {acknowledged / seconds:.0f} a second were answered, in rounds of a minute, each in "
        "a new channel with sockets of its own, while visitors come and go, type, post links and edit. "
        f"{machine['cores']} cores shared with everything else that ran on the machine (load "
        f"{machine['load_before']} before, {machine['load_after']} after), niceness {machine['niceness']}, "
        f"Linux {machine['kernel']}, Python {machine['python']}.",
        "",
        f"{acknowledged:,} messages acknowledged in {len(soak.verdicts)} rounds, "
        f"{'each of them checked: none lost, doubled or out of order' if not bad else f'{len(bad)} rounds bad'}; "
        f"readers were whole {statistics.median(whole):.1f} s (worst {max(whole):.1f} s) after the last message.",
        *(f"- bad: {text}" for text in bad),
        "",
        f"Grown: {'; '.join(soak.leaks()) or 'nothing'}.",
        "",
        "Memory is each process's own (USS), sampled every five seconds and, with nobody connected, after each round; "
        "the first sixth is cut off as warm-up; the slope is by least squares, ± its standard error. Counts are those "
        "with nobody connected: after the warm-up, at the end.",
        "",
        "| process | memory at the end, MiB | slope under load, KiB/hour | slope at rest, KiB/hour "
        "| descriptors | threads | greenlets | subscriptions | connections |",
        "| --- |" + " ---: |" * 8,
        *(_row(soak, name) for name in soak.names),
        "",
        "![Memory of each process](soak.svg)",
    ]
    return "\n".join(lines) + "\n"


def _row(soak: Soak, name: str) -> str:
    end = soak.samples[-1].processes[name].memory / 1024
    slopes = []
    for at_rest in (False, True):
        line = soak.growth(name, "memory", at_rest=at_rest)
        slopes.append(f"{line.per_hour:+,.0f} ± {line.error:,.0f}")
    counts = []
    for what in COUNTS:
        found = soak.counts(name, what) or [0]
        counts.append(f"{found[0]}, {found[-1]}" if any(found) else "–")
    return f"| {name} | {end:.1f} | {' | '.join(slopes)} | {' | '.join(counts)} |"


_COLOURS = ("#3b5bdb", "#748ffc", "#2b8a3e", "#69db7c", "#e8590c", "#c2255c", "#9c36b5", "#868e96", "#212529")


def _plot(soak: Soak) -> str:
    """Memory over time, one line a process, readable on light and dark pages."""
    width, height, left, right, top, bottom = 760, 360, 60, 130, 40, 40
    end = soak.samples[-1].seconds
    most = (
        max(process.memory for sample in soak.samples for process in sample.processes.values()) / 1024 * 1.1
    )
    across = lambda seconds: left + (width - left - right) * seconds / end  # noqa: E731
    up = lambda mib: height - bottom - (height - top - bottom) * mib / most  # noqa: E731
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="system-ui" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        '<text x="12" y="22" font-weight="600" font-size="14">Memory of each process (USS, MiB) over minutes</text>'
    ]
    for step in range(5):
        mib = most * step / 4
        parts.append(
            f'<path d="M{left} {up(mib):.1f}H{width - right}" stroke="#dee2e6"/>'
            f'<text x="{left - 8}" y="{up(mib) + 4:.1f}" text-anchor="end">{mib:.0f}</text>'
        )
        seconds = end * step / 4
        parts.append(
            f'<text x="{across(seconds):.1f}" y="{height - 18}" text-anchor="middle">{seconds / 60:.0f}</text>'
        )
    warm = across(soak.minutes * 60 * WARM_UP)
    parts.append(f'<path d="M{warm:.1f} {top}V{height - bottom}" stroke="#adb5bd" stroke-dasharray="3 3"/>')
    for index, name in enumerate(soak.names):
        colour = _COLOURS[index % len(_COLOURS)]
        points = " ".join(
            f"{across(sample.seconds):.1f},{up(sample.processes[name].memory / 1024):.1f}"
            for sample in soak.samples
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            f'<text x="{width - right + 12}" y="{top + 14 + 17 * index}" fill="{colour}">{name}</text>'
        )
    return "".join(parts) + "</svg>\n"
