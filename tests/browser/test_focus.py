"""The focus is never lost after an action, and nothing typed is."""

from playwright.sync_api import expect
from visitors import Person


def press(person: Person, name: str) -> None:
    """Press a button from the keyboard."""
    button = person.page.get_by_role("button", name=name).first
    button.focus()
    button.press("Enter")


def test_where_what_holds_the_focus_goes_what_stood_around_it_takes_it(ann: Person, bob: Person) -> None:
    ann.create_channel("helm")
    ann.page.get_by_role("button", name="members, details").click()
    adding = ann.page.get_by_role("textbox", name="Add people by name")
    adding.fill(bob.nickname)
    press(ann, f"Bob @{bob.nickname}")
    expect(ann.page.get_by_text("Bob added")).to_be_visible()
    expect(adding).to_be_focused()
    press(ann, "Remove Bob")
    expect(ann.page.get_by_text("Bob removed")).to_be_visible()
    expect(ann.page.locator(":focus")).to_be_visible()

    ann.page.get_by_role("textbox", name="Topic").fill("where we steer from")
    press(ann, "Save name and topic")
    expect(ann.page.get_by_text("Saved")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Save name and topic")).to_be_focused()


def test_after_signing_out_the_forms_stay_and_the_first_field_has_the_focus(ann: Person) -> None:
    asked: list[str] = []
    ann.page.get_by_role("button", name="Preferences").click()
    press(ann, "Sign out")
    expect(ann.page.get_by_label("Nickname")).to_be_focused()
    ann.page.on("request", lambda request: asked.append(request.url))
    ann.page.get_by_role("link", name="Create an account").click()
    expect(ann.page.get_by_label("Your name")).to_be_focused()
    ann.page.get_by_role("link", name="Sign in").click()
    ann.page.get_by_label("Nickname").fill(ann.nickname)
    ann.page.get_by_label("Password").fill("not my password")
    with ann.page.expect_response("**/session"):
        ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("alert")).to_be_visible()
    assert [url.rsplit("/", 1)[1] for url in asked] == ["session"]  # and nothing of the session that is over
    ann.problems.clear()  # browsers report the 401


def test_an_edit_that_was_begun_survives_another_channel_and_a_reload(ann: Person) -> None:
    ann.create_channel("slate")
    ann.say("first words")
    ann.sees("first words")
    expect(ann.page.locator(".is-pending")).to_have_count(0)
    editor = ann.page.locator("textarea.editor-field")
    ann.composer.press("ArrowUp")
    editor.fill("better words")
    ann.page.get_by_role("link", name="general").click()
    ann.page.get_by_role("link", name="slate").click()
    ann.sees("first words")
    ann.page.reload()
    ann.sees("first words")
    ann.composer.press("ArrowUp")
    expect(editor).to_have_value("better words")
    editor.press("Escape")
    ann.composer.press("ArrowUp")
    expect(editor).to_have_value("first words")
