"""Reading a page: its title, description and site name, in whatever charset it came."""

import codecs
import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 1000
SITE_NAME_LENGTH = 100
MAX_TAGS = 4000
"""An HTML tree builder takes time quadratic in nesting depth: 512 KiB of `<div>` keep it busy for half a minute.
No head holds more tags than this, and this many take at most some 40 ms however they are nested."""

_TAG = re.compile(r"<[a-zA-Z/]")
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{1,40})""", re.IGNORECASE
)
_CONTENT_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{1,40})""", re.IGNORECASE)
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]+"
)
# What the web uses (WHATWG Encoding Standard). Python knows more names, among them codecs that are no charsets.
_NAMES = """
    utf-8 utf-16-le utf-16-be cp866 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258
    iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14
    iso8859-15 iso8859-16 koi8-r koi8-u mac-roman gbk gb18030 big5 euc-jp iso2022_jp shift_jis euc-kr
"""
_CHARSETS = frozenset(codecs.lookup(name).name for name in _NAMES.split())
_ALIASES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "utf-16": "utf-16-le",
    "gb2312": "gbk",
    "iso8859-9": "cp1254",
}


@dataclass(frozen=True)
class Page:
    """What a page says of itself; empty strings where it says nothing."""

    title: str = ""
    """Of `<title>`."""
    description: str | None = None
    """Of `<meta name="description">`; None where there is no such tag."""
    og_title: str = ""
    og_description: str = ""
    site_name: str = ""


def is_html(content_type: str) -> bool:
    """Whether an answer of this content type is read at all. No type counts as HTML, as browsers see it."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", "text/html", "application/xhtml+xml")


def read_page(body: bytes, content_type: str = "") -> Page:
    """Parse the beginning of a page. Never fails: markup is what one makes of it."""
    text = body.decode(charset_of(body, content_type), errors="replace").removeprefix("\ufeff")
    if not text.strip():
        return Page()
    tree = LexborHTMLParser(_few_tags(text))
    title = tree.css_first("title")
    named: dict[str, str] = {}
    for meta in tree.css("meta"):
        for attribute in ("name", "property"):
            name = (meta.attributes.get(attribute) or "").strip().lower()
            if name.startswith("og:") or attribute == "name":  # Open Graph is found under either
                named.setdefault(name, meta.attributes.get("content") or "")
    return Page(
        title=_clean(title.text(), TITLE_LENGTH) if title else "",
        description=_clean(named["description"], DESCRIPTION_LENGTH) if "description" in named else None,
        og_title=_clean(named.get("og:title", ""), TITLE_LENGTH),
        og_description=_clean(named.get("og:description", ""), DESCRIPTION_LENGTH),
        site_name=_clean(named.get("og:site_name", ""), SITE_NAME_LENGTH),
    )


def charset_of(body: bytes, content_type: str) -> str:
    """The charset by byte order mark, header, `<meta>`, in this order; UTF-8 if it fits, else windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return name
    header = _CONTENT_CHARSET.search(content_type)
    if header and (known := _known(header[1])):
        return known
    meta = _META_CHARSET.search(body[:4096])
    if meta and (known := _known(meta[1].decode("ascii"))):
        return (
            "utf-8" if known.startswith("utf-16") else known
        )  # a readable <meta> proves that it is not UTF-16
    return "utf-8" if _is_utf8(body) else "cp1252"


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = _ALIASES.get(name, name)
    return name if name in _CHARSETS else None


def _is_utf8(body: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)  # incremental: the last character may be cut off
    except UnicodeDecodeError:
        return False
    return True


def _few_tags(text: str) -> str:
    for count, tag in enumerate(_TAG.finditer(text), 1):
        if count > MAX_TAGS:
            return text[: tag.start()]
    return text


def _clean(text: str, length: int) -> str:
    """One line without control or direction characters, cut at a length."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
