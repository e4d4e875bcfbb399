"""The loop that everything here exists for: the same bytes to many sockets, without waiting for any."""

from collections.abc import Callable, Sequence
from typing import Protocol

import gevent

SLICE = 1024
"""After how many sends others get their turn: about eight milliseconds of one core."""

# A timer is up at the loop's next turn. `sleep(0)` would go to the end of the queue of greenlets that are ready to run,
# which thousands of new connections make long: those who are here would wait seconds for their message.
NEXT_TURN = 0.0001


class Recipient(Protocol):
    """Where frames go: a WebSocket connection or a long-polling client."""

    write: Callable[[bytes], int]
    """Takes a frame and answers how much of it went out; raises BlockingIOError where nothing could."""

    def spill(self, frame: bytes, sent: int) -> None:
        """Keep the rest of a frame that was not taken whole."""

    def close_with(self, reason: str, code: int) -> None:
        """Close and tell why."""

    def lost(self) -> None:
        """Writing failed: the peer is gone."""

    def left(self) -> None:
        """No client of any namespace is left on it."""


def deliver(recipients: Sequence[Recipient], frame: bytes) -> None:
    """Write a frame to each recipient. Must not run in the event loop itself: it yields between slices."""
    if len(recipients) <= SLICE:
        _write(recipients, frame)
        return
    for start in range(0, len(recipients), SLICE):
        _write(recipients[start : start + SLICE], frame)
        gevent.sleep(NEXT_TURN)


def _write(recipients: Sequence[Recipient], frame: bytes) -> None:
    size = len(frame)
    for recipient in recipients:
        # In a line of its own: Python 3.11 specializes attributes, but not calls of slots.
        write = recipient.write
        try:
            sent = write(frame)
        except BlockingIOError:
            recipient.spill(frame, 0)
        except OSError:
            recipient.lost()
        else:
            if sent != size:
                recipient.spill(frame, sent)
