"""What can be said of every page: nothing for axe to find, nothing from elsewhere, nothing in the console."""

import pytest
from playwright.sync_api import expect
from visitors import AXE, LOOKS, SCREENSHOTS, MakePerson, Person, clean

MESSAGES = [
    "Good morning. The **ferry** is late, so the meeting starts at 9:30.",
    "> the ferry is late\n\nNo hurry, I am on it as well.",
    "The script that reads the timetable:\n\n```python\nfor departure in timetable:\n    print(departure)\n```",
    "Two things:\n\n- tickets are at the harbour\n- coffee is on board",
]


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_axe_is_installed() -> None:
    assert AXE.exists(), "axe-core belongs to the UI's development packages: make ui"


def test_axe_finds_what_is_wrong(make_person: MakePerson) -> None:
    stranger = make_person("Stranger")
    stranger.page.goto("/sign-in")
    expect(stranger.page.get_by_role("button", name="Sign in")).to_be_visible()
    stranger.page.evaluate("() => document.querySelector('main').append(document.createElement('img'))")
    assert any(violation.startswith("image-alt") for violation in stranger.violations())


@pytest.mark.parametrize("path", ["sign-in", "sign-up"])
def test_forms(make_person: MakePerson, look: str, path: str) -> None:
    stranger = make_person("Stranger", **LOOKS[look])
    stranger.page.goto(f"/{path}")
    expect(stranger.page.get_by_label("Nickname")).to_be_visible()
    clean(stranger, f"{path}-{look}")


def test_a_conversation(make_person: MakePerson, look: str) -> None:
    writer = make_person("Lucía Fernández").sign_up().sign_in()
    channel = f"ferry-{look}"
    writer.create_channel(channel)
    reader = make_person("Ben Whitfield", **LOOKS[look]).sign_up().sign_in()
    if "narrow" in look:
        reader.page.get_by_role("button", name="Channels").first.click()
    reader.join_channel(channel)
    for text in MESSAGES:
        writer.say(text)
    expect(reader.page.get_by_role("article")).to_have_count(len(MESSAGES))
    clean(reader, f"conversation-{look}")


def test_dialogs(make_person: MakePerson, look: str) -> None:
    person = make_person("Aiko Tanaka", **LOOKS[look]).sign_up().sign_in()
    for shortcut, name in (("Control+k", "jump"), ("Shift+?", "help")):
        person.page.locator("body").click(position={"x": 1, "y": 1})
        person.page.locator("main").focus() if name == "help" else None
        person.page.keyboard.press(shortcut)
        expect(person.page.get_by_role("dialog")).to_be_visible()
        clean(person, f"dialog-{name}-{look}")
        person.page.keyboard.press("Escape")
        expect(person.page.get_by_role("dialog")).to_have_count(0)


def test_where_the_script_does_not_come_the_page_says_so_and_offers_to_try_again(ann: Person) -> None:
    channel = ann.page.url
    scripts = "**/assets/jsxRuntime-*.js"
    for path in (channel, "/sign-in"):
        if path == "/sign-in":
            ann.context.clear_cookies()
        ann.page.route(scripts, lambda route: route.abort())
        ann.page.goto(path)
        again = ann.page.get_by_role("link", name="Try again")
        expect(again).to_be_hidden()  # not before it has had its time
        expect(again).to_be_visible()
        ann.screenshot(SCREENSHOTS / f"late-{path.rsplit('/', 1)[1]}.png")
        ann.page.unroute(scripts)
        again.click()
        expect(ann.page.locator("#composer, [name=nickname]")).to_be_visible()
        expect(again).to_have_count(0)
    ann.problems.clear()  # browsers report what they could not fetch
