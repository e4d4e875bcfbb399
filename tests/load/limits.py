"""What an installation must keep to, and whether a span of time did."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from .figures import Span


class Limits(BaseModel):
    """The limits of the profile's section `limits`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean_ms: float = Field(gt=0)
    p99_ms: float = Field(gt=0)
    unavailable_percent: float = Field(ge=0)
    cpu_percent: float = Field(gt=0)
    connected_percent: float = Field(97, gt=0, le=100)


@dataclass(frozen=True)
class Held:
    """One limit, and what was found."""

    what: str
    found: float | None
    limit: float
    unit: str
    at_least: bool = False
    """Whether the limit is the least that it may be, not the most."""

    @property
    def good(self) -> bool:
        """Whether it was kept to. What could not be read breaks no limit."""
        if self.found is None:
            return True
        if self.at_least:
            return self.found >= self.limit
        return self.found < self.limit or self.found == self.limit == 0

    @property
    def badness(self) -> float:
        """Larger, the worse."""
        found = self.found or 0.0
        return -found if self.at_least else found

    def __str__(self) -> str:
        return f"{self.what} {self.said} (limit {self.bound})"

    @property
    def said(self) -> str:
        """What was found, in words."""
        if self.found is None:
            return "not known"
        number = f"{self.found:,.0f}" if self.found >= 1000 else f"{self.found:.4g}"
        return f"{number} {self.unit}".strip()

    @property
    def bound(self) -> str:
        """The limit in words."""
        return f"{'at least ' if self.at_least else ''}{self.limit:g} {self.unit}".strip()


def judge(span: Span, limits: Limits, cpu_share: float | None, connected_share: float | None) -> list[Held]:
    """Each limit against what happened. `cpu_share` is what the installation used of the CPU it could have,
    `connected_share` how many of those who should have had a socket had one."""
    requests = max(1, span.requests.count)
    return [
        Held("requests measured", span.requests.count, 1, "", at_least=True),
        Held("mean request time", span.requests.mean * 1000, limits.mean_ms, "ms"),
        Held("p99 request time", span.requests.quantile(0.99) * 1000, limits.p99_ms, "ms"),
        Held(
            "requests met by 5xx or nothing",
            100 * span.unavailable / requests,
            limits.unavailable_percent,
            "%",
        ),
        Held("CPU", None if cpu_share is None else 100 * cpu_share, limits.cpu_percent, "%"),
        Held(
            "connected, of those wanted",
            None if connected_share is None else 100 * connected_share,
            limits.connected_percent,
            "%",
            at_least=True,
        ),
    ]
