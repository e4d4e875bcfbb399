"""Which links of a message are fetched, and what of the answers is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from flack_contracts.chat import Preview
from flack_domain.queries.messages import ForPreview
from flack_domain.rendering import v1

from flack_worker.previews.page import Page

MAX_PREVIEWS = 5
"""How many links of a message get a preview."""
MAX_LINKS = 20
"""How many links of a message are fetched at all, v1's expansions included."""


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a message in order, without repeats."""

    shown: list[str]
    """Of the message as v2 shows it."""
    v1: list[str]
    """Of the message as v1 shows it; none outside `general` and none after an edit."""

    @property
    def all(self) -> list[str]:
        """What is to be fetched."""
        return list(dict.fromkeys([*self.shown, *self.v1]))[:MAX_LINKS]


def links_of(message: ForPreview) -> Links:
    """Find a message's links."""
    finder = _Finder()
    finder.feed(message.html)
    finder.close()
    shown = [link for link in dict.fromkeys(finder.found) if link.startswith(("http://", "https://"))]
    expanded = v1.links(message.source) if message.is_general and message.revision == 0 else []
    return Links(shown[:MAX_PREVIEWS], list(dict.fromkeys(expanded))[:MAX_LINKS])


def previews_of(links: Sequence[str], pages: Mapping[str, Page]) -> list[Preview]:
    """v2's previews: of those pages that have a title."""
    return [
        Preview(
            url=link,
            title=page.og_title or page.title,
            description=page.og_description or page.description or "",
            site_name=page.site_name,
        )
        for link in links
        if (page := pages.get(link)) and (page.og_title or page.title)
    ]


def expansions_of(links: Sequence[str], pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """v1's expansions: of every page that answered 200, whether it says something of itself or not."""
    return [
        {"url": link, "title": page.title or None, "description": page.description}
        for link in links
        if (page := pages.get(link)) is not None
    ]


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)
