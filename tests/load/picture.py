"""A run over time, drawn."""

from collections.abc import Callable

from .figures import Span, together
from .plots import Panel, draw
from .result import Result

_WINDOWS = 150


def picture(result: Result) -> str:
    """The time series, in windows of some seconds so that quantiles mean something."""
    spans = result.figures.spans
    size = max(1, len(spans) // _WINDOWS)
    windows = [together(spans[start : start + size]) for start in range(0, len(spans), size)]
    limits = {one.what: one.limit for one in result.held}

    def line(of: Callable[[Span], float]) -> list[float]:
        return [of(window) for window in windows]

    def rate(of: Callable[[Span], float]) -> list[float]:
        return [of(window) / max(window.seconds, 1e-9) for window in windows]

    busy = sorted({name for window in windows for name in window.busy})
    cpu = {name: [window.busy.get(name, 0.0) for window in windows] for name in busy}
    panels = [
        Panel("Users", {"there": line(lambda w: w.users), "connected": line(lambda w: w.connected)}),
        Panel("Requests a second", {"requests": rate(lambda w: w.requests.count)}),
        Panel(
            "Request time, ms: mean",
            {"mean": line(lambda w: w.requests.mean * 1000)},
            limit=limits.get("mean request time"),
        ),
        Panel("Request time, ms: p99", {"p99": line(lambda w: w.requests.quantile(0.99) * 1000)}),
        Panel(
            "Failed requests", {"5xx, none": line(lambda w: w.unavailable), "4xx": line(lambda w: w.refused)}
        ),
        Panel(
            "Delivered a second",
            {"events": rate(lambda w: w.deliveries), "typing, presence": rate(lambda w: w.signals)},
        ),
        Panel(
            "From sending to each connection, ms",
            {
                "p50": line(lambda w: w.latency.quantile(0.5) * 1000),
                "p99": line(lambda w: w.latency.quantile(0.99) * 1000),
            },
        ),
        Panel("CPU cores", {**cpu, "generator": line(lambda w: w.generator)}),
    ]
    ends = _ends([window.seconds for window in windows])
    starts = [0.0, *_ends([span.seconds for span in spans])]
    marks = [(starts[min(index, len(starts) - 1)], what) for index, what in result.figures.notes]
    return draw(result.title, ends, panels, marks)


def _ends(lengths: list[float]) -> list[float]:
    ends, at = [], 0.0
    for seconds in lengths:
        at += seconds
        ends.append(at)
    return ends
