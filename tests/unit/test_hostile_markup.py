"""What becomes of hostile messages, in the renderers of both versions: no script, no foreign link, no minutes."""

import time
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from corpora import ENDLESS, MARKUP, nested, repeated
from flack_domain.names import MAX_SOURCE
from flack_domain.rendering import v1, v2
from hypothesis import example, given
from hypothesis import strategies as st

Render = Callable[[str], str]
RENDERERS = {"v1": v1.render, "v2": v2.render}
TAGS = {"v1": v1.INLINE_TAGS, "v2": v2.TAGS}
ATTRIBUTES = {"href", "rel", "title", "class", "start"}
SCHEMES = {"http", "https", "mailto", "tel", "ftp", "ftps"}

versions = pytest.mark.parametrize("version", RENDERERS)


class Seen(HTMLParser):
    """Every element as a browser would see it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def dangers(version: str, html: str) -> list[str]:
    """What a message's HTML must not have."""
    found = []
    for tag, attributes in Seen(html).elements:
        if tag not in TAGS[version]:
            found.append(f"<{tag}>")
        found += [f"{tag} {name}" for name in attributes if name not in ATTRIBUTES]
        href = attributes.get("href", "http:")
        # Browsers drop blanks and control characters before they look at the scheme.
        scheme = urlsplit("".join(character for character in href if character > " ")).scheme.lower()
        if scheme and scheme not in SCHEMES:
            found.append(f"{tag} leads to {href[:60]}")
    return found


def test_a_danger_is_seen() -> None:
    assert dangers("v2", "<script>") and dangers("v2", '<a href="java\tscript:x">') == [
        "a leads to java\tscript:x"
    ]
    assert dangers("v2", '<p onclick="x">') and not dangers("v2", '<p><a href="http://e.com">x</a></p>')
    assert len(MARKUP) >= 80 and len(set(MARKUP)) == len(MARKUP)


@versions
@pytest.mark.parametrize("source", MARKUP, ids=range(len(MARKUP)))
def test_a_hostile_message_shows_text_and_harmless_links_only(version: str, source: str) -> None:
    assert dangers(version, RENDERERS[version](source)) == []


@versions
@given(
    st.lists(st.sampled_from(MARKUP), min_size=2, max_size=4),
    st.sampled_from(["", " ", "\n", "\n\n", '"', ">", "`"]),
)
def test_hostile_messages_put_together_do_no_more(version: str, parts: list[str], between: str) -> None:
    assert dangers(version, RENDERERS[version](between.join(parts))) == []


@versions
@given(st.text(alphabet=st.sampled_from("<>\"'/=&;:()[]!`*_~\\ \n\tajscriptonerfh#0x:"), max_size=200))
@example("[a](javascript&colon;x)")
def test_no_markup_at_all_makes_a_danger(version: str, source: str) -> None:
    assert dangers(version, RENDERERS[version](source)) == []


@versions
def test_what_the_link_fetcher_says_of_a_page_is_text(version: str) -> None:
    for text in MARKUP:
        page = v1.Expansion(url="http://e.com/", title=text, description=text)
        html = v1.render_expanded("http://e.com/", [page])
        assert [
            tag for tag, _ in Seen(html).elements if tag not in v1.INLINE_TAGS | {"p", "blockquote"}
        ] == []


def cpu_seconds(render: Render, source: str) -> float:
    """The least of three: what it costs where nothing else disturbs."""
    spent = []
    for number in range(3):
        fresh = source + " " * number  # v1 keeps what it has rendered
        began = time.thread_time()
        render(fresh)
        spent.append(time.thread_time() - began)
    return min(spent)


@versions
@pytest.mark.parametrize("name", [*ENDLESS, *nested(0)])
def test_work_grows_with_a_messages_length_and_not_with_its_square(version: str, name: str) -> None:
    """Four times the length is four times the work; squared it were sixteen times."""
    length = MAX_SOURCE // 8
    short, long = (
        repeated(ENDLESS[name], size) if name in ENDLESS else nested(size)[name]
        for size in (length, 4 * length)
    )
    cost = cpu_seconds(RENDERERS[version], long)
    assert cost < 0.05 or cost < 9 * cpu_seconds(RENDERERS[version], short)


@versions
@pytest.mark.parametrize("name", nested(0))
def test_the_deepest_message_is_rendered(version: str, name: str) -> None:
    RENDERERS[version](nested(MAX_SOURCE)[name])
