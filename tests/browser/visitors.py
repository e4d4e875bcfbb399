"""A person with a browser: what they do and see, in the chat's own words."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, Locator, expect

PASSWORD = "a bicycle by the canal"
SCREENSHOTS = Path(__file__).with_name("screenshots")
AXE = Path(__file__).parents[2] / "services/web/ui/node_modules/axe-core/axe.min.js"

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "narrow-light": {"viewport": {"width": 390, "height": 780}, "color_scheme": "light", "has_touch": True},
    "narrow-dark": {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark", "has_touch": True},
}
"""Screens and themes, as playwright's options."""


class Person:
    """One account in one browser context. `context`: playwright's options for it (viewport, colour scheme)."""

    def __init__(self, url: str, browser: Browser, nickname: str, name: str, **context: Any) -> None:
        self.url, self.nickname, self.name = url, nickname, name
        self.user_id = 0
        self.context = browser.new_context(base_url=url, reduced_motion="reduce", **context)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.outside: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console", lambda line: self.problems.append(line.text) if line.type == "error" else None
        )
        self.page.on("request", lambda sent: None if self._ours(sent.url) else self.outside.append(sent.url))

    def sign_up(self) -> Self:
        """Get an account, as any client of the API would."""
        body = {"nickname": self.nickname, "password": PASSWORD, "display_name": self.name}
        self.user_id = int(self._post("/api/v2/users", body)["id"])
        return self

    def sign_in(self, password: str = PASSWORD) -> Self:
        """Sign in through the page; the chat opens."""
        self.page.goto("/sign-in")
        self.page.get_by_label("Nickname").fill(self.nickname)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.composer).to_be_visible()
        return self

    def create_channel(self, name: str) -> None:
        """Create a public channel; it opens."""
        self.page.get_by_role("button", name="Create channel").first.click()
        self.page.get_by_role("textbox", name="Name").fill(name)
        self.page.get_by_role("dialog").get_by_role("button", name="Create channel").click()
        expect(self.page.get_by_role("main", name=name)).to_be_visible()

    def join_channel(self, name: str) -> None:
        """Find a public channel and join it; it opens."""
        self.page.get_by_role("button", name="Browse channels").first.click()
        self.page.get_by_label("Search channels").fill(name)
        self.page.get_by_role("button", name=f"Join {name}").click()
        expect(self.page.get_by_role("main", name=name)).to_be_visible()

    def say(self, text: str) -> None:
        """Write a message and press Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def edit(self, before: str, after: str) -> None:
        """Change a message of one's own."""
        self.message(before).hover()
        self.page.get_by_role("button", name="Edit message").click()
        editor = self.page.get_by_label("Edit message", exact=True).and_(self.page.locator("textarea"))
        editor.fill(after)
        editor.press("Enter")

    def delete(self, text: str) -> None:
        """Delete a message of one's own."""
        self.message(text).hover()
        self.page.get_by_role("button", name="Delete message").click()

    def sees(self, *texts: str, timeout: float | None = None) -> None:
        """Each text is a message in the open channel, once."""
        for text in texts:
            expect(self.message(text)).to_have_count(1, timeout=timeout)

    def messages(self) -> list[str]:
        """The messages of the open channel that are on screen, in order."""
        return self.page.locator(".message-body").all_inner_texts()

    def message(self, text: str) -> Locator:
        """A message of the open channel by its text."""
        return self.page.get_by_role("article").filter(has_text=text)

    @property
    def composer(self) -> Locator:
        """Where messages are written."""
        return self.page.locator("#composer")

    def violations(self) -> list[str]:
        """What axe-core finds on the page, as `rule: element`."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def screenshot(self, path: Path) -> None:
        """Keep what the person sees."""
        path.parent.mkdir(exist_ok=True)
        self.page.screenshot(path=path)

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()

    def _ours(self, url: str) -> bool:
        return url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:"))

    def _post(self, path: str, body: dict[str, str]) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 201
            return json.load(answer)


MakePerson = Callable[..., Person]


def clean(person: Person, name: str) -> None:
    """Keep a picture, and find nothing wrong."""
    person.screenshot(SCREENSHOTS / f"{name}.png")
    found = {"axe": person.violations(), "console": person.problems, "elsewhere": person.outside}
    assert not any(found.values()), found
