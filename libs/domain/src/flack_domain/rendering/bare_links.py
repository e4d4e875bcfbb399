"""Finds URLs and domain names that stand in running text: `http://a.com/x`, `a.com`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS

_MAX_URL = 2048
"""A longer run without a space is no link: looking for links in it takes time that grows with its square."""
_TOO_LONG = re.compile(rf"\S{{{_MAX_URL + 1},}}")


@dataclass(frozen=True)
class BareLink:
    """A link found in a text: its place, the text as typed, and the URL with a scheme."""

    start: int
    end: int
    text: str
    url: str


def find_bare_links(text: str) -> Iterator[BareLink]:
    """The links of a text in order: only hosts under a known top-level domain, no e-mail or IP addresses."""
    for start, end in _parts(text):
        for match in _linkify().match(text[start:end]) or ():
            if _has_known_domain(match.url):
                yield BareLink(start + match.index, start + match.last_index, match.raw, match.url)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """What lies between runs that are too long."""
    start = 0
    for run in _TOO_LONG.finditer(text):
        yield start, run.start()
        start = run.end()
    yield start, len(text)


def _has_known_domain(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    name, _, top = host.rpartition(".")
    return bool(name) and top in _top_level_domains()


@cache
def _top_level_domains() -> frozenset[str]:
    ascii_names = {name.lower() for name in TLDS}
    own_script = {name.encode().decode("idna") for name in ascii_names if name.startswith("xn--")}
    return frozenset(ascii_names | own_script)


@cache
def _linkify() -> LinkifyIt:
    linkify = LinkifyIt({}, {"fuzzy_email": False, "fuzzy_ip": False})
    linkify.tlds(sorted(_top_level_domains()))
    return linkify.add("mailto:", None).add("//", None)
