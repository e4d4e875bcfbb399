"""What is read from the wire or rendered: any bytes give a value or a ValueError, any text harmless HTML."""

import contextlib
from html.parser import HTMLParser

import pytest
from corpora import ENDLESS, MARKUP
from flack_contracts.control import read_control
from flack_contracts.events import PAYLOADS, read_event
from flack_contracts.streams import parse_since, parse_stream
from flack_contracts.wire import packet_arguments
from flack_domain.rendering import v1, v2
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rounds import GoOn

pieces = st.one_of(
    st.sampled_from(MARKUP),
    st.sampled_from(sorted(ENDLESS.values())),
    st.text(max_size=30),
    st.text(alphabet="<>[]()!*_~`\\\"'=/:;&# \n\tajvscriptonlfdh", max_size=40),
)
PAYLOAD = [
    "{}",
    "null",
    "[]",
    '{"message":{}}',
    '{"channel_id":"x"}',
    '{"channel_id":1e999}',
    '{"user":{"id":[]}}',
]
packets = st.text(max_size=60).map(lambda text: b"42[" + text.encode("utf-8", "replace"))
events = st.builds(
    lambda stream, seq, type, payload: (
        f'{{"stream":"{stream}","seq":{seq},"type":"{type}","at":"2026-01-31T00:00:00Z","payload":{payload}}}'
    ),
    st.sampled_from(["channel:7", "user:3", "x", "channel:-1"]),
    st.integers() | st.just("null"),
    st.sampled_from(sorted(PAYLOADS)) | st.text(alphabet="abc.", max_size=9),
    st.sampled_from(PAYLOAD),
)


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_any_text_becomes_harmless_html(go_on: GoOn, version: str) -> None:
    render, tags = (v1.render, v1.INLINE_TAGS) if version == "v1" else (v2.render, v2.TAGS)

    @settings(max_examples=150)
    @given(st.lists(pieces, max_size=6).map("".join))
    def property(source: str) -> None:
        for tag, attributes in _Elements(render(source)).found:
            assert tag in tags
            assert not [name for name in attributes if name.startswith("on")]
            href = "".join(character for character in attributes.get("href") or "" if character > " ").lower()
            assert not href.startswith(("javascript:", "data:", "vbscript:", "file:", "blob:"))

    go_on(property)


def read_parsed(data: bytes) -> object:
    """An event and its payload's model."""
    return read_event(data).parsed()


@pytest.mark.timeout(0)
def test_any_bytes_are_read_or_refused(go_on: GoOn) -> None:
    @settings(max_examples=300)
    @given(st.binary(max_size=200) | events.map(str.encode) | packets)
    @example(b"42[]")
    @example(b"42[7]")
    def property(data: bytes) -> None:
        for read in (read_control, read_event, read_parsed, packet_arguments):
            try:
                read(data)
            except (ValueError, KeyError, IndexError, TypeError) as error:
                assert isinstance(error, ValueError), f"{read} raised {error!r}"
        text = data.decode("utf-8", "replace")
        parse_stream(text)
        with contextlib.suppress(ValueError):
            parse_since(text)

    go_on(property)
