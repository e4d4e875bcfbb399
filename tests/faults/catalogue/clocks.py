"""Clocks that jump by an hour, as a node's does when somebody sets it: tokens, idempotency, presence, sweeps, relay."""

from ..installation import Installation
from .fault import Action, Fault, Story, broken

HOUR = 3600


def _jump(seconds: int, *names: str) -> Story:
    def shift(by: int) -> Action:
        def act(site: Installation) -> None:
            for name in names:
                site.set_clock(name, by)

        return act

    return broken(shift(seconds), shift(0))


def _fault(name: str, seconds: int, *names: str) -> Fault:
    return Fault(name, _jump(seconds, *names), hold=6, brief=3, needs_compiler=True)


FAULTS = [
    _fault("clock of one api an hour ahead", HOUR, "api-2"),
    _fault("clock of one api an hour behind", -HOUR, "api-2"),
    _fault("clock of one realtime an hour ahead", HOUR, "realtime-2"),
    _fault("clocks of beat and worker an hour ahead", HOUR, "beat", "worker"),
    _fault("clocks of beat and worker an hour behind", -HOUR, "beat", "worker"),
    _fault(
        "all clocks an hour ahead and back",
        HOUR,
        "api",
        "api-2",
        "realtime",
        "realtime-2",
        "web",
        "beat",
        "worker",
    ),
]
