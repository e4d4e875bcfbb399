"""How late the event loop runs, and what is therefore left undone: typing first, then presence, then new sockets.

Messages are never left out.
"""

from time import monotonic

import gevent

_EVERY_SECONDS = 0.25
_TYPING_LAG, _PRESENCE_LAG, _CONNECT_LAG = 0.25, 0.5, 1.0


class Overload:
    """Measures by how much a short sleep overshoots, and how long a greenlet then waits until it is its turn.

    `lag` falls slowly, so that it does not flutter.
    """

    def __init__(self) -> None:
        self.lag = 0.0
        self.longest = 0.0
        """The longest pause since it was last read by `take_longest`."""

    def start(self) -> None:
        """Begin to measure."""
        gevent.spawn(self._measure)

    @property
    def sheds_typing(self) -> bool:
        """Whether typing is dropped."""
        return self.lag > _TYPING_LAG

    @property
    def sheds_presence(self) -> bool:
        """Whether changes of presence are not told."""
        return self.lag > _PRESENCE_LAG

    @property
    def sheds_connects(self) -> bool:
        """Whether new sockets are turned away."""
        return self.lag > _CONNECT_LAG

    def take_longest(self) -> float:
        """The longest pause since the last call, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest

    def _measure(self) -> None:
        while True:
            before = monotonic()
            gevent.sleep(_EVERY_SECONDS)
            gevent.sleep(0)  # behind all greenlets that are ready
            late = max(0.0, monotonic() - before - _EVERY_SECONDS)
            self.longest = max(self.longest, late)
            self.lag = max(late, self.lag * 0.8)
