"""Hostile messages, names and topics in a real browser: nothing runs, nothing is loaded, no link leads to a script."""

import itertools

import pytest
from corpora import MARKUP
from faults.account import Account
from flack_domain.rendering import v2
from flack_local.stack import Stack
from playwright.sync_api import expect
from visitors import Person

AT_ONCE = 40
"""Messages in a channel: so many are shown without scrolling back."""
WATCH = """
window.reported = [];
document.addEventListener('securitypolicyviolation',
  event => reported.push(event.violatedDirective + ' ' + event.blockedURI));
"""
LOOK = """() => [...document.querySelectorAll('main .message-body *, header *, nav *, aside *')].flatMap(element => {
  const found = [];
  for (const {name, value} of element.attributes)
    if (/^on/i.test(name) || (/^(href|src|action|data|formaction|srcdoc)$/i.test(name)
        && !/^(https?|mailto|tel):$/.test(new URL(value, location.href).protocol)))
      found.push(`${element.tagName} ${name}=${value}`);
  return found;
})"""
ELEMENTS = "() => [...document.querySelectorAll('.prose *')].map(element => element.tagName.toLowerCase())"
_numbers = itertools.count(1)


@pytest.fixture
def author(stack: Stack) -> Account:
    """Whoever writes all that."""
    return Account(stack.url, f"mallory-{next(_numbers)}").sign_up()


def watched(person: Person) -> list[str]:
    """Begin to note what would be a success of the attacker; dialogs are among it."""
    dialogs: list[str] = []
    person.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    person.page.add_init_script(WATCH)
    return dialogs


def test_what_is_watched_for_is_seen(ann: Person) -> None:
    """Were markup put into the page unchanged, the policy would stop and report it, and the link be found."""
    dialogs = watched(ann)
    ann.page.reload()
    expect(ann.composer).to_be_visible()
    ann.page.evaluate(
        """() => { const header = document.createElement('header'); document.body.append(header);
        header.innerHTML = '<img src="x" onerror="alert(1)"><a href="javascript:alert(1)">x</a>'; }"""
    )
    ann.page.wait_for_function("reported.length > 0")
    assert ann.page.evaluate("reported")[0].startswith("script-src")
    assert ann.page.evaluate(LOOK) == ["IMG onerror=alert(1)", "A href=javascript:alert(1)"]
    assert dialogs == []


@pytest.mark.parametrize("start", range(0, len(MARKUP), AT_ONCE))
def test_hostile_messages_are_shown_and_do_nothing(ann: Person, author: Account, start: int) -> None:
    name = f"{MARKUP[start].splitlines()[0][:60]} {next(_numbers)}"
    channel = author.ask("POST", "/channels", json={"name": name, "kind": "private"})["id"]
    author.ask("PATCH", f"/channels/{channel}", json={"topic": MARKUP[start + 1].splitlines()[0]})
    author.ask("PATCH", "/users/me", json={"display_name": "<img src=x onerror=alert(1)>"})
    author.ask("POST", f"/channels/{channel}/members", json={"user_id": ann.user_id})
    for source in MARKUP[start : start + AT_ONCE]:
        author.ask("POST", f"/channels/{channel}/messages", json={"source": source})
    author.ask("POST", f"/channels/{channel}/messages", json={"source": "the last of them"})

    dialogs = watched(ann)
    ann.problems.clear()
    ann.page.goto(f"/c/{channel}")
    ann.sees("the last of them")
    expect(ann.page.get_by_role("article")).to_have_count(len(MARKUP[start : start + AT_ONCE]) + 1)
    # One more comes through the socket, after which all that a script of the page would do is done.
    author.ask("POST", f"/channels/{channel}/messages", json={"source": MARKUP[0] + " pushed"})
    ann.sees("pushed")

    assert ann.page.evaluate(LOOK) == []
    # A code block has a button to copy it, which the page makes.
    assert set(ann.page.evaluate(ELEMENTS)) <= v2.TAGS | {"div", "button"}
    assert ann.page.evaluate("reported") == []
    assert dialogs == []
    assert ann.outside == []
    assert ann.problems == []
    assert ann.page.evaluate("window.name") == ""
