"""What an autoscaling run found: its series, its verdict, and both written down."""

import asyncio
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .exports import Exports
from .figures import Span, together
from .plots import Panel, draw
from .replicas import Replicas, Scaled
from .result import machine, milliseconds
from .run import Run

_EVERY = 1.0
_RISING = ("api", "realtime", "worker")
_WINDOW = 3
# A standing queue: well more a second than three slow workers can do (12 were too few), but none while so many wait.
# A queue that the pods had emptied would let them go again, as it should, and that would look like a flap.
_EXPORTS_PER_SECOND, _BACKLOG = 30.0, 40.0


@dataclass
class Scaling:
    """A run, and how the pods follow it."""

    run: Run
    replicas: Replicas
    exports: Exports
    first: int = 0
    """The first span of the run proper, once everything had come to rest."""
    spans_at_look: list[int] = field(default_factory=list)
    queue_wanted: bool = False
    """Whether people ask for exports, as many as keep worker busy."""

    def begin(self) -> None:
        """From here on it counts: forget how pods came and went while the accounts were made."""
        self.first = len(self.run.world.figures.spans)
        self.replicas.services.clear()
        self.replicas.looks.clear()
        self.spans_at_look.clear()
        self.run.world.figures.problems.clear()

    async def look_forever(self) -> None:
        """Take down how many pods there are, every second."""
        loop = asyncio.get_running_loop()
        while True:
            at = loop.time()
            await self.replicas.look(at)
            self.spans_at_look.append(len(self.run.world.figures.spans))
            self.exports.per_second = (
                _EXPORTS_PER_SECOND if self.queue_wanted and self._queue < _BACKLOG else 0.0
            )
            await asyncio.sleep(max(0.0, at + _EVERY - loop.time()))

    @property
    def _queue(self) -> float:
        """How many exports are open, as worker's autoscaler last heard: the average times the pods."""
        worker = self.replicas.services.get("worker")
        return worker.metric[-1].get("external-0", 0.0) * worker.wanted[-1] if worker else 0.0

    @property
    def all_up(self) -> bool:
        """Whether each that is driven has as many pods as it may have."""
        services = self.replicas.services
        return all(name in services and services[name].reached_most for name in _RISING)

    @property
    def all_back(self) -> bool:
        """Whether every service has as few pods as it may have."""
        services = self.replicas.services
        return bool(services) and all(service.back_at_least for service in services.values())

    async def until(self, what: str, true: Callable[[], bool], seconds: float) -> None:
        """Go on until something is so, or the time is up. Raises Stopped."""
        self._enter(what)
        deadline = asyncio.get_running_loop().time() + seconds
        while not true() and asyncio.get_running_loop().time() < deadline:
            await self.run.wait(0.5)
        self.run.display.say(f"  {what}: " + ", ".join(
            f"{name} {service.ready[-1]} of {service.most}" for name, service in self.replicas.services.items()
        ))  # fmt: skip

    async def hold(self, what: str, seconds: float) -> None:
        """Go on for a while. Raises Stopped."""
        self._enter(what)
        await self.run.wait(seconds)

    def _enter(self, what: str) -> None:
        if self.run.doing != what:
            self.run.doing = what
            self.run.world.figures.note(what)

    @property
    def failures(self) -> int:
        """Requests of the run proper that failed in any way."""
        return sum(sum(span.failures.values()) for span in self.run.world.figures.spans[self.first :])

    @property
    def lost(self) -> int:
        """Events and messages that somebody never got."""
        return self.run.world.tally.lost + len(self.run.world.unseen)

    def flaws(self) -> dict[str, list[str]]:
        """What is wrong with each service's curve."""
        found = {
            name: self.replicas.services[name].flaws() for name in _RISING if name in self.replicas.services
        }
        for name in _RISING:
            found.setdefault(name, ["has no autoscaler"])
        return found

    @property
    def good(self) -> bool:
        """No failed request, no lost message, no flap."""
        return not (self.failures or self.lost or self.exports.unfinished or any(self.flaws().values()))

    def verdict(self) -> list[str]:
        """What came of it, in words."""
        world = self.run.world
        requests = together(world.figures.spans[self.first :]).requests.count
        lines = [
            f"{self.failures} of {requests:,} requests failed",
            f"{self.lost} lost of {len(world.acknowledged):,} messages sent",
            f"{len(self.exports.unfinished)} of {len(self.exports.asked):,} exports not made",
        ]
        for name, flaws in self.flaws().items():
            service = self.replicas.services.get(name)
            path = _path(service) if service else "–"
            lines.append(f"{name}: {path}{': ' + ', '.join(flaws) if flaws else ''}")
        return lines


def _path(service: Scaled) -> str:
    """The numbers of pods that followed each other: 1 → 2 → 3 → 2 → 1."""
    numbers = [n for at, n in enumerate(service.wanted) if at == 0 or n != service.wanted[at - 1]]
    return " → ".join(map(str, numbers))


def write(scaling: Scaling, folder: Path) -> bool:
    """Write autoscaling.json, .md and .svg into a folder; True where the run was good."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "autoscaling.json").write_text(json.dumps(_as_json(scaling), indent=1) + "\n")
    (folder / "autoscaling.svg").write_text(_picture(scaling))
    (folder / "autoscaling.md").write_text(_markdown(scaling))
    return scaling.good


def _seconds(scaling: Scaling) -> tuple[list[Span], list[float]]:
    spans = scaling.run.world.figures.spans[scaling.first :]
    ends, at = [], 0.0
    for span in spans:
        at += span.seconds
        ends.append(at)
    return spans, ends


def _at_spans(scaling: Scaling, values: Sequence[float], count: int) -> list[float]:
    """Values of the looks, one for each span: the last one looked at by then."""
    looked = [index - scaling.first for index in scaling.spans_at_look[: len(values)]]
    found = []
    for index in range(count):
        place = bisect_right(looked, index) - 1
        found.append(float(values[max(0, place)]) if values else 0.0)
    return found


def _as_json(scaling: Scaling) -> dict[str, Any]:
    spans, ends = _seconds(scaling)
    world, services = scaling.run.world, scaling.replicas.services
    return {
        "good": scaling.good,
        "machine": machine(),
        "requests": together(spans).requests.count,
        "request_ms": milliseconds(together(spans).requests),
        "failed_requests": scaling.failures,
        "problems": dict(world.figures.problems),
        "acknowledged": len(world.acknowledged),
        "lost": scaling.lost,
        "order": world.tally.as_dict(),
        "exports": {"asked": len(scaling.exports.asked), "not_made": len(scaling.exports.unfinished)},
        "connections": {"closed_by_server": world.closed, "told_to_wait": world.told_to_wait},
        "replicas": {
            name: {"least": one.least, "most": one.most, "path": _path(one), "wanted": one.wanted,
                   "ready": one.ready, "metric": one.metric}
            for name, one in services.items()
        },
        "flaws": scaling.flaws(),
        "series": [
            {"at": round(end, 1), "users": span.users, "connected": span.connected, "requests": span.requests.count,
             "p50_ms": round(span.requests.quantile(0.5) * 1000, 1),
             "p99_ms": round(span.requests.quantile(0.99) * 1000, 1), "failures": sum(span.failures.values()),
             "deliveries": span.deliveries, "cores": {k: round(v, 3) for k, v in span.busy.items()}}
            for span, end in zip(spans, ends, strict=True)
        ],
    }  # fmt: skip


def _picture(scaling: Scaling) -> str:
    spans, ends = _seconds(scaling)
    starts = range(0, len(spans), _WINDOW)
    windows = [together(spans[start : start + _WINDOW]) for start in starts]
    times = [ends[min(start + _WINDOW, len(ends)) - 1] for start in starts]
    services = scaling.replicas.services

    def sampled(values: Sequence[float]) -> list[float]:
        return _at_spans(scaling, values, len(spans))[::_WINDOW]

    names = sorted({name for window in windows for name in window.busy})
    panels = [
        Panel(
            "Connections", {"users": [w.users for w in windows], "connected": [w.connected for w in windows]}
        ),
        Panel("Requests a second", {"requests": [w.requests.count / max(w.seconds, 1e-9) for w in windows]}),
        Panel(
            "Exports: open, average a pod (worker's metric)",
            {"tasks": sampled([metric.get("external-0", 0.0) for metric in services["worker"].metric])}
            if "worker" in services
            else {},
        ),
        Panel("Pods ready", {name: sampled(one.ready) for name, one in services.items()}, steps=True),
        Panel(
            "Request time, ms",
            {
                "p50": [w.requests.quantile(0.5) * 1000 for w in windows],
                "p99": [w.requests.quantile(0.99) * 1000 for w in windows],
            },
        ),
        Panel("Failed requests", {"failed": [float(sum(w.failures.values())) for w in windows]}),
        Panel("CPU cores", {name: [w.busy.get(name, 0.0) for w in windows] for name in names}),
    ]
    before = [0.0, *ends]
    marks = [
        (before[index - scaling.first], what)
        for index, what in scaling.run.world.figures.notes
        if 0 <= index - scaling.first < len(before)
    ]
    return draw("Autoscaling under load", times, panels, marks)


def _markdown(scaling: Scaling) -> str:
    spans, _ = _seconds(scaling)
    whole, world = together(spans), scaling.run.world
    ms = milliseconds(whole.requests)
    rows = "\n".join(
        f"| {name} | {one.least} to {one.most} | {_path(one)} | "
        f"{', '.join(scaling.flaws().get(name, [])) or 'as it should be'} |"
        for name, one in scaling.replicas.services.items()
    )
    closed = ", ".join(f"{count} × {why}" for why, count in world.closed.items()) or "none"
    problems = "\n".join(f"- {count} × {what}" for what, count in world.figures.problems.most_common(20))
    return f"""# Autoscaling under load

`make load-scaling` makes this page: the chart with [`tests/load/values.yaml`](../../tests/load/values.yaml) (small
maxima, short waiting times) on the cluster that KUBECONFIG names, driven through the ingress by virtual users, whose
generator shares its {machine()["cores"]} cores. More people with open connections raise realtime, what they do raises
api, and exports that they ask for raise worker; then nearly all go.

![load, pods, request times, errors and CPU over time](autoscaling.svg)

| service | pods | what the autoscaler made of it | |
| --- | --- | --- | --- |
{rows}

| | |
| --- | ---: |
| requests | {whole.requests.count:,} |
| failed, in any way | {scaling.failures} |
| request time: p50, p99 | {ms["p50"]:.0f} ms, {ms["p99"]:.0f} ms |
| messages acknowledged | {len(world.acknowledged):,} |
| events delivered | {whole.deliveries:,} |
| events or messages lost | {scaling.lost} |
| fetched by sync after a reconnect | {world.tally.caught_up:,} |
| missed by push while connected, fetched by sync | {world.tally.missed:,} |
| exports asked for | {len(scaling.exports.asked):,} |
| exports not made | {len(scaling.exports.unfinished)} |
| connections that the server closed | {closed} |
| told to come back later | {world.told_to_wait} |

{problems}
"""
