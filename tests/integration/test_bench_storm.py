"""The storm of the benchmark, small: it puts into the database what actions would, and its clients end up whole."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flack_contracts.events import Event, MessagePosted
from flack_contracts.wire import packet_arguments
from flack_domain import queries
from flack_domain.actor import Actor
from servers import open_folder
from sqlalchemy.orm import Session

FOLDER = Path(__file__).parents[1] / "bench" / "fanout"
sys.path += [str(FOLDER.parent), str(FOLDER)]

import storm  # noqa: E402
from compared import Server  # noqa: E402
from installation import COMMON, EARLIER, TEAMS, Chat, installation  # noqa: E402
from processes import build  # noqa: E402
from scenarios import Bench  # noqa: E402

PEOPLE = 80
CAME_BACK, STAYED = 40, 5


@pytest.fixture
def chat(owner_database_url: str, redis_url: str) -> Iterator[Chat]:
    """People who have talked a little."""
    with redis.Redis.from_url(redis_url) as bus:
        chat = Chat(owner_database_url, bus, PEOPLE)
        chat.settle()
        yield chat
        chat.close()


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that plays the clients."""
    if shutil.which("cc") is None:
        pytest.skip("needs a C compiler")
    return build("client", tmp_path_factory.mktemp("bin"))


def test_what_was_said_is_in_the_log_as_an_action_writes_it(chat: Chat, session: Session) -> None:
    (before,) = queries.members.memberships(session, [7])
    assert COMMON in before.channel_ids and len(before.channel_ids) == 1 + TEAMS
    assert before.streams[f"channel:{COMMON}"] == EARLIER

    _, packet = chat.message(COMMON)
    chat.push(2, chat.teams())
    session.rollback()

    (after,) = queries.members.memberships(session, [7])
    assert sum(after.streams.values()) == sum(before.streams.values()) + 1 + 2 * TEAMS
    answer = queries.sync.since(session, Actor(7), before.streams)
    assert answer.count(b'"recovered":true') == len(before.streams)
    assert answer.count(b'"type":"message.posted"') == 1 + 2 * TEAMS

    name, (event,) = packet_arguments(packet)
    posted = Event.model_validate(event).parsed()
    assert name == "event" and isinstance(posted, MessagePosted)
    kept = queries.messages.get(session, Actor(7), COMMON, posted.message.id)
    assert posted.message.model_dump_json() == kept.model_dump_json()


def test_whoever_comes_back_is_whole_also_who_is_told_to_wait(
    clients: Path, redis_url: str, tmp_path: Path
) -> None:
    port = int(redis_url.rsplit(":", 1)[1].partition("/")[0])
    with (
        open_folder() as folder,
        installation(folder, port, CAME_BACK + STAYED, RATE_LIMIT_REQUESTS="1/8second") as around,
        redis.Redis.from_url(redis_url) as bus,
    ):
        server = Server("flack", port, tmp_path, installation=around)
        token = around.tokens.read_text().splitlines()[STAYED].partition(" ")[0]
        spent = around.api.call("GET", "/api/v2/sync?since=", headers={"Authorization": f"Bearer {token}"})
        try:
            found = storm.storm(Bench(clients, bus), server, CAME_BACK, STAYED)
        finally:
            server.stop()
    assert (found["not_back"], found["not_whole"], found["sync_failed"]) == (0, 0, 0)
    assert spent.status_code == 200 and found["sync_told_to_wait"] >= 1
    assert found["events_missed"] >= storm.MISSED + storm.MISSED_IN_TEAMS * TEAMS
    assert (found["stayed_missing"], found["stayed_closed"]) == (0, 0)
