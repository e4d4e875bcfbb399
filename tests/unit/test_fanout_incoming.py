"""What a connection reads of its client."""

import socket

import gevent
import pytest
import socketio
from flack_realtime.fanout.engine import Engine
from flack_realtime.fanout.incoming import Incoming

PONG = b"\x81\x81\0\0\0\x003"
"""Engine.IO's answer to a heartbeat, masked as a client's frames are."""


def test_answers_to_no_heartbeat_are_counted_as_frames() -> None:
    engine = Engine(socketio.Server(async_mode="threading"), frames_per_second=50)
    client, server = socket.socketpair()
    with client, server:
        server.setblocking(False)
        link = Incoming(engine, "sid", server)
        link.pong_at = None  # it was asked
        link.listen()

        def answer(times: int) -> None:
            for _ in range(times):
                client.send(PONG)
                gevent.sleep(0.0001)  # each is read by itself

        answer(engine.frames_per_second // 2)
        assert link.pong_at is not None
        with pytest.raises(BlockingIOError):  # all were read
            server.recv(1, socket.MSG_PEEK)
        answer(2 * engine.frames_per_second)  # more than enough in one second, however these fall into two
        assert server.recv(1, socket.MSG_PEEK)
        link.closing = True  # its greenlet rests, and must not go on to read afterwards
        link._watcher.stop()
