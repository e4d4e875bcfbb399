"""Who is connected: in Redis with a time to live, told only to those who look at that person.

`flack:presence:{user_id}` is a sorted set of the processes that hold a socket of that person, scored by when each entry
ends. Coming and going are told from inside the script that changes the set, so that watchers hear them in their order.
"""

import secrets
from collections import deque
from collections.abc import Callable
from itertools import groupby
from typing import Any

import gevent
from flack_contracts.streams import presence_room, room_channel
from flack_contracts.wire import packet_of
from flack_kit.logging import get_logger
from gevent.event import Event
from redis import Redis
from redis.exceptions import RedisError

from flack_realtime.fanout import FanoutManager
from flack_realtime.overload import Overload
from flack_realtime.sessions import Session, Sessions

log = get_logger(__name__)

_LIVES_SECONDS = 90
_REFRESH_SECONDS = 30.0
_GRACE_SECONDS = 5.0
WATCHED = 200
"""How many people one connection may look at."""
_BATCH = 100  # a millisecond of Redis
_GATHER_SECONDS = 0.05

# KEYS: the sets of some people. ARGV: now, this process, when its entries end ("0": it leaves), then for each set the
# channel and the packet to tell of a change, both empty where nobody is told. One call for many: packing and reading
# a call each costs this process ten times as much.
_CHANGE = """
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1])
  local before = redis.call('ZCARD', key)
  if ARGV[3] == '0' then redis.call('ZREM', key, ARGV[2]) else
    redis.call('ZADD', key, ARGV[3], ARGV[2])
    redis.call('EXPIREAT', key, math.floor(tonumber(ARGV[3])) + 1)
  end
  local after = redis.call('ZCARD', key)
  local channel, packet = ARGV[2 + 2 * i], ARGV[3 + 2 * i]
  if channel ~= '' and (before == 0) ~= (after == 0) then redis.call('PUBLISH', channel, packet) end
end
"""


class Presence:
    """Presence of the people of this process. Redis is asked in the background; whoever connects never waits for it."""

    def __init__(
        self,
        redis: "Redis",
        manager: FanoutManager,
        sessions: Sessions,
        overload: Overload,
        now: Callable[[], float],
    ) -> None:
        self._redis, self._manager, self._sessions = redis, manager, sessions
        self._overload, self._now = overload, now
        self._process = secrets.token_hex(8)
        self._script = redis.register_script(_CHANGE)
        self._changes: deque[tuple[int, bool]] = deque()
        self._going: deque[tuple[float, int]] = deque()
        self._wake = Event()

    def start(self) -> None:
        """Begin to tell Redis."""
        gevent.spawn(self._tell_forever)
        gevent.spawn(self._refresh_forever)

    def arrived(self, user_id: int) -> None:
        """A person's first socket is here."""
        self._change(user_id, True)

    def left(self, user_id: int) -> None:
        """A person's last socket here is gone. Told after a grace: a page that reloads is back before."""
        self._going.append((self._now() + _GRACE_SECONDS, user_id))

    def watch(self, session: Session, data: Any) -> dict[str, list[int]]:
        """`watch_presence {user_ids}`: look at these people and at nobody else; answers who is online."""
        asked = data.get("user_ids") if isinstance(data, dict) else None
        ids = frozenset(i for i in asked if isinstance(i, int)) if isinstance(asked, list) else frozenset()
        if len(ids) > WATCHED:
            return {"online": []}
        for user_id in session.watching - ids:
            self._manager.leave(session.client, presence_room(user_id))
        new = [presence_room(i) for i in ids - session.watching]
        for room in new:
            self._manager.enter(session.client, room)
        session.watching = ids
        self._manager.subscriptions.wait([self._manager.channel(room) for room in new], 2.0)
        return {"online": self.online(sorted(ids))}

    def online(self, user_ids: list[int]) -> list[int]:
        """Which of these people are connected anywhere. Nobody, where Redis is away."""
        if not user_ids:
            return []
        pipe = self._redis.pipeline(transaction=False)
        for user_id in user_ids:
            pipe.zcount(_key(user_id), self._now(), "+inf")
        try:
            return [user_id for user_id, count in zip(user_ids, pipe.execute(), strict=True) if count]
        except RedisError as error:
            log.warning("presence_unknown", reason=type(error).__name__)
            return []

    def flush(self) -> None:
        """Tell Redis now of everybody who has gone (before the process ends)."""
        self._take_gone(float("inf"))
        self._tell()

    def _change(self, user_id: int, here: bool) -> None:
        self._changes.append((user_id, here))
        self._wake.set()

    def _tell_forever(self) -> None:
        while True:
            if self._wake.wait(1.0):
                gevent.sleep(_GATHER_SECONDS)  # many who come at once become one pipeline
            self._wake.clear()
            self._take_gone(self._now())
            self._tell()

    def _take_gone(self, now: float) -> None:
        while self._going and self._going[0][0] <= now:
            user_id = self._going.popleft()[1]
            if not self._sessions.of(user_id):
                self._changes.append((user_id, False))

    def _tell(self) -> None:
        while self._changes:
            batch = [self._changes.popleft() for _ in range(min(_BATCH, len(self._changes)))]
            try:
                for here, changes in groupby(batch, key=lambda change: change[1]):
                    self._change_all([user_id for user_id, _ in changes], here)
            except RedisError as error:
                log.warning("presence_not_told", reason=type(error).__name__)
                return  # the next refresh tells of everybody who is here

    def _change_all(self, user_ids: list[int], here: bool) -> None:
        now, told = self._now(), not self._overload.sheds_presence
        arguments: list[Any] = [now, self._process, now + _LIVES_SECONDS if here else 0]
        for user_id in user_ids:
            packet = packet_of("presence", {"user_id": user_id, "online": here})
            arguments += (room_channel(presence_room(user_id)), packet) if told else ("", "")
        self._script(keys=[_key(user_id) for user_id in user_ids], args=arguments)

    def _refresh_forever(self) -> None:
        while True:
            gevent.sleep(_REFRESH_SECONDS)
            self._changes.extend((user_id, True) for user_id in self._sessions.users())
            self._wake.set()


def _key(user_id: int) -> str:
    return f"flack:presence:{user_id}"
