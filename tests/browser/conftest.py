"""Fixtures of the browser tests: a whole installation behind its ingress, and people with windows of their own."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flack_local.stack import Stack
from playwright.sync_api import Browser, expect, sync_playwright
from visitors import CHROMIUM_FLAGS, SCREENSHOTS, MakePerson, Person

ROOT = Path(__file__).parents[2]
PATIENCE = 30_000
"""How long a page may take to show what is expected, in milliseconds, on a machine that others use, too."""

expect.set_options(timeout=PATIENCE)
_numbers = itertools.count(1)


def _chromium() -> str | None:
    sys.path.insert(0, str(ROOT / "tools"))
    from ensure_browser import find_chromium

    return find_chromium()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: Debian's, playwright's own, or what FLACK_CHROMIUM names.

    One for each file of tests: while playwright is there its event loop runs, and no other can be started in the
    process, which tests of other folders want to do.
    """
    chromium = _chromium()  # before playwright runs: it may ask a playwright of its own
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def make_person(stack: Stack, browser: Browser, request: pytest.FixtureRequest) -> Iterator[MakePerson]:
    """Makes people: each has an account, a browser context of their own and is signed in through the page."""
    made: list[Person] = []

    def make(name: str, **context: object) -> Person:
        person = Person(stack.url, browser, f"{name.split()[0].lower()}-{next(_numbers)}", name, **context)
        made.append(person)
        return person

    yield make
    for person in made:
        person.screenshot(SCREENSHOTS / f"{request.node.name}-{person.name}.png")
        person.leave()
    _free_names(stack)


def _free_names(stack: Stack) -> None:
    """Nobody else's channel has a name that the next test, or another try of this one, gives to its own."""
    with psycopg.connect(stack.database_url.replace("+psycopg", "")) as connection:
        connection.execute("update channels set name = 'was-' || id where kind = 'public' and not is_general")


@pytest.fixture
def ann(make_person: MakePerson) -> Person:
    """Somebody signed in."""
    return make_person("Ann").sign_up().sign_in()


@pytest.fixture
def bob(make_person: MakePerson) -> Person:
    """Somebody else, in a context of their own."""
    return make_person("Bob").sign_up().sign_in()
