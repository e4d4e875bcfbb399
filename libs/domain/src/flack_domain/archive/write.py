"""Writes an archive while the chat goes on, and goes on itself where it was interrupted.

1. Messages, in order of channel and position, a page in each file. Positions are given out under their channel's lock,
   so no message can appear behind the place where this reads.
2. Everything else in one snapshot, and with it the messages that were posted or changed since the beginning. So the
   archive as a whole is the installation at that moment, however long the first part took.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from flack_domain.archive.files import write_rows
from flack_domain.archive.manifest import ArchiveError, Manifest, Progress
from flack_domain.archive.tables import KEYS

PAGE = 5000
MARGIN = timedelta(minutes=5)
"""How much older than the beginning a change may say it is: clocks differ, and transactions take their time."""

EachFile = Callable[[Path], None]
"""Called with every file as soon as it is whole."""

_MESSAGES = text(
    "select channel_id, position, row_to_json(messages)::text from messages "
    "where (channel_id, position) > (:channel_id, :position) order by channel_id, position limit :page"
)


def write(
    engine: Engine,
    folder: Path,
    *,
    progress: Progress,
    each_file: EachFile = lambda _: None,
    page: int = PAGE,
) -> Manifest:
    """Export an installation into a folder. Raises `ArchiveError` where the folder holds something else."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest.load(folder)
    if manifest is None:
        if any(not path.name.endswith(".part") for path in folder.iterdir()):
            raise ArchiveError(f"{folder} is not empty and holds no archive.")
        manifest = _begin(engine)
        manifest.save(folder)
    if manifest.finished_at is None:
        target = _Target(folder, manifest, progress, each_file, page)
        _write_messages(engine, target)
        _write_snapshot(engine, target)
    return manifest


@dataclass(frozen=True)
class _Target:
    folder: Path
    manifest: Manifest
    progress: Progress
    each_file: EachFile
    page: int

    def add(self, table: str, rows: list[str]) -> None:
        self.each_file(write_rows(self.folder, self.manifest, table, rows))

    def report(self, table: str, total: int) -> None:
        done = self.manifest.rows(table)
        self.progress(table, done, max(total, done))


def _begin(engine: Engine) -> Manifest:
    with engine.connect() as connection:
        now, revision = connection.execute(
            text("select now(), (select version_num from alembic_version)")
        ).one()
    return Manifest(revision=revision, started_at=now)


def _write_messages(engine: Engine, target: _Target) -> None:
    manifest = target.manifest
    with engine.connect() as connection:
        total = connection.scalar(text("select coalesce(sum(last_position), 0)::bigint from channels")) or 0
    while True:
        place = {"channel_id": manifest.last[0], "position": manifest.last[1], "page": target.page}
        with engine.connect() as connection:
            found = connection.execute(_MESSAGES, place).all()
        if not found:
            return
        target.add("messages", [row for _, _, row in found])
        manifest.last = (found[-1][0], found[-1][1])
        manifest.save(target.folder)
        target.report("messages", total)


def _write_snapshot(engine: Engine, target: _Target) -> None:
    """Not saved until it is whole: an interrupted snapshot is taken anew."""
    manifest = target.manifest
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        since = manifest.started_at - MARGIN
        changed = "messages where updated_at >= :since order by channel_id, position"
        for rows in _pages(connection, changed, target.page, since=since):
            target.add("messages", rows)
        for table, key in KEYS.items():
            for rows in _pages(connection, f"{table} order by {key}", target.page):
                target.add(table, rows)
            target.report(table, 0)
        manifest.finished_at = connection.scalar(text("select now()"))
    manifest.save(target.folder)


def _pages(connection: Connection, what: str, page: int, **values: object) -> Iterator[list[str]]:
    query = f"select row_to_json(t)::text from (select * from {what}) t"  # noqa: S608 (names of our own tables)
    found = connection.execution_options(yield_per=page).execute(text(query), values)
    for rows in found.scalars().partitions():
        yield list(rows)
