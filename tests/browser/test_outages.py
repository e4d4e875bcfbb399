"""What two people in two windows notice while a database is away, and that all is there when it is back."""

import time
import uuid
from collections.abc import Iterator
from itertools import pairwise

import pytest
from faults.account import Account
from flack_local.stack import Stack
from playwright.sync_api import Response, expect
from servers import wait_until
from visitors import MakePerson, Person

CAUGHT_UP_SECONDS = 35


class Window:
    """Somebody looking at a channel, who keeps what api answered to each of their posts."""

    def __init__(self, person: Person, channel: int) -> None:
        self.person = person
        self.posts: list[int] = []
        person.page.goto(f"/c/{channel}")
        expect(person.composer).to_be_visible()
        person.page.on("response", self._keep)
        person.page.evaluate("() => { window.stillHere = true; }")

    def _keep(self, answer: Response) -> None:
        if answer.request.method == "POST" and answer.url.endswith("/messages"):
            self.posts.append(answer.status)

    def say_and_see_sent(self, text: str) -> None:
        """Post; it is answered, and it stands among the messages and no longer among those on their way."""
        with self.person.page.expect_response(lambda answer: answer.url.endswith("/messages")):
            self.person.say(text)
        expect(self.person.page.locator(".message-body").filter(has_text=text)).to_have_count(1)
        expect(self.person.page.locator(".is-pending")).to_have_count(0)

    def was_not_reloaded(self) -> bool:
        """Whether it is the same page as at the start."""
        return bool(self.person.page.evaluate("() => window.stillHere === true"))


@pytest.fixture
def account(stack: Stack) -> Account:
    """A program that posts, too, and owns the channel."""
    return Account(stack.url, f"bot-{uuid.uuid4().hex[:8]}").sign_up()


@pytest.fixture
def channel(account: Account) -> int:
    """The channel that all are in."""
    return account.new_channel()


@pytest.fixture
def windows(make_person: MakePerson, account: Account, channel: int) -> Iterator[tuple[Window, Window]]:
    """Two people in two windows, large enough to show all that is said."""
    made = []
    for name in ("Ann", "Bob"):
        person = make_person(name, viewport={"width": 1100, "height": 2400}).sign_up()
        account.ask("POST", f"/channels/{channel}/members", json={"user_id": person.user_id})
        made.append(Window(person.sign_in(), channel))
    yield made[0], made[1]
    for window in made:
        window.person.problems.clear()  # browsers report answers of 503 as errors


def post(account: Account, channel: int, source: str) -> int:
    """A post by a program; its status."""
    body = {"source": source}
    return account.call("POST", f"/channels/{channel}/messages", json=body).status_code


def history(account: Account, channel: int) -> list[str]:
    """All that api has, in its order, which has no hole."""
    messages = account.history(channel)
    assert all(later["position"] == earlier["position"] + 1 for earlier, later in pairwise(messages))
    return [message["source"] for message in messages]


@pytest.mark.timeout(240)
def test_while_valkey_is_away_every_post_is_sent_and_then_every_reader_has_all(
    stack: Stack, account: Account, channel: int, windows: tuple[Window, Window]
) -> None:
    ann, bob = windows
    ann.say_and_see_sent("before")
    bob.person.sees("before")
    said = ["before"]
    stack.stop("redis")
    for number in range(4):
        for name, window in (("ann", ann), ("bob", bob)):
            window.say_and_see_sent(f"{name} {number}, without Valkey")
            said.append(f"{name} {number}, without Valkey")
        assert post(account, channel, f"bot {number}, without Valkey") == 201
        said.append(f"bot {number}, without Valkey")

    stack.start("redis")
    deadline = time.monotonic() + CAUGHT_UP_SECONDS
    for window in windows:
        window.person.sees(*said, timeout=max(1, 1000 * (deadline - time.monotonic())))
    ann.say_and_see_sent("after")
    bob.person.sees("after", timeout=CAUGHT_UP_SECONDS * 1000)

    assert [window.posts for window in windows] == [[201] * 6, [201] * 4]
    assert history(account, channel) == [*said, "after"]
    assert all(window.person.messages() == [*said, "after"] for window in windows)
    assert all(window.was_not_reloaded() for window in windows)


@pytest.mark.timeout(300)
def test_while_postgres_is_away_the_page_says_so_and_sends_what_waited_when_it_is_back(
    stack: Stack, account: Account, channel: int, windows: tuple[Window, Window]
) -> None:
    ann, bob = windows
    ann.say_and_see_sent("before, by Ann")
    bob.say_and_see_sent("before, by Bob")
    stack.stop("postgres")
    try:
        refused = account.call("POST", f"/channels/{channel}/messages", json={"source": "never stored"})
        assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json")
        assert refused.json()["code"] == "database_unavailable"
        assert int(refused.headers["Retry-After"]) >= 1

        ann.person.say("given up for now")  # tried again and again, then left to her
        failed = ann.person.page.get_by_role("alert").filter(has_text="Not sent.")
        expect(failed).to_contain_text(refused.json()["detail"], timeout=90_000)
        bob.person.say("waits for its turn")
        wait_until_answered(bob, 503)
    finally:
        stack.start("postgres")

    bob.person.sees("waits for its turn", timeout=60_000)
    expect(bob.person.page.locator(".is-pending")).to_have_count(0, timeout=60_000)
    failed.get_by_role("button", name="Retry").click()
    expect(ann.person.page.locator(".is-pending")).to_have_count(0, timeout=60_000)
    bob.person.sees("given up for now", timeout=CAUGHT_UP_SECONDS * 1000)

    said = ["before, by Ann", "before, by Bob", "waits for its turn", "given up for now"]
    assert history(account, channel) == said
    for window in windows:
        window.person.sees(*said, timeout=CAUGHT_UP_SECONDS * 1000)
        assert window.person.messages() == said
        assert window.posts.count(201) == 2
        assert window.was_not_reloaded()


def wait_until_answered(window: Window, status: int) -> None:
    """Until a post of this window got that answer."""

    def answered() -> bool:
        window.person.page.evaluate("() => 0")  # playwright hands events on while it is asked something
        return status in window.posts

    wait_until(answered, seconds=30)
