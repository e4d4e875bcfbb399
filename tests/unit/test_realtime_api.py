"""What realtime does where api has too much in hand."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gevent
import orjson
import pytest
from flack_realtime import api


@dataclass
class Busy:
    """api's route of memberships, which answers 503 the first few times."""

    refusals: int = 0
    asked: list[set[int]] = field(default_factory=list)

    def answer(self, user_ids: set[int]) -> tuple[int, bytes]:
        """A status and a body."""
        self.asked.append(user_ids)
        if len(self.asked) <= self.refusals:
            return 503, b""
        streams = {"channel:1": 7}
        people = [{"user_id": id, "seq": 0, "channel_ids": [1], "streams": streams} for id in user_ids]
        return 200, orjson.dumps({"people": people})


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Busy:
    """api, whom realtime asks again after a hundredth of the time."""
    gevent.get_hub().loop.update_now()
    monkeypatch.setattr(api, "BUSY_SECONDS", tuple(seconds / 100 for seconds in api.BUSY_SECONDS))
    return Busy()


@pytest.fixture
def internal(busy: Busy) -> Iterator[api.InternalApi]:
    """realtime's client of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = busy.answer({int(part) for part in self.path.split("=")[1].split(",")})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield api.InternalApi(f"http://127.0.0.1:{server.server_port}", "key")
    server.shutdown()
    server.server_close()


def test_who_waits_to_be_let_in_goes_on_waiting_while_api_is_busy(
    busy: Busy, internal: api.InternalApi
) -> None:
    busy.refusals = 3
    waiting = [gevent.spawn(internal.memberships, user_id) for user_id in (1, 2, 3)]
    gevent.joinall(waiting, timeout=5, raise_error=True)
    assert [one.value.user_id for one in waiting] == [1, 2, 3]
    assert busy.asked == [{1, 2, 3}] * 4


def test_who_waited_long_enough_is_told_that_api_is_away(busy: Busy, internal: api.InternalApi) -> None:
    busy.refusals = 100
    with pytest.raises(api.ApiAway):
        gevent.spawn(internal.memberships, 1).get(timeout=5)
    assert len(busy.asked) == 1 + len(api.BUSY_SECONDS)
