"""One Redis connection that hears the channels somebody here wants, and only those.

Changes of one turn of the loop become one command. After a lost connection everything wanted is subscribed again in one
pipeline, and then `on_restored` is told: messages in between are gone, Redis keeps none.
"""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from gevent.event import Event
from redis import ConnectionPool
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_PING_SECONDS = 5.0
_LONGEST_PAUSE = 2.0
_CHANNELS_A_COMMAND = 1000


def redis_connector(url: str) -> Callable[[], Any]:
    """Makes redis-py connections for `Subscriptions`: RESP 2, and dead when silent for three pings."""
    pool = ConnectionPool.from_url(
        url, protocol=2, socket_connect_timeout=2, socket_timeout=3 * _PING_SECONDS, health_check_interval=0
    )
    make: Callable[[], Any] = pool.make_connection
    return make


class Subscriptions:
    """Reference-counted subscriptions. `connect` answers a new connection, as `redis_connector` makes them."""

    def __init__(
        self,
        connect: Callable[[], Any],
        on_message: Callable[[bytes, bytes], None],
        on_restored: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect, self._on_message, self._on_restored = connect, on_message, on_restored
        self._counts: dict[bytes, int] = {}
        self._asked: set[bytes] = set()  # subscribed, or told to, on this connection
        self._changed: set[bytes] = set()
        self._pending: dict[bytes, Event] = {}  # asked, answer not yet read
        self._expected: deque[tuple[list[bytes], Event] | None] = (
            deque()
        )  # one a channel; a batch at its last
        self._wake = Event()
        self._connection: Any = None
        self._restored: Event | None = None
        self._greenlets: list[gevent.Greenlet] = []
        self._lost = False
        self.ever_up = False
        """Whether Redis was ever there."""

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return bool(self._greenlets)

    @property
    def up(self) -> bool:
        """Whether Redis is there."""
        return self._connection is not None

    def __len__(self) -> int:
        return len(self._counts)

    def start(self) -> None:
        """Connect and keep connected."""
        if not self._greenlets:
            self._greenlets = [gevent.spawn(self._read_forever), gevent.spawn(self._write_forever)]

    def stop(self) -> None:
        """End both greenlets."""
        gevent.killall(self._greenlets)
        self._drop()

    def acquire(self, channel: bytes) -> None:
        """Want a channel once more."""
        self._counts[channel] = self._counts.get(channel, 0) + 1
        if channel not in self._asked:
            self._changed.add(channel)
            self._wake.set()

    def release(self, channel: bytes) -> None:
        """Want a channel once less; the last one unsubscribes."""
        left = self._counts[channel] - 1
        if left:
            self._counts[channel] = left
        else:
            del self._counts[channel]
            self._changed.add(channel)
            self._wake.set()

    def wait(self, channels: Iterable[bytes], seconds: float) -> bool:
        """Block until these channels are subscribed for sure; False if that took too long or Redis is away."""
        with gevent.Timeout(seconds, False):
            while True:
                missing = [channel for channel in channels if not self._confirmed(channel)]
                if not missing:
                    return True
                event = self._pending.get(missing[-1])
                if event is None:
                    gevent.sleep(0.001 if self.up else 0.05)
                else:
                    event.wait()
        return False

    def _confirmed(self, channel: bytes) -> bool:
        return channel in self._asked and channel not in self._pending

    # --- writing: only this greenlet writes, so that commands never mix ----------------------------------------

    def _write_forever(self) -> None:
        while True:
            due = not self._wake.wait(_PING_SECONDS)
            self._wake.clear()
            connection = self._connection
            if connection is None:
                continue
            try:
                commands = self._commands(connection)
                if due:
                    commands.append(connection.pack_command("PING"))
                for command in commands:
                    connection.send_packed_command(command, check_health=False)
            except (RedisError, OSError):
                connection.disconnect()  # the reader finds out and reconnects

    def _commands(self, connection: Any) -> list[Any]:
        changed, self._changed = self._changed, set()
        wanted = [channel for channel in changed if channel in self._counts and channel not in self._asked]
        unwanted = [channel for channel in changed if channel not in self._counts and channel in self._asked]
        self._asked.difference_update(unwanted)
        commands = [connection.pack_command("UNSUBSCRIBE", *part) for part in _parts(unwanted)]
        for part in _parts(wanted):
            event = Event()
            self._asked.update(part)
            self._pending.update(dict.fromkeys(part, event))
            self._expected.extend([None] * (len(part) - 1))
            self._expected.append((part, event))
            commands.append(connection.pack_command("SUBSCRIBE", *part))
        return commands

    # --- reading ------------------------------------------------------------------------------------------------

    def _read_forever(self) -> None:
        pause = 0.05
        while True:
            try:
                connection = self._connect()
                connection.connect()
                self._begin(connection)
                pause = 0.05
                while True:
                    self._dispatch(connection.read_response())
            except (RedisError, OSError) as error:
                log.warning("redis subscription lost: %s: %s", type(error).__name__, error)
            self._lost = True
            self._drop()
            gevent.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _begin(self, connection: Any) -> None:
        self._asked.clear()
        self._changed = set(self._counts)
        self._connection = connection
        self.ever_up = True
        self._wake.set()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
        for event in self._pending.values():
            event.set()
        self._pending.clear()
        self._expected.clear()
        self._asked.clear()

    def _dispatch(self, reply: Any) -> None:
        kind = reply[0] if isinstance(reply, list) else reply
        if kind == b"message":
            try:
                self._on_message(reply[1], reply[2])
            except Exception:  # one message that cannot be handled must not silence the others
                log.exception("a published message could not be handled")
        elif kind == b"subscribe":
            batch = self._expected.popleft() if self._expected else None
            if batch is not None:
                self._confirm(*batch)
            if self._lost and not self._expected and not self._changed:
                self._lost = False
                gevent.spawn(self._on_restored)

    def _confirm(self, channels: list[bytes], event: Event) -> None:
        for channel in channels:
            if self._pending.get(channel) is event:
                del self._pending[channel]
        event.set()


def _parts(channels: list[bytes]) -> list[list[bytes]]:
    return [channels[at : at + _CHANNELS_A_COMMAND] for at in range(0, len(channels), _CHANNELS_A_COMMAND)]
