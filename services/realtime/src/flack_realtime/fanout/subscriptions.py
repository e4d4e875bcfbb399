"""One Redis connection that hears the channels somebody here wants, and only those.

Changes of one turn of the loop become one command. After a lost connection everything wanted is subscribed again in one
pipeline, and then `on_restored` is told: messages in between are gone, Redis keeps none.
"""

import logging
import random
from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from redis import ConnectionPool
from redis.exceptions import MovedError, RedisError

from .delivery import NEXT_TURN

log = logging.getLogger(__name__)

_PING_SECONDS = 5.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_TURN_SECONDS = 0.01
"""How long messages that wait in a row are handled before others get their turn."""
_CHANNELS_A_COMMAND = 1000
CONNECTION_OPTIONS: dict[str, Any] = {
    "protocol": 2,
    "socket_connect_timeout": 2,
    "socket_timeout": 3 * _PING_SECONDS,
    "health_check_interval": 0,
}


def redis_connector(url: str) -> Callable[[], Any]:
    """Makes redis-py connections for `Subscriptions`: RESP 2, and dead when silent for three pings."""
    pool = ConnectionPool.from_url(url, **CONNECTION_OPTIONS)
    make: Callable[[], Any] = pool.make_connection
    return make


class _Batch:
    """The channels of one command, until each was answered."""

    __slots__ = ("channels", "done", "left", "wanted")

    def __init__(self, channels: list[bytes], *, wanted: bool) -> None:
        self.channels, self.left, self.wanted, self.done = channels, set(channels), wanted, Event()


class Subscriptions:
    """Reference-counted subscriptions. `connect` answers a new connection, as `redis_connector` makes them."""

    _SUBSCRIBE, _UNSUBSCRIBE = "SUBSCRIBE", "UNSUBSCRIBE"
    _MESSAGE, _SUBSCRIBED, _UNSUBSCRIBED = b"message", b"subscribe", b"unsubscribe"

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
        self._expected: deque[_Batch] = deque()  # commands whose answers are still to be read, in their order
        self._wake = Event()
        self._connection: Any = None
        self._greenlets: list[gevent.Greenlet] = []
        self._lost = False
        self._last: _Batch | None = None  # of what is subscribed again after a loss
        self._busy = 0.0
        self._sent = 0.0  # when something was sent last
        self.on_moved: Callable[[], None] = lambda: None
        """Channels are not, or may not be, heard here any more. Only a cluster has another place for them."""
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
                missing = [channel for channel in channels if not self.heard(channel)]
                if not missing:
                    return True
                event = self._pending.get(missing[-1])
                if event is None:
                    gevent.sleep(0.001 if self.up else 0.05)
                else:
                    event.wait()
        return False

    def heard(self, channel: bytes) -> bool:
        """Whether a channel is subscribed for sure."""
        return channel in self._asked and channel not in self._pending

    def ask_again(self, channel: bytes) -> bool:
        """Subscribe a wanted channel that was taken from us; False where that is not needed, or under way."""
        if not self.up or channel in self._asked or channel in self._changed:
            return False
        self._changed.add(channel)
        self._wake.set()
        return True

    # --- writing: only this greenlet writes, so that commands never mix ----------------------------------------

    def _write_forever(self) -> None:
        while True:
            self._wake.wait(max(0.0, self._sent + _PING_SECONDS - monotonic()))
            self._wake.clear()
            connection = self._connection
            if connection is None:
                self._sent = monotonic()
                continue
            try:
                commands = self._commands(connection)
                if not commands and monotonic() - self._sent >= _PING_SECONDS:
                    commands.append(connection.pack_command("PING"))
                if commands:
                    self._sent = monotonic()
                    pipeline = b"".join(part for command in commands for part in command)
                    connection.send_packed_command([pipeline], check_health=False)
            except (RedisError, OSError) as error:
                log.warning("redis subscription not sent: %s: %s", type(error).__name__, error)
                # Given up: redis-py would connect it anew behind the reader's back.
                if self._connection is connection:
                    self._drop()

    def _commands(self, connection: Any) -> list[Any]:
        changed, self._changed = self._changed, set()
        wanted = [channel for channel in changed if channel in self._counts and channel not in self._asked]
        unwanted = [channel for channel in changed if channel not in self._counts and channel in self._asked]
        self._asked.difference_update(unwanted)
        self._asked.update(wanted)
        commands = [
            *(self._command(connection, part, wanted=False) for part in self._parts(unwanted)),
            *(self._command(connection, part, wanted=True) for part in self._parts(wanted)),
        ]
        if self._lost:
            self._lost, self._last = False, self._expected[-1] if self._expected else None
        return commands

    def _command(self, connection: Any, channels: list[bytes], *, wanted: bool) -> Any:
        batch = _Batch(channels, wanted=wanted)
        self._expected.append(batch)
        if wanted:
            self._pending.update(dict.fromkeys(channels, batch.done))
        return connection.pack_command(self._SUBSCRIBE if wanted else self._UNSUBSCRIBE, *channels)

    def _parts(self, channels: list[bytes]) -> Iterable[list[bytes]]:
        """The channels that one command may take."""
        return (
            channels[at : at + _CHANNELS_A_COMMAND] for at in range(0, len(channels), _CHANNELS_A_COMMAND)
        )

    # --- reading ------------------------------------------------------------------------------------------------

    def _read_forever(self) -> None:
        pause = _SHORTEST_PAUSE
        while True:
            began = monotonic()
            try:
                connection = self._connect()
                connection.connect()
                self._begin(connection)
                while self._connection is connection:
                    self._read(connection)
            except Exception as error:  # noqa: BLE001 (redis-py raises anything once the writer has closed it)
                log.warning("redis subscription lost: %s: %s", type(error).__name__, error)
            self._lost = True
            self._drop()
            if monotonic() - began > _LONGEST_PAUSE:
                pause = _SHORTEST_PAUSE
            self.on_moved()
            gevent.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _begin(self, connection: Any) -> None:
        self._asked.clear()
        self._changed = set(self._counts)
        self._connection = connection
        self.ever_up = True
        self._wake.set()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()
        for event in self._pending.values():
            event.set()
        self._pending.clear()
        self._expected.clear()
        self._asked.clear()
        self._last = None

    def _read(self, connection: Any) -> None:
        try:
            reply = connection.read_response()
        except MovedError:  # the answer to a whole command
            if self._expected:
                self._asked.difference_update(self._expected[0].channels)
                self._answered(self._expected.popleft())
            self.on_moved()
            return
        kind = reply[0] if isinstance(reply, list) else reply
        if kind == self._MESSAGE:
            self._handle(reply[1], reply[2])
        elif kind in (self._SUBSCRIBED, self._UNSUBSCRIBED):
            self._told(reply[1], subscribed=kind == self._SUBSCRIBED)

    def _handle(self, channel: bytes, data: bytes) -> None:
        began = monotonic()
        try:
            self._on_message(channel, data)
        except Exception:  # one message that cannot be handled must not silence the others
            log.exception("a published message could not be handled")
        self._busy += monotonic() - began
        if self._busy > _TURN_SECONDS:  # reading does not give way as long as there is something to read
            gevent.sleep(NEXT_TURN)
            self._busy = 0.0

    def _told(self, channel: bytes, *, subscribed: bool) -> None:
        batch = self._expected[0] if self._expected else None
        if batch is None or batch.wanted != subscribed or channel not in batch.left:
            self._asked.discard(channel)  # nobody asked for this: it was taken from us
            self.on_moved()
            return
        batch.left.remove(channel)
        if not batch.left:
            self._answered(self._expected.popleft())

    def _answered(self, batch: _Batch) -> None:
        for channel in batch.channels:
            if self._pending.get(channel) is batch.done:
                del self._pending[channel]
        batch.done.set()
        if batch is self._last:
            self._last = None
            gevent.spawn(self._on_restored)
