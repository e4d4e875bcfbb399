"""What api does while Redis or PostgreSQL is away."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import servers
from api_fixtures import MakeApi, Person, new_person
from flack_contracts.events import read_event
from flack_contracts.wire import packet_arguments
from flask import Flask
from psycopg import sql
from sqlalchemy import Engine, text

V1_PATHS = ("/api/users", "/api/v1/users", "/stats", "/tasks/status/none", "/api/nothing")
NO_REDIS = "redis://127.0.0.1:1/0"


def _unpublished(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from events where not published")) or 0)


def test_an_event_reaches_its_room_and_is_marked(api: Flask, engine: Engine, redis_url: str) -> None:
    ada = new_person(api, "ada")
    channel = ada.make_channel()
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        heard.subscribe(f"flack:room:channel:{channel}")
        servers.wait_until(lambda: heard.get_message() is not None)
        posted = ada.say(channel, "hello")
        packets: list[Any] = []

        def arrived() -> bool:
            found = heard.get_message(ignore_subscribe_messages=True)
            packets.extend([found] if found else [])
            return bool(packets)

        servers.wait_until(arrived)
    name, (envelope,) = packet_arguments(packets[0]["data"])
    assert name == "event"
    assert isinstance(envelope, dict)
    assert (envelope["type"], envelope["payload"]["message"]) == ("message.posted", posted)
    servers.wait_until(lambda: _unpublished(engine) == 0)


def test_posting_goes_on_without_redis_and_the_events_are_left_to_the_relay(
    make_api: MakeApi, engine: Engine
) -> None:
    app = make_api(redis_url=NO_REDIS, rate_limits_enabled=True)
    ada = new_person(app, "ada")
    channel = ada.make_channel()
    before = _unpublished(engine)
    for number in range(5):
        ada.say(channel, f"message {number}")
    assert _unpublished(engine) == before + 5
    news = ada.get(f"/sync?since=channel:{channel}@0").json
    events = news["streams"][0]["events"]  # type: ignore[index]
    assert [event["payload"]["message"]["source"] for event in events][-5:] == [
        f"message {n}" for n in range(5)
    ]


def test_redis_goes_away_between_two_posts(make_api: MakeApi, engine: Engine, tmp_path: Path) -> None:
    """What Redis took is marked, what it did not take is left to the relay, and no post is refused."""
    with servers.embedded_valkey(tmp_path) as url:
        app = make_api(redis_url=url, rate_limits_enabled=True)
        ada = new_person(app, "ada")
        channel = ada.make_channel()
        ada.say(channel, "before")
        servers.wait_until(lambda: _unpublished(engine) == 0)
    ada.say(channel, "during")
    ada.say(channel, "still")
    assert _unpublished(engine) == 2


@pytest.fixture
def shut_database(database_url: str, postgres_url: str) -> Iterator[Callable[[bool], None]]:
    """Ends all connections to this test's database and refuses new ones, or lets them in again."""
    name = database_url.rsplit("/", 1)[1]
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as admin:

        def shut(closed: bool) -> None:
            allow = sql.SQL("false" if closed else "true")
            admin.execute(
                sql.SQL("alter database {} allow_connections {}").format(sql.Identifier(name), allow)
            )
            if closed:
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
                )

        yield shut
        shut(False)


def test_without_the_database_everything_answers_503(
    api: Flask, sign_up: Callable[..., Person], shut_database: Callable[[bool], None]
) -> None:
    ada = sign_up("ada")
    channel = ada.make_channel()
    posted = ada.say(channel)
    shut_database(True)
    for answer in (
        ada.get(f"/channels/{channel}"),
        ada.post(f"/channels/{channel}/messages", {"source": "lost?"}),
        ada.post(f"/channels/{channel}/messages", {"source": "lost?"}, headers={"Idempotency-Key": "key"}),
        api.test_client().post("/api/v2/tokens", json={"grant": "refresh", "refresh_token": "frt_x"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")  # type: ignore[index]
        assert int(answer.headers["Retry-After"]) >= 1
    assert api.test_client().get("/api/v2/jwks").status_code == 200

    shut_database(False)
    kept = ada.get(f"/channels/{channel}/messages").json["messages"]  # type: ignore[index]
    assert [message["id"] for message in kept] == [posted["id"]]
    assert (
        ada.post(
            f"/channels/{channel}/messages", {"source": "lost?"}, headers={"Idempotency-Key": "key"}
        ).status_code
        == 201
    )


def test_a_database_that_only_reads_answers_503_to_those_who_write(
    make_api: MakeApi, owner_database_url: str
) -> None:
    """As a standby does after a failover, and a managed server whose disk is full."""
    ada = new_person(make_api(), "ada")
    channel = ada.make_channel()
    name = sql.Identifier(owner_database_url.rsplit("/", 1)[1])
    with psycopg.connect(owner_database_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(sql.SQL("alter database {} set default_transaction_read_only = on").format(name))
    reading = make_api()
    again = Person(reading, ada.id, "ada", ada.access_token, ada.refresh_token)

    refused = again.post(f"/channels/{channel}/messages", {"source": "lost?"})

    assert (refused.status_code, refused.json["code"]) == (503, "database_unavailable")  # type: ignore[index]
    assert int(refused.headers["Retry-After"]) >= 1
    assert again.get(f"/channels/{channel}").status_code == 200


def test_connections_that_the_server_closed_are_replaced_unseen(
    sign_up: Callable[..., Person], shut_database: Callable[[bool], None]
) -> None:
    ada = sign_up("ada")
    shut_database(True)
    shut_database(False)
    assert [ada.get("/users/me").status_code for _ in range(5)] == [200] * 5


def test_a_database_that_never_answers_does_not_hold_requests(make_api: MakeApi) -> None:
    app = make_api(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    answer = app.test_client().post("/api/v2/tokens", json={"grant": "refresh", "refresh_token": "frt_x"})
    assert answer.status_code == 503


def test_the_log_holds_what_was_pushed(api: Flask, engine: Engine) -> None:
    ada = new_person(api, "ada")
    channel = ada.make_channel()
    ada.say(channel)
    with engine.connect() as connection:
        envelopes = connection.scalars(
            text("select envelope from events where stream = :s"), {"s": f"channel:{channel}"}
        )
        assert [read_event(envelope).seq for envelope in envelopes]


def test_more_requests_than_a_process_may_have_in_hand_are_told_to_come_back(
    make_api: MakeApi, engine: Engine
) -> None:
    app = make_api(requests_in_hand=1)
    ada = new_person(app, "ada")
    channel = ada.make_channel()
    with engine.connect() as lock, ThreadPoolExecutor(1) as pool:
        lock.execute(text("select 1 from channels where id = :id for update"), {"id": channel})
        waiting = pool.submit(ada.say, channel, "waits for the lock")
        servers.wait_until(lambda: ada.get("/users/me").status_code == 503)

        refused = ada.get("/users/me")
        refused_v1 = [app.test_client().get(path) for path in V1_PATHS]
        lock.rollback()
        said = waiting.result(30)

    assert refused.json["code"] == "overloaded"  # type: ignore[index]
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 5
    for answer in refused_v1:
        assert (answer.status_code, answer.content_type) == (503, "application/json")
        assert answer.json == {"code": "overloaded", "error": refused.json["detail"]}  # type: ignore[index]
        assert 1 <= int(answer.headers["Retry-After"]) <= 5
        assert {"Deprecation", "Sunset", "Link"} <= set(answer.headers.keys())
    assert said["source"] == "waits for the lock"
    assert ada.get("/users/me").status_code == 200
