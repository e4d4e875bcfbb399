"""Rate limits: per person, per address, stricter for signing in and up, and there without Redis too."""

import pytest
from api_fixtures import PASSWORD, MakeApi, new_person
from flask import Flask
from flask.testing import FlaskClient
from servers import wait_until

NO_REDIS = "redis://127.0.0.1:1/0"


def _limited(make_api: MakeApi, **changes: object) -> Flask:
    return make_api(rate_limits_enabled=True, **changes)


def _sign_in(client: FlaskClient, nickname: str, password: str = "wrong password") -> int:
    grant = {"grant": "password", "nickname": nickname, "password": password}
    return client.post("/api/v2/tokens", json=grant).status_code


def test_answers_tell_the_limit(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_requests="5/minute").test_client()
    headers = client.get("/api/v2/installation").headers
    assert (headers["RateLimit-Limit"], headers["RateLimit-Remaining"]) == ("5", "4")
    assert 1 <= int(headers["RateLimit-Reset"]) <= 60


@pytest.mark.parametrize("redis", [{}, {"redis_url": NO_REDIS}], ids=["with Redis", "without Redis"])
def test_too_many_requests_are_told_when_to_come_back(make_api: MakeApi, redis: dict[str, str]) -> None:
    client = _limited(make_api, rate_limit_requests="3/minute", **redis).test_client()
    answers = [client.get("/api/v2/installation") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "rate_limited"  # type: ignore[index]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_one_person_is_counted_apart_from_another_at_the_same_address(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_requests="4/minute")
    ada, ben = new_person(app, "ada"), new_person(app, "ben")
    assert [ada.get("/users/me").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert ben.get("/users/me").status_code == 200


def test_replicas_count_together(make_api: MakeApi) -> None:
    one, other = (_limited(make_api, rate_limit_requests="3/minute").test_client() for _ in range(2))
    assert [one.get("/api/v2/installation").status_code for _ in range(3)] == [200, 200, 200]
    wait_until(lambda: other.get("/api/v2/installation").status_code == 429)


def test_guessing_passwords_of_one_nickname_is_slowed_down(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_sign_in="3/minute")
    new_person(app, "ada")
    client = app.test_client()
    assert [_sign_in(client, "ada") for _ in range(4)] == [401, 401, 401, 429]
    assert _sign_in(client, "ada", PASSWORD) == 429
    assert _sign_in(client, "ben") == 401


def test_good_sign_ins_are_not_counted_as_guesses(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_sign_in="2/minute")
    new_person(app, "ada")
    assert [_sign_in(app.test_client(), "ada", PASSWORD) for _ in range(4)] == [200] * 4


def test_an_address_tries_only_so_many_nicknames(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_sign_in_address="3/minute").test_client()
    assert [_sign_in(client, f"name{i}") for i in range(4)] == [401, 401, 401, 429]


def test_refreshing_is_no_sign_in(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_sign_in_address="1/minute", rate_limit_sign_in="1/minute")
    token = new_person(app, "ada").refresh_token
    for _ in range(4):
        grant = {"grant": "refresh", "refresh_token": token}
        answer = app.test_client().post("/api/v2/tokens", json=grant)
        assert answer.status_code == 200
        token = answer.json["refresh_token"]  # type: ignore[index]


def test_an_address_makes_only_so_many_accounts(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_sign_up="2/hour").test_client()
    made = [
        client.post("/api/v2/users", json={"nickname": f"name{i}", "password": PASSWORD}).status_code
        for i in range(3)
    ]
    assert made == [201, 201, 429]


def test_addresses_are_those_that_trusted_proxies_tell(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_requests="1/minute", trusted_proxies=1)

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return app.test_client().get("/api/v2/installation", headers=headers).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.2"), ask("192.0.2.1")] == [200, 200, 429]
    # What the client itself wrote before the proxy's own entry counts for nothing.
    assert ask("198.51.100.7, 192.0.2.1") == 429
