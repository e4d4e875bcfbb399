"""What every answer carries, and whom web lets change anything. No api is needed: there is none at its address."""

import json
import re
from pathlib import Path

import pytest
from flack_web.app import create_app
from flack_web.settings import WebSettings
from flask.testing import FlaskClient

HERE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
FROM_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"src/main.tsx": {"file": "main-1.js", "isEntry": True}})
    )
    settings = WebSettings(
        api_url="http://127.0.0.1:1",  # nobody listens there
        redis_url="redis://127.0.0.1:1/0",
        session_key="a key that is long enough",
    )
    return create_app(settings, assets_folder=tmp_path).test_client()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/away", "/robots.txt", "/no/such/page", "/session"])
def test_every_answer_carries_the_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=FROM_BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-ID"]


def test_only_over_https_the_browser_is_told_to_stay_there(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/robots.txt").headers
    secure = client.get("/robots.txt", headers={"X-Forwarded-Proto": "https"})
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/session"), ("POST", "/session/sign-up"), ("POST", "/session/token"), ("DELETE", "/session")],
)
def test_other_origins_change_nothing(
    client: FlaskClient, method: str, path: str, headers: dict[str, str]
) -> None:
    assert client.open(path, method=method, headers=headers, json={}).status_code == 403


def test_a_page_of_this_origin_may(client: FlaskClient) -> None:
    assert client.delete("/session", headers=HERE).status_code == 204
    assert client.post("/session/token", headers=HERE).status_code == 401


def test_every_route_that_changes_something_is_among_those_tested(client: FlaskClient) -> None:
    changing = {
        (method, rule.rule)
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert changing == {
        ("POST", "/session"), ("POST", "/session/sign-up"), ("POST", "/session/token"), ("DELETE", "/session"),
    }  # fmt: skip


def test_who_is_not_signed_in_is_led_to_the_form_and_back(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"
    assert client.get("/c/7/m/9?x=1").headers["Location"] == "/sign-in?next=%2Fc%2F7%2Fm%2F9%3Fx%3D1"


def test_while_api_is_away_a_page_says_so_and_asks_again(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers=FROM_BROWSER)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert re.search(r'<meta http-equiv="refresh" content="2">', answer.text)


def test_while_api_is_away_a_script_is_told_in_json(client: FlaskClient) -> None:
    answer = client.post("/session", json={"nickname": "ann", "password": "x"}, headers=HERE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.content_type == "application/problem+json"
    assert answer.get_json(force=True)["code"] == "unavailable"


def test_a_script_is_told_in_plain_words_why_it_was_refused(client: FlaskClient) -> None:
    nowhere = client.get("/no/such/page").get_json(force=True)
    assert (nowhere["status"], nowhere["detail"]) == (404, "No such address.")
    stranger = client.post("/session", json={}, headers={"Origin": "https://elsewhere.example"})
    assert stranger.get_json(force=True)["detail"] == "This was not sent by a page of this address."
    unknown = client.post("/session", json={"nickname": "a", "password": "b", "colour": "red"}, headers=HERE)
    assert unknown.get_json(force=True)["errors"] == [{"field": "colour", "message": "Unknown field."}]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"nickname": 1, "password": "x"}', b'{"nickname": "a"}', b"\xff\xfe",
             b'{"nickname": "a", "password": "b", "role": "administrator"}', b'"\\ud800"', b"[" * 60_000],
)  # fmt: skip
def test_a_body_that_is_no_sign_in_is_refused_with_its_fields(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/session", data=body, content_type="application/json", headers=HERE)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"]


def test_a_body_that_is_no_json_or_too_long_is_refused(client: FlaskClient) -> None:
    assert client.post("/session", data={"nickname": "a"}, headers=HERE).status_code == 422
    long = b'{"nickname": "' + b"a" * 100_000 + b'"}'
    assert (
        client.post("/session", data=long, content_type="application/json", headers=HERE).status_code == 413
    )


def test_an_unknown_address_is_a_page_for_people_and_json_for_scripts(client: FlaskClient) -> None:
    page = client.get("/internal/memberships?users=1", headers=FROM_BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    problem = client.get("/internal/memberships?users=1", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")
