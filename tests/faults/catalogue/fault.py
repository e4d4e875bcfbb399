"""What a fault is, and words to make one of."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..installation import Installation

Action = Callable[[Installation], None]
Story = Callable[[Installation, float], None]
"""Breaks something, leaves it broken for so many seconds, and mends it."""


@dataclass(frozen=True)
class Fault:
    """Something that breaks. `hold` is for how many seconds, `brief` the same where each fault is tried once only.

    `graceful`: an orderly end, during which not one request may fail.
    """

    name: str
    story: Story
    hold: float = 2.0
    brief: float | None = None
    graceful: bool = False
    needs_compiler: bool = False

    def happen(self, site: Installation, *, briefly: bool = False) -> None:
        """Let it happen, and be over."""
        self.story(site, self.hold if not briefly or self.brief is None else self.brief)


def broken(inject: Action, mend: Action) -> Story:
    """Inject, wait, mend: also where the waiting is interrupted."""

    def story(site: Installation, hold: float) -> None:
        inject(site)
        try:
            time.sleep(hold)
        finally:
            mend(site)

    return story


def each(*actions: Action) -> Action:
    """One after the other."""

    def act(site: Installation) -> None:
        for action in actions:
            action(site)

    return act


def kill(*names: str) -> Action:
    """KILL."""
    return each(*((lambda site, name=name: site.kill(name)) for name in names))


def stop(*names: str) -> Action:
    """TERM, and what follows from it."""
    return each(*((lambda site, name=name: site.stop(name)) for name in names))


def start(*names: str) -> Action:
    """Start, all at once, and wait until they are ready."""

    def act(site: Installation) -> None:
        for name in names:
            site.launch(name)
        for name in names:
            site.start(name)

    return act


def killed(*names: str) -> Story:
    """KILL and start again."""
    return broken(kill(*names), start(*names))


def stopped(*names: str) -> Story:
    """TERM and start again."""
    return broken(stop(*names), start(*names))


def frozen(*names: str) -> Story:
    """STOP and CONT: connections stay open and nothing is answered."""
    return broken(
        each(*((lambda site, name=name: site.suspend(name)) for name in names)),
        each(*((lambda site, name=name: site.resume(name)) for name in names)),
    )


def rolling(*names: str) -> Story:
    """Stop and start one process after the other, as a rolling update does."""

    def story(site: Installation, _hold: float) -> None:
        for name in names:
            site.restart(name)
            time.sleep(0.5)

    return story


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = 60) -> None:
    """Wait for a condition. Raises TimeoutError with `what`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)
