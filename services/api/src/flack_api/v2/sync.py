"""Starting a client, and catching up."""

from typing import Annotated

from flack_contracts.base import Contract
from flack_contracts.events import Event
from flack_contracts.streams import parse_since
from flack_domain import queries
from flask import Blueprint
from pydantic import Field

from flack_api.context import actor, session
from flack_api.http import Problem, Query, auth_required, query, returns

sync = Blueprint("sync", __name__)

_POSITION = "(channel|user):[1-9][0-9]{0,18}@[0-9]{1,18}"


class Since(Query):
    """The newest seq that you have of each stream: `channel:7@112,user:3@41`."""

    since: Annotated[
        str,
        Field(
            max_length=40_000,
            description="The newest seq that you have of each stream: `STREAM@SEQ`, separated by commas. A stream is "
            "`channel:ID` or `user:ID`; 0 stands before its first event.",
            examples=["channel:7@112,user:3@41"],
            json_schema_extra={"pattern": f"^({_POSITION}(,{_POSITION})*)?$"},
        ),
    ]

    def positions(self) -> dict[str, int]:
        """The seq by stream. Raises Problem 422."""
        try:
            return parse_since(self.since)
        except ValueError as error:
            errors = [{"field": "since", "message": str(error)}]
            raise Problem(422, "invalid_fields", "The query is not valid: since.", errors=errors) from None


class StreamNews(Contract):
    """What is new in a stream.

    Where `recovered` is false and `seq` null, you may not see the stream any more: forget it. Where `recovered` is
    false and `seq` a number, too much was missed to be told event by event: refetch what the stream is about, and go on
    from the `seq` of the first answer that you read for it. That is `streams` of `/state`; for a bot that only fetches
    the messages after its position it is `seq` of the first page, not of the last, once all pages are read. The rule
    stands in `docs/socket-io.md` of the source.
    """

    stream: str
    recovered: bool
    seq: int | None
    events: list[Event]


class News(Contract):
    """Everything missed."""

    streams: list[StreamNews]


@sync.get("/state")
@auth_required
@returns(queries.state.State, etag=True)
def read_state() -> queries.state.State:
    """One consistent snapshot of all that a client needs to start, with the seq of each stream."""
    return queries.state.snapshot(session(), actor())


@sync.get("/sync")
@auth_required
@query(Since)
@returns(News)
def read_news(since: Since) -> bytes:
    """Every event after the given positions, of streams that you may see."""
    return queries.sync.since(session(), actor(), since.positions())
