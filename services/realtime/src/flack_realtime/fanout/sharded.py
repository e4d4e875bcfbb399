"""Sharded pub/sub (`SSUBSCRIBE`, Redis 7 or any Valkey) for a cluster: a channel lives where its slot does.

A node carries the messages of its own rooms only, so that pub/sub grows with the cluster; plain `PUBLISH` goes to all.
The protocol is that of https://valkey.io/topics/cluster-spec/: a command takes channels of one slot, a node that does
not own the slot answers `MOVED`, and one that gives a slot away unsubscribes everybody unasked. After any of these, or
a lost connection, the map of slots is read anew and every channel goes where it belongs; then a gap is announced.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from redis.cluster import RedisCluster
from redis.crc import key_slot
from redis.exceptions import RedisClusterException

from .subscriptions import CONNECTION_OPTIONS, Subscriptions

log = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 0.2
_TOLD_SECONDS = 30.0


def cluster_connector(url: str) -> Callable[[], "RedisCluster"]:
    """Makes redis-py cluster clients for `ShardedSubscriptions`, which takes the nodes' connections from them."""
    return lambda: RedisCluster.from_url(url, **CONNECTION_OPTIONS)


class _Shard(Subscriptions):
    """What is heard at one node."""

    _SUBSCRIBE, _UNSUBSCRIBE = "SSUBSCRIBE", "SUNSUBSCRIBE"
    _MESSAGE, _SUBSCRIBED, _UNSUBSCRIBED = b"smessage", b"ssubscribe", b"sunsubscribe"

    def _parts(self, channels: list[bytes]) -> Iterable[list[bytes]]:
        slots: dict[int, list[bytes]] = defaultdict(list)
        for channel in channels:
            slots[key_slot(channel)].append(channel)
        return slots.values()


class ShardedSubscriptions:
    """`Subscriptions` of a cluster. `connect` answers a new client of it, as `cluster_connector` makes them."""

    def __init__(
        self,
        connect: Callable[[], "RedisCluster"],
        on_message: Callable[[bytes, bytes], None],
        on_restored: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect, self._on_message, self._on_restored = connect, on_message, on_restored
        self._counts: dict[bytes, int] = {}
        self._places: dict[bytes, _Shard] = {}
        self._shards: dict[str, _Shard] = {}
        self._cluster: Any = None
        self._look = Event()
        self._looking: gevent.Greenlet | None = None

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return self._looking is not None

    @property
    def up(self) -> bool:
        """Whether every node that is needed is there."""
        return len(self._places) == len(self._counts) and all(shard.up for shard in self._shards.values())

    @property
    def ever_up(self) -> bool:
        """Whether the cluster was ever there."""
        return self._cluster is not None and all(shard.ever_up for shard in self._shards.values())

    def __len__(self) -> int:
        return len(self._counts)

    def start(self) -> None:
        """Read the map of slots, connect to the nodes, and keep both up to date."""
        if self._looking is None:
            self._look.set()
            self._looking = gevent.spawn(self._look_forever)

    def stop(self) -> None:
        """End all greenlets."""
        gevent.killall([self._looking] if self._looking else [])
        for shard in self._shards.values():
            shard.stop()

    def acquire(self, channel: bytes) -> None:
        """Want a channel once more."""
        self._counts[channel] = self._counts.get(channel, 0) + 1
        if self._counts[channel] == 1 and self._cluster is not None:
            try:
                self._place(channel)
            except RedisClusterException:  # nobody has its slot just now
                self._look.set()

    def release(self, channel: bytes) -> None:
        """Want a channel once less; the last one unsubscribes."""
        self._counts[channel] -= 1
        if not self._counts[channel]:
            del self._counts[channel]
            shard = self._places.pop(channel, None)
            if shard is not None:
                shard.release(channel)

    def heard(self, channel: bytes) -> bool:
        """Whether a channel is subscribed for sure."""
        shard = self._places.get(channel)
        return shard is not None and shard.heard(channel)

    def wait(self, channels: Iterable[bytes], seconds: float) -> bool:
        """Block until these channels are subscribed for sure; False if that took too long or a node is away."""
        deadline = monotonic() + seconds
        for channel in channels:
            while not self.heard(channel):
                left = deadline - monotonic()
                if left <= 0:
                    return False
                if channel not in self._places:
                    gevent.sleep(min(left, 0.05))
                else:  # in short steps: it may move meanwhile
                    self._places[channel].wait([channel], min(left, 0.2))
        return True

    def _look_forever(self) -> None:
        while True:
            self._look.wait()
            self._look.clear()
            try:
                if self._cluster is None:
                    self._cluster = self._connect()
                else:
                    self._cluster.nodes_manager.initialize()
                self._place_all()
            except Exception as error:  # noqa: BLE001 (whatever it was, the next look may find another map)
                log.warning("the cluster's slots are not known: %s: %s", type(error).__name__, error)
                self._look.set()
            gevent.sleep(_LOOK_AGAIN_SECONDS)

    def _place_all(self) -> None:
        moved = [channel for channel in list(self._counts) if self._place(channel)]
        if moved:
            gevent.spawn(self._tell_of_gap, moved)
        for name, shard in list(self._shards.items()):
            if not len(shard):
                del self._shards[name]
                gevent.spawn(shard.stop)

    def _place(self, channel: bytes) -> bool:
        """Have a channel heard at the node that owns its slot; True if it was heard elsewhere, or not, until now."""
        shard, before = self._shard(channel), self._places.get(channel)
        if shard is before:
            return shard.ask_again(channel)
        if before is not None:
            before.release(channel)
        self._places[channel] = shard
        shard.acquire(channel)
        return before is not None

    def _shard(self, channel: bytes) -> _Shard:
        node = self._cluster.get_node_from_key(channel)
        shard = self._shards.get(node.name)
        if shard is None:
            redis = self._cluster.get_redis_connection(node)
            shard = self._shards[node.name] = _Shard(
                redis.connection_pool.make_connection, self._on_message, self._on_restored
            )
            shard.on_moved = self._look.set
            shard.start()
        return shard

    def _tell_of_gap(self, channels: list[bytes]) -> None:
        self.wait([channel for channel in channels if channel in self._counts], _TOLD_SECONDS)
        self._on_restored()
