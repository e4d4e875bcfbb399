"""One action, one transaction: the data and its events are committed together, then told to the world outside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from flack_contracts.control import SessionEnded, V1TokensEnded
from flack_contracts.events import Payload, envelope, payload_json
from flack_contracts.streams import channel_stream, user_stream
from pydantic import TypeAdapter
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flack_domain import clock, errors, idempotency
from flack_domain.models import Channel, V1Token
from flack_domain.outbox import Delivery, Outgoing, V1Message

P = ParamSpec("P")
Result = TypeVar("Result")

_RAISE_USERS = text(
    "with locked as (select id from users where id = any(:ids) order by id for no key update) "
    "update users set last_seq = last_seq + 1 from locked where users.id = locked.id "
    "returning users.id, users.last_seq"
)
_INSERT = text(
    "insert into events (stream, seq, type, at, envelope, published) "
    "select stream, seq, type, :at, envelope, published from unnest(cast(:streams as text[]), "
    "cast(:seqs as bigint[]), cast(:types as text[]), cast(:envelopes as text[]), cast(:published as boolean[])) "
    "with ordinality as new(stream, seq, type, envelope, published, number) "
    "order by number returning id, stream, seq"
)
_TAKEN: dict[str, type[errors.DomainError]] = {
    "uq_users_nickname": errors.NicknameTaken,
    "uq_channels_public_name": errors.ChannelNameTaken,
}


@dataclass(frozen=True, slots=True)
class _Pending:
    stream: str
    seq: int
    type: str
    envelope: bytes
    v1: V1Message | None
    pushed: bool


@dataclass(slots=True)
class Transaction:
    """What an action writes through. Rows are locked in one order everywhere: channels, memberships, users; by id."""

    session: Session
    now: datetime = field(default_factory=clock.now)
    delivery: Delivery = field(default_factory=Delivery)
    _pending: list[_Pending] = field(default_factory=list)

    def tell_channel(
        self, channel: Channel, payload: Payload, *, v1: V1Message | None = None, pushed: bool = True
    ) -> None:
        """Append an event to a channel's stream. The channel's row must be locked (`queries.visible.locked`).

        What is not pushed, clients learn by sync: after the next event that is, or after a heads digest.
        """
        channel.last_seq += 1
        self._append(channel_stream(channel.id), channel.last_seq, payload, v1, pushed=pushed)

    def tell_user(self, user_id: int, payload: Payload) -> None:
        """Append an event to one person's stream."""
        self.tell_users({user_id: payload})

    def tell_users(self, payloads: dict[int, Payload]) -> None:
        """Append one event to each of several people's streams."""
        self.session.flush()
        for user_id, seq in sorted(self.session.execute(_RAISE_USERS, {"ids": list(payloads)})):
            self._append(user_stream(user_id), seq, payloads[user_id], None)

    def end_session(self, user_id: int, session_id: int | None = None) -> None:
        """Have the sockets of a session (None: of all of that person's) closed after the commit."""
        self.delivery.control.append(SessionEnded(user_id=user_id, session_id=session_id))

    def end_v1_tokens(self, user_id: int) -> None:
        """Revoke all v1 tokens of a person, and have their sockets hear no more than strangers after the commit."""
        self.session.execute(delete(V1Token).where(V1Token.user_id == user_id))
        self.delivery.control.append(V1TokensEnded(user_id=user_id))

    def write_events(self) -> None:
        """Insert all pending events, in order, with one statement."""
        self.session.flush()
        if not self._pending:
            return
        parameters = {
            "at": self.now,
            "streams": [event.stream for event in self._pending],
            "seqs": [event.seq for event in self._pending],
            "types": [event.type for event in self._pending],
            "envelopes": [event.envelope.decode() for event in self._pending],
            "published": [not event.pushed for event in self._pending],
        }
        ids = {(row.stream, row.seq): row.id for row in self.session.execute(_INSERT, parameters)}
        for event in self._pending:
            if not event.pushed:
                continue
            self.delivery.events.append(
                Outgoing(
                    id=ids[event.stream, event.seq],
                    stream=event.stream,
                    seq=event.seq,
                    type=event.type,
                    envelope=event.envelope,
                    v1=event.v1,
                )
            )

    def deliver(self) -> None:
        """Hand over what was committed."""
        deliver(self.session, self.delivery)

    def _append(
        self, stream: str, seq: int, payload: Payload, v1: V1Message | None, *, pushed: bool = True
    ) -> None:
        data = envelope(stream=stream, seq=seq, type=payload.type, at=self.now, payload=payload_json(payload))
        self._pending.append(_Pending(stream, seq, payload.type, data, v1, pushed))


def deliver(session: Session, delivery: Delivery) -> None:
    """Give a committed transaction's delivery to whoever publishes for this session."""
    publish: Callable[[Delivery], None] | None = session.info.get("publish")
    if publish is not None and delivery:
        publish(delivery)


def action(
    function: Callable[Concatenate[Transaction, P], Result],
) -> Callable[Concatenate[Session, P], Result]:
    """Make an action of a function that writes through a `Transaction`; callers pass their session instead.

    Commits, or rolls back on any error. Within `idempotency.key(…)` a repeated request gets the first one's answer.
    """

    @wraps(function)
    def run(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        key = idempotency.current(session)
        transaction = Transaction(session)
        try:
            if key is not None:
                answer = idempotency.claim(session, key, transaction.now)
                if answer is not None:
                    session.rollback()
                    result: Result = _adapter(function).validate_json(answer)
                    return result
            result = function(transaction, *args, **kwargs)
            transaction.write_events()
            if key is not None:
                idempotency.answer(session, key, _adapter(function).dump_json(result))
            session.commit()
        except IntegrityError as error:
            session.rollback()
            raise _named(error) from error
        except BaseException:
            session.rollback()
            raise
        transaction.deliver()
        return result

    return run


@cache
def _adapter(function: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(function)["return"])


def _named(error: IntegrityError) -> Exception:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return _TAKEN[constraint]() if constraint in _TAKEN else error
