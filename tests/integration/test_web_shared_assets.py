"""Two builds of the UI at once, as during a rolling update: each process serves the files of both."""

import json
from pathlib import Path

import pytest
import redis
import servers
from flack_kit.redis import connect_redis
from flack_web import shared_assets
from flack_web.app import create_app
from flack_web.settings import WebSettings
from flask import Flask


def build(folder: Path, version: str, script: str) -> Path:
    """A built UI with one script, packed and plain."""
    folder.mkdir()
    name = f"main-{version}.js"
    (folder / "manifest.json").write_text(json.dumps({"src/main.tsx": {"file": name, "isEntry": True}}))
    (folder / name).write_text(script)
    (folder / f"{name}.br").write_bytes(b"packed " + script.encode())
    return folder


def web(redis_url: str, assets_folder: Path) -> Flask:
    settings = WebSettings(api_url="http://127.0.0.1:1", redis_url=redis_url, session_key="k" * 32)
    return create_app(settings, assets_folder=assets_folder)


def lay_down(app: Flask) -> int:
    made = app.extensions["flack"]
    laid: int = made.shared_assets.lay_down(made.assets)
    return laid


def test_a_page_of_one_version_gets_its_files_from_the_other(redis_url: str, tmp_path: Path) -> None:
    old = web(redis_url, build(tmp_path / "old", "aaaaaaaa", "old()"))
    new = web(redis_url, build(tmp_path / "new", "bbbbbbbb", "new()"))
    assert new.test_client().get("/assets/main-aaaaaaaa.js").status_code == 404  # nobody laid it down yet
    assert (lay_down(old), lay_down(new)) == (1, 1)
    for app in (old, new):
        for name, script in (("main-aaaaaaaa.js", b"old()"), ("main-bbbbbbbb.js", b"new()")):
            answer = app.test_client().get(f"/assets/{name}")
            assert (answer.status_code, answer.data) == (200, script)
            assert answer.content_type == "text/javascript; charset=utf-8"
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            packed = app.test_client().get(f"/assets/{name}", headers={"Accept-Encoding": "br"})
            assert (packed.headers["Content-Encoding"], packed.data) == ("br", b"packed " + script)
    with redis.Redis.from_url(redis_url) as client:
        assert client.ttl(f"{shared_assets.PREFIX}main-aaaaaaaa.js") > 86_400


def test_only_files_with_a_hash_are_laid_down_and_only_so_many(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build(tmp_path / "old", "aaaaaaaa", "old()")
    (folder / "plain.txt").write_text("x")
    (folder / "huge-cccccccc.js").write_bytes(b"x" * (shared_assets.MAX_FILE + 1))
    assert lay_down(web(redis_url, folder)) == 1
    monkeypatch.setattr(shared_assets, "MAX_ALL", 10)
    assert lay_down(web(redis_url, folder)) == 0


@pytest.mark.parametrize("name", ["plain.txt", "main-aaaaaaaa.js.br", "x" * 500, "*"])
def test_other_names_are_not_even_looked_up(redis_url: str, tmp_path: Path, name: str) -> None:
    app = web(redis_url, build(tmp_path / "old", "aaaaaaaa", "old()"))
    with redis.Redis.from_url(redis_url) as client:
        client.hset(shared_assets.PREFIX + name, mapping={"type": "text/plain", "plain": "smuggled"})
    assert app.test_client().get(f"/assets/{name}").status_code == 404


def test_without_redis_web_serves_its_own_files_and_goes_on_trying(tmp_path: Path) -> None:
    away = f"redis://127.0.0.1:{servers.ports.take()}"
    app = web(away, build(tmp_path / "old", "aaaaaaaa", "old()"))
    shared = app.extensions["flack"].shared_assets
    shared.start(app.extensions["flack"].assets)
    assert app.test_client().get("/assets/main-aaaaaaaa.js").data == b"old()"
    assert app.test_client().get("/assets/main-bbbbbbbb.js").status_code == 404
    shared.close()


def test_a_process_lays_its_files_down_by_itself(redis_url: str, tmp_path: Path) -> None:
    app = web(redis_url, build(tmp_path / "old", "aaaaaaaa", "old()"))
    shared = app.extensions["flack"].shared_assets
    shared.start(app.extensions["flack"].assets)
    with connect_redis(redis_url) as client:
        servers.wait_until(lambda: bool(client.exists(f"{shared_assets.PREFIX}main-aaaaaaaa.js")), seconds=10)
    shared.close()
