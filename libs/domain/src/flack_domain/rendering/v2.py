"""What v2 shows of a message: CommonMark, strikethrough and bare links, sanitized last.

No images (they become links: an image would tell its server who reads), no raw HTML (shown as typed).
"""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
REL = "noopener nofollow noreferrer"


def render(source: str) -> str:
    """The safe HTML of a message."""
    html: str = _parser().render(source)
    return _cleaner().clean(html).rstrip("\n")


def has_links(html: str) -> bool:
    """Whether rendered HTML links to a page that could be previewed."""
    return '<a href="http' in html


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["strikethrough", "linkify"])
    if parser.linkify is None:
        raise RuntimeError("linkify-it-py is missing")
    parser.linkify.set({"fuzzy_email": False})
    parser.add_render_rule("image", _image_as_link)
    return parser


def _image_as_link(
    renderer: RendererProtocol, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    href = str(token.attrs.get("src", ""))
    alternative = renderer.renderInlineAsText(token.children, options, env) if token.children else ""  # type: ignore[attr-defined]
    return f'<a href="{nh3.clean_text(href)}">{nh3.clean_text(alternative or href)}</a>'


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=REL,
        attribute_filter=_filter,
        strip_comments=True,
    )


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """Of classes only the language of a code block stays."""
    if tag == "code" and attribute == "class":
        language = value.removeprefix("language-")
        safe = (
            language != value and len(language) <= 32 and language.replace("-", "").replace("+", "").isalnum()
        )
        return value if safe else None
    return value
