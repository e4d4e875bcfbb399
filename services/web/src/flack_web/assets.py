"""The built UI: which files a page needs, and the files themselves, compressed when they were built."""

import json
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request

FOLDER = Path(__file__).with_name("assets")
PREFIX = "/assets/"
FOREVER = "public, max-age=31536000, immutable"  # names change with contents
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # in order of preference

blueprint = Blueprint("assets", __name__)


class AssetsMissing(Exception):
    """The UI was not built."""


@dataclass(frozen=True)
class Asset:
    """One file, and its compressed forms by content coding."""

    content_type: str
    plain: bytes
    encoded: dict[str, bytes]


@dataclass(frozen=True)
class Entry:
    """What a page loads for one of the UI's entries."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


class Assets:
    """Vite's manifest (https://vite.dev/guide/backend-integration) and the files that it names, held in memory."""

    def __init__(self, folder: Path) -> None:
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise AssetsMissing(f"the UI is not built (no {manifest}): make ui")
        self._manifest: dict[str, dict[str, object]] = json.loads(manifest.read_text())
        self.files = _read(folder)

    def entry(self, name: str) -> Entry:
        """An entry by the name of its source file, for example `main`; `main` where the UI has no such entry."""
        return self._entries.get(name) or self._entries["main"]

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {
            Path(source).stem: Entry(
                script=PREFIX + str(chunk["file"]),
                styles=tuple(PREFIX + file for file in self._styles(source)),
                preloads=tuple(
                    PREFIX + str(self._manifest[name]["file"]) for name in self._imports(source)[1:]
                ),
            )
            for source, chunk in self._manifest.items()
            if chunk.get("isEntry")
        }

    def _imports(self, source: str) -> list[str]:
        """A chunk and all that it imports at once, itself first."""
        found, waiting = [], [source]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                imports = self._manifest[name].get("imports", [])
                assert isinstance(imports, list)
                waiting.extend(imports)
        return found

    def _styles(self, source: str) -> list[str]:
        styles: list[str] = []
        for name in self._imports(source):
            css = self._manifest[name].get("css", [])
            assert isinstance(css, list)
            styles.extend(css)
        return list(dict.fromkeys(styles))


def load(folder: Path) -> Assets:
    """Read the built UI. Raises AssetsMissing."""
    return Assets(folder)


@blueprint.get(PREFIX + "<path:name>")
def asset(name: str) -> Response:
    """A file of the built UI, for ever: its name changes with its contents."""
    found = _assets().files.get(name) or _of_other_versions(name)
    if found is None:
        abort(404)
    coding = request.accept_encodings.best_match(list(found.encoded)) if found.encoded else None
    response = Response(found.encoded[coding] if coding else found.plain, content_type=found.content_type)
    response.headers["Cache-Control"] = FOREVER
    if found.encoded:
        response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


def _assets() -> Assets:
    assets: Assets = current_app.extensions["flack"].assets
    return assets


def _of_other_versions(name: str) -> Asset | None:
    asset: Asset | None = current_app.extensions["flack"].shared_assets.find(name)
    return asset


def _read(folder: Path) -> dict[str, Asset]:
    """Every file by its path. All of them, so that nothing outside is ever opened for a request."""
    return {
        path.relative_to(folder).as_posix(): Asset(
            content_type=_content_type(path),
            plain=path.read_bytes(),
            encoded={
                coding: packed.read_bytes()
                for coding, suffix in ENCODINGS.items()
                if (packed := path.with_name(path.name + suffix)).exists()
            },
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix not in ENCODINGS.values()
        and path.name != "manifest.json"
    }


def _content_type(path: Path) -> str:
    kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(path.suffix)
    kind = kind or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith("json") else kind
