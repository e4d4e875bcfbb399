"""What is in an archive, and how far its making came."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

NAME = "manifest.json"
Progress = Callable[[str, int, int], None]
"""Called with a table's name, how many of its rows are done, and how many there are."""


class ArchiveError(Exception):
    """The archive cannot be written or read; the message says why, in one sentence."""


class File(BaseModel):
    """One file of the archive: rows of one table, as gzipped JSON Lines."""

    name: str = Field(pattern=r"^[a-z0-9_]+-\d{6}\.jsonl\.gz$")
    table: str
    rows: int
    sha256: str


class Manifest(BaseModel):
    """`last` is the channel and the position of the last message written: where an interrupted export goes on."""

    format: Literal[1] = 1
    revision: str
    """The database schema's revision."""
    started_at: datetime
    started_xid: str
    """The oldest transaction that was under way then: what it and later ones wrote may be missing from the pages."""
    finished_at: datetime | None = None
    last: tuple[int, int] = (0, 0)
    files: list[File] = []

    def rows(self, table: str) -> int:
        """Rows of a table in all of its files."""
        return sum(file.rows for file in self.files if file.table == table)

    def save(self, folder: Path) -> None:
        """Write it in one step: what it names is there, whenever the process ends."""
        part = folder / f"{NAME}.part"
        part.write_text(self.model_dump_json(indent=1) + "\n")
        part.replace(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> "Manifest | None":
        """The manifest in a folder, if there is one. Raises `ArchiveError` where it cannot be read."""
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ArchiveError(f"{folder / NAME} is not a manifest: {where}: {first['msg']}.") from error


def checksum(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
