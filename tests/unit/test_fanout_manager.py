"""The manager as python-socketio's server and its own Redis use it: who is sent what, and what is refused."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import flack_realtime.fanout as fanout
import gevent
import pytest
import socketio
from flack_realtime.fanout import FanoutManager, Subscriptions
from flack_realtime.fanout.frames import server_frame
from flack_realtime.fanout.handshake import BadUpgrade, switching_protocols
from flack_realtime.fanout.rooms import Client


class Link:
    """A connection that takes everything."""

    direct = None

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def write(self, frame: bytes) -> int:
        self.frames.append(frame)
        return len(frame)

    def left(self) -> None:
        """Nobody is on it any more."""


class Chat:
    """A manager with its server, and what it published. Redis is not asked for."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.manager = FanoutManager(_no_redis, lambda *message: self.published.append(message))
        self.sio = socketio.Server(async_mode="gevent", client_manager=self.manager)

    def join(self, name: str, rooms: Iterable[object] = ()) -> Link:
        link = Link()
        client = Client(name, f"engine-{name}", "/", link)  # type: ignore[arg-type]  # only written to
        client.connected = True
        assert self.manager.index.add(client)
        for room in rooms:
            self.manager.enter_room(name, "/", room)
        return link

    def hear(self, room: str, payload: bytes) -> None:
        self.manager._published(self.manager.channel(room), payload)


def _no_redis() -> None:
    raise ConnectionError("nobody asks for it")


@pytest.fixture
def chat() -> Chat:
    return Chat()


SKIPPING = b'{"kind":"emit","skip":["ann"],"packet":"42[\\"said\\"]"}'
SAID = server_frame(b'42["said"]')


def test_what_skips_somebody_goes_to_the_room_only(chat: Chat) -> None:
    ann, bob, eve = chat.join("ann", ["private"]), chat.join("bob", ["private"]), chat.join("eve")
    chat.hear("private", SKIPPING)
    assert (ann.frames, bob.frames, eve.frames) == ([], [SAID], [])


def test_what_skips_somebody_goes_to_nobody_where_the_room_is_empty_here(chat: Chat) -> None:
    ann, eve = chat.join("ann"), chat.join("eve")
    chat.hear("private", SKIPPING)  # heard while its last client leaves
    assert (ann.frames, eve.frames) == ([], [])


def test_what_is_for_everybody_skips_whom_it_should(chat: Chat) -> None:
    ann, eve = chat.join("ann"), chat.join("eve")
    chat.hear("*", SKIPPING)
    assert (ann.frames, eve.frames) == ([], [SAID])


def test_no_room_is_named_as_everybody_is(chat: Chat) -> None:
    chat.join("ann")
    with pytest.raises(ValueError, match="everybody"):
        chat.manager.enter_room("ann", "/", "*")
    with pytest.raises(ValueError, match="everybody"):
        chat.manager.emit("said", None, "/", room="*")
    assert chat.manager.index.rooms == {}
    assert chat.published == []


def test_no_room_is_named_as_one_of_another_namespace(chat: Chat) -> None:
    chat.join("ann", ["/slash", "a,comma"])
    with pytest.raises(ValueError, match="another namespace"):
        chat.manager.enter_room("ann", "/", "/admin,lobby")
    with pytest.raises(ValueError, match="another namespace"):
        chat.manager.emit("said", None, "/", room="/admin,lobby")
    assert list(chat.manager.index.rooms) == ["/slash", "a,comma"]
    assert chat.published == []


def test_a_room_that_is_no_text_is_named_by_it(chat: Chat) -> None:
    chat.join("ann", [42, ("team", 1)])
    assert chat.manager.get_rooms("ann", "/") == ["ann", "42", "('team', 1)"]
    chat.manager.emit("said", None, "/", room=42)
    assert chat.published == [("flack:room:42", b'42["said"]')]
    assert [sid for sid, _ in chat.manager.get_participants("/", 42)] == ["ann"]
    chat.manager.leave_room("ann", "/", "42")
    assert list(chat.manager.index.rooms) == ["('team', 1)"]
    chat.manager.disconnect("ann", "/")
    assert chat.manager.index.rooms == {}
    assert chat.manager.index.clients == {}


def test_clients_and_rooms_may_be_named_together(chat: Chat) -> None:
    ann, bob, eve = chat.join("ann"), chat.join("bob"), chat.join("eve")
    chat.manager.emit("said", None, "/", to=["ann", "bob", "hall"])
    assert (ann.frames, bob.frames, eve.frames) == ([SAID], [SAID], [])
    assert chat.published == [("flack:room:hall", b'42["said"]')]


def test_a_client_that_is_skipped_is_not_sent_to(chat: Chat) -> None:
    ann, bob = chat.join("ann"), chat.join("bob")
    chat.manager.emit("said", None, "/", to=["ann", "bob"], skip_sid="ann")
    assert (ann.frames, bob.frames) == ([], [SAID])


def test_a_process_without_a_server_can_emit() -> None:
    published: list[tuple[str, bytes]] = []
    manager = FanoutManager(_no_redis, lambda *message: published.append(message))
    manager.emit("said", {"text": "hello"}, "/", room="hall")
    assert published == [("flack:room:hall", b'42["said",{"text":"hello"}]')]


@pytest.mark.parametrize("serializer", ["default", "msgpack"])
def test_what_is_no_json_is_refused_in_words(serializer: str) -> None:
    manager = FanoutManager(_no_redis, lambda *_: None)
    socketio.Server(async_mode="gevent", client_manager=manager, serializer=serializer)
    with pytest.raises(ValueError, match="only JSON"):
        manager.emit("said", b"bytes", "/", room="hall")


class SlowRedis:
    """A connection that takes a moment to be made, and answers what is asked."""

    def __init__(self) -> None:
        self._answers: gevent.queue.Queue = gevent.queue.Queue()

    def connect(self) -> None:
        gevent.sleep(0.05)

    def pack_command(self, verb: str, *channels: bytes) -> list[bytes]:
        for channel in channels:
            self._answers.put([verb.lower().encode(), channel, 1])
        return [verb.encode()]

    def send_packed_command(self, parts: list[bytes], check_health: bool = True) -> None:
        """Answered already."""

    def read_response(self) -> object:
        return self._answers.get()

    def disconnect(self) -> None:
        """Nothing to close."""


@pytest.fixture
def first() -> Iterator[FanoutManager]:
    manager = FanoutManager(SlowRedis, lambda *_: None)
    socketio.Server(async_mode="gevent", client_manager=manager)
    yield manager
    manager.subscriptions.stop()


def test_the_first_client_of_a_process_waits_until_its_room_is_heard(first: FanoutManager) -> None:
    assert first.index.add(Client("ann", "engine-ann", "/", Link()))  # type: ignore[arg-type]
    first.start()
    first.enter_room("ann", "/", "hall")
    assert isinstance(first.subscriptions, Subscriptions)
    assert first.subscriptions.heard(first.channel("hall"))


class Tls:
    """As much of a TLS socket as tells that it is one."""

    def do_handshake(self) -> None:
        raise AssertionError("nobody shakes hands")


def test_a_server_that_speaks_tls_itself_refuses_in_words() -> None:
    environ = {
        "HTTP_CONNECTION": "Upgrade",
        "HTTP_UPGRADE": "websocket",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
        "gunicorn.socket": Tls(),
    }
    with pytest.raises(BadUpgrade, match="TLS must end in front"):
        switching_protocols(environ)


def test_the_folder_can_be_copied_into_another_project(tmp_path: Path) -> None:
    assert fanout.__file__
    shutil.copytree(Path(fanout.__file__).parent, tmp_path / "theirs")
    program = (
        "import sys; sys.modules['flack_realtime'] = None\n"
        "import theirs, socketio\n"
        "manager = theirs.FanoutManager(theirs.redis_connector('redis://127.0.0.1:1/0'), print)\n"
        "socketio.Server(async_mode='gevent', client_manager=manager)\n"
        "manager.emit('said', 1, '/', room='hall')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "flack:room:hall b'42[\"said\",1]'\n", done.stderr
