"""Small files that are not part of the built UI."""

from functools import cache
from pathlib import Path

from flask import Response

FOLDER = Path(__file__).with_name("static")
PUBLIC = {"plain.css": "text/css; charset=utf-8", "favicon.svg": "image/svg+xml"}


def static(name: str) -> Response:
    """One of the public files, kept by browsers for an hour."""
    response = Response(_read(name), content_type=PUBLIC[name])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def text(words: str) -> Response:
    """Plain text, kept by browsers for an hour."""
    response = Response(words, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@cache
def _read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
