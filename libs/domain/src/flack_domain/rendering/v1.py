"""What v1 answers as a message's `html`: Markdown, a handful of tags, bare links, link expansions.

The rules are the frozen contract of v1 (docs/migrating-from-v1.md); v2 renders differently on purpose.
Rendering is a pure function of the source and of the link previews, so nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

from flack_domain.rendering.bare_links import find_bare_links

NO_DESCRIPTION = "No description found."
INLINE_TAGS = {"a", "abbr", "acronym", "b", "code", "em", "i", "strong"}
SCHEMES = {"http", "https", "ftp", "ftps", "mailto", "tel"}
_CACHED_CHARACTERS = 2000
"""The longest source whose html is kept: 4,096 of the longest that there may be would be a gigabyte."""
Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Expansion:
    """What was read of a linked page that answered 200; None where the page does not say it."""

    url: str
    title: str | None
    description: str | None


def render(source: str) -> str:
    """The html of a message without link expansions."""
    return _render(source, ())


def render_expanded(source: str, expansions: Sequence[Expansion]) -> str:
    """The html of a message, with one block quote for each of its links that has an expansion."""
    return _render(source, tuple(expansions))


def links(source: str) -> list[str]:
    """The `href` of every link of a message's html, in order, repeats included: what is to be expanded."""
    return _hrefs(render(source))


def has_pages(source: str) -> bool:
    """Whether a message links to anything that could be expanded at all."""
    return any(link.lower().startswith(("http://", "https://")) for link in links(source))


def _render(source: str, expansions: tuple[Expansion, ...]) -> str:
    rendered = _rendered_before if len(source) <= _CACHED_CHARACTERS else _render_anew
    return rendered(source, expansions)


@lru_cache(maxsize=4096)
def _rendered_before(source: str, expansions: tuple[Expansion, ...]) -> str:
    return _render_anew(source, expansions)


def _render_anew(source: str, expansions: tuple[Expansion, ...]) -> str:
    cleaned = _INLINE.clean(_markdown(source))
    html = _LinkWriter().rewrite(cleaned).strip()
    known = {expansion.url: expansion for expansion in expansions}
    if known:
        html += "".join(_blockquote(known[href]) for href in _hrefs(html) if href in known)
    return _LAST.clean(html)


def _markdown(source: str) -> str:
    rendered = _parser().render(source.strip("\n"))
    assert isinstance(rendered, str)
    return rendered.rstrip()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    # Unsafe schemes are dropped by the sanitizer, which leaves the <a>, as v1 always did.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # markdown-it's own way to set it
    return parser


def _blockquote(page: Expansion) -> str:
    url, title = escape(page.url), escape((page.title or "").strip() or page.url)
    description = escape(page.description.strip() if page.description is not None else NO_DESCRIPTION)
    return f'<blockquote><p><a href="{url}">{title}</a></p><p>{description}</p></blockquote>'


def _hrefs(html: str) -> list[str]:
    collector = _HrefCollector()
    collector.feed(html)
    collector.close()
    return collector.found


class _HrefCollector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)


class _LinkWriter(HTMLParser):
    """Rewrites sanitized html: bare links become `<a>`, and every link gets `rel="nofollow"`."""

    def __init__(self) -> None:
        super().__init__()
        self._out: list[str] = []
        self._open_links = 0

    def rewrite(self, html: str) -> str:
        self.feed(html)
        self.close()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag == "a":
            self._open_links += 1
            attrs = _nofollow(attrs)
        written = "".join(f' {name}="{escape(value)}"' for name, value in attrs if value is not None)
        self._out.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open_links -= 1
        self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._out.append(escape(data, quote=False) if self._open_links else _linkified(data))


def _nofollow(attrs: Attributes) -> Attributes:
    kept = dict(attrs)
    href = kept.get("href")
    if href is not None and not href.lower().startswith("mailto:"):
        kept["rel"] = "nofollow"
    return [(name, kept[name]) for name in ("href", "rel", "title") if name in kept]


def _linkified(text: str) -> str:
    out, end = [], 0
    for link in find_bare_links(text):
        out.append(escape(text[end : link.start], quote=False))
        out.append(f'<a href="{escape(link.url)}" rel="nofollow">{escape(link.text, quote=False)}</a>')
        end = link.end
    out.append(escape(text[end:], quote=False))
    return "".join(out)


_TITLED: dict[str, set[str]] = {"abbr": {"title"}, "acronym": {"title"}, "*": set()}
_INLINE = nh3.Cleaner(
    tags=INLINE_TAGS,
    clean_content_tags=set(),
    attributes={**_TITLED, "a": {"href", "title"}},
    url_schemes=SCHEMES,
    link_rel=None,
)
# The last word on the whole html: whatever was added above, nothing else than this leaves.
_LAST = nh3.Cleaner(
    tags=INLINE_TAGS | {"blockquote", "p"},
    clean_content_tags=set(),
    attributes={**_TITLED, "a": {"href", "rel", "title"}},
    url_schemes=SCHEMES,
    link_rel=None,
)
