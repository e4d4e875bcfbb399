"""Reading the conversations: text files beside this one, with times relative to today.

channel: general            or    direct: mara, priya
topic: …                          (channel only; also `kind: private`)
only: mara, jonas           or    without: sam          (who is in the channel; everybody by default)

--- 6 09:04                 from here on: six working days ago, at that time of day (UTC)
--- now -90                 from here on: ninety minutes ago
mara: A message.            a message at that moment
priya +3: Another.          three minutes later; lines indented by four spaces belong to it
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
INDENT = "    "
_DAY = re.compile(r"--- (?P<days>\d+) (?P<hour>\d\d):(?P<minute>\d\d)")
_NOW = re.compile(r"--- now -(?P<minutes>\d+)")
_MESSAGE = re.compile(r"(?P<nickname>[a-z]+)(?: \+(?P<minutes>\d+))?: ?(?P<text>.*)")


@dataclass(frozen=True)
class Person:
    """Somebody who talks."""

    nickname: str
    display_name: str


@dataclass(frozen=True)
class Line:
    """One message."""

    nickname: str
    at: datetime
    source: str


@dataclass
class Conversation:
    """A channel, or what two to eight people say to each other directly (`name` is None)."""

    name: str | None
    people: list[str]
    topic: str = ""
    kind: str = "public"
    lines: list[Line] = field(default_factory=list)


def people() -> list[Person]:
    """Everybody, the administrator first."""
    rows = (FOLDER / "people.txt").read_text(encoding="utf-8").splitlines()
    return [Person(*row.split(maxsplit=1)) for row in rows]


def conversations(now: datetime) -> list[Conversation]:
    """All conversations as if today were the day of `now`. Nothing in them is later than `now`."""
    everybody = [person.nickname for person in people()]
    return [
        parse(path.read_text(encoding="utf-8"), everybody, now) for path in sorted(FOLDER.glob("[0-9]-*.txt"))
    ]


def parse(text: str, everybody: list[str], now: datetime) -> Conversation:
    """One file. Raises ValueError for a line that is none of the forms above."""
    head, _, body = text.partition("\n\n")
    conversation = _head(dict(row.split(": ", 1) for row in head.splitlines()), everybody)
    conversation.lines = list(_lines(body.splitlines(), now))
    return conversation


def _head(fields: dict[str, str], everybody: list[str]) -> Conversation:
    if "direct" in fields:
        return Conversation(None, _names(fields["direct"]), kind="direct")
    without = _names(fields.get("without", ""))
    people = (
        _names(fields["only"]) if "only" in fields else [name for name in everybody if name not in without]
    )
    return Conversation(fields["channel"], people, fields.get("topic", ""), fields.get("kind", "public"))


def _lines(rows: list[str], now: datetime) -> Iterator[Line]:
    at, nickname, parts = now, "", list[str]()
    for row in rows:
        if row.startswith(INDENT) or (not row and parts):
            parts.append(row.removeprefix(INDENT))
            continue
        if parts:
            yield Line(nickname, at, "\n".join(parts).strip())
            parts = []
        if row.startswith("---"):
            at = _moment(row, now)
        elif row:
            nickname, minutes, text = _message(row)
            at, parts = min(at + timedelta(minutes=minutes), now), [text]
    if parts:
        yield Line(nickname, at, "\n".join(parts).strip())


def _message(row: str) -> tuple[str, int, str]:
    match = _MESSAGE.fullmatch(row)
    if match is None:
        raise ValueError(f"neither a message nor a time: {row!r}")
    return match["nickname"], int(match["minutes"] or 0), match["text"]


def _moment(row: str, now: datetime) -> datetime:
    if match := _NOW.fullmatch(row):
        return now - timedelta(minutes=int(match["minutes"]))
    if match := _DAY.fullmatch(row):
        day = _working_days_before(now, int(match["days"]))
        return datetime.combine(day, time(int(match["hour"]), int(match["minute"])), UTC)
    raise ValueError(f"not a time: {row!r}")


def _working_days_before(now: datetime, days: int) -> date:
    day = now.date()
    while days:
        day -= timedelta(days=1)
        days -= day.weekday() < 5  # Monday to Friday
    return day


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
