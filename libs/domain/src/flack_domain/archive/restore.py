"""Reads an archive into an empty installation, and goes on where it was interrupted.

Each file is one transaction, and bringing in a row that is there changes nothing, unless the archive's is newer: so the
same import may be run again until it ends.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

import orjson
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from flack_domain.archive.files import check, read_rows
from flack_domain.archive.manifest import ArchiveError, Manifest, Progress
from flack_domain.archive.tables import COUNTED, KEYS
from flack_domain.models import Base
from flack_domain.wait_for_schema import known_revisions

SEQS_AHEAD = 1_000_000
"""How far the copy's streams start ahead of the archive's. Events are left out, so whoever followed the original has to
load anew; were they at a seq that the copy gives out again, they would take new events for ones that they know."""


_IS_NEWER = "(excluded.revision, excluded.updated_at) > (messages.revision, messages.updated_at)"
"""Of a message. The number of its edits first: clocks may have been set back between two."""


def restore(engine: Engine, folder: Path, *, progress: Progress) -> Manifest:
    """Import an archive.

    Raises `ArchiveError` where it is damaged or unfinished, or the installation has people of its own.
    """
    manifest = _complete(folder)
    check(folder, manifest)
    _make_room(engine, folder, manifest)
    for table in (*KEYS, "messages"):
        _bring_in(engine, folder, table, manifest, progress)
    with engine.begin() as connection:
        _count_on(connection)
        _verify(connection)
    return manifest


def _complete(folder: Path) -> Manifest:
    manifest = Manifest.load(folder)
    if manifest is None:
        raise ArchiveError(f"{folder} holds no archive: there is no manifest.json.")
    if manifest.finished_at is None:
        raise ArchiveError(
            f"The export into {folder} was not finished: run it again, it goes on where it was."
        )
    if manifest.revision not in known_revisions():
        raise ArchiveError(f"The archive's schema ({manifest.revision}) is newer than this version of Flack.")
    return manifest


def _make_room(engine: Engine, folder: Path, manifest: Manifest) -> None:
    """Refuse an installation that others use; give the one channel of an empty one to the archive."""
    with engine.begin() as connection:
        found = connection.scalar(
            text(
                "select row_to_json(t)::text from "
                "(select id, nickname, created_at from users order by id limit 1) t"
            )
        )
        if found is None:
            general = [row for row in _rows(folder, manifest, "channels") if orjson.loads(row)["is_general"]]
            _insert(connection, "channels", general, _in_place_of_general)
            return
        there, first = orjson.loads(found), orjson.loads(next(_rows(folder, manifest, "users"), "{}"))
        if any(there[key] != first.get(key) for key in there):
            raise ArchiveError(
                "This installation has users already: an archive is imported into an empty one."
            )


def _rows(folder: Path, manifest: Manifest, table: str) -> Iterator[str]:
    return (row for file in manifest.files if file.table == table for row in read_rows(folder, file))


def _bring_in(engine: Engine, folder: Path, table: str, manifest: Manifest, progress: Progress) -> None:
    files = [file for file in manifest.files if file.table == table]
    done, total = 0, manifest.rows(table)
    for file in files:
        try:
            with engine.begin() as connection:
                _insert(connection, table, read_rows(folder, file))
        except IntegrityError as error:
            detail = str(error.orig).splitlines()[0]
            raise ArchiveError(f"{file.name} does not fit what is in the database: {detail}.") from error
        done += file.rows
        progress(table, done, total)


def _where_known(table: str, columns: Iterable[str]) -> str:
    """What a row that is there already comes to: the newer one of two messages stays."""
    if table != "messages":
        return f"on conflict ({KEYS[table]}) do nothing"
    return f"on conflict (id) do update set {_all(columns)} where {_IS_NEWER}"


def _in_place_of_general(_table: str, columns: Iterable[str]) -> str:
    """The channel that every installation has takes on all that the archive's has, its id too."""
    return f"on conflict (is_general) where is_general do update set {_all(columns)}"


def _all(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}" = excluded."{column}"' for column in columns)


def _insert(
    connection: Connection,
    table: str,
    rows: list[str],
    where_known: Callable[[str, Iterable[str]], str] = _where_known,
) -> None:
    # Columns that an older archive does not know get their defaults.
    for columns, group in groupby(rows, key=lambda row: tuple(orjson.loads(row))):
        unknown = set(columns) - set(Base.metadata.tables[table].columns.keys())
        if unknown:
            raise ArchiveError(
                f"Rows of {table} have a field that this version does not know: {min(unknown)}."
            )
        names = ", ".join(f'"{column}"' for column in columns)
        # Raised as a row comes in, which happens once however often the import is run.
        values = names.replace('"last_seq"', f'"last_seq" + {SEQS_AHEAD}')
        connection.execute(
            text(
                f"insert into {table} ({names}) select {values} "  # noqa: S608 (names of our own tables and columns)
                f"from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb)) {where_known(table, columns)}"
            ),
            {"rows": f"[{','.join(group)}]"},
        )


def _count_on(connection: Connection) -> None:
    """New ids follow the highest one."""
    for table in COUNTED:
        connection.execute(
            text(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608
                f"greatest((select coalesce(max(id), 0) from {table}) + 1, "
                f"nextval(pg_get_serial_sequence('{table}', 'id'))), false)"
            )
        )
    connection.execute(text("update users set online = false where online"))


def _verify(connection: Connection) -> None:
    """Every channel holds as many messages as it counted, the last one at the last position: there is no hole."""
    broken = connection.execute(
        text(
            "select channels.id from channels left join messages on messages.channel_id = channels.id "
            "group by channels.id having count(messages.id) <> channels.last_position "
            "or coalesce(max(messages.position), 0) <> channels.last_position order by channels.id limit 1"
        )
    ).scalar()
    if broken is not None:
        raise ArchiveError(f"Channel {broken} does not hold the messages that it counted.")
