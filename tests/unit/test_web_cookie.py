"""The session cookie: sealed, rotated, and worthless when changed."""

from flack_web.cookie import NAME, Session, SessionCookie
from flask import Request, Response
from werkzeug.test import EnvironBuilder

ANN = Session(user_id=3, refresh_token="frt_x", access_token="eyJ", expires_at=1_800_000_000)
OLD, NEW = "the key of last year", "the key of this year"


def sealed(cookie: SessionCookie, session: Session = ANN, *, secure: bool = True) -> str:
    response = Response()
    cookie.write(response, session, secure=secure)
    return response.headers["Set-Cookie"]


def request_with(value: str) -> Request:
    return Request(EnvironBuilder(headers={"Cookie": f"{NAME}={value}"}).get_environ())


def value_of(header: str) -> str:
    return header.split(";")[0].removeprefix(f"{NAME}=")


def test_what_was_sealed_is_read_back() -> None:
    cookie = SessionCookie(NEW)
    assert cookie.read(request_with(value_of(sealed(cookie)))) == ANN


def test_the_cookie_shows_nothing_and_no_script_can_read_it() -> None:
    header = sealed(SessionCookie(NEW))
    assert "frt_x" not in header
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= set(header.split("; "))


def test_on_plain_http_the_cookie_is_not_secure_so_that_it_comes_back() -> None:
    assert "Secure" not in sealed(SessionCookie(NEW), secure=False)


def test_a_cookie_of_the_key_before_is_still_read_while_both_keys_are_set() -> None:
    value = value_of(sealed(SessionCookie(OLD)))
    assert SessionCookie(f"{NEW}, {OLD}").read(request_with(value)) == ANN
    assert SessionCookie(NEW).read(request_with(value)) is None


def test_a_new_cookie_is_sealed_with_the_first_key() -> None:
    value = value_of(sealed(SessionCookie(f"{NEW},{OLD}")))
    assert SessionCookie(NEW).read(request_with(value)) == ANN


def test_changed_and_made_up_cookies_are_nobody() -> None:
    cookie = SessionCookie(NEW)
    value = value_of(sealed(cookie))
    middle = len(value) // 2
    changed = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    for wrong in (changed, value[:-10], "x", "", "é", "a" * 5000):
        assert cookie.read(request_with(wrong)) is None
