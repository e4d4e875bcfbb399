"""What is counted while people are at work: every second by itself, and every kind of request over the whole run."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_LOWEST = 1e-5
_STEPS = 1 / math.log(1.02)  # buckets grow by 2 %


class Histogram:
    """Times in buckets that grow by 2 %: any quantile to within 1 %, however many times are put in."""

    __slots__ = ("_buckets", "count", "most", "total")

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self.count, self.total, self.most = 0, 0.0, 0.0

    def add(self, seconds: float) -> None:
        """Put a time in."""
        self._buckets[int(math.log(max(seconds, _LOWEST) / _LOWEST) * _STEPS)] += 1
        self.count += 1
        self.total += seconds
        self.most = max(self.most, seconds)

    def update(self, other: "Histogram") -> None:
        """Put all times of another in."""
        self._buckets.update(other._buckets)
        self.count += other.count
        self.total += other.total
        self.most = max(self.most, other.most)

    @property
    def mean(self) -> float:
        """Seconds; 0 where nothing was put in."""
        return self.total / self.count if self.count else 0.0

    def quantile(self, share: float) -> float:
        """The time that this share of all is not above; 0 where nothing was put in."""
        left = share * self.count
        for bucket in sorted(self._buckets):
            left -= self._buckets[bucket]
            if left <= 1e-9:
                return min(self.most, _LOWEST * math.exp((bucket + 0.5) / _STEPS))
        return self.most


@dataclass
class Span:
    """What happened within some time: a second, or several together."""

    seconds: float = 0.0
    requests: Histogram = field(default_factory=Histogram)
    failures: Counter[str] = field(default_factory=Counter)
    """By status (`503`, `404`, `timeout`, `connection`)."""
    posts: int = 0
    """Messages that api acknowledged."""
    deliveries: int = 0
    """Events of the log that reached a connection."""
    signals: int = 0
    """Typing and presence that reached a connection."""
    latency: Histogram = field(default_factory=Histogram)
    """From the moment somebody sends a message to the moment each connection has it."""
    users: int = 0
    connected: int = 0
    wanted: int = 0
    """How many should be connected: all who are wanted, but for those who lost their network on purpose."""
    busy: dict[str, float] = field(default_factory=dict)
    """CPU cores in use, by process or service."""
    generator: float = 0.0
    """CPU cores that the generator itself used."""
    lag: float = 0.0
    """The longest time that the generator's own loop came late (s): times are too long by up to so much."""
    machine: float = 0.0
    """CPU cores in use on this machine, whoever uses them."""

    @property
    def unavailable(self) -> int:
        """Requests that met a server error, or no answer in time."""
        return self.unavailable_by_kind.total()

    @property
    def unavailable_by_kind(self) -> Counter[str]:
        """The same, by status (`503`, `timeout`, `connection`)."""
        return Counter(
            {what: count for what, count in self.failures.items() if what[0] == "5" or not what.isdigit()}
        )

    @property
    def refused(self) -> int:
        """Requests that were answered with a client's error that the generator does not expect."""
        return sum(self.failures.values()) - self.unavailable

    @property
    def cores(self) -> float:
        """CPU cores that the installation used."""
        return sum(self.busy.values())


def together(spans: Iterable[Span]) -> Span:
    """Several spans as one: counts added up, gauges averaged, the number of people at the end."""
    all_of = Span()
    for span in spans:
        all_of.seconds += span.seconds
        all_of.requests.update(span.requests)
        all_of.latency.update(span.latency)
        all_of.failures.update(span.failures)
        all_of.posts += span.posts
        all_of.deliveries += span.deliveries
        all_of.signals += span.signals
        all_of.users, all_of.connected, all_of.wanted = span.users, span.connected, span.wanted
        all_of.lag = max(all_of.lag, span.lag)
        all_of.generator += span.generator * span.seconds
        all_of.machine += span.machine * span.seconds
        for name, cores in span.busy.items():
            all_of.busy[name] = all_of.busy.get(name, 0.0) + cores * span.seconds
    if all_of.seconds:
        all_of.generator /= all_of.seconds
        all_of.machine /= all_of.seconds
        all_of.busy = {name: used / all_of.seconds for name, used in all_of.busy.items()}
    return all_of


def connected_share(spans: Iterable[Span]) -> float | None:
    """How many of those who should be connected were, over the whole time; None where nobody should be."""
    connected = wanted = 0.0
    for span in spans:
        connected += min(span.connected, span.wanted) * span.seconds
        wanted += span.wanted * span.seconds
    return connected / wanted if wanted else None


@dataclass
class Operation:
    """All requests of one kind."""

    times: Histogram = field(default_factory=Histogram)
    failures: Counter[str] = field(default_factory=Counter)


class Figures:
    """Everything that is counted in a run."""

    def __init__(self) -> None:
        self.now = Span()
        """The second that is under way."""
        self.spans: list[Span] = []
        self.operations: dict[str, Operation] = {}
        self.notes: list[tuple[int, str]] = []
        """What began at which span."""
        self.problems: Counter[str] = Counter()
        """Failed requests in words, for the report."""

    def request(self, name: str, seconds: float, failure: str | None = None) -> None:
        """A request was answered, or not: `failure` is its status, or `timeout` or `connection`."""
        operation = self.operations.setdefault(name, Operation())
        operation.times.add(seconds)
        self.now.requests.add(seconds)
        if failure:
            operation.failures[failure] += 1
            self.now.failures[failure] += 1

    def posted(self) -> None:
        """A message was acknowledged."""
        self.now.posts += 1

    def delivery(self, latency: float | None) -> None:
        """An event reached a connection, so long after it was sent where that is known."""
        self.now.deliveries += 1
        if latency is not None:
            self.now.latency.add(latency)

    def close(self, seconds: float, **gauges: Any) -> Span:
        """End the second that is under way, with what was read at its end."""
        closed, self.now = self.now, Span()
        closed.seconds = seconds
        for name, value in gauges.items():
            setattr(closed, name, value)
        self.spans.append(closed)
        return closed

    def note(self, what: str) -> None:
        """Something begins here; the plots show it."""
        self.notes.append((len(self.spans), what))
