"""Writes an archive while the chat goes on, and goes on itself where it was interrupted.

1. Messages, in order of channel and position, a page in each file.
2. Everything else in one snapshot, and with it all messages that were written since the beginning: posted, imported
   into a channel already passed, or changed. PostgreSQL knows them by the transaction that wrote a row (`xmin`), so no
   clock is asked. The archive as a whole is the installation at that moment, however long the first part took.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from flack_domain.archive.files import write_rows
from flack_domain.archive.manifest import ArchiveError, Manifest, Progress
from flack_domain.archive.tables import KEYS

PAGE = 5000

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
        now, revision, xid = connection.execute(
            text(
                "select now(), (select version_num from alembic_version), "
                "pg_snapshot_xmin(pg_current_snapshot())::xid::text"
            )
        ).one()
    return Manifest(revision=revision, started_at=now, started_xid=xid)


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
        # `age` counts transactions back from now, and stays right when their 32-bit numbers begin anew. A row that is
        # older than that count can tell may be written twice, which does no harm.
        changed = "messages where age(xmin) <= age(cast(:since as xid)) order by channel_id, position"
        for rows in _pages(connection, changed, target.page, since=manifest.started_xid):
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
