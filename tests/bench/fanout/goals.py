"""What was to be reached, and what was: ratios between servers measured in the same round."""

import statistics
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A figure of ours, alone or divided by a peer's, and its bound."""

    what: str
    part: str
    figure: str
    bound: float
    peer: str | None = None
    at_least: bool = False
    scale: float = 1.0
    unit: str = ""

    def values(self, report: dict[str, Any]) -> list[float]:
        """The figure of each round; empty where it was not measured."""
        results = report.get(self.part, {}).get("results", {})
        ours = [result[self.figure] * self.scale for result in results.get("flack", [])]
        if self.peer is None:
            return ours
        theirs = [result[self.figure] * self.scale for result in results.get(self.peer, [])]
        # A cost below nothing is noise, and so is any ratio to it.
        return [a / b if a >= 0 and b > 0 else _NOISE for a, b in zip(ours, theirs, strict=False)]

    def row(self, report: dict[str, Any]) -> str | None:
        """A line of the table, or None."""
        values = self.values(report)
        if not values:
            return None
        middle = statistics.median(values)
        if min(values) < 0:
            return f"| {self.what} | {self._bound()} | not measurable | **missed** |"
        spread = f" ({_short(min(values))}–{_short(max(values))})" if len(values) > 1 else ""
        mark = "reached" if self.reached(middle) else "**missed**"
        return f"| {self.what} | {self._bound()} | {_short(middle)}{self._unit()}{spread} | {mark} |"

    def reached(self, value: float) -> bool:
        """Whether a figure is within the bound."""
        return value >= self.bound if self.at_least else 0 <= value <= self.bound

    def _bound(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {_short(self.bound)}{self._unit()}"

    def _unit(self) -> str:
        return "×" if self.peer else self.unit


_NOISE = -1.0


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


PER_CPU = "deliveries_per_cpu_second"
GOALS = [
    Goal("deliveries per CPU-second, against stock Flask-SocketIO", "fanout", PER_CPU, 3, "stock", at_least=True),
    Goal("… against Node socket.io with its Redis adapter", "fanout", PER_CPU, 1.8, "node", at_least=True),
    Goal("… against the bare C writer", "fanout", PER_CPU, 0.8, "floor", at_least=True),
    Goal("p99 delivery time at equal load, against stock", "fanout", "p99_ms", 0.5, "stock"),
    Goal("… at a quarter of the load", "fanout", "light_p99_ms", 0.5, "stock"),
    Goal("resident memory a connection, against stock", "connections", "rss_bytes_per_connection", 0.3, "stock"),
    Goal("resident memory a connection", "connections", "rss_bytes_per_connection", 16, scale=1 / 1024, unit=" KiB"),
    Goal("CPU of a message for nobody here, against stock", "connections", "elsewhere_cpu_us", 0.1, "stock"),
    Goal("CPU of one disconnect among 9,000, against stock", "connections", "disconnect_cpu_ms", 0.1, "stock"),
    Goal("CPU of 9,000 idle connections with heartbeats", "connections", "idle_cpu_percent", 2, unit=" % of a core"),
    Goal("connect with token and joins, against stock's bare connect", "connects", "connect_cpu_ms", 1.2, "stock"),
    Goal("CPU of a delivery in a room of 10,000 against one of 10", "rooms", "growth", 1, unit="×"),
    Goal("… against one of 1,000", "rooms", "last_growth", 1, unit="×"),
    Goal("10,000 clients of a lost pod are back and have what they missed", "storm", "whole_seconds", 60, unit=" s"),
    Goal("p99 delivery to those who stayed meanwhile", "storm", "stayed_p99_ms", 1_000, unit=" ms"),
]  # fmt: skip
