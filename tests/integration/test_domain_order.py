"""Many people posting to one channel at once: one order without holes, in rows and in events."""

import threading

import orjson
import people
from flack_domain import queries
from flack_domain.database import session_factory
from flack_domain.outbox import Delivery
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

WRITERS, EACH = 8, 25


def test_positions_and_seqs_have_no_holes(engine: Engine, sessions: "sessionmaker[Session]") -> None:
    with sessions() as session:
        writers = people.sign_up(session, *(f"writer{n}" for n in range(WRITERS)))
        channel_id = people.public_channel(session, *writers)
        before = queries.channels.get(session, writers[0], channel_id).last_seq
    published: list[Delivery] = []
    start = threading.Barrier(WRITERS)
    publishing = session_factory(engine, publish=published.append)

    def write(number: int) -> None:
        with publishing() as session:
            start.wait(30)
            people.post(session, writers[number], channel_id, *(f"{number} {n}" for n in range(EACH)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    total = WRITERS * EACH
    with sessions() as session:
        channel = queries.channels.get(session, writers[0], channel_id)
        assert (channel.last_position, channel.last_seq) == (total, before + total)
        page = queries.messages.page(session, writers[0], channel_id, after=0, limit=total)
        events = [
            orjson.loads(envelope)
            for envelope in session.scalars(
                text("select envelope from events where stream = :name and seq > :before order by id"),
                {"name": f"channel:{channel_id}", "before": before},
            )
        ]
    assert [message.position for message in page.messages] == list(range(1, total + 1))
    assert [event["seq"] for event in events] == list(range(before + 1, before + total + 1))
    assert [event["payload"]["message"]["position"] for event in events] == list(range(1, total + 1))
    for writer in writers:
        said = [message.source.split()[1] for message in page.messages if message.user_id == writer.id]
        assert said == [str(n) for n in range(EACH)]
    told = sorted(orjson.loads(sent.envelope)["seq"] for delivery in published for sent in delivery.events)
    assert told == [event["seq"] for event in events]
