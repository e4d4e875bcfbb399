"""Rows as gzipped JSON Lines."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from flack_domain.archive.manifest import ArchiveError, File, Manifest, checksum


def write_rows(folder: Path, manifest: Manifest, table: str, rows: Sequence[str]) -> Path:
    """Add a file to an archive, and return its path. The manifest is told, and not yet saved."""
    number = 1 + sum(file.table == table for file in manifest.files)
    path = folder / f"{table}-{number:06}.jsonl.gz"
    part = path.with_suffix(".part")
    # No time of making in the header: the same rows make the same bytes.
    with part.open("wb") as opened, gzip.GzipFile(filename="", fileobj=opened, mode="wb", mtime=0) as packed:
        packed.write("".join(f"{row}\n" for row in rows).encode())
    part.replace(path)
    manifest.files.append(File(name=path.name, table=table, rows=len(rows), sha256=checksum(path)))
    return path


def read_rows(folder: Path, file: File) -> list[str]:
    """The rows of a file, as JSON. Raises `ArchiveError` where its number is not what the manifest says."""
    with gzip.open(folder / file.name, "rt", encoding="utf-8") as opened:
        rows = opened.read().split("\n")[:-1]  # not splitlines: a text may hold other ends of lines
    if len(rows) != file.rows:
        raise ArchiveError(f"{file.name} holds {len(rows)} rows, the manifest says {file.rows}.")
    return rows


def check(folder: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest. Raises `ArchiveError` that names the first that differs."""
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            raise ArchiveError(f"{file.name} is missing from the archive.")
        if checksum(path) != file.sha256:
            raise ArchiveError(f"{file.name} is not what was exported: its SHA-256 differs.")
