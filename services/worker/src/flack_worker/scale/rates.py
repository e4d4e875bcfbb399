"""From counters to numbers a second."""

from dataclasses import dataclass

from flack_worker.scale.scrape import Counters


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one process now."""

    requests_per_second: float = 0
    connections: int = 0
    deliveries_per_second: float = 0


class RateMeter:
    """Remembers each pod's last counters. A pod that is new, or whose counters went back (a restart), starts at 0."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, Counters]] = {}

    def measure(self, counters: dict[str, Counters], now: float) -> dict[str, Rates]:
        """The rates of these pods; the others are forgotten. `now` is a monotonic clock in seconds."""
        rates = {name: self._rates(name, found, now) for name, found in counters.items()}
        self._last = {name: (now, found) for name, found in counters.items()}
        return rates

    def _rates(self, name: str, found: Counters, now: float) -> Rates:
        before_at, before = self._last.get(name, (now, found))
        seconds = now - before_at
        if seconds <= 0:
            return Rates(connections=int(found.connections))
        return Rates(
            requests_per_second=round(max(0.0, found.requests - before.requests) / seconds, 2),
            connections=int(found.connections),
            deliveries_per_second=round(max(0.0, found.deliveries - before.deliveries) / seconds, 2),
        )
