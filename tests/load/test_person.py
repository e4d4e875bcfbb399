"""What a virtual person does is thrown by dice that a seed repeats."""

import asyncio
import selectors
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from . import person
from .accounts import Account, Accounts
from .actions import ACTIONS
from .crowd import Crowd
from .figures import Figures
from .follower import Tally
from .http import Failed, Http
from .person import Person, Place
from .profile import DEFAULT, read_profile
from .world import World


def people(folder: Path, *, seed: int, run: str, number: int = 3) -> list[Person]:
    """The first few people of a run."""

    async def make() -> list[Person]:
        figures, profile = Figures(), read_profile(DEFAULT, frozenset(ACTIONS))
        http = Http("http://chat.example.org", figures)
        accounts = Accounts(folder / "accounts.json", http)
        world = World(http, profile, accounts, figures, Tally(), run, seed)
        await http.close()
        return [Person(world, Account(each, f"load-{each}")) for each in range(number)]

    return asyncio.run(make())


def thrown(person: Person) -> list[float]:
    return [person.idle() for _ in range(50)]


def test_a_seed_makes_people_do_the_same_in_another_run(tmp_path: Path) -> None:
    first = people(tmp_path, seed=7, run="load-7-1700000000")
    again = people(tmp_path, seed=7, run="load-7-1800000000")
    other = people(tmp_path, seed=8, run="load-7-1700000000")

    for one, same, different in zip(first, again, other, strict=True):
        expected = thrown(one)
        assert thrown(same) == expected
        assert thrown(different) != expected


def test_two_people_do_not_do_the_same(tmp_path: Path) -> None:
    one, another, _ = people(tmp_path, seed=7, run="load-7-1700000000")

    assert one.dice.random() != another.dice.random()


def test_messages_of_another_run_with_the_same_seed_are_not_taken_for_this_one(tmp_path: Path) -> None:
    (one,) = people(tmp_path, seed=7, run="load-7-1700000000", number=1)
    (other,) = people(tmp_path, seed=7, run="load-7-1800000000", number=1)

    assert one.world.latency(one.world.nonce()) is not None
    assert one.world.latency(other.world.nonce()) is None


def test_who_lost_the_network_on_purpose_need_not_be_connected(tmp_path: Path) -> None:
    everybody = people(tmp_path, seed=7, run="load-7-1700000000", number=5)
    crowd = Crowd(everybody[0].world, 25)
    crowd.people, crowd.wanted = everybody, 5
    assert crowd.wanted_connected == 5

    everybody[1].is_away = True

    assert crowd.wanted_connected == 4


class NoWaiting(selectors.DefaultSelector):
    """Lets a clock jump to where the loop would have waited to, so that a busy machine changes no order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return super().select(0)


def live(life: Coroutine[Any, Any, None]) -> None:
    """Run it with a clock that jumps."""
    selector = NoWaiting()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(life)


class Listening:
    """A person in a channel of so many, who follows it from 10 on; what they ask sync for is noted."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, members: int = 2) -> None:
        (self.person,) = people(folder, seed=7, run="load-7", number=1)
        self.person.places[7] = Place(7, "general", 10, 10, members=members)
        self.person.follower.start({"channel:7": 10})
        self.asked: list[int] = []
        self.fails: list[Failed] = []
        monkeypatch.setattr(person, "GAP_SECONDS", 0.1)
        monkeypatch.setattr(self.person, "ask", self._answer)

    async def _answer(self, _name: str, _method: str, path: str) -> Any:
        self.asked.append(int(path.removeprefix("/sync?since=channel:7@")))
        if self.fails:
            raise self.fails.pop()
        events = [{"seq": seq, "type": "other", "payload": {}} for seq in range(11, 20)]
        return {"streams": [{"stream": "channel:7", "recovered": True, "events": events}]}

    def hear(self, *seqs: int) -> None:
        for seq in seqs:
            self.person.heard("event", {"stream": "channel:7", "seq": seq, "type": "other", "payload": {}})


def test_a_gap_that_closes_by_itself_is_not_asked_about_and_one_that_stays_is_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Listening(tmp_path, monkeypatch)

    async def life() -> None:
        one.hear(12)
        await asyncio.sleep(0.08)
        one.hear(11, 14)  # the second gap has a time of its own
        await asyncio.sleep(0.06)
        assert one.asked == []
        await asyncio.sleep(0.3)
        assert one.asked == [12]
        assert not one.person.follower.behind

    live(life())


def test_who_is_told_to_wait_asks_nothing_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Listening(tmp_path, monkeypatch)

    async def life() -> None:
        one.fails = [Failed("overloaded", 503, 0.5)]
        one.person.heard("gap", {})
        await asyncio.sleep(0.05)
        one.hear(12)
        await asyncio.sleep(0.3)
        assert one.asked == [10]
        await asyncio.sleep(0.7)
        assert one.asked == [10, 10]
        assert one.person.follower.seqs == {"channel:7": 19}

    live(life())


def test_a_large_channel_does_not_ask_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for members, most in ((2, 0.102), (3_000, 3.1), (100_000, 5.1)):
        one = Listening(tmp_path, monkeypatch, members=members)
        waits = [one.person._patience("channel:7") for _ in range(200)]
        assert 0.1 <= min(waits) <= max(waits) <= most
        assert max(waits) > 0.1 + (most - 0.1) * 0.9
        assert one.person._patience("user:1") == 0.1
