"""The conversations of the demo: readable, in order, and never in the future."""

from datetime import UTC, datetime, timedelta

import pytest
from flack_local.demo.script import conversations, parse, people

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)  # a Wednesday
EVERYBODY = ["ann", "bob"]


def test_times_count_from_today_over_working_days() -> None:
    text = "channel: x\n\n--- 4 09:15\nann: a\nbob +2: b\n\n--- now -10\nann: c\n"
    lines = parse(text, EVERYBODY, NOW).lines
    assert [line.at for line in lines] == [
        datetime(2026, 3, 5, 9, 15, tzinfo=UTC),  # the Thursday before
        datetime(2026, 3, 5, 9, 17, tzinfo=UTC),
        NOW - timedelta(minutes=10),
    ]


def test_indented_lines_belong_to_the_message() -> None:
    text = "direct: ann, bob\n\n--- now -10\nann: look:\n    ```\n    1\n\n      2\n    ```\nbob: nice\n"
    first, second = parse(text, EVERYBODY, NOW).lines
    assert first.source == "look:\n```\n1\n\n  2\n```"
    assert second.source == "nice"


def test_a_line_of_no_known_form_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a message nor a time"):
        parse("channel: x\n\n--- 1 09:00\nWhat is this\n", EVERYBODY, NOW)


def test_the_conversations_can_be_told_today() -> None:
    told = conversations(NOW)
    assert sum(len(conversation.lines) for conversation in told) >= 200
    for conversation in told:
        assert conversation.lines == sorted(conversation.lines, key=lambda line: line.at)
        assert all(line.at <= NOW and line.source for line in conversation.lines)
        assert {line.nickname for line in conversation.lines} <= set(conversation.people)
        assert set(conversation.people) <= {person.nickname for person in people()}
