"""The client manager: rooms are Redis channels, subscribed while somebody here is in them.

Give it to any python-socketio server or Flask-SocketIO: `SocketIO(app, client_manager=FanoutManager(...))`. A payload
published to a room's channel is one ready Engine.IO packet; each process frames it once and writes it to its sockets.
"""

from collections.abc import Callable, Iterable
from typing import Any

import gevent
import orjson
from socketio.packet import EVENT, Packet

from .bookkeeping import IndexedManager
from .delivery import Recipient, deliver, deliver_along
from .engine import Engine
from .frames import server_frame
from .rooms import EVERYBODY, Client, Room, qualified, several
from .sharded import ShardedSubscriptions
from .subscriptions import Subscriptions

_ENTER_SECONDS = 2.0

Publish = Callable[[str, bytes], Any]
Observer = Callable[[str, bytes], Callable[[], None] | None]


class FanoutManager(IndexedManager):
    """A client manager for many processes.

    `connect_redis` answers a new redis-py connection for subscribing; `publish(channel, payload)` must not block. For a
    cluster that is `cluster_connector`, the client's `spublish`, and `subscriptions=ShardedSubscriptions`. Rooms are
    shared by all processes, by name; a `sid` is known to the process that holds it only.
    """

    def __init__(
        self,
        connect_redis: Callable[[], Any],
        publish: Publish,
        *,
        subscriptions: type[Subscriptions | ShardedSubscriptions] = Subscriptions,
        prefix: str = "flack:room:",
        **limits: Any,
    ) -> None:
        super().__init__()
        self.subscriptions = subscriptions(connect_redis, self._published, self._restored)
        self._publish, self._prefix, self._limits = publish, prefix, limits
        self._listeners: dict[bytes, Callable[[bytes], None]] = {}
        self.engine: Engine
        self.observe: Observer = lambda _room, _payload: None
        """Sees each payload before it is delivered; what it answers is called after."""
        self.on_connected: Callable[[Client], None] = lambda _client: None
        """Runs when a client has been told that it is connected, before its next packet is looked at."""
        self.goodbye: Callable[[str], bytes] = lambda _reason: b""
        """A frame to send before a connection is closed for a reason."""
        self.on_restored: Callable[[], None] = lambda: None
        """Redis is back and everything subscribed again: whatever was published in between is lost."""

    def set_server(self, server: Any) -> None:
        """Called by python-socketio's server when it is made."""
        super().set_server(server)
        self.engine = Engine(server, **self._limits)
        self.engine.goodbye = lambda reason: self.goodbye(reason)
        self.engine.replaced = lambda link: self.index.relink(link.sid, link)
        self.engine.rerouted = lambda link: self.index.reroute(link.sid, link)
        self.engine.forgotten = lambda link: self.forget(link.sid)

    def initialize(self) -> None:
        """Called by python-socketio's server at its first connection."""
        self.start()

    def start(self) -> None:
        """Begin to hear Redis, unless that was done before."""
        if not self.subscriptions.started:
            self.subscriptions.acquire(self.channel(EVERYBODY))
            self.subscriptions.start()

    def listen(self, channel: str, handler: Callable[[bytes], None]) -> None:
        """Hear a Redis channel that is no room."""
        self._listeners[channel.encode()] = handler
        self.subscriptions.acquire(channel.encode())

    def channel(self, name: str) -> bytes:
        """The Redis channel of a room."""
        return (self._prefix + name).encode()

    def _enter(self, client: Client, name: str) -> bool:
        first = super()._enter(client, name)
        if first:
            self.subscriptions.acquire(self.channel(name))
        return first

    def _leave(self, client: Client, name: str) -> bool:
        last = super()._leave(client, name)
        if last:
            self.subscriptions.release(self.channel(name))
        return last

    def enter_room(self, sid: str, namespace: str, room: object, eio_sid: str | None = None) -> None:
        """Put a client into a room, and wait until it is heard here: what is emitted to it next must not be missed.

        Where Redis was there and is away nothing is waited for: a gap is told once it is back.
        """
        super().enter_room(sid, namespace, room, eio_sid)
        channel = self.channel(qualified(room, namespace))
        heard = self.subscriptions
        dialled = heard.started and not heard.ever_up  # where the first client comes
        if (heard.up or dialled) and not heard.heard(channel) and _may_wait():
            heard.wait([channel], _ENTER_SECONDS)

    def enter(self, client: Client, room: str) -> bool:
        """Put a client into a room; True if it was not heard here before."""
        return self._enter(client, qualified(room, client.namespace))

    def leave(self, client: Client, room: str) -> None:
        """Take a client out of a room."""
        self._leave(client, qualified(room, client.namespace))

    def hold(self, room: str) -> None:
        """Go on to hear a room, whoever is in it, until it is let go."""
        if self.index.hold(room):
            self.subscriptions.acquire(self.channel(room))

    def let_go(self, room: str) -> None:
        """Hear a held room only as long as somebody is in it."""
        if self.index.let_go(room):
            self.subscriptions.release(self.channel(room))

    def _connected(self, client: Client) -> None:
        self.on_connected(client)

    # --- out ------------------------------------------------------------------------------------------------------

    def emit(
        self, event: str, data: Any, namespace: str, room: Any = None, skip_sid: Any = None,
        callback: Any = None, to: Any = None, **_kwargs: Any,
    ) -> None:  # fmt: skip
        """Emit to rooms in every process, or to clients of this one; only a single client can be asked for a callback.

        Raises ValueError for what is no JSON.
        """
        room, namespace = room if to is None else to, namespace or "/"
        values = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        clients = self.index.clients
        names = [] if room is None else several(room)
        asked = (
            self._generate_ack_id(room, callback)
            if callback and names == [room] and room in clients
            else None
        )
        packet = payload = self._encoded([event, *values], namespace, asked)
        skipped = [sid for sid in several(skip_sid) if sid]
        if skipped:
            payload = orjson.dumps({"kind": "emit", "skip": skipped, "packet": packet.decode()})
        if room is None:
            self.publish(EVERYBODY, payload)
        for name in names:
            if name not in clients:
                self.publish(qualified(name, namespace), payload)
            elif name not in skipped:
                self.send(clients[name], packet)

    def _encoded(self, data: list[Any], namespace: str, identity: int | None) -> bytes:
        make = self.server.packet_class if self.server is not None else Packet  # without one: only publishes
        encoded = make(EVENT, namespace=namespace, data=data, id=identity).encode()
        if not isinstance(encoded, str):
            raise ValueError("only JSON is sent here: no bytes, and no other serializer")
        return b"4" + encoded.encode()

    def publish(self, room: str, payload: bytes) -> None:
        """Send a ready packet to a room in every process."""
        self._publish(self._prefix + room, payload)

    def send(self, client: Client, payload: bytes) -> None:
        """Send a ready packet to one client of this process."""
        self._deliver([client.link], payload)

    def send_to(self, clients: Iterable[Client], payload: bytes) -> None:
        """Send a ready packet to clients of this process, framed once."""
        self._deliver([client.link for client in clients if client.connected], payload)

    def _deliver(self, links: Any, payload: bytes) -> None:
        deliver(links, server_frame(payload))
        self.engine.stats.deliveries += len(links)

    # --- in -------------------------------------------------------------------------------------------------------

    def _restored(self) -> None:
        self.engine.stats.gaps += 1
        self.on_restored()

    def _published(self, channel: bytes, payload: bytes) -> None:
        listener = self._listeners.get(channel)
        if listener is not None:
            listener(payload)
            return
        name = channel[len(self._prefix) :].decode()
        skipped: set[str] = set()
        if payload[:1] == b"{":
            message = orjson.loads(payload)
            if message.get("kind") != "emit":
                return
            payload, skipped = message["packet"].encode(), set(message["skip"])
        after = self.observe(name, payload)
        room = self.index.rooms.get(name)
        if name == EVERYBODY:
            everybody = self.index.of_namespace(_namespace(payload))
            self.send_to([client for client in everybody if client.sid not in skipped], payload)
        elif room is not None and skipped:
            self.send_to([client for client in room.clients if client.sid not in skipped], payload)
        elif room is not None:
            routes = room.routes()
            deliver_along(routes, server_frame(payload))
            self.engine.stats.deliveries += len(routes)
        if after is not None:
            after()


def _may_wait() -> bool:
    return gevent.getcurrent() is not gevent.get_hub()


def _namespace(payload: bytes) -> str:
    """The namespace of a packet: `42/name,[…]`, or the default one."""
    return payload[2 : payload.index(b",")].decode() if payload[2:3] == b"/" else "/"


__all__ = ["EVERYBODY", "Client", "FanoutManager", "Recipient", "Room"]
