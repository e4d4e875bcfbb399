"""Nothing lies over what is read."""

import pytest
from playwright.sync_api import FloatRect, Locator, expect
from visitors import MakePerson, Person


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def test_on_a_touch_screen_the_button_to_copy_code_stands_above_it(make_person: MakePerson) -> None:
    reader = make_person("Reader", viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    reader.sign_up().sign_in()
    reader.say("```\n" + "a line that is longer than the screen is wide\n" * 2 + "```")
    message = reader.message("a line that is longer").last  # another try may have said it before
    button = message.get_by_role("button", name="Copy code")
    expect(button).to_have_css("opacity", "1")
    place = box(button)
    assert place["y"] + place["height"] <= box(message.locator("pre code"))["y"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_day_at_the_top_makes_way_for_the_banner(ann: Person, width: int) -> None:
    ann.create_channel(f"banner-{width}")
    ann.page.set_viewport_size({"width": width, "height": 400})
    for number in range(12):
        ann.say(f"line {number}")
    ann.sees("line 11")
    day = ann.page.locator(".day-top")
    expect(day).to_have_text("Today")
    before = box(day)["y"]
    ann.context.set_offline(True)
    banner = ann.page.get_by_text("Reconnecting…")
    expect(banner).to_be_visible(timeout=60_000)
    assert box(banner)["y"] == before
    assert box(day)["y"] >= before + box(banner)["height"]
    ann.problems.clear()  # browsers report what they could not reach


def test_the_channel_list_stands_still_when_the_script_starts(ann: Person) -> None:
    ann.create_channel("mooring")
    link = ann.page.get_by_role("link", name="mooring")
    running = box(link)
    directs = box(ann.page.get_by_role("heading", name="Direct messages"))
    ann.page.route("**/*.js", lambda route: route.abort())
    ann.page.reload()
    expect(link).to_be_visible()
    assert box(link) == running
    assert box(ann.page.get_by_role("heading", name="Direct messages"))["y"] == directs["y"]
    ann.problems.clear()  # that the script did not load is what we wanted
