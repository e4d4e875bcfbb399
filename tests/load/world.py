"""What all virtual people share: the installation, the profile, the figures, and what was said."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .accounts import Accounts
from .figures import Figures
from .follower import Tally
from .http import Http
from .profile import Profile


@dataclass
class World:
    """One run."""

    http: Http
    profile: Profile
    accounts: Accounts
    figures: Figures
    tally: Tally
    run: str
    """Marks what this run says, so that nothing else is taken for it."""
    seed: int
    """With it everybody throws the same dice again, whatever `run` is."""
    pace: float = 1.0
    """How many times quicker than the profile everybody is."""
    acknowledged: set[int] = field(default_factory=set)
    """Ids of messages that api answered 201 for."""
    seen: set[int] = field(default_factory=set)
    """Ids of this run's messages that reached a connection."""
    reconnects: int = 0
    closed: dict[str, int] = field(default_factory=dict)
    """Connections that the server closed, by its reason."""
    told_to_wait: int = 0
    """Connections that were refused with `Retry-After`."""
    clock: Callable[[], float] = time.perf_counter

    def nonce(self) -> str:
        """A message's nonce: tells this run, and when it was sent."""
        return f"{self.run}-{self.clock():.6f}"

    def latency(self, nonce: str | None) -> float | None:
        """Seconds since a message with this nonce was sent, or None where it is not of this run."""
        if nonce is None or not nonce.startswith(self.run):
            return None
        return self.clock() - float(nonce[len(self.run) + 1 :])

    @property
    def unseen(self) -> set[int]:
        """Messages that were acknowledged and that nobody has seen yet."""
        return self.acknowledged - self.seen
