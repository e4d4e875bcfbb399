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

    def __init__(self) -> None:
        self.link = Link()
        self.client = self


class Members:
    """Whoever is checked is asked about at api, which is away for the first questions."""

    def __init__(self, away: int) -> None:
        self.away, self.checked = away, 0

    def check(self, _user_id: int) -> None:
        if self.away:
            self.away -= 1
            raise ApiAway("503")
        self.checked += 1


class Nothing:
    """Whatever is asked of it, nothing comes of it."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


@pytest.mark.parametrize(("away", "reason"), [(0, None), (3, None), (100, "unavailable")])
def test_who_could_not_be_checked_is_checked_again_and_at_last_sent_away(
    monkeypatch: pytest.MonkeyPatch, away: int, reason: str | None
) -> None:
    session, slept = Session(), []
    people = Nothing()
    people.of = lambda _user_id: [session]  # type: ignore[attr-defined]
    monkeypatch.setattr(sync.gevent, "sleep", slept.append)
    members = Members(away)
    checker = sync.Sync(Nothing(), people, Nothing(), members)  # type: ignore[arg-type]
    checker._check(deque([(3, 0, 0.0)]))
    assert session.link.reason == reason
    assert members.checked == (0 if reason else 1)
    assert slept == pytest.approx([1.0, 2.0, 4.0, 8.0][:away], abs=0.5)
