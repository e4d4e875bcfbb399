"""The faults that a process is enough for, each as what breaks, for how long, and how it is mended.

`make test` injects each once; `python -m tests.faults --times 10` makes the table of docs/reliability.md.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flack_local.stack import Stack

Action = Callable[[Stack], None]


@dataclass(frozen=True)
class Fault:
    """Something that breaks. `hold` is how many seconds it stays broken before it is mended."""

    name: str
    inject: Action
    mend: Action
    hold: float = 2.0


def _each(*actions: Action) -> Action:
    def run(stack: Stack) -> None:
        for action in actions:
            action(stack)

    return run


def _kill(name: str) -> Action:
    return lambda stack: stack.kill(name)


def _stop(name: str) -> Action:
    return lambda stack: stack.stop(name)


def _start(name: str) -> Action:
    return lambda stack: stack.start(name)


def _suspend(name: str) -> Action:
    return lambda stack: stack.suspend(name)


def _resume(name: str) -> Action:
    return lambda stack: stack.resume(name)


def _nothing(_stack: Stack) -> None:
    """Nothing to mend."""


def _rolling(*names: str) -> Action:
    """Stop and start one process after the other, as a rolling update does."""

    def run(stack: Stack) -> None:
        for name in names:
            stack.stop(name)
            stack.start(name)
            time.sleep(0.5)

    return run


FAULTS = [
    Fault("api killed (one of two)", _kill("api-2"), _start("api-2")),
    Fault("api killed (both)", _each(_kill("api"), _kill("api-2")), _each(_start("api"), _start("api-2"))),
    Fault("api told to stop, one after the other", _rolling("api", "api-2"), _nothing, hold=0),
    Fault("api frozen (one of two)", _suspend("api-2"), _resume("api-2"), hold=5),
    Fault("realtime killed (one of two)", _kill("realtime-2"), _start("realtime-2")),
    Fault("realtime killed (both)", _each(_kill("realtime"), _kill("realtime-2")),
          _each(_start("realtime"), _start("realtime-2"))),
    Fault("realtime told to stop, one after the other", _rolling("realtime", "realtime-2"), _nothing, hold=0),
    Fault("realtime frozen (one of two)", _suspend("realtime-2"), _resume("realtime-2"), hold=5),
    Fault("web killed", _kill("web"), _start("web")),
    Fault("worker killed", _kill("worker"), _start("worker")),
    Fault("worker told to stop", _stop("worker"), _start("worker"), hold=0),
    Fault("beat and relay killed", _kill("beat"), _start("beat")),
    Fault("ingress killed", _kill("traefik"), _start("traefik")),
    Fault("Redis killed, back empty", _kill("redis"), _start("redis"), hold=3),
    Fault("Redis stopped and started", _stop("redis"), _start("redis"), hold=1),
    Fault("Redis frozen for 10 s", _suspend("redis"), _resume("redis"), hold=10),
    Fault("Redis and relay away, api killed before publishing", _each(_kill("redis"), _kill("beat")),
          _each(_kill("api"), _start("redis"), _start("api"), _start("beat")), hold=2),
    Fault("PostgreSQL killed", _kill("postgres"), _start("postgres")),
    Fault("PostgreSQL restarted", _stop("postgres"), _start("postgres"), hold=0),
    Fault("PostgreSQL frozen for 5 s", _suspend("postgres"), _resume("postgres"), hold=5),
    Fault("both databases killed", _each(_kill("redis"), _kill("postgres")),
          _each(_start("postgres"), _start("redis"))),
    Fault("everything but the databases killed",
          _each(*(_kill(name) for name in ("api", "api-2", "realtime", "realtime-2", "web", "worker", "beat"))),
          _each(*(_start(name) for name in ("api", "api-2", "realtime", "realtime-2", "web", "worker", "beat")))),
]  # fmt: skip
"""At least twenty, so that each promise of the design is broken at more than one place."""
