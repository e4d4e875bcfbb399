"""When tokens end, sessions do, each once; who has gone leaves nothing behind."""

from flack_realtime.fanout import Client
from flack_realtime.sessions import Session, Sessions


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def signed_in(sessions: Sessions, user_id: int, until: float) -> Session:
    session = Session(Client("sid", "eio", "/", None), user_id=user_id, expires_at=until)  # type: ignore[arg-type]
    sessions.add(session)
    return session


def test_a_session_ends_with_its_token_and_only_once() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    early, late = signed_in(sessions, 1, 1010), signed_in(sessions, 2, 1020.5)
    assert list(sessions.expired()) == []
    clock.now = 1010
    assert list(sessions.expired()) == [early]
    assert list(sessions.expired()) == []
    clock.now = 1021
    assert list(sessions.expired()) == [late]


def test_a_renewed_token_counts_instead_of_the_old_one() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    session = signed_in(sessions, 1, 1010)
    sessions.renew(session, 1600)
    clock.now = 1599
    assert list(sessions.expired()) == []
    clock.now = 1600
    assert list(sessions.expired()) == [session]


def test_who_has_gone_is_kept_nowhere() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    gone, here = signed_in(sessions, 1, 1010), signed_in(sessions, 1, 1010)
    assert not sessions.remove(gone)  # the person has another socket
    clock.now = 1010
    assert list(sessions.expired()) == [here]
    assert sessions.remove(here)
    assert sessions.users() == []
    assert not sessions._ending
