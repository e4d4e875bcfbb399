"""Desktop notifications: of new messages that are out of sight, for who wants them, and never of history."""

import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from faults.account import Account
from playwright.sync_api import expect
from servers import wait_until
from visitors import MakePerson, Person

# No desktop hears of it: what would be shown is kept until it is closed. `away` is set where the person looks at
# another window, which a browser without a screen cannot tell.
SPY = """
  window.shown = [];
  window.away = false;
  document.hasFocus = () => !window.away;
  const asked = window.Notification;
  window.Notification = class {
    constructor(title, options) {
      this.line = [title, options.body];
      window.shown.push(this.line);
      window.newest = this;
    }
    static get permission() { return asked.permission; }
    static requestPermission() { return asked.requestPermission(); }
    close() { window.shown.splice(window.shown.indexOf(this.line), 1); }
  };
"""
ASIDE = "([away]) => { window.away = away; window.dispatchEvent(new Event(away ? 'blur' : 'focus')); }"


@pytest.fixture
def reader(make_person: MakePerson) -> Person:
    """Somebody whose browser allows notifications."""
    person = make_person("Reader")
    person.context.grant_permissions(["notifications"], origin=person.url)
    person.page.add_init_script(SPY)
    return person.sign_up().sign_in()


def turn(person: Person, on_or_off: str) -> None:
    """Change the preference, in its dialog."""
    person.page.get_by_role("button", name="Preferences").first.click()
    person.page.get_by_role("button", name=f"Turn {on_or_off}").click()
    after = "Turn off" if on_or_off == "on" else "Turn on"
    expect(person.page.get_by_role("button", name=after)).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("dialog")).to_have_count(0)


def shown(person: Person, *bodies: str) -> None:
    """These were shown, in this order, and nothing else."""
    person.page.wait_for_function("count => window.shown.length >= count", arg=len(bodies), timeout=30_000)
    assert [body for _, body in person.page.evaluate("() => window.shown")] == list(bodies)


def test_what_is_out_of_sight_is_shown_and_a_click_leads_there(ann: Person, reader: Person) -> None:
    ann.create_channel("ferries")
    reader.join_channel("ferries")
    turn(reader, "on")
    ann.say("in sight")
    reader.sees("in sight")
    reader.page.evaluate(ASIDE, [True])
    ann.say("while looking elsewhere")
    shown(reader, "while looking elsewhere")
    reader.page.evaluate(ASIDE, [False])
    reader.create_channel("timetables")
    ann.say("in another channel")
    shown(reader, "while looking elsewhere", "in another channel")
    assert reader.page.evaluate("() => window.shown.at(-1)[0]") == "Ann in ferries"
    reader.page.evaluate("() => window.newest.onclick()")
    expect(reader.page.get_by_role("main", name="ferries")).to_be_visible()
    assert reader.problems == []


def test_nothing_is_shown_to_who_does_not_want_it(ann: Person, reader: Person) -> None:
    ann.create_channel("buoys")
    reader.join_channel("buoys")
    reader.create_channel("anchors")
    ann.say("before it was asked for")
    expect(reader.page.get_by_role("link", name="buoys, 1 unread")).to_be_visible()
    turn(reader, "on")
    ann.say("wanted")
    shown(reader, "wanted")
    turn(reader, "off")
    ann.say("no longer wanted")
    expect(reader.page.get_by_role("link", name="buoys, 3 unread")).to_be_visible()
    shown(reader, "wanted")


def test_imported_history_is_not_shown(administrator: Account, ann: Person, reader: Person) -> None:
    ann.create_channel("logbook")
    reader.join_channel("logbook")
    turn(reader, "on")
    reader.page.evaluate(ASIDE, [True])
    line = {
        "nickname": ann.nickname,
        "source": "an old entry",
        "created_at": datetime.now(UTC) - timedelta(hours=2),
        "nonce": "1",
    }
    channel = re.findall(r"/c/(\d+)", ann.page.url)[0]
    task = administrator.ask(
        "POST",
        f"/channels/{channel}/imports",
        data=orjson.dumps(line),
        headers={"Content-Type": "application/jsonl", "Prefer": "respond-async"},
    )
    wait_until(lambda: administrator.ask("GET", f"/tasks/{task['id']}")["state"] == "done", seconds=60)
    reader.sees("an old entry", timeout=45_000)
    ann.say("a new one")
    shown(reader, "a new one")
