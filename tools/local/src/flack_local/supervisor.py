"""Keeping a stack alive until it is told to end."""

import threading
import time
from dataclasses import dataclass

from flack_local.stack import Stack

SHORTEST, LONGEST = 0.5, 30.0  # seconds before a child that ended is started again
STEADY = 60.0  # a child that ran this long may fail anew without waiting


@dataclass
class History:
    """When a child was last started, how long to wait next time, and when to start it."""

    started: float
    delay: float = SHORTEST
    due: float | None = None


def supervise(stack: Stack, end: threading.Event) -> None:
    """Start again what ends by itself, with growing pauses, until `end` is set."""
    histories = {name: History(time.monotonic()) for name in stack.children}
    while not end.wait(0.2):
        for name, history in histories.items():
            _look_after(stack, name, history, time.monotonic())


def _look_after(stack: Stack, name: str, history: History, now: float) -> None:
    child = stack.children[name]
    if child.running:
        if now - history.started > STEADY:
            history.delay = SHORTEST
        return
    if history.due is None:
        history.due = now + history.delay
        title = f"{name} ended with status {child.exit_status}; it starts again in {history.delay:g} s"
        stack.console.failure(f"{title} ({child.log})", child.tail())
        history.delay = min(LONGEST, history.delay * 2)
    elif now >= history.due:
        stack.launch(name)
        history.started, history.due = now, None
        stack.console.step(f"{name} was started again")
