"""Every row and sentence of v1's rendering: Markdown, tags, bare links, link expansions."""

import re

import pytest
from flack_domain.rendering.v1 import Expansion, links, render, render_expanded
from hypothesis import given
from hypothesis import strategies as st

ROWS = [
    ("hello *world*!", "hello <em>world</em>!"),
    ("**b** _i_ __s__", "<strong>b</strong> <em>i</em> <strong>s</strong>"),
    ("`code <b>`", "<code>code &lt;b&gt;</code>"),
    ("a & b", "a &amp; b"),
    ("a < b > c", "a &lt; b &gt; c"),
    ("# Title", "Title"),
    ("[x](http://e.com)", '<a href="http://e.com" rel="nofollow">x</a>'),
    ('[x](http://e.com "t")', '<a href="http://e.com" rel="nofollow" title="t">x</a>'),
    ("<http://e.com>", '<a href="http://e.com" rel="nofollow">http://e.com</a>'),
    ("hello http://foo.com!", 'hello <a href="http://foo.com" rel="nofollow">http://foo.com</a>!'),
    ("hello foo.com!", 'hello <a href="http://foo.com" rel="nofollow">foo.com</a>!'),
    (
        "foo.com/x?a=1&b=2",
        '<a href="http://foo.com/x?a=1&amp;b=2" rel="nofollow">foo.com/x?a=1&amp;b=2</a>',
    ),
    ("*[x](http://e.com)*", '<em><a href="http://e.com" rel="nofollow">x</a></em>'),
    ("me@e.com", "me@e.com"),
    ("http://127.0.0.1:80/a", "http://127.0.0.1:80/a"),
    ("[x](javascript:alert(1))", "<a>x</a>"),
    ("<script>alert(1)</script>", "alert(1)"),
    ('<b onclick="x()">b</b>', "<b>b</b>"),
    ("![i](http://e.com/i.png)", ""),
    ("~~s~~", "~~s~~"),
    ("<em>x", "<em>x</em>"),
]


@pytest.mark.parametrize(("source", "html"), ROWS, ids=[source for source, _ in ROWS])
def test_the_contract_s_table(source: str, html: str) -> None:
    assert render(source) == html


@pytest.mark.parametrize("source", ["", " ", "\n\n", " \t\n "])
def test_an_empty_or_blank_message_has_empty_html(source: str) -> None:
    assert render(source) == ""


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| b |"),
        ("<style>b{}</style>", "b{}"),
        ('<abbr title="t">A</abbr>', '<abbr title="t">A</abbr>'),
        ('<acronym title="t" lang="x">A</acronym>', '<acronym title="t">A</acronym>'),
        ('<b title="t" lang="x" class="y">A</b>', "<b>A</b>"),
        ("<i>a</i> <code>b</code>", "<i>a</i> <code>b</code>"),
        ("a\n\nb", "a\nb"),
        ("* a\n* b", "a\nb"),
        ("> a", "a"),
    ],
)
def test_only_the_listed_tags_and_attributes_stay(source: str, html: str) -> None:
    assert re.sub(r"\s*\n\s*", "\n", render(source)) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[x](ftp://e.com)", '<a href="ftp://e.com" rel="nofollow">x</a>'),
        ("[x](https://e.com)", '<a href="https://e.com" rel="nofollow">x</a>'),
        ("[x](mailto:me@e.com)", '<a href="mailto:me@e.com">x</a>'),
        ("<me@e.com>", '<a href="mailto:me@e.com">me@e.com</a>'),
        ("[x](data:text/html,x)", "<a>x</a>"),
        ("[x](vbscript:x)", "<a>x</a>"),
        ("[x](&#106;avascript:alert(1))", "<a>x</a>"),
        ('<a href="java&#9;script:alert(1)">x</a>', "<a>x</a>"),
        (
            '<a href="http://e.com" rel="me" target="_top">x</a>',
            '<a href="http://e.com" rel="nofollow">x</a>',
        ),
    ],
)
def test_links_keep_harmless_schemes_and_get_nofollow_except_mail(source: str, html: str) -> None:
    assert render(source) == html


def link(url: str, text: str) -> str:
    return f'<a href="{url}" rel="nofollow">{text}</a>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("see foo.com.", f"see {link('http://foo.com', 'foo.com')}."),
        ("(foo.com)", f"({link('http://foo.com', 'foo.com')})"),
        ("foo.com, bar.org", f"{link('http://foo.com', 'foo.com')}, {link('http://bar.org', 'bar.org')}"),
        ("Foo.COM", link("http://Foo.COM", "Foo.COM")),
        ("`foo.com`", f"<code>{link('http://foo.com', 'foo.com')}</code>"),
        ("https://foo.museum/a", link("https://foo.museum/a", "https://foo.museum/a")),
        ("пример.рф", link("http://пример.рф", "пример.рф")),
        ("foo.com:8080/x", link("http://foo.com:8080/x", "foo.com:8080/x")),
        ("http://localhost:80/a", "http://localhost:80/a"),
        ("http://intranet/", "http://intranet/"),
        ("127.0.0.1", "127.0.0.1"),
        ("http://foo.unknowntld/", "http://foo.unknowntld/"),
        ("main.unknowntld", "main.unknowntld"),
        ("mailto:me@e.com", "mailto:me@e.com"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("[see foo.com](http://e.com)", link("http://e.com", "see foo.com")),
    ],
)
def test_bare_urls_and_known_domains_become_links(source: str, html: str) -> None:
    assert render(source) == html


class TestExpansions:
    def test_are_appended_in_the_order_of_the_links_and_without_rel(self) -> None:
        html = render_expanded(
            "a.com b.com",
            [Expansion("http://b.com", "B", "about b"), Expansion("http://a.com", " A ", " about a ")],
        )
        assert html == (
            f"{link('http://a.com', 'a.com')} {link('http://b.com', 'b.com')}"
            '<blockquote><p><a href="http://a.com">A</a></p><p>about a</p></blockquote>'
            '<blockquote><p><a href="http://b.com">B</a></p><p>about b</p></blockquote>'
        )

    def test_a_page_without_title_or_description(self) -> None:
        html = render_expanded("a.com", [Expansion("http://a.com", None, None)])
        assert html.endswith(
            '<blockquote><p><a href="http://a.com">http://a.com</a></p><p>No description found.</p></blockquote>'
        )

    def test_a_link_that_was_not_fetched_adds_nothing(self) -> None:
        html = render_expanded("a.com b.com", [Expansion("http://b.com", "B", "b")])
        assert html.count("<blockquote>") == 1

    def test_a_link_that_stands_twice_is_expanded_twice(self) -> None:
        html = render_expanded("a.com a.com", [Expansion("http://a.com", "A", "a")])
        assert html.count("<blockquote>") == 2

    def test_what_the_page_says_is_escaped(self) -> None:
        html = render_expanded("a.com", [Expansion("http://a.com", "<script>x</script>&", '"<img src=x>"')])
        assert "&lt;script&gt;x&lt;/script&gt;&amp;" in html
        assert "&lt;img src=x&gt;" in html
        assert "<script" not in html
        assert "<img" not in html

    def test_links_to_expand_are_all_hrefs_in_order(self) -> None:
        assert links("[m](mailto:a@b.c) [x](javascript:a) a.com [y](/rel) a.com") == [
            "mailto:a@b.c",
            "http://a.com",
            "/rel",
            "http://a.com",
        ]


ALLOWED = re.compile(
    r"(?:[^<>]|</?(?:abbr|acronym|b|code|em|i|strong|blockquote|p)>|</a>"
    r'|<(?:abbr|acronym) title="[^"<>]*">|<a(?: href="[^"<>]*")?(?: rel="nofollow")?(?: title="[^"<>]*")?>)*'
)
PIECES = (
    "< > \" ' & #106; &#106;avascript: a foo.com http:// [x]( ) ` * \x01 <script> <svg> <style> <!-- --> <p> </a> "
    "<math> <title> javascript: <blockquote> <template> <noscript> <a|href= onload=x <img|src=x|onerror=y>"
)
MARKUP = st.lists(
    st.sampled_from([piece.replace("|", " ") for piece in PIECES.split(" ")] + ["\n", " "]), max_size=25
).map("".join)


@given(source=MARKUP, title=MARKUP, description=MARKUP)
def test_nothing_but_the_listed_tags_ever_leaves(source: str, title: str, description: str) -> None:
    html = render_expanded(source, [Expansion(url, title, description) for url in links(source)])
    assert ALLOWED.fullmatch(html), html
    assert not re.search(r'href="\s*(?:javascript|data|vbscript):', html, re.IGNORECASE)
