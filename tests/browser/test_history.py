"""A long channel, imported through the API: the list keeps its place, in order and without a hole."""

from datetime import UTC, datetime, timedelta

import orjson
from faults.account import Account
from playwright.sync_api import Page, expect
from servers import wait_until
from visitors import MakePerson, Person

MESSAGES = 1500
FIRST_SHOWN = """() => {
  const top = document.querySelector('.list-scroller').getBoundingClientRect().top;
  const row = [...document.querySelectorAll('[data-message]')].find(one => one.getBoundingClientRect().top >= top);
  return [row.querySelector('.message-body').innerText, Math.round(row.getBoundingClientRect().top)];
}"""


def import_history(administrator: Account, channel: int, nickname: str) -> None:
    start = datetime(2021, 3, 1, tzinfo=UTC)
    body = b"\n".join(
        orjson.dumps(
            {
                "nickname": nickname,
                "source": f"entry {number}" + " and more words" * (number % 40),
                "created_at": start + timedelta(minutes=7 * number),
                "nonce": str(number),
            }
        )
        for number in range(MESSAGES)
    )
    headers = {"Content-Type": "application/jsonl", "Prefer": "respond-async"}
    task = administrator.ask("POST", f"/channels/{channel}/imports", data=body, headers=headers)
    wait_until(lambda: administrator.ask("GET", f"/tasks/{task['id']}")["state"] == "done", seconds=90)


def scroll_by(page: Page, pixels: int) -> None:
    """Scroll as a script or a touchpad does: at once, and let the list answer."""
    page.evaluate(
        "async by => { document.querySelector('.list-scroller').scrollTop += by;"
        " for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame); }",
        pixels,
    )


def test_an_open_page_learns_of_an_import_without_a_reload(administrator: Account, ann: Person) -> None:
    ann.create_channel("archive")
    ann.say("before the import")
    ann.sees("before the import")
    ann.page.evaluate("() => { window.stillHere = true; }")
    import_history(administrator, int(ann.page.url.rsplit("/", 1)[1]), ann.nickname)
    ann.sees(f"entry {MESSAGES - 1}", timeout=45_000)
    assert ann.page.evaluate("() => window.stillHere")
    expect(
        ann.page.get_by_role("link", name="archive", exact=True)
    ).to_be_visible()  # and nothing counts as unread
    assert ann.problems == []


def test_scrolling_to_the_start_meets_every_message_once_and_in_order(
    administrator: Account, make_person: MakePerson
) -> None:
    channel = administrator.new_channel()
    import_history(administrator, channel, administrator.nickname)
    reader = make_person("Reader").sign_up().sign_in()
    reader.page.goto(f"/c/{channel}")
    reader.page.get_by_role("button", name="Join", exact=False).last.click()
    reader.sees(f"entry {MESSAGES - 1}")

    seen: list[int] = []
    for _ in range(600):
        shown = [int(text.split()[1]) for text in reader.messages()]
        assert shown == list(range(shown[0], shown[0] + len(shown))), shown
        assert not seen or shown[-1] >= seen[0] - 1, "a hole between two looks"
        seen = list(range(shown[0], (seen or shown)[-1] + 1))
        if shown[0] == 0 and reader.page.locator(".start").count():
            break
        scroll_by(reader.page, -900)
    assert seen == list(range(MESSAGES))
    assert reader.page.get_by_role("article").count() < 200  # only a window of them is drawn


def test_reading_above_the_end_nothing_moves_when_something_is_said(ann: Person, bob: Person) -> None:
    ann.create_channel("steady")
    bob.join_channel("steady")
    for number in range(30):
        ann.say(f"line {number}")
    bob.sees("line 29")
    scroll_by(bob.page, -30)  # less than a line: a touchpad's first move
    place = bob.page.evaluate(FIRST_SHOWN)
    ann.say("something new")
    expect(bob.page.get_by_role("button", name="1 new message")).to_be_visible()
    assert bob.page.evaluate(FIRST_SHOWN) == place
    bob.page.get_by_role("button", name="1 new message").click()
    bob.sees("something new")


def test_at_the_end_it_stays_there_whatever_the_width_and_above_it_the_line_being_read_does(
    ann: Person, bob: Person
) -> None:
    ann.create_channel("widths")
    bob.join_channel("widths")
    bob.create_channel("aside")
    for number in range(24):
        ann.say(f"paragraph {number}" + " that wraps where the list is narrow" * (number % 5))
    ann.sees("paragraph 23")
    bob.page.get_by_role("link", name="widths, 24 unread").click()
    bob.sees("paragraph 23")
    bob.page.get_by_role("link", name="aside").click()
    ann.say("the last words" + " are long enough for two lines" * 4)
    bob.page.get_by_role("link", name="widths, 1 unread").click()  # begins at that message, which is the end

    last = bob.message("the last words")
    details = bob.page.get_by_role("button", name="members, details")
    for press in (details, bob.page.get_by_role("button", name="Close details")):
        press.click()
        expect(last).to_be_in_viewport(ratio=1)
    for width in (700, 390, 1280):
        bob.page.set_viewport_size({"width": width, "height": 720})
        expect(last).to_be_in_viewport(ratio=1)
    ann.say("and one more")
    expect(bob.message("and one more")).to_be_in_viewport(ratio=1)

    scroll_by(bob.page, -250)
    words, place = bob.page.evaluate(FIRST_SHOWN)
    details.click()
    expect(bob.page.get_by_role("complementary", name="Details")).to_be_visible()
    scroll_by(bob.page, 0)
    assert bob.page.evaluate(FIRST_SHOWN) == [words, place]
