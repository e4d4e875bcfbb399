"""python-socketio's client manager over the index, for one process: no scan of all rooms, no dict a client."""

from collections.abc import Iterator
from typing import Any

from socketio.base_manager import BaseManager

from .rooms import Client, Index, qualified, several


class IndexedManager(BaseManager):  # type: ignore[misc]  # python-socketio publishes no types
    """Answers what python-socketio's server asks its manager. `_enter` and `_leave` are where rooms change."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()

    def _enter(self, client: Client, name: str) -> bool:
        return self.index.join(client, name)

    def _leave(self, client: Client, name: str) -> bool:
        return self.index.leave(client, name)

    def _connected(self, client: Client) -> None:
        """A client was told that it is connected."""

    # --- clients --------------------------------------------------------------------------------------------------

    def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Register a client that is not yet accepted; None where its connection is in that namespace already."""
        link = self.server.eio.sockets[eio_sid]
        client = Client(self.server.eio.generate_id(), eio_sid, namespace, link)
        return client.sid if self.index.add(client) else None

    def connect(self, sid: str, namespace: str) -> str | None:
        """Mark a client as accepted. Called when it has been told so."""
        client = self.index.clients.get(sid)
        if client is None:
            return sid
        link = self.server.eio.sockets.get(client.eio_sid)
        if link is None:  # a long-polling session that ended meanwhile
            self.disconnect(sid, namespace)
        else:
            client.connected = link.joined = True
            self._connected(client)
        return sid

    def is_pre_connected(self, sid: str, namespace: str) -> bool:
        """Whether a client waits to be accepted."""
        client = self.index.clients.get(sid)
        return client is not None and not client.connected

    def is_connected(self, sid: str, namespace: str) -> bool:
        """Whether a client is accepted and not leaving."""
        client = self.index.clients.get(sid)
        return client is not None and client.connected and not client.leaving

    def can_disconnect(self, sid: str, namespace: str) -> bool:
        """Whether there is somebody to disconnect: only this process can."""
        return self.is_connected(sid, namespace)

    def pre_disconnect(self, sid: str, namespace: str) -> str:
        """Mark a client as leaving while its handlers still run."""
        client = self.index.clients[sid]
        client.leaving = True
        return client.eio_sid

    def disconnect(self, sid: str, namespace: str, **_kwargs: Any) -> None:
        """Forget a client: costs as much as it has rooms."""
        client = self.index.clients.get(sid)
        if client is not None:
            for room in list(client.rooms):
                self._leave(client, room.name)
            self.index.remove(client)
            self.callbacks.pop(sid, None)
            if not self.index.of_connection(client.eio_sid):
                client.link.left()

    def forget(self, eio_sid: str) -> None:
        """A connection is gone: forget its clients that were never accepted, because a handler failed, say."""
        for client in self.index.of_connection(eio_sid):
            self.disconnect(client.sid, client.namespace)

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        """The client of a connection in a namespace."""
        client = self.index.find(eio_sid, namespace)
        return client.sid if client else None

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """The connection of a client."""
        client = self.index.clients.get(sid)
        return client.eio_sid if client else None

    def get_namespaces(self) -> list[str]:
        """Namespaces that have clients here."""
        return self.index.namespaces()

    # --- rooms ----------------------------------------------------------------------------------------------------

    def enter_room(self, sid: str, namespace: str, room: object, eio_sid: str | None = None) -> None:
        """Put a client of this process into a room. Raises ValueError for one that is not here."""
        client = self.index.clients.get(sid)
        if client is None:
            raise ValueError("sid is not connected to requested namespace")
        self._enter(client, qualified(room, namespace))

    def leave_room(self, sid: str, namespace: str, room: object) -> None:
        """Take a client of this process out of a room."""
        client = self.index.clients.get(sid)
        if client is not None:
            self._leave(client, qualified(room, namespace))

    def close_room(self, room: object, namespace: str) -> None:
        """Take every client of this process out of a room."""
        name = qualified(room, namespace)
        found = self.index.rooms.get(name)
        for client in list(found.clients) if found else []:
            self._leave(client, name)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms of a client; the one of its own id, as python-socketio counts, included."""
        client = self.index.clients.get(sid)
        if client is None:
            return []
        skip = len(qualified("", namespace))
        return [sid, *(room.name[skip:] for room in client.rooms)]

    def get_participants(self, namespace: str, room: Any) -> Iterator[tuple[str, str]]:
        """The clients of this process in a room, in several, or (None) in the namespace, as (sid, connection)."""
        if room is None:
            clients = dict.fromkeys(self.index.of_namespace(namespace))
        else:
            clients = {}
            for name in several(room):
                found = self.index.rooms.get(qualified(name, namespace))
                clients.update(found.clients if found else {})
                if name in self.index.clients:
                    clients[self.index.clients[name]] = None
        return ((client.sid, client.eio_sid) for client in clients)

    def is_sid_room(self, namespace: str, room: object) -> bool:
        """Whether a room's name is a client's id."""
        return room in self.index.clients

    def trigger_callback(self, sid: str, id: int, data: list[Any]) -> None:
        """A client acknowledged an event; one that nobody waits for is ignored."""
        callback = self.callbacks.get(sid, {}).pop(id, None) if id else None
        if callback is not None:
            callback(*data)
