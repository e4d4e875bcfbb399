"""How a run goes, while it goes: a few lines that stay in place in a terminal, one line now and then elsewhere."""

import sys
from typing import TextIO

from .figures import Span

_LOGGED_EVERY = 5


class Display:
    """Shows spans as they end."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._shown = 0
        self._ticks = 0

    def say(self, line: str) -> None:
        """A line that stays."""
        self._clear()
        print(line, file=self._out, flush=True)

    def progress(self, what: str, done: int, wanted: int, per_second: float) -> None:
        """How far something is that has an end."""
        left = (wanted - done) / per_second if per_second else 0
        text = f"  {what}: {done:,} of {wanted:,}, {per_second:.0f} a second, {left // 60:.0f}:{left % 60:02.0f} left"
        if self._live:
            self._clear()
            self._draw([text])
        elif done == wanted or done % max(1, wanted // 10) == 0:
            print(text, file=self._out, flush=True)

    def tick(self, what: str, seconds: float, recent: Span, wanted: int) -> None:
        """Show the last few seconds."""
        self._ticks += 1
        if self._live:
            self._clear()
            self._draw(_lines(what, seconds, recent, wanted))
        elif self._ticks % _LOGGED_EVERY == 0:
            print(" | ".join(_lines(what, seconds, recent, wanted)), file=self._out, flush=True)

    def _draw(self, lines: list[str]) -> None:
        print("\n".join(lines), file=self._out, flush=True)
        self._shown = len(lines)

    def _clear(self) -> None:
        if self._shown:
            print(f"\x1b[{self._shown}F\x1b[J", end="", file=self._out, flush=True)
            self._shown = 0


def _lines(what: str, seconds: float, recent: Span, wanted: int) -> list[str]:
    span = max(recent.seconds, 1e-9)
    busiest = max(recent.busy.items(), key=lambda item: item[1], default=("", 0.0))
    cpu = (
        f"installation {recent.cores:.2f} cores (most: {busiest[0]} {busiest[1]:.2f})"
        if recent.busy
        else "not known"
    )
    return [
        f"  {seconds:4.0f} s {what}: {recent.users:,} of {wanted:,} users, {recent.connected:,} connected",
        f"  requests {recent.requests.count / span:,.0f}/s, mean {recent.requests.mean * 1000:.1f} ms, "
        f"p99 {recent.requests.quantile(0.99) * 1000:.0f} ms, errors {sum(recent.failures.values()):,}",
        f"  deliveries {recent.deliveries / span:,.0f}/s, p50 {recent.latency.quantile(0.5) * 1000:.1f} ms, "
        f"p99 {recent.latency.quantile(0.99) * 1000:.0f} ms",
        f"  CPU {cpu}, generator {recent.generator:.2f}",
    ]
