"""The channel list in the page itself: it says what the UI says, before any script runs."""

import re

import pytest
from flack_web.channel_list import channel_list
from jinja2 import Environment, PackageLoader, select_autoescape

AT = "2026-03-02T10:00:00Z"


def user(id: int, name: str) -> dict[str, object]:
    return {"id": id, "nickname": f"p{id}", "display_name": name, "role": "member", "created_at": AT}


def channel(id: int, **fields: object) -> dict[str, object]:
    """A public channel of which messages 3, 4 and 5 are unread."""
    return {
        "id": id, "kind": "public", "name": f"channel-{id}", "topic": "", "created_by": 1, "created_at": AT,
        "archived_at": None, "last_seq": 9, "last_position": 5, "role": "member", "joined_at": AT,
        "last_read_position": 2, "member_count": 2, **fields,
    }  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    state = {
        "user": user(1, "Ann"),
        "preferences": {"theme": "auto", "desktop_notifications": False, "muted_channel_ids": [8]},
        "channels": [
            channel(7),
            channel(8),
            channel(9, last_read_position=5),
            channel(10, kind="direct", name=None, member_ids=[1]),
        ],
        "users": [user(1, "Ann")],
    }
    templates = Environment(loader=PackageLoader("flack_web"), autoescape=select_autoescape())
    painted = templates.get_template("first_paint.html")
    return painted.render(installation={"name": "Flack"}, list=channel_list(state, 9))


def heard(page: str, channel_id: int) -> str:
    """What is read aloud of a channel's link."""
    found = re.search(rf'href="/c/{channel_id}"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert found
    shown = re.sub(r"<(\w+)[^>]*aria-hidden=\"true\"[^>]*>.*?</\1>", "", found[1], flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", shown).strip()


@pytest.mark.parametrize(
    ("channel_id", "said"),
    [(7, "channel-7, 3 unread"), (8, "channel-8, muted"), (9, "channel-9"), (10, "Ann (you), 3 unread")],
)
def test_a_channels_link_is_read_aloud_as_in_the_ui(page: str, channel_id: int, said: str) -> None:
    assert heard(page, channel_id) == said


def test_what_is_unread_is_also_seen(page: str) -> None:
    assert re.findall(r'<span class="count" aria-hidden="true">(.*?)</span>', page) == ["3", "3"]
