"""The example of fanout's README: `python fanout_alone.py PORT REDIS_URL`. Nothing of Flack's but fanout."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

import redis  # noqa: E402
import socketio  # noqa: E402
from flack_realtime.fanout import FanoutManager, redis_connector  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402


def main(port: int, redis_url: str) -> None:
    """Serve until killed."""
    publisher = redis.Redis.from_url(redis_url)
    manager = FanoutManager(redis_connector(redis_url), publisher.publish, prefix="alone:")
    sio = socketio.Server(async_mode="gevent", async_handlers=False, client_manager=manager)

    @sio.event
    def connect(sid: str, _environ: dict[str, object]) -> None:
        sio.enter_room(sid, "lobby")

    @sio.event
    def say(sid: str, text: str) -> str:
        sio.emit("said", text, room="lobby")
        sio.emit("others", text, room="lobby", skip_sid=sid)
        return "told"

    @sio.event
    def leave(sid: str) -> None:
        sio.leave_room(sid, "lobby")

    others = sorted(
        name
        for name in sys.modules
        if name.startswith("flack_") and not name.startswith("flack_realtime.fanout")
    )
    print(",".join(others), flush=True)
    WSGIServer(("127.0.0.1", port), socketio.WSGIApp(sio), log=None).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
