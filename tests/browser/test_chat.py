"""Two people in two browsers."""

import re

from flack_local.stack import Stack
from playwright.sync_api import expect
from visitors import MakePerson, Person


def test_two_people_chat_edit_and_delete(ann: Person, bob: Person) -> None:
    ann.create_channel("harbour")
    bob.join_channel("harbour")

    ann.say("Is the *ferry* running today?")
    bob.sees("Is the ferry running today?")
    bob.say("Every hour, `10:00` to `18:00`.")
    ann.sees("Every hour, 10:00 to 18:00.")

    bob.edit("Every hour", "Every hour until 19:00.")
    ann.sees("Every hour until 19:00.")
    expect(ann.message("Every hour until 19:00.")).to_contain_text("edited")

    ann.delete("Is the ferry")
    expect(bob.page.get_by_text("This message was deleted.")).to_be_visible()
    assert ann.problems == bob.problems == []


def test_what_was_said_while_offline_is_there_afterwards_without_a_hole(ann: Person, bob: Person) -> None:
    ann.create_channel("lighthouse")
    bob.join_channel("lighthouse")
    ann.say("before")
    bob.sees("before")

    bob.context.set_offline(True)
    bob.say("typed while offline")  # waits, and says so
    for number in range(1, 8):
        ann.say(f"meanwhile {number}")
    ann.sees(*[f"meanwhile {number}" for number in range(1, 8)])
    expect(bob.page.get_by_text("Reconnecting…")).to_be_visible(timeout=60_000)
    assert "meanwhile" not in " ".join(bob.messages())

    bob.context.set_offline(False)
    bob.sees(*[f"meanwhile {number}" for number in range(1, 8)], timeout=40_000)
    ann.sees("typed while offline", timeout=40_000)
    expect(bob.page.get_by_text("Reconnecting…")).to_have_count(0, timeout=40_000)
    assert bob.messages() == ann.messages()


def test_a_restart_of_realtime_is_survived_without_a_reload(ann: Person, bob: Person, stack: Stack) -> None:
    ann.create_channel("weather")
    bob.join_channel("weather")
    ann.say("calm")
    bob.sees("calm")
    stack.kill("realtime")
    ann.say("storm")  # goes over api, so it is sent all the same
    ann.sees("storm")
    stack.start("realtime")
    bob.sees("storm", timeout=40_000)
    ann.say("calm again")
    bob.sees("calm again", timeout=40_000)
    assert bob.messages() == ["calm", "storm", "calm again"]


def test_unread_messages_are_counted_in_list_and_title(ann: Person, bob: Person) -> None:
    ann.create_channel("library")
    bob.join_channel("library")
    ann.say("first")
    bob.sees("first")
    bob.create_channel("elsewhere")
    ann.say("second")
    ann.say("third")
    expect(bob.page.get_by_role("link", name="library, 2 unread")).to_be_visible()
    expect(bob.page).to_have_title(re.compile(r"^\(2\) "))
    bob.page.get_by_role("link", name="library, 2 unread").click()
    bob.sees("third")
    expect(bob.page.get_by_role("link", name="library", exact=True)).to_be_visible()


def test_a_draft_survives_a_reload(ann: Person) -> None:
    ann.create_channel("notes")
    ann.composer.fill("half a thou")
    ann.page.reload()
    expect(ann.composer).to_have_value("half a thou")


def test_the_channel_list_is_there_before_any_script(make_person: MakePerson, ann: Person) -> None:
    ann.create_channel("first-paint")
    ann.page.route("**/*.js", lambda route: route.abort())
    ann.page.goto("/")
    expect(ann.page.get_by_role("link", name="first-paint")).to_be_visible()
    ann.problems.clear()  # that the script did not load is what we wanted


def test_signing_out_leads_to_the_form_and_a_stranger_comes_back_to_what_they_wanted(ann: Person) -> None:
    ann.create_channel("return")
    wanted = ann.page.url
    ann.create_channel("another")  # the one that would open by itself
    ann.context.clear_cookies()
    ann.page.goto(wanted)
    expect(ann.page).to_have_url(re.compile(r"/sign-in\?next="))
    ann.page.get_by_label("Nickname").fill(ann.nickname)
    ann.page.get_by_label("Password").fill("not my password")
    ann.page.get_by_role("button", name="Sign in").click()
    expect(ann.page.get_by_role("alert")).to_be_visible()
    ann.problems.clear()  # browsers report the 401 as an error
    ann.page.get_by_label("Password").fill("a bicycle by the canal")
    ann.page.get_by_role("button", name="Sign in").click()
    expect(ann.page).to_have_url(wanted)


def test_a_link_to_a_public_channel_offers_to_join_it(ann: Person, bob: Person) -> None:
    ann.create_channel("open-house")
    ann.say("welcome all")
    ann.sees("welcome all")
    bob.page.goto(ann.page.url)
    expect(bob.page.get_by_role("heading", name="You are not in open-house")).to_be_visible()
    bob.page.get_by_role("button", name="Join open-house").click()
    bob.sees("welcome all")
    expect(bob.composer).to_be_visible()
    bob.page.goto("/c/987654321")
    expect(bob.page.get_by_role("heading", name="This conversation is not here")).to_be_visible()
    bob.problems.clear()  # browsers report the 404 as an error


def test_a_refused_message_holds_up_nothing_and_stays_where_it_was_written(ann: Person) -> None:
    ann.create_channel("refusals")
    ann.say("first")
    ann.sees("first")
    ann.page.route(
        "**/messages",
        lambda route: (
            route.fulfill(
                status=422,
                content_type="application/problem+json",
                body='{"status": 422, "code": "invalid", "detail": "That message is too long.", "errors": []}',
            )
            if "refused words" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    ann.say("refused words")
    expect(ann.page.get_by_text("Not sent.")).to_be_visible()
    ann.say("later")
    expect(ann.page.locator(".message-body").filter(has_text="later")).to_be_visible()
    order = ann.page.locator("[role=article]").all_inner_texts()
    assert [word for text in order for word in ("first", "refused words", "later") if word in text] == [
        "first", "refused words", "later",
    ]  # fmt: skip
    ann.page.get_by_role("button", name="Delete", exact=True).click()
    expect(ann.page.get_by_text("Not sent.")).to_have_count(0)
    ann.problems.clear()  # browsers report the 422 as an error


def test_the_offer_to_undo_a_deletion_stays_with_its_channel(ann: Person) -> None:
    ann.create_channel("drawer")
    ann.create_channel("cupboard")
    ann.say("said in haste")
    ann.sees("said in haste")
    ann.delete("said in haste")
    undo = ann.page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    ann.page.get_by_role("link", name="drawer").click()
    expect(ann.page.get_by_role("main", name="drawer")).to_be_visible()
    expect(undo).to_have_count(0)
    ann.page.get_by_role("link", name="cupboard").click()
    undo.click()
    ann.sees("said in haste")
    expect(ann.composer).to_be_focused()
