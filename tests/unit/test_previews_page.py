"""What is read out of a page."""

import time

import pytest
from flack_worker.previews.page import Page, charset_of, is_html, read_page


def test_a_page_with_everything_is_read() -> None:
    page = read_page(
        b"""<!doctype html><html><head><title>
        Plain   title </title><meta name=Description content=" What it is about ">
        <meta property="og:title" content="Shared title"><meta property="og:description" content="Shared words">
        <meta property="og:site_name" content="Example"></head></html>"""
    )
    assert page == Page("Plain title", "What it is about", "Shared title", "Shared words", "Example")


def test_the_first_title_and_description_count() -> None:
    page = read_page(
        b"<title>one</title><title>two</title><meta name=description content=a><meta name=description content=b>"
    )
    assert (page.title, page.description) == ("one", "a")


def test_a_property_called_description_is_not_the_description() -> None:
    page = read_page(b'<meta property="description" content="no"><meta name="description" content="yes">')
    assert page.description == "yes"


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\x00\x01\xff", b"<", b"<title", b"<meta name=description>", b"<title></title>"]
)
def test_a_page_that_says_nothing_is_empty(body: bytes) -> None:
    assert read_page(body).title == ""


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<title>Grüße</title>".encode(), "text/html"),
        ("<title>Grüße</title>".encode("cp1252"), "text/html"),
        ("<title>Grüße</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='windows-1252'><title>Grüße</title>".encode("cp1252"), "text/html"),
        (b"\xff\xfe" + "<title>Grüße</title>".encode("utf-16-le"), "text/html; charset=utf-8"),
        ("<meta charset=utf-16><title>Grüße</title>".encode(), "text/html"),
        ("<title>Grüße</title>".encode(), 'text/html; charset="no-such-thing"'),
    ],
)
def test_the_charset_is_found(body: bytes, content_type: str) -> None:
    assert read_page(body, content_type).title == "Grüße"


@pytest.mark.parametrize(
    "label",
    ["base64", "zip", "rot13", "unicode_escape", "utf-7", "idna", "undefined", "mbcs", "x" * 40, "\x00"],
)
def test_codecs_that_are_no_charsets_are_not_used(label: str) -> None:
    assert charset_of(b"abc", f"text/html; charset={label}") == "utf-8"


def test_a_japanese_page_is_read() -> None:
    body = (
        "<meta http-equiv=content-type content='text/html; charset=Shift_JIS'><title>日本語</title>".encode(
            "shift_jis"
        )
    )
    assert read_page(body).title == "日本語"


def test_control_and_direction_characters_do_not_survive() -> None:
    assert read_page("<title>a\u202eb\u0007c\u200bd\ud7ff</title>".encode()).title == "a b c d\ud7ff"


def test_a_long_title_is_cut() -> None:
    title = read_page(b"<title>" + b"word " * 10_000).title
    assert len(title) <= 300
    assert title.endswith("…")


@pytest.mark.parametrize(
    "tag", ["<div>", "<ul><li>", "<b></p>", "<form><div>", "<table><tr><td>", "<!--", "<svg>", "<"]
)
def test_a_page_nested_to_hang_the_parser_takes_no_time(tag: str) -> None:
    body = (b"<title>deep</title>" + tag.encode() * 200_000)[: 512 * 1024]
    started = time.process_time()
    assert read_page(body).title == "deep"
    assert time.process_time() - started < 1.0  # 512 KiB of <div> took 38 s before tags were counted


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("text/html; charset=utf-8", True),
        ("", True),
        ("Application/XHTML+XML", True),
        ("image/png", False),
        ("text/plain", False),
    ],
)
def test_only_html_is_read(content_type: str, read: bool) -> None:
    assert is_html(content_type) is read
