"""What somebody missed, and which streams moved."""

from datetime import timedelta

from flack_contracts.streams import channel_stream, parse_stream, user_stream
from sqlalchemy import text
from sqlalchemy.orm import Session

from flack_domain import clock
from flack_domain.actor import Actor

MAX_STREAM_EVENTS = 1000
MAX_EVENTS = 5000
MAX_BYTES = 8 * 2**20
"""Of all events of one answer: a message may have 40,000 characters, and everybody syncs at once after an outage."""

# Seqs have no holes, so how much is missing is a subtraction, and only what will be answered is read. The smallest
# gaps are answered first; a stream whose events were trimmed, or that does not fit, comes back without a body. As the
# driver takes it: text() would cost a twentieth of the request.
_SINCE = """
with wanted as (
  select kind, id, since from unnest(cast(%(kinds)s as text[]), cast(%(ids)s as bigint[]), cast(%(sinces)s as bigint[]))
    as wanted(kind, id, since)
), heads as (
  select 'channel:' || channels.id as stream, since, last_seq as seq
  from wanted join channels on wanted.kind = 'channel' and channels.id = wanted.id
  where channels.kind = 'public' or exists (
    select from memberships where channel_id = channels.id and user_id = %(user_id)s)
  union all
  select 'user:' || users.id, since, last_seq
  from wanted join users on wanted.kind = 'user' and users.id = wanted.id and users.id = %(user_id)s
), fitting as (
  select stream, since, seq, seq - since <= %(max_stream_events)s and sum(
    case when seq - since between 0 and %(max_stream_events)s then seq - since else 0 end
  ) over (order by seq - since, stream) <= %(max_events)s as fits
  from heads
), weighed as (
  select fitting.*, fits and sum(coalesce(weight.bytes, 0)) over (order by fitting.seq - since, stream) <= %(max_bytes)s
    as is_light
  from fitting left join lateral (
    select sum(octet_length(envelope)) as bytes
    from events where events.stream = fitting.stream and events.seq > since and events.seq <= fitting.seq
  ) as weight on fits and fitting.seq > since
)
select stream, since, seq, is_light, coalesce(missed.number, 0) as number, coalesce(missed.body, '') as body
from weighed left join lateral (
  select count(*) as number, string_agg(envelope, ',' order by events.seq) as body
  from events where events.stream = weighed.stream and events.seq > since and events.seq <= weighed.seq
) as missed on is_light and weighed.seq > since
"""

_MOVED = text("select stream, max(seq) from events where at > :since group by stream")


def since(session: Session, actor: Actor, positions: dict[str, int]) -> bytes:
    """Every event behind these positions, as the JSON to answer, with one query for all streams.

    A stream that is unknown or that the actor does not see has `"recovered": false` and no seq; one whose events are
    trimmed, too many or too long has `"recovered": false` and its newest seq. Streams stand in the order asked for.
    """
    streams = {name: parsed for name in positions if (parsed := parse_stream(name)) and parsed.id < 2**63}
    rows = session.connection().exec_driver_sql(
        _SINCE,
        {
            "kinds": [stream.kind for stream in streams.values()],
            "ids": [stream.id for stream in streams.values()],
            "sinces": [positions[name] for name in streams],
            "user_id": actor.id,
            "max_stream_events": MAX_STREAM_EVENTS,
            "max_events": MAX_EVENTS,
            "max_bytes": MAX_BYTES,
        },
    )
    answers = {
        stream: _answer(stream, seq, body, recovered=fits and number == seq - behind)
        for stream, behind, seq, fits, number, body in rows
    }
    parts = (
        answers.get(name) or _answer(name, None, "", recovered=False)
        for name in positions
        if parse_stream(name)
    )
    return b'{"streams":[' + b",".join(parts) + b"]}"


def _answer(stream: str, seq: int | None, body: str, *, recovered: bool) -> bytes:
    return b'{"stream":"%b","recovered":%b,"seq":%b,"events":[%b]}' % (
        stream.encode(),
        b"true" if recovered else b"false",
        b"null" if seq is None else b"%d" % seq,
        body.encode() if recovered else b"",
    )


def moved(session: Session, *, seconds: float = 60) -> dict[str, int]:
    """The newest seq of each stream that had an event in the last seconds: the heads digest, with one query."""
    rows = session.execute(_MOVED, {"since": clock.now() - timedelta(seconds=seconds)})
    return {str(stream): int(seq) for stream, seq in rows}


def heads(session: Session, user_id: int) -> dict[str, int]:
    """The newest seq of each of a person's streams, with one query."""
    rows = session.execute(
        text(
            "select 'channel', id, last_seq from channels where id in "
            "(select channel_id from memberships where user_id = :user_id) "
            "union all select 'user', id, last_seq from users where id = :user_id"
        ),
        {"user_id": user_id},
    )
    return {(channel_stream if kind == "channel" else user_stream)(id): seq for kind, id, seq in rows}
