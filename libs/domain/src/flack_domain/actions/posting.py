"""The hot path: posting is one statement, which is its own transaction.

It locks and raises the channel's counters for a member of an open channel, and in the same breath inserts the message,
its event, what its author has read, and the answer kept for a retry. So the channel is locked while PostgreSQL works
and never while it waits for us. Everything else is asked only when the statement finds nothing.
"""

from collections.abc import Callable
from typing import Any

from flack_contracts.chat import Message
from flack_contracts.events import MessagePosted, envelope, payload_json
from flack_contracts.streams import channel_stream
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flack_domain import clock, errors, idempotency, names, policy
from flack_domain.actor import Actor
from flack_domain.outbox import Delivery, Outgoing, V1Message
from flack_domain.queries.visible import seen
from flack_domain.rendering import v1, v2
from flack_domain.transaction import deliver

# The numbers that only the database knows are written as 0 in the JSON and put in where it is stored. A quoted key is
# found nowhere else: within a text JSON writes \" for a quote.
_NUMBERED_MESSAGE = """replace(replace({json}, '"id":0,', '"id":' || id || ','),
    '"position":0,', '"position":' || position || ',')"""
_NUMBERED_EVENT = f"""replace({_NUMBERED_MESSAGE}, '"seq":0,', '"seq":' || seq || ',')"""

_POST = """
with place as (
  update channels set last_seq = last_seq + 1, last_position = last_position + 1 from memberships
  where channels.id = %(channel_id)s and channels.archived_at is null
    and memberships.channel_id = channels.id and memberships.user_id = %(user_id)s {unless}
  returning channels.last_seq as seq, channels.last_position as position, is_general,
    nextval('messages_id_seq') as id, nextval('events_id_seq') as event_id
), message as (
  insert into messages
    (id, channel_id, position, user_id, source, html, nonce, expansions_v1, created_at, updated_at)
  select id, %(channel_id)s, position, %(user_id)s, %(source)s, %(html)s, %(nonce)s,
    case when is_general then '[]'::jsonb end, %(now)s, %(now)s from place
), reader as (
  update memberships set last_read_position = position from place
  where channel_id = %(channel_id)s and user_id = %(user_id)s
), event as (
  insert into events (id, stream, seq, type, at, envelope)
  select event_id, %(stream)s, seq, 'message.posted', %(now)s, {event} from place
) {answer}
select id, position, seq, event_id, is_general from place
"""
_ANSWER = f""", answered as (
  insert into idempotency_keys (scope, key, fingerprint, answer, created_at)
  select %(scope)s, %(key)s, %(fingerprint)s, {_NUMBERED_MESSAGE.format(json="%(answer)s")}, %(now)s from place
)"""  # noqa: S608 (constants)
_UNLESS = "and not exists (select from idempotency_keys where scope = %(scope)s and key = %(key)s)"
_EVENT = _NUMBERED_EVENT.format(json="%(envelope)s")
_POST_ONCE = _POST.format(unless=_UNLESS, answer=_ANSWER, event=_EVENT)
_POST_ALWAYS = _POST.format(unless="", answer="", event=_EVENT)


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
    key = idempotency.current(session)
    unnumbered = Message(
        id=0,
        channel_id=errors.require_id(channel_id),
        position=0,
        user_id=actor.id,
        source=source,
        html=html,
        nonce=nonce,
        created_at=clock.now(),
    )
    try:
        message, outgoing = _write(_connection(session, alone=alongside is None), key, unnumbered)
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


def _connection(session: Session, *, alone: bool) -> Connection:
    """The session's connection: without BEGIN and COMMIT where one statement is all that it carries."""
    if alone and not session.in_transaction():
        return session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return session.connection()


class _NoPlace(Exception):  # not an error: it only ends the attempt
    """There is no open channel with this member, or the request was answered before."""


def _write(connection: Connection, key: idempotency.Key | None, message: Message) -> tuple[Message, Outgoing]:
    """Write a message that has no numbers yet; answer it with them, and its event."""
    now, stream = message.created_at, channel_stream(message.channel_id)
    payload = payload_json(MessagePosted(message=message))
    data = envelope(stream=stream, seq=0, type=MessagePosted.type, at=now, payload=payload)
    values: dict[str, Any] = {
        "channel_id": message.channel_id, "user_id": message.user_id, "source": message.source,
        "html": message.html, "nonce": message.nonce, "now": now, "stream": stream, "envelope": data.decode(),
    }  # fmt: skip
    if key is None:
        found = connection.exec_driver_sql(_POST_ALWAYS, values)
    else:
        values |= {"scope": key.scope, "key": key.key, "fingerprint": key.fingerprint}
        found = connection.exec_driver_sql(_POST_ONCE, {**values, "answer": message.model_dump_json()})
    row = found.one_or_none()
    if row is None:
        raise _NoPlace
    id, position, seq, event_id, is_general = row
    data = _numbered(data, id=id, position=position, seq=seq)
    shown_by_v1 = V1Message(id, message.user_id, message.source, now, now, []) if is_general else None
    outgoing = Outgoing(event_id, stream, seq, MessagePosted.type, data, shown_by_v1)
    return message.model_copy(update={"id": id, "position": position}), outgoing


def _numbered(data: bytes, **numbers: int) -> bytes:
    """JSON with its numbers put in, as the statement does it."""
    for name, number in numbers.items():
        data = data.replace(b'"%b":0,' % name.encode(), b'"%b":%d,' % (name.encode(), number), 1)
    return data


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
