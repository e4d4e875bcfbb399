"""Those who use an installation from outside, through its ingress: browsers, and programs written for v1."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster import Cluster, Release, Values, names, until
from people import PASSWORD, Person
from playwright.sync_api import Browser, sync_playwright

TESTS = Path(__file__).parents[1]
sys.path += [str(TESTS / "browser"), str(TESTS.parent / "tools")]

import visitors  # noqa: E402
from contract.v1.client import V1, Bot, is_model  # noqa: E402
from ensure_browser import find_chromium  # noqa: E402

Visit = Callable[[str], visitors.Person]


@pytest.fixture(scope="module")
def browser(url: str) -> Iterator[Browser]:
    """Chromium, which knows the installation's name as this process does."""
    host = url.removeprefix("http://").partition(":")[0]
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--no-proxy-server",
        f"--host-resolver-rules=MAP {host} 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        yield running
        running.close()


@pytest.fixture
def visit(release: Release, url: str, browser: Browser) -> Iterator[Visit]:
    """visit("Ann") → somebody with an account and a window of their own, signed in through the page."""
    made: list[visitors.Person] = []

    def come(name: str) -> visitors.Person:
        account = Person(url).sign_up()
        made.append(visitors.Person(url, browser, account.nickname, name))
        return made[-1].sign_in(PASSWORD)

    yield come
    for person in made:
        person.leave()


def test_two_browsers_chat_over_plain_http(visit: Visit) -> None:
    ann, bob = visit("Ann"), visit("Bob")
    ann.create_channel("harbour")
    bob.join_channel("harbour")

    ann.say("Is the *ferry* running today?")
    bob.sees("Is the ferry running today?")
    bob.say("Every hour.")
    ann.sees("Every hour.")

    for person in (ann, bob):
        # Chromium says of itself that it heeds this header over TLS only.
        assert [text for text in person.problems if "Cross-Origin-Opener-Policy" not in text] == []
    assert ann.outside == bob.outside == []


def test_a_v1_program_hears_over_websocket(release: Release, url: str) -> None:
    v1 = V1(url)
    ann = v1.register()

    with Bot(url) as bot:
        bot.ping_user(ann.token)
        said = v1.say(ann, "from the first version")
        bot.wait(is_model("Message", id=said["id"]), "the message")


def test_a_v1_program_hears_over_long_polling_where_that_is_on(
    release: Release, cluster: Cluster, url: str, values: Values
) -> None:
    two = {**values["defaults"], "replicas": 2}
    before = names(cluster.pods("realtime"))
    release.upgrade({**values, "realtime": {"polling": {"enabled": True}}, "defaults": two})
    until(
        "the end of pods without polling", lambda: not before & names(cluster.pods("realtime", leaving=True))
    )
    v1 = V1(url)
    ann = v1.register()

    # Several programs, so that some would meet the other pod if nothing kept each at its own.
    bots = [Bot(url, transports=["polling"]) for _ in range(4)]
    try:
        for bot in bots:
            bot.__enter__()
            bot.ping_user(ann.token)
        said = [v1.say(ann, f"slowly {number}")["id"] for number in range(3)]
        for bot in bots:
            for message in said:
                bot.wait(is_model("Message", id=message), "the message", 30)
    finally:
        for bot in bots:
            bot.__exit__()
    assert len(cluster.ready_pods("realtime")) == 2
    release.upgrade(values)
