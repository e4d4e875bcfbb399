"""One run: people come, are at work while everything is measured, and go; then the reckoning."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil

from .crowd import Crowd
from .display import Display
from .figures import Span, connected_share, together
from .installation import LOOPBACK, Installation
from .limits import Held, judge
from .result import Result
from .search import Search
from .world import World

_RECENT = 5
_MINUTE = 60
_NOBODY_COMES_SECONDS = 60
_LAG_EVERY = 0.1
_IN_FLIGHT_SECONDS = 2.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@dataclass
class Run:
    """Drives the crowd and reads the clock. `stopping` ends it early, with a report all the same."""

    world: World
    crowd: Crowd
    display: Display
    installation: Installation | None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    doing: str = "people come"
    measured: list[Span] = field(default_factory=list)
    coming: list[Span] = field(default_factory=list)
    """What happened while people came or went, which is not judged."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    carried: str = ""
    carries: int = 0
    """How many people were confirmed to be carried."""
    cut_short: str = ""
    """How long was measured, where that was less than was wanted."""
    _began: float = 0.0
    _lag: float = 0.0
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def __aenter__(self) -> "Run":
        self._began = time.monotonic()
        self._tasks = [
            asyncio.create_task(work()) for work in (self._sample, self._feel_lag, self.crowd.keep)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.doing = "people go"
        await self.crowd.leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def steady(self, users: int, seconds: float) -> None:
        """So many people, and so many seconds of them. Raises Stopped."""
        await self._gather(users)
        self.world.figures.note("measured")
        self.doing = "measured"
        start = len(self.world.figures.spans)
        try:
            await self.wait(seconds)
        except Stopped:
            self.cut_short = f"stopped after {len(self.world.figures.spans) - start} of {seconds:.0f} s"
            raise
        finally:
            self.measured = self.world.figures.spans[start:]

    async def feedback(self, search: Search, seconds: float, prepare: Callable[[int], Any]) -> None:
        """Raise the number of people until a limit breaks, and find how many are carried. Raises Stopped."""
        self.carried = unconfirmed(self.steps)
        while search.stage != "done":
            users, stage = search.level, search.stage
            await prepare(users)
            await self._gather(users)
            search.judge(await self._try(users, stage, seconds * (2 if stage == "confirming" else 1)))
            self.carried = unconfirmed(self.steps)
        self.carries, self.carried = (
            search.carried,
            sentence(search, min(step["users"] for step in self.steps)),
        )

    async def _try(self, users: int, stage: str, seconds: float) -> bool:
        """Measure so many; returns whether the limits held. Raises Stopped, with what was measured kept."""
        self.doing = f"{stage} with {users:,}"
        self.world.figures.note(f"{users:,}")
        start = len(self.world.figures.spans)
        try:
            await self.wait(seconds)
        except Stopped:
            if self.world.figures.spans[start:]:
                self._keep(users, f"{stage}, stopped", self.world.figures.spans[start:], whole=False)
            raise
        return self._keep(users, stage, self.world.figures.spans[start:], whole=True)

    def _keep(self, users: int, stage: str, spans: list[Span], *, whole: bool) -> bool:
        """Note a step. The report is of the last whole one that held, or else the last whole one, or else this."""
        found_before = any(one["good"] and one["whole"] for one in self.steps)
        held, worst = self.judged(spans), self.worst_minute(spans)
        self.steps.append(step(users, stage, spans, held, worst) | {"whole": whole})
        good = bool(self.steps[-1]["good"])
        self.display.say(f"  {users:,} users ({stage}): {outcome(held, worst)}")
        if not self.measured or (whole and (good or not found_before)):
            self.measured = spans
        return good

    async def _gather(self, users: int) -> None:
        """Wait until so many are there and connected, and a little longer, so that their coming is not measured.

        Where they do not come nearer for a minute, those who are there are measured: the limit on how many must be
        connected breaks.
        """
        self.doing = "people come" if users >= self.crowd.wanted else "people go"
        self.crowd.wanted = users
        start = len(self.world.figures.spans)
        try:
            await self._come_to(users)
        finally:
            self.coming += self.world.figures.spans[start:]

    async def _come_to(self, users: int) -> None:
        nearest, since = users + 1, time.monotonic()
        while not self.crowd.settled and time.monotonic() - since < _NOBODY_COMES_SECONDS:
            missing = abs(users - self.crowd.connected)
            if missing < nearest:
                nearest, since = missing, time.monotonic()
            await self.wait(0.25)
        self.doing = "settling"
        await self.wait(5)

    async def wait(self, seconds: float) -> None:
        """Let time pass. Raises Stopped."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopped

    async def reckon(self) -> None:
        """Everybody stops, hears what is under way, and asks what was missed."""
        self.doing = "last check"
        self.world.figures.note("last check")
        await self.crowd.rest()
        await asyncio.sleep(_IN_FLIGHT_SECONDS)
        await self.crowd.check()

    def judged(self, spans: list[Span]) -> list[Held]:
        """The limits, over these spans."""
        span = together(spans)
        return judge(span, self.world.profile.limits, self.cpu_share(span), connected_share(spans))

    def worst_minute(self, spans: list[Span]) -> list[Held]:
        """Each limit in the minute in which it was worst; of less than a minute, all of it.

        A minute in which a few people happened to ask for nothing is no worse than another.
        """
        last = max(0, len(spans) - _MINUTE)
        minutes = [spans[at : at + _MINUTE] for at in (*range(0, last, 5), last)]
        asked = [minute for minute in minutes if any(span.requests.count for span in minute)]
        judged = [self.judged(minute) for minute in asked or minutes]
        return [max(column, key=lambda one: one.badness) for column in zip(*judged, strict=True)]

    def cpu_share(self, span: Span) -> float | None:
        """What the installation used of the cores that it could have had."""
        if self.installation is None or not span.busy:
            return None
        shared = any(name in self.world.http.url for name in LOOPBACK)
        return span.cores / (self.installation.cores - (span.generator if shared else 0.0))

    def result(self, title: str, profile_file: str) -> Result:
        """All that the report is made of."""
        world = self.world
        return Result(
            title=title, url=world.http.url, profile=world.profile, profile_file=profile_file, pace=world.pace,
            figures=world.figures, tally=world.tally, measured=self.measured, held=self.judged(self.measured),
            worst=self.worst_minute(self.measured), unseen=len(world.unseen), posted=len(world.acknowledged),
            reconnects=world.reconnects, told_to_wait=world.told_to_wait, closed=world.closed,
            installation=self.installation.description if self.installation else "its CPU cannot be read from here",
            cores=self.installation.cores if self.installation else 0.0, coming=self.coming,
            steps=self.steps, carried=self.carried, carries=self.carries, cut_short=self.cut_short,
        )  # fmt: skip

    async def _sample(self) -> None:
        """End a span every second, and show it."""
        me, cpu, machine = psutil.Process(), 0.0, _machine_seconds()
        at, due = time.monotonic(), time.monotonic()
        cpu = _own_seconds(me)
        while True:
            due += 1
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            busy = await self._busy()
            now, used, all_of = time.monotonic(), _own_seconds(me), _machine_seconds()
            seconds = now - at
            self.world.figures.close(
                seconds, users=len(self.crowd.people), connected=self.crowd.connected,
                wanted=self.crowd.wanted_connected, busy=busy,
                generator=(used - cpu) / seconds, machine=(all_of - machine) / seconds, lag=self._lag,
            )  # fmt: skip
            at, cpu, machine, self._lag = now, used, all_of, 0.0
            recent = together(self.world.figures.spans[-_RECENT:])
            self.display.tick(self.doing, now - self._began, recent, self.crowd.wanted)

    async def _busy(self) -> dict[str, float]:
        if self.installation is None:
            return {}
        try:
            return await self.installation.used()
        except Exception as error:  # a metrics API that is away for a moment ends no run
            self.world.figures.problems[f"CPU not read: {type(error).__name__}"] += 1
            return {}

    async def _feel_lag(self) -> None:
        """Notice when our own loop is late: then what we measure is our own slowness."""
        while True:
            due = time.monotonic() + _LAG_EVERY
            await asyncio.sleep(_LAG_EVERY)
            self._lag = max(self._lag, time.monotonic() - due)


def _own_seconds(me: psutil.Process) -> float:
    times = me.cpu_times()
    return float(times.user + times.system)


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def step(users: int, stage: str, spans: list[Span], held: list[Held], worst: list[Held]) -> dict[str, Any]:
    """A line of what was tried. It is good where its worst minute was, too."""
    span = together(spans)
    _, mean, p99, unavailable, cpu, connected = (one.found for one in held)
    return {
        "users": users, "stage": stage, "good": all(one.good for one in (*held, *worst)),
        "mean_ms": mean, "p99_ms": p99, "requests_per_second": span.requests.count / max(span.seconds, 1e-9),
        "unavailable_percent": unavailable, "cpu_percent": cpu, "connected_percent": connected,
        "generator_cores": span.generator,
        "broken": [
            one.what if not one.good else f"{one.what} (worst minute {most.said})"
            for one, most in zip(held, worst, strict=True) if not (one.good and most.good)
        ],
    }  # fmt: skip


def outcome(held: list[Held], worst: list[Held]) -> str:
    """What broke, over the whole time or else in its worst minute, in words."""
    broken = [
        str(one) if not one.good else f"{most} in the worst minute"
        for one, most in zip(held, worst, strict=True)
        if not (one.good and most.good)
    ]
    return "; ".join(broken) or "every limit held"


def sentence(search: Search, least: int) -> str:
    """What a search has found; `least` is the smallest number that it tried."""
    if search.at_most:
        return f"The installation carries at least {search.carried:,} users, the most that were tried"
    if search.carried:
        return f"The installation carries {search.carried:,} users"
    return f"The installation does not carry {least:,} users within the limits"


def unconfirmed(steps: list[dict[str, Any]]) -> str:
    """What a search has found that was stopped: the most that held, as far as each number's last whole step tells."""
    ended = {one["users"]: one["good"] for one in steps if one["whole"]}
    held = max((users for users, good in ended.items() if good), default=0)
    found = f"{held:,} held" if held else "none held" if ended else "no step had ended"
    return f"Stopped before a number was confirmed; {found}"


def raise_file_limit(wanted: int) -> None:
    """Let this process open so many files, as far as the system allows."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))


def seed() -> int:
    """A seed to print."""
    return int.from_bytes(os.urandom(4), "big")
