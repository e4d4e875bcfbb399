"""The example of fanout's README: `python fanout_alone.py PORT REDIS_URL [sharded]`. Nothing of Flack's but fanout."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

import redis  # noqa: E402
import socketio  # noqa: E402
from flack_realtime.fanout import (  # noqa: E402
    FanoutManager,
    ShardedSubscriptions,
    cluster_connector,
    redis_connector,
)
from gevent.pywsgi import WSGIServer  # noqa: E402
from redis.cluster import RedisCluster  # noqa: E402

PREFIX = "alone:"


def main(port: int, redis_url: str, *, sharded: bool) -> None:
    """Serve until killed. Says on standard output what it imported, and each gap."""
    if sharded:
        manager = FanoutManager(
            cluster_connector(redis_url),
            RedisCluster.from_url(redis_url).spublish,
            subscriptions=ShardedSubscriptions,
            prefix=PREFIX,
        )
    else:
        publisher = redis.Redis.from_url(redis_url)
        manager = FanoutManager(redis_connector(redis_url), publisher.publish, prefix=PREFIX)
    manager.on_restored = lambda: print("gap", flush=True)
    sio = socketio.Server(async_mode="gevent", async_handlers=False, client_manager=manager)

    heard: list[str] = []

    @sio.event
    def connect(sid: str, _environ: dict[str, object], auth: dict[str, object] | None = None) -> None:
        sio.enter_room(sid, "lobby")
        if auth and auth.get("fails"):
            raise ValueError("a handler that fails")

    @sio.event
    def say(sid: str, text: str) -> str:
        sio.emit("said", text, room="lobby")
        sio.emit("others", text, room="lobby", skip_sid=sid)
        return "told"

    @sio.event
    def note(_sid: str, text: str) -> None:
        heard.append(text)

    @sio.event
    def notes(_sid: str) -> list[str]:
        return heard

    @sio.event
    def greet_in(sid: str, room: str) -> None:
        sio.enter_room(sid, room)
        sio.emit("said", room, room=room)  # at once: the room is new here

    @sio.event
    def present(_sid: str) -> int:
        return len(manager.index.clients)

    @sio.event
    def say_in(_sid: str, room: str, text: str) -> str:
        sio.emit("said", f"{room}: {text}", room=room)
        return "told"

    @sio.event
    def enter(sid: str, rooms: list[str]) -> bool:
        for room in rooms:
            sio.enter_room(sid, room)
        return manager.subscriptions.wait([manager.channel(room) for room in rooms], 5)

    @sio.event
    def leave(sid: str, room: str = "lobby") -> None:
        sio.leave_room(sid, room)

    manager.engine.connect_timeout = 2.0
    others = sorted(
        name
        for name in sys.modules
        if name.startswith("flack_") and not name.startswith("flack_realtime.fanout")
    )
    print(",".join(others), flush=True)
    WSGIServer(("127.0.0.1", port), socketio.WSGIApp(sio), log=None).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sharded="sharded" in sys.argv[3:])
