"""A message has four ways in and six ways out: each brings it once, and all in the same order."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from faults.account import Account
from flack_local.stack import Stack
from playwright.sync_api import expect
from programs import Listener, OldBot
from servers import wait_until
from visitors import MakePerson, Person

ROUNDS = 3


@pytest.fixture
def direct_push_alone(stack: Stack) -> Iterator[None]:
    """Without `beat` there is no outbox relay and no heads digest, which would bring whatever was not pushed."""
    stack.stop("beat")
    try:
        yield
    finally:
        stack.start("beat")


@pytest.fixture
def account(stack: Stack) -> Account:
    """Somebody who uses programs."""
    return Account(stack.url, f"bot-{uuid.uuid4().hex[:8]}").sign_up()


@pytest.fixture
def old_bot(stack: Stack, account: Account) -> Iterator[OldBot]:
    """The same person with a program for v1."""
    bot = OldBot(stack.url, account)
    yield bot
    bot.listener.socket.disconnect()


@pytest.fixture
def listener(stack: Stack, account: Account) -> Iterator[Listener]:
    """A program on v2's events."""
    listening = Listener(stack.url, account.token())
    yield listening
    listening.socket.disconnect()


def in_window(make_person: MakePerson, name: str, channel: int) -> Person:
    """A person looking at a channel, on a screen on which all of it is seen."""
    person = make_person(name, viewport={"width": 1100, "height": 2400}).sign_up().sign_in()
    person.page.goto(f"/c/{channel}")
    expect(person.composer).to_be_visible()
    return person


def say_and_wait(person: Person, source: str) -> None:
    with person.page.expect_response(lambda answer: answer.url.endswith("/messages")) as answered:
        person.say(source)
    assert answered.value.status == 201


@pytest.mark.usefixtures("direct_push_alone")
def test_each_way_in_reaches_each_way_out_once_and_in_the_same_order(
    make_person: MakePerson, account: Account, old_bot: OldBot, listener: Listener
) -> None:
    channels = account.ask("GET", "/state")["channels"]
    general = next(channel["id"] for channel in channels if channel["name"] == "general")
    writer = in_window(make_person, "Writer", general)
    reader = in_window(make_person, "Reader", general)
    mark = uuid.uuid4().hex[:8]
    ways: dict[str, Callable[[str], object]] = {
        "REST v2": lambda source: account.ask(
            "POST", f"/channels/{general}/messages", json={"source": source}
        ),
        "REST v1": old_bot.post,
        "Socket.IO v1": old_bot.emit,
        "the page": lambda source: say_and_wait(writer, source),
    }
    posted = []
    for number in range(ROUNDS):
        for name, post in ways.items():
            source = f"{number} by {name} {mark}"
            post(source)
            posted.append(source)

    def ours(sources: list[str]) -> list[str]:
        return [source for source in sources if source.endswith(mark)]

    for person in (writer, reader):
        person.sees(*posted)
    wait_until(lambda: len(ours(listener.sources)) >= len(posted), seconds=30)
    wait_until(lambda: len(ours(old_bot.listener.sources)) >= len(posted), seconds=30)
    seen = {
        "the window it was written in": writer.messages(),
        "another window": reader.messages(),
        "a socket of v2": listener.sources,
        "a socket of v1": old_bot.listener.sources,
        "the list of v2": [message["source"] for message in account.history(general)],
        "the list of v1": old_bot.messages(),
    }
    assert {way: ours(sources) for way, sources in seen.items()} == dict.fromkeys(seen, posted)
