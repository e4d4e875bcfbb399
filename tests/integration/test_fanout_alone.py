"""fanout as anybody may use it: two processes of a plain python-socketio server, one Redis, nothing of Flack's."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import redis
from realtime_support import HTTP, Person, closing_all, wait_until
from servers import embedded_valkey, ports


class Plain:
    """A running example server."""

    def __init__(self, redis_url: str) -> None:
        port = ports.take()
        self.url = f"http://127.0.0.1:{port}"
        program = Path(__file__).with_name("fanout_alone.py")
        self._process = subprocess.Popen(
            [sys.executable, program, str(port), redis_url], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.imported = self._process.stdout.readline().strip()
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return HTTP.get(f"{self.url}/socket.io/?EIO=3").status_code == 400
        except httpx2.HTTPError:
            return False

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def servers(redis_url: str) -> Iterator[list[Plain]]:
    with closing_all() as running:
        running += [Plain(redis_url), Plain(redis_url)]
        yield running


@pytest.fixture
def servers_on_a_cluster(tmp_path: Path) -> Iterator[list[Plain]]:
    with embedded_valkey(tmp_path, "--cluster-enabled", "yes") as url, closing_all() as running:
        node = redis.Redis.from_url(url)
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_until(lambda: b"cluster_state:ok" in node.execute_command("CLUSTER", "INFO"))
        running += [Plain(url), Plain(url)]
        yield running


def test_two_plain_servers_share_their_rooms(servers: list[Plain]) -> None:
    _talk(servers)


def test_and_so_they_do_where_redis_is_a_cluster(servers_on_a_cluster: list[Plain]) -> None:
    _talk(servers_on_a_cluster)


def _talk(servers: list[Plain]) -> None:
    with closing_all() as people:
        ann = Person(servers[0].url)
        bob = Person(servers[1].url)
        cat = Person(servers[1].url, transport="polling")
        people += [ann, bob, cat]
        wait_until(lambda: all(person.sio.connected for person in people))

        assert ann.call("say", "hello") == "told"
        for person in people:
            person.wait("said", lambda text: text == "hello")
        bob.wait("others", lambda text: text == "hello")

        cat.call("leave")
        assert bob.call("say", "again") == "told"
        ann.wait("others", lambda text: text == "again")
        bob.wait("said", lambda text: text == "again")
        assert cat.all("said") == ["hello"]
        assert ann.all("others") == ["again"]  # what she said herself was for the others


def test_fanout_brings_nothing_else_of_flack_along(servers: list[Plain]) -> None:
    assert servers[0].imported == "flack_realtime"  # the empty package that it lies in
