"""What a virtual person does is thrown by dice that a seed repeats."""

import asyncio
from pathlib import Path

from .accounts import Account, Accounts
from .actions import ACTIONS
from .crowd import Crowd
from .figures import Figures
from .follower import Tally
from .http import Http
from .person import Person
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
