"""Every screen that a person meets, in the light and wide, in the dark and narrow: nothing for axe to find."""

import json
import uuid

import pytest
from faults.account import Account
from playwright.sync_api import Route, expect
from visitors import LOOKS, MakePerson, Person, clean

TWO_LOOKS = ("wide-light", "narrow-dark")
REFUSAL = {"code": "refused", "title": "Forbidden", "status": 403, "detail": "This channel is closed today."}


@pytest.fixture(params=TWO_LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def viewer(make_person: MakePerson, look: str) -> Person:
    """Somebody signed in, with the screen and the theme of the look."""
    return make_person("Ingrid Solheim", **LOOKS[look]).sign_up().sign_in()


def open_rail(person: Person) -> None:
    """On a narrow screen the list of channels is a drawer."""
    menu = person.page.locator(".header-menu")
    if menu.is_visible() and not person.page.locator(".rail.is-open").count():
        menu.click()


def new_channel(person: Person) -> str:
    """Create a channel, wherever the person is; its name."""
    name = f"deck-{uuid.uuid4().hex[:6]}"
    open_rail(person)
    person.create_channel(name)
    return name


def say_and_wait(person: Person, text: str) -> None:
    """Post, until it is no longer on its way."""
    person.say(text)
    person.sees(text)
    expect(person.page.locator(".is-pending")).to_have_count(0)


def refuse_posts(person: Person) -> None:
    """Whatever this person posts is refused for good."""

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fulfill(status=403, content_type="application/problem+json", body=json.dumps(REFUSAL))

    person.page.route("**/api/v2/channels/*/messages", refuse)


def test_the_dialogs_of_the_channel_list(viewer: Person, look: str) -> None:
    for button, title, name in (
        ("Browse channels", "Browse channels", "browse"),
        ("Create channel", "Create channel", "create"),
        ("New direct message", "New direct message", "direct"),
        ("preferences", "Preferences", "preferences"),
    ):
        open_rail(viewer)
        viewer.page.get_by_role("button", name=button).first.click()
        dialog = viewer.page.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        if name == "browse":
            expect(dialog.get_by_text("general", exact=True)).to_be_visible()
        if name == "direct":
            viewer.page.get_by_label("Find people by name").fill(viewer.nickname)
            expect(dialog.get_by_text("Looking…")).to_have_count(0)
        clean(viewer, f"dialog-{name}-{look}")
        viewer.page.keyboard.press("Escape")
        expect(viewer.page.get_by_role("dialog")).to_have_count(0)


def test_the_details_of_a_channel_and_a_question_before_leaving_it(
    viewer: Person, make_person: MakePerson, look: str
) -> None:
    name = new_channel(viewer)
    make_person("Mateus Prado").sign_up().sign_in().join_channel(name)
    viewer.page.get_by_role("button", name="members, details").click()
    expect(
        viewer.page.get_by_role("complementary", name="Details").get_by_text("Mateus Prado")
    ).to_be_visible()
    clean(viewer, f"details-{look}")
    viewer.page.get_by_role("button", name="Leave channel").click()
    expect(viewer.page.get_by_role("dialog", name=f"Leave {name}?")).to_be_visible()
    clean(viewer, f"dialog-confirm-{look}")


def test_an_edit_in_its_place(viewer: Person, look: str) -> None:
    new_channel(viewer)
    say_and_wait(viewer, "The tide is at six.")
    viewer.composer.press("ArrowUp")
    expect(viewer.page.locator("textarea.editor-field")).to_be_focused()
    clean(viewer, f"editor-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_an_empty_channel_and_a_message_that_failed_in_it(viewer: Person, look: str) -> None:
    new_channel(viewer)
    expect(viewer.page.get_by_text("Write the first message")).to_be_visible()
    clean(viewer, f"empty-{look}")
    say_and_wait(viewer, "This one arrives.")
    refuse_posts(viewer)
    viewer.say("This one does not.")
    expect(viewer.page.get_by_role("button", name="Retry")).to_be_visible()
    viewer.problems.clear()  # browsers report the 403
    clean(viewer, f"failed-{look}")


def test_a_message_on_its_way(viewer: Person, look: str) -> None:
    new_channel(viewer)
    viewer.page.route("**/api/v2/channels/*/messages", lambda route: None)  # is never answered
    viewer.say("This one takes its time.")
    expect(viewer.page.locator(".is-pending")).to_have_count(1)
    clean(viewer, f"pending-{look}")


def test_somebody_elses_channel_and_none_at_all(viewer: Person, administrator: Account, look: str) -> None:
    channel = administrator.new_channel(f"harbour-{uuid.uuid4().hex[:6]}")
    viewer.page.goto(f"/c/{channel}")
    expect(viewer.page.get_by_text("You are not in harbour")).to_be_visible()
    clean(viewer, f"visitor-{look}")
    viewer.page.goto("/c/999999999")
    expect(viewer.page.get_by_text("This conversation is not here")).to_be_visible()
    viewer.problems.clear()  # browsers report the 404
    clean(viewer, f"not-here-{look}")


@pytest.mark.parametrize("look", ["narrow-light", "narrow-dark"])
def test_the_drawer(viewer: Person, look: str) -> None:
    open_rail(viewer)
    expect(viewer.page.get_by_role("button", name="Close channels")).to_be_visible()
    clean(viewer, f"drawer-{look}")
