"""The browser's session, through the ingress: what a browser sends, what it gets."""

import itertools
import json
import re
from collections.abc import Iterator
from functools import partial

import httpx2
import pytest
import redis
import socketio
from flack_local.stack import Stack
from flack_web.cookie import NAME, Session, SessionCookie
from flack_web.handover import PREFIX, name
from flask import Request, Response
from servers import wait_until
from werkzeug.test import EnvironBuilder

PASSWORD = "a bicycle by the canal"
_numbers = itertools.count(1)


class Browser:
    """Somebody with cookies, whose requests come from the page."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.nickname = f"web-{next(_numbers)}"
        self.http = httpx2.Client(base_url=stack.url, timeout=30, trust_env=False)

    def post(self, path: str, body: object = None, **headers: str) -> httpx2.Response:
        return self.http.post(path, json=body, headers={"Origin": self.stack.url, **headers})

    def delete(self, path: str, **headers: str) -> httpx2.Response:
        return self.http.delete(path, headers={"Origin": self.stack.url, **headers})

    def page(self, path: str = "/") -> httpx2.Response:
        return self.http.get(path, headers={"Accept": "text/html"})

    def sign_up(self, **fields: str) -> httpx2.Response:
        return self.post("/session/sign-up", {"nickname": self.nickname, "password": PASSWORD, **fields})

    def sign_in(self, password: str = PASSWORD) -> httpx2.Response:
        return self.post("/session", {"nickname": self.nickname, "password": password})

    @property
    def session(self) -> Session:
        """What the cookie holds, which no browser can read."""
        key = (self.stack.layout.keys / "session").read_text()
        environment = EnvironBuilder(headers={"Cookie": f"{NAME}={self.http.cookies[NAME]}"}).get_environ()
        session = SessionCookie(key).read(Request(environment))
        assert session
        return session

    def handed_over(self, session: Session) -> bool:
        """Whether the successor of this session is kept for a browser that may have missed it."""
        with redis.Redis.from_url(self.stack.redis_url) as client:
            return bool(client.exists(PREFIX + name(session)))


@pytest.fixture
def browser(stack: Stack) -> Iterator[Browser]:
    made = Browser(stack)
    yield made
    made.http.close()


def boot(page: httpx2.Response) -> dict[str, dict[str, object]]:
    """The JSON block that the page starts from."""
    found = re.search(r'<script type="application/json" id="flack-boot">(.*?)</script>', page.text, re.DOTALL)
    assert found
    parsed: dict[str, dict[str, object]] = json.loads(found[1])
    return parsed


def refreshes(stack: Stack, refresh_token: str) -> int:
    body = {"grant": "refresh", "refresh_token": refresh_token}
    return httpx2.post(f"{stack.url}/api/v2/tokens", json=body, timeout=30).status_code


def test_whoever_signs_up_is_signed_in_and_the_page_starts_from_their_state(browser: Browser) -> None:
    answer = browser.sign_up(display_name="Ann")
    assert (answer.status_code, answer.json()["user"]["display_name"]) == (201, "Ann")
    page = browser.page()
    assert page.headers["Cache-Control"] == "no-store"
    assert boot(page)["user"]["nickname"] == browser.nickname
    assert set(boot(page)) == {"user", "state", "installation", "version"}
    assert '<a class="rail-item is-unread" href="/c/1">' in page.text or 'href="/c/1"' in page.text


def test_the_script_gets_an_access_token_that_api_takes_and_no_other(browser: Browser) -> None:
    browser.sign_up()
    token = browser.post("/session/token").json()
    assert set(token) == {"access_token", "expires_in", "user_id"}
    me = browser.http.get("/api/v2/users/me", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.json()["id"] == token["user_id"]
    assert 500 < token["expires_in"] <= 600


def test_markup_in_a_name_stays_text(browser: Browser) -> None:
    name = "</script><script>alert(1)</script> & \u2028"
    answer = browser.sign_up(display_name=name)
    if answer.status_code == 422:  # refused names are no danger either; then try what is allowed
        name = "Ann & Bob"
        assert browser.sign_up(display_name=name).status_code == 201
    page = browser.page()
    assert "<script>alert" not in page.text
    assert boot(page)["user"]["display_name"] == name.strip()


def test_signing_in_begins_a_new_session_and_ends_the_one_before(browser: Browser) -> None:
    browser.sign_up()
    before = browser.session
    assert browser.sign_in().status_code == 200
    after = browser.session
    assert after.refresh_token != before.refresh_token
    assert refreshes(browser.stack, before.refresh_token) == 401
    assert refreshes(browser.stack, after.refresh_token) == 200


def test_signing_out_ends_the_session_at_api_and_in_the_browser(browser: Browser) -> None:
    browser.sign_up()
    ended = browser.session
    assert browser.delete("/session").status_code == 204
    assert NAME not in browser.http.cookies
    assert refreshes(browser.stack, ended.refresh_token) == 401
    assert browser.post("/session/token").status_code == 401
    assert browser.page().headers["Location"] == "/sign-in"


def test_a_session_that_ended_elsewhere_leads_to_the_form(browser: Browser) -> None:
    browser.sign_up()
    httpx2.post(
        f"{browser.stack.url}/api/v2/tokens/revoke", json={"refresh_token": browser.session.refresh_token}
    )
    expired = Session(**{**vars(browser.session), "expires_at": 0})
    _put(browser, expired)
    page = browser.page("/c/1")
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?next=%2Fc%2F1")
    assert NAME not in browser.http.cookies


def test_an_access_token_near_its_end_is_renewed_with_the_page(browser: Browser) -> None:
    browser.sign_up()
    before = Session(**{**vars(browser.session), "expires_at": 0})
    _put(browser, before)
    assert browser.page().status_code == 200
    assert browser.session.refresh_token != before.refresh_token
    assert browser.session.expires_at > 0


def test_a_browser_that_never_received_its_new_tokens_stays_signed_in(browser: Browser) -> None:
    browser.sign_up()
    old = Session(**{**vars(browser.session), "expires_at": 0})
    _put(browser, old)
    assert browser.post("/session/token").status_code == 200
    _put(browser, old)  # the answer was lost; api would take the old token for stolen, some seconds later
    token = browser.post("/session/token")
    assert token.status_code == 200
    assert browser.session.previous == name(old)
    newest = browser.session
    _put(browser, Session(**{**vars(newest), "expires_at": 0}))
    assert browser.post("/session/token").status_code == 200
    assert browser.session.refresh_token != newest.refresh_token
    assert browser.handed_over(newest)
    assert not browser.handed_over(old), "received, so no longer kept"


def test_what_api_refuses_comes_as_api_says_it(browser: Browser) -> None:
    browser.sign_up()
    wrong = browser.sign_in("not my password")
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (401, "application/problem+json")
    taken = browser.sign_up()
    assert taken.status_code in (409, 422)
    assert taken.json()["code"]
    short = browser.post("/session/sign-up", {"nickname": "x" * 200, "password": PASSWORD})
    assert short.status_code == 422
    assert short.json()["errors"][0]["field"] == "nickname"


def test_who_is_signed_in_needs_no_form_and_never_leaves_the_site(browser: Browser) -> None:
    browser.sign_up()
    assert browser.page("/sign-in").headers["Location"] == "/"
    assert browser.page("/sign-in?next=/c/7").headers["Location"] == "/c/7"
    for elsewhere in (
        "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "///evil.example",
        "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
        "http:evil.example", "//evil.example@localhost/", "/\r\nLocation: https://evil.example", "", "data:text/html,x",
    ):  # fmt: skip
        assert browser.http.get("/sign-in", params={"next": elsewhere}).headers["Location"] == "/"


def test_the_cookie_alone_opens_nothing_at_api(browser: Browser) -> None:
    """So that no other site's form or script can use it there: api knows tokens only, and web checks the origin."""
    browser.sign_up()
    assert browser.page().status_code == 200
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    for path in ("/api/v2/users/me", "/api/v2/state", "/api/v2/channels"):
        answer = browser.http.get(path, headers=headers)
        assert answer.status_code == 401
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_cookie_that_was_planted_is_nobodys_session_after_signing_in(browser: Browser) -> None:
    """Session fixation: whoever planted it holds nothing of the session that begins."""
    attacker = Browser(browser.stack)
    attacker.sign_up()
    browser.sign_up()
    browser.delete("/session")
    _put(browser, attacker.session)
    assert browser.sign_in().status_code == 200
    assert browser.session.user_id != attacker.session.user_id
    assert browser.session.refresh_token != attacker.session.refresh_token
    assert boot(browser.page())["user"]["nickname"] == browser.nickname


def test_one_request_id_is_in_the_logs_of_web_and_api(browser: Browser) -> None:
    browser.post(
        "/session", {"nickname": "nobody-at-all", "password": "x"}, **{"X-Request-ID": "one-id-for-both-1"}
    )
    for service in ("web", "api"):
        lines = [line for line in browser.stack.log(service).splitlines() if "one-id-for-both-1" in line]
        assert lines, service
        assert "nobody-at-all" not in "".join(lines)


def test_the_id_of_a_sign_out_is_in_the_log_of_the_realtime_that_closed_its_sockets(browser: Browser) -> None:
    browser.sign_up()
    token = browser.post("/session/token").json()["access_token"]
    with socketio.SimpleClient() as client:
        client.connect(browser.stack.url, auth={"token": token}, transports=["websocket"], wait_timeout=20)
        assert client.receive(timeout=20)[0] == "ready"
        assert browser.delete("/session", **{"X-Request-ID": "one-id-for-three-1"}).status_code == 204

        def told(service: str) -> bool:
            return any("one-id-for-three-1" in line for line in browser.stack.log(service).splitlines())

        for service in ("web", "api", "realtime"):
            wait_until(partial(told, service), seconds=20)


def test_the_scale_page_is_for_administrators(stack: Stack, browser: Browser) -> None:
    browser.sign_up()
    if boot(browser.page())["user"]["role"] == "administrator":  # the first account of this installation
        assert browser.page("/scale").status_code == 200
        assert browser.http.get("/scale/snapshot").status_code in (200, 204)
    other = Browser(stack)
    other.sign_up()
    assert other.page("/scale").status_code == 404
    assert other.http.get("/scale/snapshot").status_code == 404
    assert Browser(stack).http.get("/scale/snapshot").status_code == 404


def _put(browser: Browser, session: Session) -> None:
    """Give the browser a cookie with this session in it."""
    response = Response()
    key = (browser.stack.layout.keys / "session").read_text()
    SessionCookie(key).write(response, session, secure=False)
    sealed = response.headers["Set-Cookie"].split(";")[0].removeprefix(f"{NAME}=")
    browser.http.cookies.clear()
    browser.http.cookies.set(NAME, sealed, domain="127.0.0.1", path="/")
