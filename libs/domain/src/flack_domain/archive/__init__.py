"""A whole installation as files: what `flack export` writes and `flack import` reads.

An archive is a folder of gzipped JSON Lines, a row of a table on each line, with a `manifest.json` that names each
file, its rows and its SHA-256. What cannot be used elsewhere is left out: sessions, tasks, answers kept for retries,
and the event log. So the copy's streams start far ahead, and whoever followed the original is told to load anew.
"""

from .restore import restore
from .write import write

__all__ = ["restore", "write"]
