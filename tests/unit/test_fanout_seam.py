"""What the fan-out relies on inside engineio and python-socketio. A failure here means: read `fanout/engine.py` again.

The digests are of the source of the methods that we replace, or whose place we take. When a new version changes one,
compare, adapt, and note the new digest.
"""

import hashlib
import inspect

import engineio
import pytest
import socketio
from engineio import base_server, packet, socket
from socketio.base_manager import BaseManager

OURS = {
    engineio.Server._handle_connect: "049f7c2b2c23",
    engineio.Server._trigger_event: "bc536417c304",
    base_server.BaseServer._get_socket: "ae2f99e66d63",
    socket.Socket.close: "05fac5583199",
    socket.Socket.send: "f8b2738ee5d4",
    socket.Socket.receive: "4126eb2537d0",
    engineio.Server.handle_request: "79302edd007f",
    socket.Socket.handle_get_request: "d45c0d8f9884",
    socket.Socket.handle_post_request: "5be8170455a3",
    socket.Socket.schedule_ping: "fe316639159c",
    socket.Socket._websocket_handler: "58afe1227192",
    socketio.Server._handle_eio_message: "65f309c138d6",
    socketio.Server._handle_connect: "1b0ba130a57d",
    socketio.Server._handle_disconnect: "fb93d61de8cb",
}


def digest(function: object) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]  # type: ignore[arg-type]


@pytest.mark.parametrize("function", OURS, ids=lambda function: function.__qualname__)
def test_what_is_replaced_has_not_moved(function: object) -> None:
    assert digest(function) == OURS[function]  # type: ignore[index]


def test_the_manager_answers_everything_that_python_socketio_asks() -> None:
    from flack_realtime.fanout import FanoutManager
    from flack_realtime.fanout.bookkeeping import IndexedManager

    inherited = {"set_server", "initialize", "_generate_ack_id", "_get_logger", "__init__"}
    scanning = {
        name for name in vars(BaseManager) if name.startswith("basic_")
    }  # only BaseManager's own methods call them
    asked = (
        {name for name, value in vars(BaseManager).items() if inspect.isfunction(value)}
        - inherited
        - scanning
    )
    assert asked <= set(vars(IndexedManager)) | set(vars(FanoutManager))


def test_the_table_of_packet_kinds_is_the_one_of_engine_io_4() -> None:
    assert packet.packet_names == ["OPEN", "CLOSE", "PING", "PONG", "MESSAGE", "UPGRADE", "NOOP"]
    assert isinstance(engineio.Server(async_mode="threading").sockets, dict)
    assert socketio.Server(async_mode="threading").eio.handlers.keys() == {"connect", "message", "disconnect"}
