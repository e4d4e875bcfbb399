"""Who is in which room, from both sides: joining, leaving and disconnecting cost what they touch, not what exists."""

from collections.abc import Iterator
from typing import Any

from .delivery import Recipient, Routes


class Client:
    """A client of one namespace. `rooms` is its side of the index; `data` is free for the application."""

    __slots__ = ("connected", "data", "eio_sid", "leaving", "link", "namespace", "rooms", "sid")

    def __init__(self, sid: str, eio_sid: str, namespace: str, link: Recipient) -> None:
        self.sid, self.eio_sid, self.namespace, self.link = sid, eio_sid, namespace, link
        self.connected = self.leaving = False
        self.rooms: list[Room] = []
        self.data: Any = None


class Room:
    """The clients of this process in one room, and the ways to them, kept until one of them changes.

    `data` is free for the application, and gone with the room: it ends with its last client, unless somebody holds it.
    """

    __slots__ = ("_routes", "clients", "data", "holders", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.clients: dict[Client, None] = {}
        self.holders = 0
        self.data: Any = None
        self._routes: Routes | None = None

    def routes(self) -> Routes:
        """The ways to all clients. They are never changed, only replaced: they may be walked while people join."""
        if self._routes is None:
            self._routes = Routes(client.link for client in self.clients)
        return self._routes

    def changed(self) -> None:
        """Somebody came, went or is reached another way."""
        if self._routes is not None:
            self._routes.stale, self._routes = True, None


class Index:
    """Clients by id and rooms by name. Names of rooms outside the default namespace begin with it (`qualified`)."""

    def __init__(self) -> None:
        self.clients: dict[str, Client] = {}
        self.rooms: dict[str, Room] = {}
        self._by_engine: dict[tuple[str, str], Client] = {}
        self._namespaces: dict[str, int] = {}

    def add(self, client: Client) -> bool:
        """Add a client; False where its connection is in that namespace already."""
        key = (client.eio_sid, client.namespace)
        if key in self._by_engine:
            return False
        self._by_engine[key] = self.clients[client.sid] = client
        self._namespaces[client.namespace] = self._namespaces.get(client.namespace, 0) + 1
        return True

    def remove(self, client: Client) -> None:
        """Forget a client that is in no room any more."""
        if self.clients.pop(client.sid, None) is None:
            return
        del self._by_engine[client.eio_sid, client.namespace]
        self._namespaces[client.namespace] -= 1
        if not self._namespaces[client.namespace]:
            del self._namespaces[client.namespace]

    def find(self, eio_sid: str, namespace: str) -> Client | None:
        """The client of a connection in a namespace."""
        return self._by_engine.get((eio_sid, namespace))

    def of_connection(self, eio_sid: str) -> list[Client]:
        """The clients of a connection, in whatever namespace."""
        found = (self._by_engine.get((eio_sid, namespace)) for namespace in self._namespaces)
        return [client for client in found if client is not None]

    def join(self, client: Client, name: str) -> bool:
        """Put a client into a room; True if the room is new. One that is gone stays out."""
        if client.sid not in self.clients:
            return False
        room, first = self._room(name)
        if client not in room.clients:
            room.clients[client] = None
            room.changed()
            client.rooms.append(room)
        return first

    def leave(self, client: Client, name: str) -> bool:
        """Take a client out of a room; True if that ended the room."""
        room = self.rooms.get(name)
        if room is None or client not in room.clients:
            return False
        del room.clients[client]
        room.changed()
        client.rooms.remove(room)
        return self._ended(room)

    def hold(self, name: str) -> bool:
        """Keep a room while nobody is in it; True if the room is new."""
        room, first = self._room(name)
        room.holders += 1
        return first

    def let_go(self, name: str) -> bool:
        """Hold a room once less; True if that ended the room."""
        room = self.rooms[name]
        room.holders -= 1
        return self._ended(room)

    def _room(self, name: str) -> tuple[Room, bool]:
        room = self.rooms.get(name)
        if room is not None:
            return room, False
        room = self.rooms[name] = Room(name)
        return room, True

    def _ended(self, room: Room) -> bool:
        if room.clients or room.holders:
            return False
        del self.rooms[room.name]
        return True

    def relink(self, eio_sid: str, link: Recipient) -> None:
        """A connection's clients are reached through another link from now on."""
        for client in self.of_connection(eio_sid):
            client.link = link
            for room in client.rooms:
                room.changed()

    def reroute(self, eio_sid: str, link: Recipient) -> None:
        """A link is written to in another way from now on, if it is the one that its connection's clients have."""
        for client in self.of_connection(eio_sid):
            if client.link is link:
                for room in client.rooms:
                    room.changed()

    def namespaces(self) -> list[str]:
        """Namespaces that have clients."""
        return list(self._namespaces)

    def of_namespace(self, namespace: str) -> Iterator[Client]:
        """All clients of a namespace."""
        return (client for client in list(self.clients.values()) if client.namespace == namespace)


EVERYBODY = "*"
"""The room that a broadcast without a room goes to; every process hears it."""


def qualified(room: object, namespace: str) -> str:
    """The name of a room across namespaces: as it is in the default one, else `/namespace,room`.

    Redis channels have names of text, so what is no text is named by its `str`: 42 and "42" are one room. Raises
    ValueError for the name that stands for everybody, and for one that would be a room of another namespace.
    """
    name = str(room)
    if name == EVERYBODY:
        raise ValueError(f"no room can be named {EVERYBODY!r}: that is everybody")
    if namespace != "/":
        return f"{namespace},{name}"
    if name.startswith("/") and "," in name:
        raise ValueError(f"no room can be named {name!r}: that is a room of another namespace")
    return name


def several(room: object) -> list[Any]:
    """The rooms, or ids of clients, that one argument names, as python-socketio takes them: one, or a collection."""
    return list(room) if isinstance(room, list | tuple | set | frozenset) else [room]
