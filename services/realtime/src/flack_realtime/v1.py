"""Clients of the original API: no sign-in when they connect; a token comes with each event instead.

A socket is tied to the person of its latest accepted event. When a person's last tied socket closes, in whichever
process, api is told; which are tied is counted in Redis (`flack:v1:tied:{user_id}`, by socket, with a time to live).
"""

from collections.abc import Callable
from typing import Any

import gevent
from flack_contracts.streams import V1_ROOM
from flack_contracts.wire import packet_of
from flack_kit.logging import get_logger
from redis import Redis
from redis.exceptions import RedisError

from flack_realtime.api import ApiAway, InternalApi
from flack_realtime.fanout import FanoutManager
from flack_realtime.sessions import Session

log = get_logger(__name__)

EVENTS = ("ping_user", "post_message")
_LIVES_SECONDS = 90
_REFRESH_SECONDS = 30.0
_SUBSCRIBED_SECONDS = 2.0
_KEPT = 100
_EXPIRED_TOKEN = packet_of("expired_token")

# KEYS: the set of a person's tied sockets. ARGV: now, socket. Answers how many are left.
_UNTIE = """
redis.call('ZREM', KEYS[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
return redis.call('ZCARD', KEYS[1])
"""


class V1:
    """v1's events and the sockets that are tied to somebody."""

    def __init__(
        self,
        manager: FanoutManager,
        api: InternalApi,
        redis: "Redis",
        now: Callable[[], float],
        *,
        anonymous_read: bool,
    ) -> None:
        self._manager, self._api, self._redis, self._now = manager, api, redis, now
        self._anonymous_read = anonymous_read
        self._untie = redis.register_script(_UNTIE)
        self._tied: dict[Session, int] = {}
        self._asking: dict[Session, list[bytes]] = {}
        self.connections = 0
        """How many sockets came without an access token."""

    def start(self) -> None:
        """Keep the entries of this process's sockets alive."""
        gevent.spawn(self._refresh_forever)

    def connected(self, session: Session) -> None:
        """A v1 client is here. From its first event on nothing must be missed, so the room is heard from now on."""
        channel = self._manager.channel(V1_ROOM)
        self._manager.subscriptions.acquire(channel)
        session.hears_v1 = True
        self.connections += 1
        if self._anonymous_read:
            self._manager.enter(session.client, V1_ROOM)
        self._manager.subscriptions.wait([channel], _SUBSCRIBED_SECONDS)

    def heard(self, payload: bytes) -> None:
        """Something was pushed to v1's room: keep it for those whom api is being asked about."""
        for kept in self._asking.values():
            if len(kept) < _KEPT:
                kept.append(payload)

    def event(self, session: Session, name: str, arguments: list[Any]) -> None:
        """`ping_user token`, `post_message {source} token`. Raises ApiAway: then it was not taken.

        A stranger's first message may be pushed before api's answer is here: it is kept, and theirs once they are in.
        """
        outside = all(room.name != V1_ROOM for room in session.client.rooms)
        kept: list[bytes] = []
        if outside:
            self._asking[session] = kept
        try:
            answer = self._api.v1_event(name, arguments)
        finally:
            self._asking.pop(session, None)
        if answer.outcome == "accepted" and answer.user_id is not None:
            self._manager.enter(session.client, V1_ROOM)
            for payload in kept:
                self._manager.send(session.client, payload)
            self._tie(session, answer.user_id)
        elif answer.outcome == "expired_token":
            self._leave(session)
            session.v1_user_id = None
            if not self._anonymous_read:
                self._manager.leave(session.client, V1_ROOM)
            self._manager.send(session.client, _EXPIRED_TOKEN)

    def signed_out(self, user_id: int) -> None:
        """A person's tokens were revoked. Where strangers may not read, their sockets read no more until they say
        something with a new token; they stay tied, as the original's did."""
        if self._anonymous_read:
            return
        for session in [session for session, tied in self._tied.items() if tied == user_id]:
            self._manager.leave(session.client, V1_ROOM)
            self._manager.send(session.client, _EXPIRED_TOKEN)

    def disconnected(self, session: Session) -> None:
        """A v1 client has gone; if it was the last one tied to a person, they are offline."""
        if session.hears_v1:
            session.hears_v1 = False
            self.connections -= 1
            self._manager.subscriptions.release(self._manager.channel(V1_ROOM))
        user_id = session.v1_user_id
        if user_id is None:
            return
        try:
            if self._leave(session) == 0:
                self._api.v1_offline(user_id)
        except ApiAway as error:
            log.warning("v1_offline_not_told", user_id=user_id, reason=str(error))  # api's own sweep finds it

    def _tie(self, session: Session, user_id: int) -> None:
        if session.v1_user_id not in (None, user_id):
            self._leave(session)
        session.v1_user_id = user_id
        self._tied[session] = user_id
        self._remember({session: user_id})

    def _leave(self, session: Session) -> int:
        """Untie a socket; answers how many of the person's are left, 1 where Redis cannot say."""
        user_id = self._tied.pop(session, None)
        if user_id is None:
            return 1
        try:
            return int(self._untie(keys=[_key(user_id)], args=[self._now(), session.client.sid]))
        except RedisError as error:
            log.warning("v1_untie_failed", reason=type(error).__name__)
            return 1

    def _remember(self, tied: dict[Session, int]) -> None:
        ends = self._now() + _LIVES_SECONDS
        pipe = self._redis.pipeline(transaction=False)
        for session, user_id in tied.items():
            pipe.zadd(_key(user_id), {session.client.sid: ends})
            pipe.expire(_key(user_id), _LIVES_SECONDS)
        try:
            pipe.execute()
        except RedisError as error:
            log.warning("v1_tie_failed", reason=type(error).__name__)  # the next refresh repeats it

    def _refresh_forever(self) -> None:
        while True:
            gevent.sleep(_REFRESH_SECONDS)
            if self._tied:
                self._remember(dict(self._tied))


def _key(user_id: int) -> str:
    return f"flack:v1:tied:{user_id}"
