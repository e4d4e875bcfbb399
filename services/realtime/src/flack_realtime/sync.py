"""What makes a client call sync: the digest of heads, and the news that Redis was away."""

from collections import deque
from time import monotonic

import gevent
import orjson
from flack_contracts.wire import packet_of
from flack_kit.logging import get_logger

from flack_realtime.api import ApiAway
from flack_realtime.fanout import Client, FanoutManager, frames
from flack_realtime.members import Members
from flack_realtime.memberships import Memberships
from flack_realtime.sessions import Sessions

log = get_logger(__name__)

_GAP = packet_of("gap", {})
_GAPS_A_SLICE, _SLICE_SECONDS = 500, 0.25  # 2,000 sockets a second: all of them sync at once otherwise
_CHECKERS = 8
_CHECKS = 4
"""How often api is asked again about a person, after 1, 2, 4 and 8 s."""


class Sync:
    """Tells sockets how far their streams are."""

    def __init__(
        self,
        manager: FanoutManager,
        sessions: Sessions,
        memberships: Memberships,
        members: Members,
    ) -> None:
        self._manager, self._sessions = manager, sessions
        self._memberships, self._members = memberships, members
        self._waiting: deque[tuple[int, int, float]] = deque()

    def heads(self, streams: dict[str, int]) -> None:
        """Tell each socket the newest seq of its streams among these, in one packet."""
        parts: dict[Client, list[bytes]] = {}
        for stream, seq in streams.items():
            self._memberships.advance(stream, seq)
            room = self._manager.index.rooms.get(stream)
            if room is not None:
                part = orjson.dumps(stream) + b":%d" % seq
                for client in room.clients:
                    parts.setdefault(client, []).append(part)
        for number, (client, mine) in enumerate(parts.items()):
            self._manager.send(client, b'42["heads",{"streams":{' + b",".join(mine) + b"}}]")
            if number % 256 == 255:
                gevent.sleep(0)

    def restored(self) -> None:
        """Redis was away and is back: events may have been missed, by clients and by us."""
        log.warning("redis_restored", users=len(self._sessions.users()))
        self._memberships.forget_all()
        gevent.spawn(self._announce)
        self._waiting.clear()  # whoever was still to be checked since an earlier time is now
        waiting = self._waiting = deque((user_id, 0, 0.0) for user_id in self._sessions.users())
        for _ in range(_CHECKERS):
            gevent.spawn(self._check, waiting)

    def _announce(self) -> None:
        clients = list(self._manager.index.clients.values())
        for start in range(0, len(clients), _GAPS_A_SLICE):
            self._manager.send_to(clients[start : start + _GAPS_A_SLICE], _GAP)
            gevent.sleep(_SLICE_SECONDS)

    def _check(self, waiting: deque[tuple[int, int, float]]) -> None:
        # Who was removed from a channel meanwhile must not go on to listen (`Ended` looks for who was signed out). When
        # all sync at once api may have too much to do: it is asked again, and whoever cannot be checked has to connect
        # anew.
        while waiting:
            user_id, tries, due = waiting.popleft()
            if due > monotonic():  # all who come first have been asked about
                gevent.sleep(due - monotonic())
            try:
                self._members.check(user_id)
            except ApiAway as error:
                if tries < _CHECKS:
                    waiting.append((user_id, tries + 1, monotonic() + 2.0**tries))
                    continue
                log.warning("check_failed", user_id=user_id, reason=str(error))
                for session in self._sessions.of(user_id):
                    session.client.link.close_with("unavailable", frames.TRY_AGAIN_LATER)
