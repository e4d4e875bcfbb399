"""Sessions, the rotation of refresh tokens, and v1's tokens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import people
import pytest
from flack_domain import actions, errors, queries
from flack_domain.actions.tokens import SignedIn
from flack_domain.actor import Actor
from flack_domain.outbox import Delivery
from flack_domain.passwords import Passwords
from people import FAST_PASSWORDS, PASSWORD
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker


def sign_in(session: Session, nickname: str = "ann") -> SignedIn:
    return actions.tokens.sign_in(session, FAST_PASSWORDS, nickname=nickname, password=PASSWORD)


def age(session: Session, by: timedelta) -> None:
    """Let time pass for the tokens: everything that happened to them happened earlier."""
    session.execute(text("update refresh_tokens set rotated_at = rotated_at - :by"), {"by": by})
    session.execute(text("update sessions set expires_at = expires_at - :by"), {"by": by})
    session.commit()


@pytest.mark.parametrize(
    ("nickname", "password"),
    [("ann", "wrong"), ("Ann", PASSWORD), ("nobody", PASSWORD), ("", ""), ("a\0", "b"), ("\ud800", "\ud800")],
)
def test_wrong_credentials(session: Session, nickname: str, password: str) -> None:
    people.sign_up(session, "ann")
    with pytest.raises(errors.Unauthenticated):
        actions.tokens.sign_in(session, FAST_PASSWORDS, nickname=nickname, password=password)


def reset(session: Session, ann: Actor) -> None:
    actions.users.reset_password(session, FAST_PASSWORDS, nickname="ann", password="another one")


def lock_out(session: Session, ann: Actor) -> None:
    actions.users.change(session, Actor(0, "administrator"), ann.id, deactivated=True)


def begin(session: Session, passwords: Passwords, ann: Actor) -> None:
    actions.tokens.sign_in(session, passwords, nickname="ann", password=PASSWORD)


def begin_v1(session: Session, passwords: Passwords, ann: Actor) -> None:
    actions.v1_tokens.sign_in(session, passwords, nickname="ann", password=PASSWORD)


def change(session: Session, passwords: Passwords, ann: Actor) -> None:
    actions.users.update_profile(session, passwords, ann, password="a third one", current_password=PASSWORD)


@pytest.mark.parametrize(
    ("use", "meanwhile"),
    [(begin, reset), (begin, lock_out), (begin_v1, reset), (begin_v1, lock_out), (change, reset)],
)
def test_a_password_opens_nothing_where_it_ended_while_it_was_checked(
    session: Session,
    sessions: "sessionmaker[Session]",
    use: Callable[[Session, Passwords, Actor], None],
    meanwhile: Callable[[Session, Actor], None],
) -> None:
    _, ann = people.sign_up(session, "admin", "ann")

    def slowly(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        answer = function(*arguments)
        with sessions() as other:
            meanwhile(other, ann)
        return answer

    with pytest.raises(errors.Unauthenticated):
        use(session, Passwords(slowly, time_cost=1, memory_kib=8, parallelism=1), ann)
    for table in ("sessions", "v1_tokens"):
        assert session.scalar(text(f"select count(*) from {table}")) == 0


def test_each_refresh_gives_another_token_of_the_same_session(session: Session) -> None:
    people.sign_up(session, "ann")
    first = sign_in(session)
    second = actions.tokens.refresh(session, refresh_token=first.refresh_token)
    third = actions.tokens.refresh(session, refresh_token=second.refresh_token)
    assert first.session_id == second.session_id == third.session_id
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert first.refresh_token.startswith("frt_") and len(first.refresh_token) == 47


def test_two_tabs_may_use_a_token_within_ten_seconds(session: Session) -> None:
    people.sign_up(session, "ann")
    first = sign_in(session)
    one = actions.tokens.refresh(session, refresh_token=first.refresh_token)
    age(session, timedelta(seconds=9))
    other = actions.tokens.refresh(session, refresh_token=first.refresh_token)
    assert one.refresh_token != other.refresh_token
    for sibling in (one, other):
        actions.tokens.refresh(session, refresh_token=sibling.refresh_token)


def test_a_token_that_comes_back_later_ends_the_session(session: Session, engine: Engine) -> None:
    ended: list[Delivery] = []
    session.info["publish"] = ended.append
    (ann,) = people.sign_up(session, "ann")
    stolen, untouched = sign_in(session), sign_in(session)
    successor = actions.tokens.refresh(session, refresh_token=stolen.refresh_token)
    age(session, timedelta(seconds=11))
    with pytest.raises(errors.RefreshTokenReused):
        actions.tokens.refresh(session, refresh_token=stolen.refresh_token)
    assert not queries.sessions.alive(session, stolen.session_id)
    assert queries.sessions.alive(session, untouched.session_id)
    with pytest.raises(errors.RefreshTokenInvalid):
        actions.tokens.refresh(session, refresh_token=successor.refresh_token)
    told = [(end.user_id, end.session_id) for delivery in ended for end in delivery.control]
    assert told == [(ann.id, stolen.session_id)]


def test_a_session_ends_after_thirty_days_without_use(session: Session) -> None:
    people.sign_up(session, "ann")
    signed_in = sign_in(session)
    age(session, timedelta(days=29))
    renewed = actions.tokens.refresh(session, refresh_token=signed_in.refresh_token)
    age(session, timedelta(days=29))
    assert queries.sessions.alive(session, signed_in.session_id)
    renewed = actions.tokens.refresh(session, refresh_token=renewed.refresh_token)
    age(session, timedelta(days=31))
    assert not queries.sessions.alive(session, signed_in.session_id)
    with pytest.raises(errors.RefreshTokenInvalid):
        actions.tokens.refresh(session, refresh_token=renewed.refresh_token)


@pytest.mark.parametrize("token", ["", "frt_", "frt_unknown", "\0", "\ud800", "x" * 100_000])
def test_unknown_tokens(session: Session, token: str) -> None:
    with pytest.raises(errors.RefreshTokenInvalid):
        actions.tokens.refresh(session, refresh_token=token)
    actions.tokens.revoke(session, refresh_token=token)


def test_signing_out_ends_ones_own_session_only(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    hers, another = sign_in(session), sign_in(session)
    actions.tokens.sign_out(session, bob, session_id=hers.session_id)
    assert queries.sessions.alive(session, hers.session_id)
    actions.tokens.sign_out(session, ann, session_id=hers.session_id)
    actions.tokens.sign_out(session, ann, session_id=hers.session_id)
    assert not queries.sessions.alive(session, hers.session_id)
    actions.tokens.revoke(session, refresh_token=another.refresh_token)
    assert not queries.sessions.alive(session, another.session_id)


def test_no_token_is_stored_readably(session: Session) -> None:
    people.sign_up(session, "ann")
    signed_in = sign_in(session)
    old = actions.v1_tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD)
    rows = session.execute(
        text("select t::text from refresh_tokens t union all select t::text from v1_tokens t")
    )
    stored = " ".join(rows.scalars())
    for secret in (signed_in.refresh_token, old.token):
        assert secret not in stored and secret[4:].encode().hex() not in stored


def test_v1_tokens_add_up_until_all_of_them_end(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    first, second = (
        actions.v1_tokens.sign_in(session, FAST_PASSWORDS, nickname="ann", password=PASSWORD)
        for _ in range(2)
    )
    assert (first.came_online, second.came_online) == (True, False)
    for token in (first.token, second.token):
        found = queries.v1.user_of_token(session, token)
        assert found is not None and found.id == ann.id and found.online
    actions.v1_tokens.sign_out(session, ann.id)
    assert queries.v1.user_of_token(session, first.token) is None
    assert queries.v1.user_of_token(session, second.token) is None
    assert queries.v1.user_of_token(session, "") is None
