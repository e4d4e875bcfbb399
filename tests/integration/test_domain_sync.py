"""What sync answers: one query for all streams, only what the actor sees, and an honest no."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import people
from flack_domain import actions, queries
from flack_domain.actor import Actor
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session


def sync(session: Session, actor: Actor, **since: int) -> dict[str, dict[str, Any]]:
    positions = {name.replace("_", ":"): seq for name, seq in since.items()}
    answer = orjson.loads(queries.sync.since(session, actor, positions))
    assert [stream["stream"] for stream in answer["streams"]] == list(positions)
    return {stream["stream"]: stream for stream in answer["streams"]}


def test_everything_missed_comes_in_order_and_nothing_twice(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    channel_id = people.private_channel(session, ann)
    people.post(session, ann, channel_id, "a", "b", "c")
    stream = f"channel:{channel_id}"
    all_of_it = sync(session, ann, **{stream: 0})[stream]
    assert (all_of_it["recovered"], all_of_it["seq"]) == (True, 3)
    assert [event["seq"] for event in all_of_it["events"]] == [1, 2, 3]
    assert sync(session, ann, **{stream: 2})[stream]["events"] == all_of_it["events"][2:]
    assert sync(session, ann, **{stream: 3})[stream] == {
        "stream": stream, "recovered": True, "seq": 3, "events": []
    }  # fmt: skip


def test_a_stream_that_is_not_ones_own_is_as_unknown(session: Session) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    private = people.private_channel(session, bob)
    public = people.public_channel(session, bob)
    people.post(session, bob, private, "secret")
    people.post(session, bob, public, "open")
    seen = sync(
        session, ann, **{f"channel:{private}": 0, "user:2": 0, "channel:999": 0, f"channel:{public}": 0}
    )
    for hidden in (f"channel:{private}", "user:2", "channel:999"):
        assert seen[hidden] == {"stream": hidden, "recovered": False, "seq": None, "events": []}
    assert seen[f"channel:{public}"]["recovered"]


def test_many_streams_take_one_query(session: Session, engine: Engine) -> None:
    (ann,) = people.sign_up(session, "ann")
    channels = [people.private_channel(session, ann) for _ in range(5)]
    for channel_id in channels:
        people.post(session, ann, channel_id, "x")
    session.rollback()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    answer = sync(session, ann, user_1=0, **{f"channel:{id}": 0 for id in channels})
    assert sum(len(stream["events"]) for stream in answer.values()) == 5 + 6
    assert len(statements) == 1


def test_too_many_too_old_and_from_the_future_are_not_recovered(session: Session, owner: Engine) -> None:
    (ann,) = people.sign_up(session, "ann")
    old, busy = people.private_channel(session, ann), people.private_channel(session, ann)
    people.post(session, ann, old, *"abcdef")
    people.post(session, ann, busy, "first")
    session.execute(
        text(
            "insert into events (stream, seq, type, at, envelope) select 'channel:' || :id, n, 'x', now(), '{}' "
            "from generate_series(2, 1002) as n"
        ),
        {"id": busy},
    )
    session.execute(text("update channels set last_seq = 1002 where id = :id"), {"id": busy})
    session.commit()
    with owner.begin() as connection:
        connection.execute(
            text("update events set at = at - interval '31 days' where stream = :name and seq <= 3"),
            {"name": f"channel:{old}"},
        )
    assert sync(session, ann, **{f"channel:{old}": 0})[f"channel:{old}"]["recovered"]
    assert actions.cleanup.run(session)["events"] == 3
    past = {since: sync(session, ann, **{f"channel:{old}": since})[f"channel:{old}"] for since in (2, 3, 7)}
    assert [past[since]["recovered"] for since in (2, 3, 7)] == [False, True, False]
    assert (past[2]["seq"], past[2]["events"], len(past[3]["events"])) == (6, [], 3)
    full = {since: sync(session, ann, **{f"channel:{busy}": since})[f"channel:{busy}"] for since in (1, 2)}
    assert [full[since]["recovered"] for since in (1, 2)] == [False, True]
    assert (full[1]["seq"], full[1]["events"], len(full[2]["events"])) == (1002, [], 1000)


def test_few_but_long_events_are_bounded_too_and_the_smallest_gap_goes_first(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    long, short = people.private_channel(session, ann), people.private_channel(session, ann)
    people.post(session, ann, short, "a", "b")
    session.execute(
        text(
            "insert into events (stream, seq, type, at, envelope) "
            "select 'channel:' || :id, n, 'x', now(), '\"' || repeat('x', 999998) || '\"' "
            "from generate_series(1, 9) as n"
        ),
        {"id": long},
    )
    session.execute(text("update channels set last_seq = 9 where id = :id"), {"id": long})
    session.commit()
    names = f"channel:{long}", f"channel:{short}"
    seen = [sync(session, ann, **{names[0]: since, names[1]: 0}) for since in (0, 1)]
    assert [(answer[names[0]]["recovered"], answer[names[1]]["recovered"]) for answer in seen] == [
        (False, True), (True, True)
    ]  # fmt: skip
    assert (seen[0][names[0]]["seq"], seen[0][names[0]]["events"]) == (9, [])
    assert len(seen[1][names[0]]["events"]) == 8


def test_huge_and_negative_positions_are_only_not_recovered(session: Session) -> None:
    (ann,) = people.sign_up(session, "ann")
    seen = sync(
        session, ann, user_1=10**17, **{"channel:9223372036854775807": 0, "channel:9999999999999999999": 0}
    )
    assert [stream["recovered"] for stream in seen.values()] == [False, False, False]


def test_the_digest_names_what_moved_lately(session: Session, owner: Engine) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.private_channel(session, ann, bob)
    people.post(session, ann, channel_id, "a", "b")
    assert queries.sync.moved(session, seconds=60) == {
        "channel:1": 2, "user:1": 2, "user:2": 2, f"channel:{channel_id}": 3
    }  # fmt: skip
    session.commit()
    with owner.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=61)
        connection.execute(text("update events set at = :past"), {"past": past})
    assert queries.sync.moved(session, seconds=60) == {}
    people.post(session, ann, channel_id, "c")
    assert queries.sync.moved(session, seconds=60) == {f"channel:{channel_id}": 4}


def test_a_snapshot_is_of_one_moment(session: Session, engine: Engine) -> None:
    ann, bob = people.sign_up(session, "ann", "bob")
    channel_id = people.direct_channel(session, ann, bob)
    people.post(session, bob, channel_id, "a")
    interrupted = False

    def meanwhile(*args: Any) -> None:
        nonlocal interrupted
        if not interrupted and "FROM channels JOIN memberships" in args[2]:
            interrupted = True
            with Session(engine) as other:
                people.post(other, bob, channel_id, "b")

    event.listen(engine, "before_cursor_execute", meanwhile)
    state = queries.state.snapshot(session, ann)
    assert interrupted
    (direct,) = [channel for channel in state.channels if channel.id == channel_id]
    assert (direct.last_seq, direct.last_position, state.streams[f"channel:{channel_id}"]) == (1, 1, 1)
    assert (direct.member_ids, [user.id for user in state.users]) == ([ann.id, bob.id], [ann.id, bob.id])
    assert state.streams == {f"user:{ann.id}": 2, "channel:1": 2, f"channel:{channel_id}": 1}
