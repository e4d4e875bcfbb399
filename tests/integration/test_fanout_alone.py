"""fanout as anybody may use it: two processes of a plain python-socketio server, one Redis, nothing of Flack's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from plain_server import Plain
from realtime_support import Person, closing_all, wait_until
from servers import embedded_valkey


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
        wait_until(lambda: all(person.connects for person in people))

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
