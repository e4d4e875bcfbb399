"""Rate limits: per person, per address, stricter for signing in and up, and there without Redis too."""

import httpx2
import pytest
from api_fixtures import PASSWORD, SERVICE_KEY, MakeApi, new_person
from flack_contracts.internal import SERVICE_KEY_HEADER
from flack_web.api import Api, ApiRefused
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


def test_each_view_is_counted_apart(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_requests="2/minute").test_client()
    assert [client.get("/api/v2/installation").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/api/v2/jwks").status_code == 200


def test_of_several_limits_the_nearest_is_told_until_another_is_reached(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_requests="3/hour; 2/minute").test_client()
    told = []
    for _ in range(3):
        headers = client.get("/api/v2/installation").headers
        told.append((headers["RateLimit-Limit"], headers["RateLimit-Remaining"], "Retry-After" in headers))
    assert told == [("2", "1", False), ("2", "0", False), ("2", "0", True)]


def test_our_own_services_are_not_limited_and_told_no_limit(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_requests="1/minute")
    ada = new_person(app, "ada")

    key = {SERVICE_KEY_HEADER: SERVICE_KEY}
    assert [ada.get("/users/me").status_code for _ in range(2)] == [200, 429]
    answers = [app.test_client().get(f"/internal/memberships?users={ada.id}", headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit-Limit" not in answers[-1].headers


def test_a_view_with_a_limit_beside_the_usual_one_is_counted_for_both(make_api: MakeApi) -> None:
    ada = new_person(_limited(make_api, rate_limit_requests="2/minute"), "ada")
    answers = [ada.patch("/users/me", {"display_name": f"Ada {number}"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]


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


def test_refreshing_has_a_limit_of_its_own(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_refresh="3/minute")
    grant = {"grant": "refresh", "refresh_token": "not a token"}
    answers = [app.test_client().post("/api/v2/tokens", json=grant).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    assert _sign_in(app.test_client(), "ada") == 401  # which is counted apart


def test_what_v1_sockets_say_counts_for_who_says_it(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_requests="3/minute")
    tokens = []
    for name in ("ada", "ben"):
        new_person(app, name)
        tokens.append(app.test_client().post("/api/tokens", auth=(name, PASSWORD)).json["token"])  # type: ignore[index]

    def say(token: str) -> int:
        event = {"name": "post_message", "args": [{"source": "by a v1 socket"}, token]}
        headers = {SERVICE_KEY_HEADER: SERVICE_KEY}
        return app.test_client().post("/internal/v1/events", json=event, headers=headers).status_code

    assert [say(tokens[0]) for _ in range(4)] == [200, 200, 200, 429]
    assert say(tokens[1]) == 200


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


def _v1_sign_in(client: FlaskClient, nickname: str, body: object = None, prefix: str = "/api") -> int:
    return client.post(f"{prefix}/tokens", auth=(nickname, "wrong password"), json=body).status_code


def test_what_a_v1_client_puts_into_a_body_frees_it_from_no_limit(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_sign_in="2/minute")
    new_person(app, "ada")
    client = app.test_client()
    bodies = [{"grant": "refresh"}, {"nickname": "somebody else"}, {"nickname": "another"}]
    assert [_v1_sign_in(client, "ada", body) for body in bodies] == [401, 401, 429]


def test_what_a_v2_client_puts_into_a_basic_header_frees_it_from_no_limit(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_sign_in="2/minute").test_client()
    grant = {"grant": "password", "nickname": "ada", "password": "wrong password"}
    answers = [
        client.post("/api/v2/tokens", json=grant, auth=(f"other{number}", "x")).status_code
        for number in range(3)
    ]
    assert answers == [401, 401, 429]


def test_all_ways_to_sign_in_share_a_budget(make_api: MakeApi) -> None:
    client = _limited(make_api, rate_limit_sign_in="3/minute").test_client()
    assert _sign_in(client, "ada") == 401
    assert _v1_sign_in(client, "ada") == 401
    assert _v1_sign_in(client, "ada", prefix="/api/v1") == 401
    assert [_sign_in(client, "ada"), _v1_sign_in(client, "ada")] == [429, 429]


def test_guessing_the_password_of_a_session_is_slowed_down_and_other_changes_are_not(
    make_api: MakeApi,
) -> None:
    ada = new_person(_limited(make_api, rate_limit_sign_in="2/minute"), "ada")
    guess = {"current_password": "a wrong guess", "password": "a new password"}
    assert [ada.patch("/users/me", guess).status_code for _ in range(3)] == [401, 401, 429]
    assert ada.patch("/users/me", {"display_name": "Ada"}).status_code == 200


@pytest.mark.parametrize("proxies", [2, 3])
def test_browsers_behind_several_proxies_are_told_apart(make_api: MakeApi, proxies: int) -> None:
    app = _limited(make_api, rate_limit_sign_in_address="1/minute", trusted_proxies=proxies)
    web = Api(
        httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://api"), trusted_proxies=proxies
    )
    for address, expected in (("192.0.2.1", 401), ("192.0.2.2", 401), ("192.0.2.1", 429)):
        with pytest.raises(ApiRefused) as refusal:
            web.sign_in("ada", "wrong password", address)
        assert refusal.value.status == expected


def test_a_subscriber_of_ipv6_has_one_budget(make_api: MakeApi) -> None:
    app = _limited(make_api, rate_limit_requests="1/minute", trusted_proxies=1)

    def ask(address: str) -> int:
        return app.test_client().get("/api/v2/installation", headers={"X-Forwarded-For": address}).status_code

    assert [ask("2001:db8:0:1::1"), ask("2001:db8:0:1:ffff::2"), ask("2001:db8:0:2::1")] == [200, 429, 200]
    assert [ask("::ffff:192.0.2.9"), ask("192.0.2.9")] == [200, 429]
