"""Records histories from real runs: people act on a real database, and what they cause reaches one of them badly.

make histories        # writes tests/histories/recorded/*.json anew, from the seeds below
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import orjson
import servers
from flack_domain import clock, migrate, queries
from flack_domain.database import make_engine, session_factory
from reducer import Json
from sqlalchemy import text
from sqlalchemy.orm import Session

from .acts import ACTS, EVERYTHING, PEOPLE, History, Step
from .replay import FOLDER, Replay

SEEDS = (6, 17, 28, 39)
ROUNDS, STEPS_A_ROUND = 6, 14
# What random steps seldom manage: a message's author deletes it, a role goes and comes back, somebody reads to the end.
SELDOM = [
    *(Step(what, who, which=-1) for who in range(PEOPLE) for what in ("post", "delete")),
    *(Step("promote", 0, 1, which=which) for which in (0, 1)),
    *(Step("read_all", who) for who in range(PEOPLE)),
]
START = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Recorder:
    """Makes one history. Everything random comes from the seed, and time stands still between steps."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.seed = session, seed
        self.dice = random.Random(seed)
        self.moment = START
        self.told = 0
        self.steps: list[Json] = []

    def record(self) -> Json:
        """The history of one person."""
        # The channel that the migration makes has the time of the migration.
        self.session.execute(text("update channels set created_at = :at where is_general"), {"at": START})
        with clock.at(self.moment):
            self.story = History(self.session)
        self._act(EVERYTHING)
        self.actor = self.story.people[self.seed % PEOPLE]
        start = self._start()
        self.told = self._newest()
        self.replay = Replay(start)
        for number in range(ROUNDS):
            self._act([*EVERYTHING, *SELDOM] if number == 1 else self._random_steps())
            self._deliver()
            if number in (2, 4):
                self._trim()
            self._settle()
        self._settle(certainly=True)
        self._compare()
        self._do({"do": "receive", "event": self._of_a_newer_version()})
        return {
            "seed": self.seed, "start": start, "steps": self.steps, "applied": self.replay.applied,
            "end": self.replay.known(),
        }  # fmt: skip

    def _act(self, steps: list[Step]) -> None:
        for step in steps:
            self.moment += timedelta(seconds=1)
            with clock.at(self.moment):
                self.story.run(step)

    def _random_steps(self) -> list[Step]:
        dice = self.dice
        acts = [*ACTS, "post", "post", "post", "join", "add", "remove", "leave"]
        return [
            Step(
                dice.choice(acts),
                dice.randrange(PEOPLE),
                dice.randrange(PEOPLE),
                dice.randrange(8),
                dice.randrange(9),
            )
            for _ in range(STEPS_A_ROUND)
        ]

    def _start(self) -> Json:
        """A fresh state, with the channels opened: all but the last at their end, that one further up."""
        state = orjson.loads(queries.state.snapshot(self.session, self.actor).model_dump_json())
        ids = [channel["id"] for channel in state["channels"]]
        opened = []
        for channel_id in ids:
            newest = channel_id != ids[-1]
            page = queries.messages.page(
                self.session, self.actor, channel_id, limit=2, after=None if newest else 0
            )
            members = queries.members.of(self.session, self.actor, channel_id)
            opened.append(
                {
                    "channel_id": channel_id,
                    "page": orjson.loads(page.model_dump_json()),
                    "members": orjson.loads(members.model_dump_json()),
                }
            )
        return {"state": state, "opened": opened}

    def _deliver(self) -> None:
        """Push what happened: some of it late, twice, or never."""
        rows = self.session.execute(
            text("select id, envelope from events where id > :told order by id"), {"told": self.told}
        ).all()
        self.told = self._newest()
        late: list[tuple[float, Json]] = []
        for place, row in enumerate(rows):
            event = orjson.loads(row.envelope)
            chance = self.dice.random()
            if chance < 0.08:
                continue
            late.append((place + (self.dice.uniform(0, 5) if chance < 0.3 else 0), event))
            if chance > 0.9:
                late.append((place + self.dice.uniform(0, 9), event))
        for _, event in sorted(late, key=lambda pair: pair[0]):
            self._do({"do": "receive", "event": event})

    def _settle(self, *, certainly: bool = False) -> None:
        """Heads come, or a gap is announced, and time passes."""
        if certainly or self.dice.random() < 0.5:
            self._do({"do": "heads", "streams": queries.sync.heads(self.session, self.actor.id)})
        if certainly or self.dice.random() < 0.3:
            self._do({"do": "gap", "sync": self._sync()})
        asks = self.replay.follower.waiting
        if asks or certainly:
            # What the client will decide is worked out on a copy of what it waits for: heads and early events.
            self._do({"do": "wait", "sync": self._sync() if self._would_ask() else None})

    def _would_ask(self) -> bool:
        follower = self.replay.follower
        behind = any(
            follower.client.streams.get(stream, seq) < seq for stream, seq in follower._heads.items()
        )
        return follower.waiting and (bool(follower._early) or behind)

    def _sync(self) -> Json:
        since = dict(self.replay.client.streams)
        streams = orjson.loads(queries.sync.since(self.session, self.actor, since))["streams"]
        lost = [answer["stream"] for answer in streams if not answer["recovered"]]
        state = (
            orjson.loads(queries.state.snapshot(self.session, self.actor).model_dump_json()) if lost else None
        )
        return {"since": since, "streams": streams, "lost": lost, "state": state}

    def _compare(self) -> None:
        """What the recording client made of it is what a new one would fetch: the recording is a good one."""
        known, fresh = self.replay.known(), Replay(self._start()).known()
        fresh["users"] |= {id: user for id, user in known["users"].items() if id not in fresh["users"]}
        for part in ("user", "preferences", "streams", "channels", "users"):
            assert known[part] == fresh[part], f"seed {self.seed}: {part}"
        for channel_id, members in known["members"].items():
            assert members == fresh["members"][channel_id], f"seed {self.seed}: members of {channel_id}"

    def _of_a_newer_version(self) -> Json:
        """An event whose type this version does not know: its seq counts, its content is left alone."""
        stream = f"user:{self.actor.id}"
        seq = self.replay.client.streams[stream] + 1
        return {
            "stream": stream,
            "seq": seq,
            "type": "thing.happened",
            "at": "2026-03-02T11:00:00Z",
            "payload": {},
        }

    def _do(self, step: Json) -> None:
        # Through JSON, so that what is kept is what was played, whatever the client does with it.
        kept = orjson.loads(orjson.dumps(step))
        self.steps.append(kept)
        self.replay.play([orjson.loads(orjson.dumps(step))])

    def _trim(self) -> None:
        """The oldest events go, as after thirty days: what is behind them cannot be recovered."""
        keep = self._newest() - 4
        self.session.execute(text("delete from events where id <= :keep"), {"keep": keep})
        self.session.commit()

    def _newest(self) -> int:
        return int(self.session.scalar(text("select coalesce(max(id), 0) from events")) or 0)


@contextmanager
def database(url: str) -> Iterator[Session]:
    """A session on a migrated database that nobody used."""
    engine = make_engine(url)
    try:
        with session_factory(engine)() as session:
            yield session
    finally:
        engine.dispose()


def as_file(history: Json) -> bytes:
    """A history as it is kept: a line a step, so that differences can be read."""
    lines = [orjson.dumps(step) for step in history["steps"]]
    parts = {name: orjson.dumps(history[name]) for name in ("seed", "start", "applied", "end")}
    body = b",\n".join(b'"%s":%s' % (name.encode(), value) for name, value in parts.items())
    return b"{" + body + b',\n"steps":[\n' + b",\n".join(lines) + b"\n]}\n"


def main() -> int:
    """Write all histories anew."""
    FOLDER.mkdir(exist_ok=True)
    for seed in SEEDS:
        with servers.open_folder() as folder, servers.embedded_postgres(folder) as url:
            migrate.upgrade(url)
            with database(url) as session:
                path = FOLDER / f"{seed}.json"
                path.write_bytes(as_file(Recorder(session, seed).record()))
                print(f"seed {seed}: {path} {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
