"""A retried request with the same key does nothing twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from api_fixtures import PASSWORD, MakeApi, Person, new_person
from flack_api.idempotency import fingerprint
from flask import Flask
from servers import somebody_waits, wait_until
from sqlalchemy import Engine, text

KEY = {"Idempotency-Key": "5e6a2f9c-0001"}


def test_a_retry_gets_the_first_answer_and_posts_nothing(ada: Person) -> None:
    path = f"/channels/{ada.make_channel()}/messages"
    first = ada.post(path, {"source": "once"}, headers=KEY)
    again = ada.post(path, {"source": "once"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(ada.get(path).json["messages"]) == 1  # type: ignore[index]


def test_without_a_key_the_same_body_is_another_message(ada: Person) -> None:
    path = f"/channels/{ada.make_channel()}/messages"
    assert ada.post(path, {"source": "twice"}).json != ada.post(path, {"source": "twice"}).json


def test_a_key_with_another_body_is_refused(ada: Person) -> None:
    path = f"/channels/{ada.make_channel()}/messages"
    ada.post(path, {"source": "one"}, headers=KEY)
    other = ada.post(path, {"source": "two"}, headers=KEY)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")  # type: ignore[index]
    assert len(ada.get(path).json["messages"]) == 1  # type: ignore[index]


def test_a_key_on_another_path_is_refused(ada: Person) -> None:
    one, two = ada.make_channel(), ada.make_channel()
    ada.post(f"/channels/{one}/messages", {"source": "a"}, headers=KEY)
    other = ada.post(f"/channels/{two}/messages", {"source": "a"}, headers=KEY)
    assert other.status_code == 422


def test_what_is_kept_of_a_body_cannot_be_tried_out_by_who_reads_the_database(make_api: MakeApi) -> None:
    body = b'{"nickname": "ada", "password": "a bicycle by the canal"}'

    def kept(service_key: str, body: bytes = body) -> bytes:
        with make_api(service_key=service_key).test_request_context(
            "/api/v2/users", method="POST", data=body
        ):
            return fingerprint()

    assert (
        kept("the service key of one")
        == kept("the service key of one")
        != kept("the service key of one", body + b" ")
    )
    assert kept("the service key of one") != kept("the service key of another")


def test_a_key_belongs_to_one_person(ada: Person, sign_up: Callable[..., Person]) -> None:
    ben = sign_up("ben")
    path = f"/channels/{ada.make_channel()}/messages"
    ben.post(path.replace("messages", "members"))
    first = ada.post(path, {"source": "a"}, headers=KEY)
    other = ben.post(path, {"source": "a"}, headers=KEY)
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json["id"] != other.json["id"]  # type: ignore[index]


def test_a_refused_request_does_not_use_the_key_up(ada: Person, sign_up: Callable[..., Person]) -> None:
    ben = sign_up("ben")
    path = f"/channels/{ada.make_channel()}/messages"
    assert ben.post(path, {"source": "a"}, headers=KEY).status_code == 403
    ben.post(path.replace("messages", "members"))
    assert ben.post(path, {"source": "a"}, headers=KEY).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/channels", {"name": "made once", "kind": "public"}),
        ("/channels/direct", {"user_ids": [0]}),
        ("/exports", None),
    ],
)
def test_every_post_heeds_the_key(
    ada: Person, sign_up: Callable[..., Person], path: str, body: object
) -> None:
    ben = sign_up("ben")
    if path.endswith("direct"):
        body = {"user_ids": [ben.id]}
    first, again = ada.post(path, body, headers=KEY), ada.post(path, body, headers=KEY)
    assert first.json == again.json
    assert first.status_code == again.status_code
    assert again.headers["Idempotency-Replayed"] == "true"


def test_signing_up_twice_with_a_key_makes_one_account(api: Flask) -> None:
    client, new = api.test_client(), {"nickname": "ada", "password": PASSWORD}
    first = client.post("/api/v2/users", json=new, headers=KEY)
    again = client.post("/api/v2/users", json=new, headers=KEY)
    without = client.post("/api/v2/users", json=new)
    assert (first.status_code, again.status_code, without.status_code) == (201, 201, 409)
    assert first.json == again.json


def test_tokens_are_never_kept_for_a_retry(api: Flask, ada: Person, engine: Engine) -> None:
    grant = {"grant": "password", "nickname": "ada", "password": PASSWORD}
    first = api.test_client().post("/api/v2/tokens", json=grant, headers=KEY)
    again = api.test_client().post("/api/v2/tokens", json=grant, headers=KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["refresh_token"] != again.json["refresh_token"]  # type: ignore[index]
    with engine.connect() as connection:
        kept = connection.scalar(text("select count(*) from idempotency_keys where answer like '%frt_%'"))
    assert kept == 0


def test_the_code_of_an_invitation_is_never_kept_for_a_retry(ada: Person, engine: Engine) -> None:
    first, again = ada.post("/invites", headers=KEY).json, ada.post("/invites", headers=KEY).json
    assert first["invite"] != again["invite"]
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from idempotency_keys")) == 0


def test_a_twin_under_way_is_told_to_wait(ada: Person, engine: Engine) -> None:
    """The channel's row is held, so that the first request stays under way until the second was answered."""
    channel = ada.make_channel()
    path = f"/channels/{channel}/archive"
    with engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("select id from channels where id = :id for update"), {"id": channel})
        first = pool.submit(ada.post, path, headers=KEY)
        wait_until(lambda: somebody_waits(engine))
        twin = ada.post(path, headers=KEY)
        holder.rollback()
        assert first.result(10).status_code == 200
    assert (twin.status_code, twin.json["code"]) == (409, "request_under_way")  # type: ignore[index]
    assert twin.headers["Retry-After"] == "1"
    assert ada.post(path, headers=KEY).headers["Idempotency-Replayed"] == "true"


def test_many_twins_at_once_make_one_message(make_api: MakeApi) -> None:
    app = make_api(database_pool_size=10)
    ada = new_person(app, "ada")
    path = f"/channels/{ada.make_channel()}/messages"
    start = threading.Barrier(8)

    def post(_number: int) -> int:
        start.wait(10)
        return ada.post(path, {"source": "once"}, headers=KEY).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(post, range(8)))
    # Posting takes the channel's lock first: a twin gets the answer as soon as it is there.
    assert statuses == {201}
    assert len(ada.get(path).json["messages"]) == 1  # type: ignore[index]
