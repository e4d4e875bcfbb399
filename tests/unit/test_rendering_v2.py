"""What v2 makes of a message's Markdown."""

from html.parser import HTMLParser

import pytest
from flack_domain.rendering import v2

LINK = 'rel="noopener nofollow noreferrer"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("hello *world*!", "<p>hello <em>world</em>!</p>"),
        ("**b** ~~gone~~ `c < d`", "<p><strong>b</strong> <s>gone</s> <code>c &lt; d</code></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("# Title", "<h1>Title</h1>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("```python\nx < 1\n```", '<pre><code class="language-python">x &lt; 1\n</code></pre>'),
        ("```py onclick=x\ny\n```", '<pre><code class="language-py">y\n</code></pre>'),
        ("[x](http://e.com 't')", f'<p><a href="http://e.com" title="t" {LINK}>x</a></p>'),
        (
            "see http://e.com/a?b=1&c=2.",
            f'<p>see <a href="http://e.com/a?b=1&amp;c=2" {LINK}>http://e.com/a?b=1&amp;c=2</a>.</p>',
        ),
        ("example.com", f'<p><a href="http://example.com" {LINK}>example.com</a></p>'),
        ("![cat](http://e.com/i.png)", f'<p><a href="http://e.com/i.png" {LINK}>cat</a></p>'),
        ("![](http://e.com/i.png)", f'<p><a href="http://e.com/i.png" {LINK}>http://e.com/i.png</a></p>'),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_markdown(source: str, html: str) -> None:
    assert v2.render(source) == html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        '<http://e.com/"onmouseover=alert(1)>',
        '```"><script>alert(1)</script>\n```',
        '[a](<http://e.com/" onclick="alert(1)>)',
    ],
)
def test_hostile_markup_does_nothing(source: str) -> None:
    elements = _elements(v2.render(source))
    assert {tag for tag, _ in elements} <= v2.TAGS
    for tag, attributes in elements:
        assert set(attributes) <= {"href", "rel", "title", "class"}
        assert not attributes.get("href", "").startswith(("javascript:", "data:")), tag


def _elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every element as a browser would see it."""
    found: list[tuple[str, dict[str, str]]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: (value or "").strip().lower() for name, value in attrs}))

    Parser().feed(html)
    return found


def test_links_are_noticed_for_previews() -> None:
    assert v2.has_links(v2.render("look: https://example.com"))
    assert not v2.has_links(v2.render("mailto:a@example.com and `http://example.com`"))
