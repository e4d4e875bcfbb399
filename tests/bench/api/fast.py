"""A peer: the same requests in FastAPI, as its documentation writes them: async, ORM, a response model.

Run by `uvicorn` with uvloop and httptools. Its driver is psycopg's async form, as the others' is psycopg too; asyncpg,
which many use with FastAPI, is not measured. `DATABASE_URL` says where the rows are.
"""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from flack_contracts.chat import Message as MessageOut
from flack_contracts.chat import User as UserOut
from flack_domain.models import Channel, Membership, User
from plain import USER, add_message, newest, posted_event
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

app = FastAPI()
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10)


class FromRow(MessageOut):
    """A message read off an ORM object."""

    model_config = ConfigDict(from_attributes=True)


class UserFromRow(UserOut):
    """A person read off an ORM object."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel):
    """What the list answers."""

    messages: list[FromRow]


class NewMessage(BaseModel):
    """What a post takes."""

    source: str


async def session() -> AsyncIterator[AsyncSession]:
    """A session a request."""
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened


Database = Annotated[AsyncSession, Depends(session)]


@app.get("/plain/channels/{channel_id}/messages")
async def list_messages(channel_id: int, database: Database) -> Page:
    """The newest 50 messages."""
    rows = (await database.scalars(newest(channel_id))).all()
    return Page(messages=[FromRow.model_validate(row) for row in reversed(rows)])


@app.post("/plain/channels/{channel_id}/messages", status_code=201)
async def post_message(channel_id: int, new: NewMessage, database: Database) -> FromRow:
    """Post a message."""
    channel = await database.get_one(Channel, channel_id, with_for_update=True)
    membership = await database.get_one(Membership, (channel_id, USER))
    message = add_message(channel, membership, new.source)
    database.add(message)
    await database.flush()
    database.add(posted_event(channel, message))
    await database.commit()
    return FromRow.model_validate(message)


@app.get("/plain/users/me")
async def read_myself(database: Database) -> UserFromRow:
    """Who everybody is here."""
    return UserFromRow.model_validate(await database.get_one(User, USER))


@app.get("/plain/nothing")
async def answer_nothing() -> dict[str, list[str]]:
    """An empty answer."""
    return {"keys": []}
