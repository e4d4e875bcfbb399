"""The loop of deliveries: straight to sockets, and behind what waits for those that are behind."""

import _socket
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import gevent
import pytest
from flack_realtime.fanout import delivery
from flack_realtime.fanout.delivery import Routes, deliver_along

FRAME = b"\x81\x05hello"


class Peer:
    """A recipient whose socket is real, and what it was told."""

    def __init__(self, *, straight: bool = True) -> None:
        ours, self.theirs = socket.socketpair()
        self.sock = _socket.socket(fileno=ours.detach())
        self.sock.setblocking(False)
        self.direct = self.sock if straight else None
        self.write: Callable[[bytes], int] = self.sock.send if straight else self._queue
        self.queued: list[bytes] = []
        self.spilled: list[tuple[bytes, int]] = []
        self.gone = 0

    def _queue(self, frame: bytes) -> int:
        self.queued.append(frame)
        return len(frame)

    def fall_behind(self) -> None:
        """From now on what comes is queued."""
        self.direct, self.write = None, self._queue

    def fill(self) -> None:
        """Until the kernel takes no more."""
        with pytest.raises(BlockingIOError):
            while True:
                self.sock.send(b"x" * 65_536)

    def read(self) -> bytes:
        self.theirs.setblocking(False)
        try:
            return self.theirs.recv(1_000)
        except BlockingIOError:
            return b""

    def spill(self, frame: bytes, sent: int) -> None:
        self.spilled.append((frame, sent))

    def close_with(self, reason: str, code: int) -> None:
        raise AssertionError(reason)

    def lost(self) -> None:
        self.gone += 1

    def left(self) -> None:
        """Nobody is on it any more."""

    def close(self) -> None:
        self.sock.close()
        self.theirs.close()


@pytest.fixture
def peers() -> Iterator[list[Peer]]:
    made = [Peer() for _ in range(5)]
    yield made
    for peer in made:
        peer.close()


def test_every_socket_is_sent_the_frame(peers: list[Peer]) -> None:
    deliver_along(Routes(peers), FRAME)
    assert [peer.read() for peer in peers] == [FRAME] * 5


def test_who_has_no_socket_of_their_own_is_written_to_as_well(peers: list[Peer]) -> None:
    with closing(Peer(straight=False)) as behind:
        routes = Routes([*peers[:2], behind, *peers[2:]])
        assert len(routes) == 6
        deliver_along(routes, FRAME)
        assert behind.queued == [FRAME]
        assert behind.read() == b""
    assert [peer.read() for peer in peers] == [FRAME] * 5


def test_who_is_full_keeps_the_frame_and_holds_nobody_up(peers: list[Peer]) -> None:
    peers[1].fill()
    deliver_along(Routes(peers), FRAME)
    assert [peer.spilled for peer in peers] == [[], [(FRAME, 0)], [], [], []]
    assert [peer.read() for peer in (peers[0], *peers[2:])] == [FRAME] * 4


def test_of_a_frame_that_fits_in_part_the_rest_is_kept(peers: list[Peer]) -> None:
    large = b"x" * 4_000_000
    deliver_along(Routes(peers), large)
    for peer in peers:
        ((frame, sent),) = peer.spilled
        assert frame is large and 0 < sent < len(large)


def test_who_is_gone_is_told_so_and_nobody_else(peers: list[Peer]) -> None:
    peers[3].sock.close()
    deliver_along(Routes(peers), FRAME)
    assert [peer.gone for peer in peers] == [0, 0, 0, 1, 0]
    assert peers[4].read() == FRAME


def test_who_falls_behind_between_two_slices_is_not_overtaken(
    peers: list[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLICE", 2)
    routes = Routes(peers)

    def another_message() -> None:
        peers[4].fall_behind()
        routes.stale = True  # as `Room.changed` does

    gevent.spawn(another_message)
    deliver_along(routes, FRAME)
    assert [peer.read() for peer in peers] == [FRAME] * 4 + [b""]
    assert peers[4].queued == [FRAME]


def test_a_socket_closed_between_two_slices_takes_no_stranger_s_place(
    peers: list[Peer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLICE", 2)
    stranger: list[Peer] = []

    def somebody_else_comes() -> None:
        peers[4].sock.close()
        stranger.append(Peer())  # on the same descriptor

    descriptor = peers[4].sock.fileno()
    gevent.spawn(somebody_else_comes)
    deliver_along(Routes(peers), FRAME)
    with closing(stranger[0]) as other:
        assert other.sock.fileno() == descriptor
        assert other.read() == b""
    assert peers[4].gone == 1
