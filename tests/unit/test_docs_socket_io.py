"""docs/socket-io.md against the code: what it names is all that is said, heard and refused, and nothing else."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flack_realtime
import pytest
from flack_api.v2.sync import StreamNews
from flack_contracts.events import PAYLOADS
from flack_contracts.tokens import ACCESS_TOKEN_SECONDS
from flack_domain.queries.sync import MAX_BYTES, MAX_EVENTS, MAX_STREAM_EVENTS
from flack_realtime import v1
from flack_realtime.app import CLOSING_REASONS
from flack_realtime.gateway import HEADS_INTERVAL
from flack_realtime.presence import WATCHED
from flack_realtime.settings import RealtimeSettings
from realtime_names import names_handled, names_sent

PAGE = Path(__file__).parents[2] / "docs" / "socket-io.md"
SOURCES = sorted(Path(flack_realtime.__file__).parent.rglob("*.py"))
V1_ONLY = {"updated_model", "expired_token"}
CODE = re.compile(r"`([^`]+)`")


def rows(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of the `number`-th table below a heading, without its head."""
    section = re.split(rf"^##+ {re.escape(heading)}$", PAGE.read_text(), flags=re.MULTILINE)[1]
    section = re.split(r"^##+ ", section, flags=re.MULTILINE)[0]
    table = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[number]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def first_names(heading: str, number: int = 0) -> list[str]:
    """What stands in the first column of a table."""
    return [CODE.findall(row[0])[0] for row in rows(heading, number)]


def said_to(*functions: str) -> Iterator[str]:
    """The first argument of every call of these functions in realtime, where it is written out."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in functions and node.args[0].value:
                yield str(node.args[0].value)


def codes_answered() -> Iterator[str]:
    """Every `"code"` in what realtime answers."""
    for path in SOURCES:
        yield from re.findall(r'"ok": False, "code": "(\w+)"', path.read_text())


def test_every_event_is_there_with_its_stream_and_payload() -> None:
    documented = {
        CODE.findall(type)[0]: (stream.strip("| "), set(CODE.findall(payload)))
        for type, stream, payload, _ in rows("Events")
    }
    assert documented == {
        type: (model.stream_kind, set(model.model_fields)) for type, model in PAYLOADS.items()
    }


def test_every_name_that_is_said_or_heard_is_there() -> None:
    text = PAGE.read_text()
    assert set(first_names("What the server says")) == names_sent() - V1_ONLY
    assert set(first_names("What a client may say")) == names_handled() - set(v1.EVENTS)
    assert all(f"`{name}`" in text for name in V1_ONLY | set(v1.EVENTS))


def test_every_connect_error_and_every_code_is_there() -> None:
    refused = set(said_to("Refusal"))
    assert refused >= {"invalid_token"}
    assert set(first_names("When the connection is refused")) == refused
    assert set(first_names("What a client may say", 1)) == set(codes_answered())


def test_every_reason_to_close_is_there() -> None:
    closed = set(said_to("close_with", "close"))
    assert closed >= {"slow_consumer", "signed_out", "never connected"}  # they are found at all
    assert set(first_names("When the connection ends")) == set(CLOSING_REASONS)
    assert set(CLOSING_REASONS) < closed
    untold = closed - set(CLOSING_REASONS)
    text = PAGE.read_text()
    by_code = {"binary is not accepted", "a packet before connecting"}  # 1003 and 1002: told by their code
    assert [reason for reason in untold - by_code if f"`{reason}`" not in text] == []


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("realtime_message_bytes", "256 KiB a packet"),
        ("realtime_spill_bytes", "1 MiB, or"),
        ("realtime_sockets_per_user", "100 a process"),
        ("realtime_max_sockets", "20,000 a process"),
        ("realtime_connects_per_second", "250 new ones a second"),
        ("realtime_heartbeat_seconds", "a ping every 25 s"),
        ("realtime_heartbeat_timeout", "within 20 s"),
    ],
)
def test_limits_are_the_settings_defaults(setting: str, words: str) -> None:
    number = words.split(" MiB")[0].split(" KiB")[0]
    unit = 1 << 20 if "MiB" in words else 1 << 10 if "KiB" in words else 1
    written = int(re.sub(r"\D", "", number)) * unit
    assert written == RealtimeSettings.model_fields[setting].default
    assert words in PAGE.read_text()


def test_other_numbers_are_the_codes() -> None:
    text = PAGE.read_text()
    assert f"`expires_in` seconds ({ACCESS_TOKEN_SECONDS})" in text
    assert f'"heads_interval": {HEADS_INTERVAL}' in text
    assert f"up to {WATCHED} |" in text and f"{WATCHED} people a connection" in text
    assert f"more than {MAX_STREAM_EVENTS:,} events of it, or {MAX_EVENTS:,} of all" in text
    assert f"or {MAX_BYTES >> 20} MiB in one answer" in text


def test_the_page_and_the_document_agree_on_what_is_gone_on_from() -> None:
    goes_on = [from_where for _lost, _fetched, from_where in rows("Refetch a stream")]
    told = " ".join((StreamNews.__doc__ or "").split())
    assert goes_on == ["its `streams`", "`streams` of the state", "`seq` of the first page"]
    assert "`streams` of `/state`" in told and "`seq` of the first page, not of the last" in told


def test_the_bot_goes_on_from_the_first_page_once_it_has_read_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = runpy.run_path(str(PAGE.parent / "examples" / "listening_bot.py"))
    account = Pages()
    bot = script["Bot"](account)
    bot.seqs = {"channel:7": 100}
    with pytest.raises(ConnectionError):
        bot.sync()
    assert bot.seqs == {"channel:7": 100}  # what was not read yet is still missing

    account.fails_at = None
    bot.sync()
    assert bot.seqs == {"channel:7": 2001}
    assert capsys.readouterr().out.splitlines() == [f"[plans] ada: line {n}" for n in range(1, 7)]


class Pages:
    """An account whose channel's stream is lost: six messages, two a page, and an event before each page is read."""

    def __init__(self) -> None:
        self.fails_at: int | None = 2
        self.seq = 1999

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The answers of `/api/v2`."""
        if path == "/sync":
            return {"streams": [{"stream": "channel:7", "recovered": False, "seq": 1999, "events": []}]}
        if path.startswith("/users/"):
            return {"nickname": "ada"}
        if path == "/channels/7":
            return {"name": "plans"}
        assert path == "/channels/7/messages"
        if query["after"] == self.fails_at:
            raise ConnectionError
        self.seq += 1
        positions = range(query["after"] + 1, query["after"] + 3)
        messages = [{"position": n, "channel_id": 7, "user_id": 3, "source": f"line {n}"} for n in positions]
        return {"messages": messages, "has_after": query["after"] + 2 < 6, "seq": self.seq}
