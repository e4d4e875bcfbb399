"""How many people are carried: the search against installations whose limit is known."""

import pytest

from .search import Search


def tried(search: Search, carries: int) -> list[int]:
    """Run a search against an installation that carries so many."""
    levels = []
    while search.stage != "done":
        levels.append(search.level)
        assert len(levels) < 50, "the search does not end"
        search.judge(search.level <= carries)
    return levels


@pytest.mark.parametrize("carries", [1, 7, 199, 200, 333, 1000, 1777, 3999])
def test_it_ends_within_its_precision_below_the_limit(carries: int) -> None:
    search = Search(first=200, most=4000, precision=0.1)

    levels = tried(search, carries)

    assert search.carried <= carries
    assert search.carried >= 0.85 * carries - 1
    assert max(levels) <= 4000
    assert not search.at_most


def test_what_was_found_is_confirmed() -> None:
    search = Search(first=100, most=1000)

    levels = tried(search, 400)

    assert levels[-1] == search.carried
    assert levels.count(search.carried) == 2


def test_it_says_when_even_the_most_was_carried() -> None:
    search = Search(first=200, most=500)

    assert tried(search, 100_000) == [200, 300, 450, 500, 500]
    assert search.at_most


def test_an_installation_that_carries_nobody_ends_the_search() -> None:
    search = Search(first=50, most=100)

    tried(search, 0)

    assert search.carried == 0


def test_a_confirmation_that_fails_backs_off_until_one_holds() -> None:
    search = Search(first=100, most=100, precision=0.1)
    search.judge(True)
    assert (search.stage, search.level) == ("confirming", 100)

    search.judge(False)
    search.judge(False)
    assert (search.stage, search.level) == ("confirming", 81)
    search.judge(True)

    assert search.carried == 81


@pytest.mark.parametrize(("first", "most"), [(0, 10), (20, 10)])
def test_a_search_without_room_is_refused(first: int, most: int) -> None:
    with pytest.raises(ValueError, match="first"):
        Search(first=first, most=most)
