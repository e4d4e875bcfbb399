"""What a storm's clients come back to: Flack's own api on PostgreSQL, with people, their channels and what was said.

Everything is put there by plain SQL: only what is measured has to be as in life. An event's envelope is made as an
action makes it, and is pushed as api pushes it, with the time of publishing in it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
import servers
from api_fixtures import SERVICE_KEY, new_signing_key
from api_process import ApiProcess, api_process
from flack_contracts import streams, wire
from flack_contracts.tokens import AccessClaims
from flack_domain import migrate
from flack_domain.rendering.v2 import render
from flack_kit.jwt import Signer
from processes import Usage

COMMON = 1
"""The channel that everybody is in: `general`, which the first migration makes."""
TEAMS = 7
"""How many smaller channels, of about `TEAM` people, each person is in besides: which ones is chance."""
TEAM = 40
EARLIER = 20
"""Messages in each channel that everybody has seen."""
TEXT = "A believable message with *some* emphasis, `code` and a thought or two about the release."

_PEOPLE = """
insert into users (nickname, display_name, password_hash, created_at, updated_at, last_seen_at)
select 'person' || number, 'Person ' || number, '', now(), now(), now()
from generate_series(1, %(people)s) as number;
insert into sessions (user_id, created_at, expires_at) select id, now(), now() + interval '1 day' from users
order by id;
insert into channels (kind, name, created_at)
select 'private', 'team ' || team || '.' || number, now()
from generate_series(1, %(teams)s) as team, generate_series(1, %(choice)s) as number
order by team, number;
insert into memberships (channel_id, user_id, joined_at) select %(common)s, id, now() from users;
insert into memberships (channel_id, user_id, joined_at)
select 2 + (team - 1) * %(choice)s + abs(hashint8extended(users.id, team) %% %(choice)s), users.id, now()
from users, generate_series(1, %(teams)s) as team;
update channels set member_count = (select count(*) from memberships where channel_id = channels.id)
"""
_SAY = """
with raised as (
  update channels set last_seq = last_seq + %(messages)s, last_position = last_position + %(messages)s
  where id = any(%(channels)s) returning id as channel_id, last_seq, last_position
), said as (
  insert into messages (channel_id, position, user_id, source, html, created_at, updated_at, expansions_v1)
  select channel_id, last_position - %(messages)s + number, 1 + (channel_id * 31 + number) %% %(people)s,
    %(text)s, %(html)s, now(), now(), case when channel_id = %(common)s then '[]'::jsonb end
  from raised, generate_series(1, %(messages)s) as number
  returning id, channel_id, position, user_id, source, html, nonce, created_at
), told as (
  select said.id as message_id, 'channel:' || channel_id as stream, last_seq - last_position + position as seq,
    to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, said.*
  from said join raised using (channel_id)
)
insert into events (stream, seq, type, at, published, envelope)
select stream, seq, 'message.posted', now(), true,
  format('{"stream":"%%s","seq":%%s,"type":"message.posted","at":"%%s","payload":{"message":%%s}}', stream, seq, at, (
    select row_to_json(message) from (
      select told.id, channel_id, position, user_id, source, html, nonce, told.at as created_at,
        null as edited_at, null as deleted_at, '[]'::json as previews
    ) as message))
from told order by stream, seq
returning stream, envelope
"""
_SINCE = """
select users.id, string_agg(stream, ',')
from users, lateral (
  select 'user:' || users.id || '@' || last_seq union all
  select 'channel:' || channels.id || '@' || channels.last_seq
  from memberships join channels on channels.id = channel_id where user_id = users.id
) as had (stream)
group by users.id order by users.id
"""


class Chat:
    """The database, as far as a storm needs it: who is where, and what is said there. Its URL is the owner's."""

    def __init__(self, database_url: str, bus: "redis.Redis", people: int) -> None:
        self._connection = psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True)
        self._bus, self._people = bus, people

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def settle(self) -> None:
        """Put people, channels and what was said earlier there. Person and session number n belong together."""
        values = {"people": self._people, "teams": TEAMS, "common": COMMON}
        choice = max(1, self._people // TEAM)
        with self._connection.transaction(), psycopg.ClientCursor(self._connection) as cursor:
            cursor.execute(_PEOPLE, {**values, "choice": choice})
        self.say(EARLIER, [COMMON, *self.teams()])
        self._connection.execute("vacuum analyze")

    def teams(self) -> list[int]:
        """The smaller channels."""
        rows = self._connection.execute("select id from channels where not is_general order by id")
        return [channel for (channel,) in rows]

    def say(self, messages: int, channels: list[int]) -> list[tuple[str, str]]:
        """So many messages in each of these channels, in the log and not yet pushed: each one's stream and envelope."""
        rows = self._connection.execute(
            _SAY,
            {
                "messages": messages,
                "channels": channels,
                "people": self._people,
                "text": TEXT,
                "html": render(TEXT),
                "common": COMMON,
            },
        )
        return rows.fetchall()

    def push(self, messages: int, channels: list[int]) -> None:
        """The same, and push them."""
        pipe = self._bus.pipeline(transaction=False)
        for stream, envelope in self.say(messages, channels):
            pipe.publish(*_stamped(stream, envelope))
        pipe.execute()

    def message(self, channel: int) -> tuple[str, bytes]:
        """One message that is in the log now, and is to be pushed: the Redis channel, and what to publish there."""
        ((stream, envelope),) = self.say(1, [channel])
        return _stamped(stream, envelope)

    def people(self, signer: Signer) -> str:
        """A line for each person: an access token, and how far they have followed each of their streams."""
        now = int(time.time())
        lines = []
        for user_id, since in self._connection.execute(_SINCE):
            claims = AccessClaims(sub=str(user_id), sid=str(user_id), role="member", iat=now, exp=now + 3600)
            lines.append(f"{signer.sign(claims.model_dump())} {since}\n")
        return "".join(lines)


def _stamped(stream: str, envelope: str) -> tuple[str, bytes]:
    stamped = b'%b,"t":%d}' % (envelope[:-1].encode(), time.monotonic_ns())
    return streams.room_channel(stream), wire.packet("event", stamped)


@dataclass(frozen=True)
class Installation:
    """api and PostgreSQL at work."""

    api: ApiProcess
    chat: Chat
    tokens: Path
    postgres_pid: int
    service_key: str = SERVICE_KEY

    @property
    def api_url(self) -> str:
        """Where realtime asks api."""
        return f"http://127.0.0.1:{self.api.port}"

    def cpu(self) -> tuple[float, float]:
        """CPU seconds of api, and of PostgreSQL."""
        return Usage.of(self.api.process.pid).cpu, Usage.of(self.postgres_pid).cpu


@contextmanager
def installation(scratch: Path, redis_port: int, people: int, **settings: str) -> Iterator[Installation]:
    """One with so many people, whose commits wait for the disk. api is one process, with its own defaults
    unless there are `settings`."""
    key, redis_url = new_signing_key(), f"redis://127.0.0.1:{redis_port}/0"
    folder = scratch / f"postgres-{time.monotonic_ns()}"
    folder.mkdir(mode=0o755)
    with (
        servers.embedded_postgres(folder, durable=True) as owner_url,
        (scratch / "api.log").open("ab") as log,
        redis.Redis(port=redis_port) as bus,
    ):
        migrate.upgrade(owner_url, role=servers.SERVICES)
        chat = Chat(owner_url, bus, people)
        try:
            chat.settle()
            tokens = folder / "people"
            tokens.write_text(chat.people(Signer(key)))
            database_url = servers.as_services(owner_url)
            with api_process(database_url, redis_url, output=log, SIGNING_KEYS=key, **settings) as api:
                postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
                yield Installation(api, chat, tokens, postmaster)
        finally:
            chat.close()
