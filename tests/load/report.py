"""Writes what a run found: report.json, report.md and report.svg."""

import json
from pathlib import Path
from typing import Any

from .figures import together
from .markdown import markdown
from .picture import picture
from .result import Result, machine, milliseconds


def write(result: Result, folder: Path, name: str = "report") -> str:
    """Write report.md, report.json and report.svg into a folder; returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    text = markdown(result, f"{name}.svg")
    (folder / f"{name}.md").write_text(text)
    (folder / f"{name}.json").write_text(json.dumps(as_json(result), indent=1) + "\n")
    (folder / f"{name}.svg").write_text(picture(result))
    return text


def as_json(result: Result) -> dict[str, Any]:
    """Everything, a line of the time series for each span."""
    whole = together(result.measured)
    return {
        "title": result.title,
        "url": result.url,
        "profile": result.profile_file,
        "pace": result.pace,
        "machine": machine(),
        "installation": result.installation,
        "good": result.good,
        "limits": [
            {"what": one.what, "found": one.found, "worst_minute": worst.found, "limit": one.limit, "unit": one.unit,
             "at_least": one.at_least,
             "good": one.good and worst.good}
            for one, worst in zip(result.held, result.worst, strict=True)
        ],
        "measured": {
            "seconds": round(whole.seconds, 1),
            "users": whole.users,
            "requests": whole.requests.count,
            "request_ms": milliseconds(whole.requests),
            "failures": dict(whole.failures),
            "posts": whole.posts,
            "deliveries": whole.deliveries,
            "delivery_ms": milliseconds(whole.latency),
            "signals": whole.signals,
            "cores": {name: round(cores, 4) for name, cores in sorted(whole.busy.items())},
            "generator_cores": round(whole.generator, 4),
            "machine_cores": round(whole.machine, 4),
            "generator_lag_ms": round(whole.lag * 1000, 1),
        },
        "while_they_came": dict(together(result.coming).unavailable_by_kind),
        "order": {**result.tally.as_dict(), "acknowledged": result.posted, "never_seen": result.unseen},
        "connections": {
            "reconnects": result.reconnects, "told_to_wait": result.told_to_wait, "closed_by_server": result.closed,
        },
        "problems": dict(result.figures.problems),
        "operations": {
            name: {"requests": one.times.count, "ms": milliseconds(one.times), "failures": dict(one.failures)}
            for name, one in sorted(result.figures.operations.items())
        },
        "steps": result.steps,
        "carried": result.carried,
        "cut_short": result.cut_short,
        "series": [
            {"seconds": round(span.seconds, 2), "users": span.users, "connected": span.connected,
             "wanted": span.wanted,
             "requests": span.requests.count, "mean_ms": round(span.requests.mean * 1000, 2),
             "p99_ms": round(span.requests.quantile(0.99) * 1000, 1), "failures": sum(span.failures.values()),
             "posts": span.posts, "deliveries": span.deliveries,
             "delivery_p99_ms": round(span.latency.quantile(0.99) * 1000, 1),
             "cores": {name: round(cores, 3) for name, cores in span.busy.items()},
             "generator": round(span.generator, 3)}
            for span in result.figures.spans
        ],
    }  # fmt: skip
