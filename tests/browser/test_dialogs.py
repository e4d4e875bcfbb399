"""Dialogs, also where a piece of the page or an answer does not come, and what their forms say."""

from playwright.sync_api import expect
from visitors import Person


def test_a_dialog_that_cannot_be_fetched_says_so_and_comes_when_tried_again(ann: Person) -> None:
    ann.create_channel("meanwhile")
    chunk = "**/assets/CreateChannelDialog-*"
    ann.page.route(chunk, lambda route: route.abort())
    ann.page.reload()
    create = ann.page.get_by_role("button", name="Create channel")
    create.click()
    failed = ann.page.get_by_role("dialog", name="This part could not be loaded")
    expect(failed).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.page.get_by_role("link", name="general").click()
    ann.page.get_by_role("link", name="meanwhile").click()
    ann.say("everything else works")
    ann.sees("everything else works")

    create.click()
    expect(failed.get_by_role("button", name="Try again")).to_be_focused()
    ann.page.unroute(chunk)
    failed.get_by_role("button", name="Try again").click()
    expect(ann.page.get_by_role("dialog", name="Create channel")).to_be_visible()
    expect(ann.page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    ann.problems.clear()  # browsers report what they could not fetch


def test_where_only_the_dialog_is_missing_trying_again_brings_a_fresh_page(ann: Person) -> None:
    """So it is after an upgrade, and in browsers that keep in mind what they could not fetch."""
    ann.create_channel("kept")
    ann.composer.fill("half a thou")
    ann.page.route("**/assets/PreferencesDialog-*", lambda route: route.abort())
    ann.page.reload()
    ann.page.evaluate("() => { window.stillHere = true; }")
    ann.page.get_by_role("button", name="Preferences").click()
    with ann.page.expect_event("load"):
        ann.page.get_by_role("button", name="Try again").click()
    expect(ann.composer).to_have_value("half a thou")
    assert ann.page.evaluate("() => window.stillHere") is None
    ann.problems.clear()


def test_channels_that_could_not_be_listed_come_by_themselves_when_the_connection_is_back(
    ann: Person,
) -> None:
    ann.create_channel("quay")
    ann.page.get_by_role("button", name="Browse channels").click()
    dialog = ann.page.get_by_role("dialog")
    ann.page.get_by_label("Search channels").fill("nothing of that name")
    expect(dialog.get_by_text("No channel found")).to_be_visible()
    ann.context.set_offline(True)
    ann.page.get_by_label("Search channels").fill("quay")
    expect(dialog.get_by_text("Channels could not be loaded")).to_be_visible()
    expect(dialog.get_by_role("button", name="Try again")).to_be_visible()
    expect(dialog.get_by_text("No channel found")).to_have_count(0)

    ann.context.set_offline(False)
    expect(dialog.get_by_text("quay", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Channels could not be loaded")).to_have_count(0)
    ann.problems.clear()


def test_a_channel_is_called_as_the_form_said_and_errors_stand_beside_their_field(ann: Person) -> None:
    ann.page.get_by_role("button", name="Create channel").first.click()
    dialog = ann.page.get_by_role("dialog")
    name = ann.page.get_by_role("textbox", name="Name", exact=True)
    name.press("Enter")
    expect(name).to_have_accessible_description("This cannot be empty.")
    expect(name).to_be_focused()
    name.fill("x" * 81)
    name.press("Enter")
    expect(name).to_have_accessible_description("This takes at most 80 characters.")
    name.fill("General")
    name.press("Enter")
    expect(name).to_have_accessible_description("A public channel has this name.")
    expect(name).to_have_value("general")
    ann.problems.clear()  # browsers report the 409

    name.fill("")
    name.press_sequentially("#Boat  Trips ")
    expect(dialog.get_by_text("It will be called boat-trips")).to_be_visible()
    name.press("Enter")
    expect(ann.page.get_by_role("main", name="boat-trips")).to_be_visible()

    ann.page.get_by_role("button", name="members, details").click()
    name.fill("Boat Trips 2")
    ann.page.get_by_role("button", name="Save name and topic").click()
    expect(ann.page.get_by_role("main", name="boat-trips-2")).to_be_visible()
    assert ann.problems == []


def test_what_a_dialog_has_to_tell_is_told_in_it(ann: Person) -> None:
    ann.page.get_by_role("button", name="Preferences").click()
    dialog = ann.page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Ann Other")
    dialog.get_by_label("Your name").press("Enter")
    note = dialog.get_by_text("Profile saved")
    expect(note).to_be_visible()
    note.click(trial=True)  # nothing lies over it
    expect(ann.page.get_by_text("Profile saved")).to_have_count(1)
    assert ann.problems == []
