"""A run that has ended: all that its report is made of."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .figures import Figures, Histogram, Span, together
from .follower import Tally
from .limits import Held
from .profile import Profile


@dataclass
class Result:
    """A run that has ended."""

    title: str
    url: str
    profile: Profile
    profile_file: str
    pace: float
    figures: Figures
    tally: Tally
    measured: Sequence[Span]
    """The spans that the limits were judged by."""
    held: list[Held]
    """The limits over the whole of `measured`."""
    worst: list[Held]
    """The worst minute of each limit."""
    unseen: int
    posted: int
    reconnects: int
    told_to_wait: int
    closed: dict[str, int]
    installation: str
    cores: float
    coming: Sequence[Span] = ()
    """The spans in which people came, or went, and which nothing is judged by."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    """What the feedback mode tried."""
    carried: str = ""
    """What the feedback mode found."""
    carries: int = 0
    """How many people the feedback mode confirmed; 0 where none, and in a run of another kind."""
    cut_short: str = ""
    """How long was measured, where somebody ended it early; not of the feedback mode, which says so by `carried`."""

    @property
    def good(self) -> bool:
        """Whether every limit held, in every minute, and nothing was lost."""
        return all(one.good for one in (*self.held, *self.worst)) and self.lost == 0

    @property
    def status(self) -> int:
        """The program's exit status: 0 where it was good; of the feedback mode, where a number was confirmed and
        nothing was lost."""
        if self.steps:
            return 0 if self.carries and not self.lost else 1
        return 0 if self.good else 1

    @property
    def while_they_came(self) -> str:
        """Requests that met a server error or nothing before the measurement, in words; nothing where none did."""
        failed = together(self.coming).unavailable_by_kind.most_common()
        return (
            f"while they came: {', '.join(f'{count:,} × {what}' for what, count in failed)}" if failed else ""
        )

    @property
    def lost(self) -> int:
        """Events and messages that somebody never got."""
        return self.tally.lost + self.unseen


def milliseconds(times: Histogram) -> dict[str, float]:
    """Mean and quantiles, for people."""
    return {
        "mean": round(times.mean * 1000, 2),
        "p50": round(times.quantile(0.5) * 1000, 2),
        "p95": round(times.quantile(0.95) * 1000, 2),
        "p99": round(times.quantile(0.99) * 1000, 2),
        "most": round(times.most * 1000, 2),
    }


def machine() -> dict[str, Any]:
    """Where the generator ran."""
    return {
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_at_end": round(os.getloadavg()[0], 2),
    }
