"""The loop that everything here exists for: the same bytes to many sockets, without waiting for any."""

import _socket
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import gevent

SLICE = 1024
"""After how many sends others get their turn: about eight milliseconds of one core."""

# A timer is up at the loop's next turn. `sleep(0)` would go to the end of the queue of greenlets that are ready to run,
# which thousands of new connections make long: those who are here would wait seconds for their message.
NEXT_TURN = 0.0001


class Recipient(Protocol):
    """Where frames go: a WebSocket connection or a long-polling client."""

    @property
    def direct(self) -> _socket.socket | None:
        """The socket that may be written to straight, while nothing has to go before; None for all others."""

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


class Routes:
    """The recipients of a room, sorted by the way to them once and for many messages.

    What is walked for each message is a list of plain sockets: with a thousand of them, everything else that is touched
    for each has to come from memory again. `stale` is set as soon as somebody came, went or is reached another way.
    """

    __slots__ = ("direct", "others", "owners", "stale")

    def __init__(self, recipients: Iterable[Recipient]) -> None:
        self.direct: list[_socket.socket] = []
        self.owners: list[Recipient] = []  # of the sockets, in their order
        self.others: list[Recipient] = []
        self.stale = False
        for recipient in recipients:
            sock = recipient.direct
            if sock is None:
                self.others.append(recipient)
            else:
                self.direct.append(sock)
                self.owners.append(recipient)

    def __len__(self) -> int:
        return len(self.owners) + len(self.others)


def deliver_along(routes: Routes, frame: bytes) -> None:
    """Write a frame to each recipient of a room. Yields between slices, as `deliver`."""
    for start in range(0, len(routes.direct), SLICE):
        if start:
            gevent.sleep(NEXT_TURN)
        part = slice(start, start + SLICE)
        if routes.stale:  # somebody may have a queue by now, which nothing may overtake
            _write(routes.owners[part], frame)
        else:
            _send(routes.direct[part], routes.owners[part], frame)
    if routes.others:
        deliver(routes.others, frame)


def deliver(recipients: Sequence[Recipient], frame: bytes) -> None:
    """Write a frame to each recipient. Must not run in the event loop itself: it yields between slices."""
    if len(recipients) <= SLICE:
        _write(recipients, frame)
        return
    for start in range(0, len(recipients), SLICE):
        _write(recipients[start : start + SLICE], frame)
        gevent.sleep(NEXT_TURN)


def _send(sockets: Sequence[_socket.socket], owners: Sequence[Recipient], frame: bytes) -> None:
    size, send = len(frame), _socket.socket.send
    for sock in sockets:
        try:
            sent = send(sock, frame)
        except BlockingIOError:
            owners[sockets.index(sock)].spill(frame, 0)
        except OSError:
            owners[sockets.index(sock)].lost()
        else:
            if sent != size:
                owners[sockets.index(sock)].spill(frame, sent)


def _write(recipients: Sequence[Recipient], frame: bytes) -> None:
    size = len(frame)
    for recipient in recipients:
        try:
            sent = recipient.write(frame)
        except BlockingIOError:
            recipient.spill(frame, 0)
        except OSError:
            recipient.lost()
        else:
            if sent != size:
                recipient.spill(frame, sent)
