"""The hot path: posting takes two statements and a commit.

The first locks and raises the channel's counters for a member of an open channel; the second inserts the message,
its event, what its author has read, and the answer kept for a retry. Everything else is asked only when the first
one finds nothing.
"""

from collections.abc import Callable
from datetime import datetime

from flack_contracts.chat import Message
from flack_contracts.events import MessagePosted, envelope, payload_json
from flack_contracts.streams import channel_stream
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flack_domain import clock, errors, idempotency, names, policy
from flack_domain.actor import Actor
from flack_domain.outbox import Delivery, Outgoing, V1Message
from flack_domain.queries.visible import seen
from flack_domain.rendering import v1, v2
from flack_domain.transaction import deliver

_PLACE = (
    "update channels set last_seq = last_seq + 1, last_position = last_position + 1 from memberships "
    "where channels.id = :channel_id and channels.archived_at is null "
    "and memberships.channel_id = channels.id and memberships.user_id = :user_id{unless} "
    "returning channels.last_seq, channels.last_position, channels.is_general, "
    "nextval('messages_id_seq'), nextval('events_id_seq')"
)
_TAKE_PLACE = text(_PLACE.format(unless=""))
_TAKE_PLACE_ONCE = text(
    _PLACE.format(unless=" and not exists (select from idempotency_keys where scope = :scope and key = :key)")
)

_WRITE = (
    "with message as (insert into messages (id, channel_id, position, user_id, source, html, nonce, expansions_v1, "
    "created_at, updated_at) values (:id, :channel_id, :position, :user_id, :source, :html, :nonce, "
    "cast(:expansions as jsonb), :now, :now)), "
    "reader as (update memberships set last_read_position = :position "
    "where channel_id = :channel_id and user_id = :user_id){answer} "
    "insert into events (id, stream, seq, type, at, envelope) "
    "values (:event_id, :stream, :seq, 'message.posted', :now, :envelope)"
)
_INSERT = text(_WRITE.format(answer=""))
_INSERT_ONCE = text(
    _WRITE.format(
        answer=", answered as (insert into idempotency_keys (scope, key, fingerprint, answer, created_at) "
        "values (:scope, :key, :fingerprint, :answer, :now))"
    )
)


def post(
    session: Session,
    actor: Actor,
    channel_id: int,
    *,
    source: str,
    nonce: str | None = None,
    alongside: Callable[[Message], None] | None = None,
) -> Message:
    """Say something in a channel. The author has then read everything up to it.

    `alongside` may add rows to the same transaction (v1's jobs).

    Raises `NotFound`, `Invalid`, `NotAMember`, `ChannelArchived`.
    """
    source, nonce = names.source(source), names.nonce(nonce)
    html = v2.render(source)
    now = clock.now()
    key = idempotency.current(session)
    try:
        message, outgoing = _write(
            session, key, actor, errors.require_id(channel_id), source, html, nonce, now
        )
        if alongside is not None:
            alongside(message)
        session.commit()
    except IntegrityError:
        session.rollback()
        earlier = _earlier(session, key)
        if earlier is None:
            raise
        return earlier
    except _NoPlace:
        return _refused(session, key, actor, channel_id)
    except BaseException:
        session.rollback()
        raise
    # v1 finds links where v2 shows none, in code for example.
    has_links = v2.has_links(html) or (outgoing.v1 is not None and v1.has_pages(source))
    deliver(session, Delivery(events=[outgoing], wanted_previews=[message.id] if has_links else []))
    return message


class _NoPlace(Exception):  # not an error: it only ends the attempt
    """The first statement found no open channel with this member, or the request was answered before."""


def _write(
    session: Session,
    key: idempotency.Key | None,
    actor: Actor,
    channel_id: int,
    source: str,
    html: str,
    nonce: str | None,
    now: datetime,
) -> tuple[Message, Outgoing]:
    connection = session.connection()
    once = {} if key is None else {"scope": key.scope, "key": key.key}
    place = _place(connection, {"channel_id": channel_id, "user_id": actor.id, **once})
    seq, position, is_general, message_id, event_id = place
    message = Message(
        id=message_id,
        channel_id=channel_id,
        position=position,
        user_id=actor.id,
        source=source,
        html=html,
        nonce=nonce,
        created_at=now,
    )
    stream = channel_stream(channel_id)
    payload = payload_json(MessagePosted(message=message))
    data = envelope(stream=stream, seq=seq, type=MessagePosted.type, at=now, payload=payload)
    values = {
        "id": message_id, "channel_id": channel_id, "position": position, "user_id": actor.id, "source": source,
        "html": html, "nonce": nonce, "expansions": "[]" if is_general else None, "now": now,
        "event_id": event_id, "stream": stream, "seq": seq, "envelope": data.decode(),
    }  # fmt: skip
    if key is None:
        connection.execute(_INSERT, values)
    else:
        answer = message.model_dump_json()
        connection.execute(_INSERT_ONCE, {**values, **once, "fingerprint": key.fingerprint, "answer": answer})
    shown_by_v1 = V1Message(message_id, actor.id, source, now, now, []) if is_general else None
    return message, Outgoing(event_id, stream, seq, MessagePosted.type, data, shown_by_v1)


def _place(connection: Connection, parameters: dict[str, object]) -> "Row[int, int, bool, int, int]":
    statement = _TAKE_PLACE_ONCE if "key" in parameters else _TAKE_PLACE
    row = connection.execute(statement, parameters).one_or_none()
    if row is None:
        raise _NoPlace
    return row


def _refused(session: Session, key: idempotency.Key | None, actor: Actor, channel_id: int) -> Message:
    """Say why there was no place: the request was answered before, or the actor may not post."""
    try:
        earlier = _earlier(session, key)
        if earlier is not None:
            return earlier
        policy.may_post(seen(session, actor, channel_id))
    finally:
        session.rollback()
    raise errors.Conflict("The channel changed just now. Try again.")


def _earlier(session: Session, key: idempotency.Key | None) -> Message | None:
    answer = idempotency.stored(session, key) if key is not None else None
    return Message.model_validate_json(answer) if answer else None
