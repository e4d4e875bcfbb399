"""The built UI as web serves it: which files a page needs, compressed forms, nothing else."""

import json
from pathlib import Path

import pytest
from flack_kit.redis import connect_redis
from flack_web import assets
from flack_web.assets import AssetsMissing
from flack_web.shared_assets import SharedAssets
from flask import Flask
from flask.testing import FlaskClient

MANIFEST = {
    "src/main.tsx": {
        "file": "main-1a2b.js", "name": "main", "isEntry": True,
        "imports": ["_shared-9z.js"], "css": ["main-3c4d.css"],
    },
    "src/scale.tsx": {"file": "scale-5e6f.js", "isEntry": True, "imports": ["_shared-9z.js"]},
    "_shared-9z.js": {"file": "shared-9z.js", "css": ["shared-7g.css"]},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "assets"
    built.mkdir()
    (built / "manifest.json").write_text(json.dumps(MANIFEST))
    (built / "main-1a2b.js").write_text("plain")
    (built / "main-1a2b.js.br").write_bytes(b"brotli")
    (built / "main-1a2b.js.gz").write_bytes(b"gzip")
    (built / "main-3c4d.css").write_text("a{}")
    (tmp_path / "secret").write_text("secret")
    return built


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    app = Flask(__name__, static_folder=None)

    class Services:
        pass

    services = Services()
    services.assets = assets.load(folder)  # type: ignore[attr-defined]
    services.shared_assets = SharedAssets(connect_redis("redis://127.0.0.1:1", timeout=0.2))  # type: ignore[attr-defined]
    app.extensions["flack"] = services
    app.register_blueprint(assets.blueprint)
    return app.test_client()


def test_a_page_loads_the_script_of_its_entry_with_the_styles_of_all_that_it_imports(folder: Path) -> None:
    entry = assets.load(folder).entry("main")
    assert entry.script == "/assets/main-1a2b.js"
    assert entry.styles == ("/assets/main-3c4d.css", "/assets/shared-7g.css")
    assert entry.preloads == ("/assets/shared-9z.js",)


def test_an_entry_that_the_ui_has_not_is_the_main_one(folder: Path) -> None:
    assert assets.load(folder).entry("scale").script == "/assets/scale-5e6f.js"
    assert assets.load(folder).entry("other").script == "/assets/main-1a2b.js"


def test_a_ui_that_was_not_built_stops_the_start_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make ui"):
        assets.load(tmp_path)


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [
        ("gzip, br", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip", "gzip", b"gzip"),
        ("", None, b"plain"),
    ],
)
def test_a_file_comes_in_the_best_form_that_the_browser_takes(
    client: FlaskClient, accepted: str, coding: str | None, body: bytes
) -> None:
    answer = client.get("/assets/main-1a2b.js", headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding"), answer.data) == (coding, body)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_type == "text/javascript; charset=utf-8"


def test_files_are_kept_for_ever(client: FlaskClient) -> None:
    assert (
        client.get("/assets/main-3c4d.css").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    )


@pytest.mark.parametrize(
    "name", ["manifest.json", "main-1a2b.js.br", "../secret", "%2e%2e/secret", "none.js", ""]
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404
