"""After Redis was away everybody is checked, also where api has too much to do at first."""

from collections import deque
from typing import Any

import pytest
from flack_realtime import sync
from flack_realtime.api import ApiAway


class Link:
    reason: str | None = None

    def close_with(self, reason: str, _code: int) -> None:
        self.reason = reason


class Session:
    """A socket of somebody."""

    session_id = 5

    def __init__(self) -> None:
        self.link = Link()
        self.client = self

    def close(self, reason: str) -> None:
        self.link.reason = reason


class Api:
    """api, away for the first questions."""

    def __init__(self, away: int) -> None:
        self.away = away

    def session_alive(self, _session_id: int) -> bool:
        if self.away:
            self.away -= 1
            raise ApiAway("503")
        return False


class Nothing:
    """Whatever is asked of it, nothing comes of it."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


@pytest.mark.parametrize(("away", "reason"), [(0, "signed_out"), (3, "signed_out"), (100, "unavailable")])
def test_who_could_not_be_checked_is_checked_again_and_at_last_sent_away(
    monkeypatch: pytest.MonkeyPatch, away: int, reason: str
) -> None:
    session, slept = Session(), []
    people = Nothing()
    people.of = lambda _user_id: [session]  # type: ignore[attr-defined]
    monkeypatch.setattr(sync.gevent, "sleep", slept.append)
    checker = sync.Sync(Nothing(), people, Nothing(), Nothing(), Api(away))  # type: ignore[arg-type]
    checker._check(deque([(3, 0, 0.0)]))
    assert session.link.reason == reason
    assert slept == pytest.approx([1.0, 2.0, 4.0, 8.0][:away], abs=0.5)
