"""A whole installation as files: exported while people write, imported into an empty one, and equal to the original."""

import gzip
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from api_fixtures import PASSWORD, MakeApi, Person
from flack_domain import archive, migrate
from flack_domain.actions import imports
from flack_domain.archive.manifest import ArchiveError, Manifest
from flack_domain.archive.restore import SEQS_AHEAD
from flack_domain.archive.tables import KEYS, LEFT_OUT
from flack_domain.database import make_engine
from flack_domain.models import Base
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from worker_processes import command

SignUp = Callable[..., Person]
State = dict[str, Any]


def silent(*_: object) -> None:
    """No progress."""


@pytest.fixture
def original(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """A second installation, as a first start leaves it."""
    migrate.upgrade(empty_database_url, role=servers.SERVICES)
    engine = make_engine(servers.as_services(empty_database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def people(sign_up: SignUp) -> list[Person]:
    """Three people who said, changed, deleted and read things in every kind of channel."""
    ada, ben, eve = sign_up("ada"), sign_up("ben"), sign_up("eve")
    public, private = ada.make_channel("public", "plans"), ada.make_channel("private", "pay")
    direct = ben.post("/channels/direct", {"user_ids": [eve.id]}).json["id"]  # type: ignore[index]
    ben.post(f"/channels/{public}/members")
    ada.post(f"/channels/{private}/members", {"user_id": eve.id})
    for number in range(7):
        ada.say(public, f"public *{number}*")
        ben.say(direct, f"direct {number}")
        ada.say(private, f"private {number} ü \u2028 🙂")
    edited, deleted = ada.say(public, "tpyo"), ben.say(public, "oops")
    ada.patch(f"/channels/{public}/messages/{edited['id']}", {"source": "typo"})
    ben.delete(f"/channels/{public}/messages/{deleted['id']}")
    eve.request("PUT", f"/channels/{private}/read-position", json={"position": 3})
    eve.request("PATCH", "/users/me/preferences", json={"theme": "dark"})
    return [ada, ben, eve]


def plans_of(person: Person) -> int:
    """The id of the channel `plans`."""
    found = person.get("/channels").json["channels"]  # type: ignore[index]
    return int(next(channel["id"] for channel in found if channel["name"] == "plans"))


def first_of(person: Person, channel_id: int) -> int:
    """The id of a channel's first message."""
    page = person.get(f"/channels/{channel_id}/messages?after=0&limit=1").json
    return int(page["messages"][0]["id"])  # type: ignore[index]


def seen_by(app: Flask, person: Person) -> State:
    """All that somebody can read, asked anew after signing in."""
    client = app.test_client()
    given = {"grant": "password", "nickname": person.nickname, "password": PASSWORD}
    token = client.post("/api/v2/tokens", json=given).json["access_token"]  # type: ignore[index]

    def get(path: str) -> Any:
        answer = client.get(f"/api/v2{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json

    state = get("/state")
    for channel in state["channels"]:
        path = f"/channels/{channel['id']}"
        channel["messages"] = get(f"{path}/messages?after=0&limit=200")
        channel["members"] = get(f"{path}/members")
    return dict(state)


def without_seqs(seen: Any) -> Any:
    """What was seen without where its streams are, which are further in a copy."""
    if isinstance(seen, dict):
        return {
            key: without_seqs(value)
            for key, value in seen.items()
            if key not in ("streams", "seq", "last_seq")
        }
    return [without_seqs(value) for value in seen] if isinstance(seen, list) else seen


def test_the_copy_is_seen_by_everybody_as_the_original(
    api: Flask, make_api: MakeApi, people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    archive.write(original, tmp_path, progress=silent, page=4)
    archive.restore(empty, tmp_path, progress=silent)

    copy = make_api(database_url=empty.url.render_as_string(hide_password=False))
    for person in people:
        before = seen_by(api, person)
        assert sum(len(channel["messages"]["messages"]) for channel in before["channels"]) > 7
        after = seen_by(copy, person)
        assert without_seqs(after) == without_seqs(before)
        assert after["streams"] == {name: seq + SEQS_AHEAD for name, seq in before["streams"].items()}


def test_the_chat_goes_on_in_the_copy(
    make_api: MakeApi, people: list[Person], original: Engine, empty: Engine, tmp_path: Path, sign_up: SignUp
) -> None:
    archive.write(original, tmp_path, progress=silent)
    archive.restore(empty, tmp_path, progress=silent)
    copy = make_api(database_url=empty.url.render_as_string(hide_password=False))
    new = sign_up("new here", app=copy)
    plans = plans_of(new)
    new.post(f"/channels/{plans}/members")

    said = new.say(plans, "hello from the copy")

    assert new.id > max(person.id for person in people)
    assert said["position"] == 10
    # Who followed the original cannot be given the events that led here, and is told so.
    stream = f"channel:{plans}"
    (answer,) = new.get(f"/sync?since={stream}@1").json["streams"]  # type: ignore[index]
    assert answer["recovered"] is False


def test_a_client_that_is_ahead_of_the_archive_is_told_to_load_anew(
    make_api: MakeApi, people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    ada = people[0]
    plans = plans_of(ada)
    archive.write(original, tmp_path, progress=silent)
    ada.say(plans, "after the export")
    streams = ada.get("/state").json["streams"]  # type: ignore[index]

    archive.restore(empty, tmp_path, progress=silent)
    copy = make_api(database_url=empty.url.render_as_string(hide_password=False))
    given = {"grant": "password", "nickname": "ada", "password": PASSWORD}
    token = copy.test_client().post("/api/v2/tokens", json=given).json["access_token"]  # type: ignore[index]
    there = copy.test_client(), {"Authorization": f"Bearer {token}"}
    for said in ("in its place", "and one more"):
        posted = there[0].post(f"/api/v2/channels/{plans}/messages", json={"source": said}, headers=there[1])
        assert posted.status_code == 201, posted.text
    since = ",".join(f"{name}@{seq}" for name, seq in streams.items())
    answer = there[0].get(f"/api/v2/sync?since={since}", headers=there[1]).json["streams"]  # type: ignore[index]

    assert {stream["stream"] for stream in answer} == set(streams)
    assert [stream for stream in answer if stream["recovered"] or stream["events"]] == []


def test_what_is_said_and_changed_meanwhile_is_in_it_once(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    ada = people[0]
    plans = plans_of(ada)
    first = first_of(ada, plans)

    def meanwhile(path: Path) -> None:
        if path.name == "messages-000003.jsonl.gz":
            ada.say(plans, "said meanwhile")
            ada.patch(f"/channels/{plans}/messages/{first}", {"source": "changed meanwhile"})

    archive.write(original, tmp_path, progress=silent, each_file=meanwhile, page=4)
    archive.restore(empty, tmp_path, progress=silent)

    with empty.connect() as connection:
        rows = connection.execute(
            text("select position, source from messages where channel_id = :id order by position"),
            {"id": plans},
        ).all()
    assert [row.position for row in rows] == list(range(1, 11))
    assert (rows[0].source, rows[-1].source) == ("changed meanwhile", "said meanwhile")


def test_a_history_imported_meanwhile_into_a_channel_already_passed_is_in_it(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    ada = people[0]
    plans = plans_of(ada)
    lines = b'{"nickname": "ada", "source": "of old", "created_at": "2020-01-01T00:00:00Z"}'
    before = all_messages(original)

    def meanwhile(path: Path) -> None:
        if path.name == "messages-000004.jsonl.gz":  # of the channels after this one
            upload = ada.request(
                "POST", f"/channels/{plans}/imports", data=lines, content_type="application/jsonl"
            )
            assert upload.status_code == 202, upload.text
            with Session(original) as session:
                assert imports.run(session, upload.json["id"])  # type: ignore[index]

    archive.write(original, tmp_path, progress=silent, each_file=meanwhile, page=4)
    archive.restore(empty, tmp_path, progress=silent)

    assert all_messages(empty) == [*before, "of old"]


def test_clocks_set_back_between_two_edits_leave_the_later_one(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    ada = people[0]
    plans = plans_of(ada)
    first = first_of(ada, plans)

    def meanwhile(path: Path) -> None:
        if path.name == "messages-000003.jsonl.gz":
            ada.patch(f"/channels/{plans}/messages/{first}", {"source": "by a slow clock"})
            with original.begin() as connection:
                connection.execute(
                    text("update messages set updated_at = updated_at - interval '1 day' where id = :id"),
                    {"id": first},
                )

    archive.write(original, tmp_path, progress=silent, each_file=meanwhile, page=4)
    archive.restore(empty, tmp_path, progress=silent)

    assert "by a slow clock" in all_messages(empty)


def all_messages(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("select source from messages order by id")))


def test_an_interrupted_export_goes_on(people: list[Person], original: Engine, tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    written: list[str] = []

    def stop_at(name: str) -> Callable[[Path], None]:
        def each_file(path: Path) -> None:
            written.append(path.name)
            if path.name == name:
                raise Interrupted

        return each_file

    for name in ("messages-000003.jsonl.gz", "memberships-000001.jsonl.gz"):
        with pytest.raises(Interrupted):
            archive.write(original, tmp_path, progress=silent, each_file=stop_at(name), page=4)
    manifest = archive.write(original, tmp_path, progress=silent, each_file=stop_at(""), page=4)

    assert manifest.finished_at is not None
    # The first two pages were saved before the interruption, and not written again.
    assert written.count("messages-000001.jsonl.gz") == written.count("messages-000002.jsonl.gz") == 1
    assert written.count("messages-000003.jsonl.gz") == 2


def test_an_interrupted_import_goes_on_and_a_second_one_changes_nothing(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    archive.write(original, tmp_path, progress=silent, page=4)

    def stop(table: str, done: int, _: int) -> None:
        if table == "messages" and done > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.restore(empty, tmp_path, progress=stop)
    with empty.connect() as connection:
        half = connection.scalar(text("select count(*) from messages")) or 0
    archive.restore(empty, tmp_path, progress=silent)
    seqs = text("select max(channels.last_seq), max(users.last_seq) from channels, users")
    with empty.begin() as connection:
        before = connection.execute(seqs).one()
        whole = connection.scalar(text("select count(*) from messages")) or 0
        connection.execute(text("update messages set source = 'newer', updated_at = now() where id = 1"))
    archive.restore(empty, tmp_path, progress=silent)

    assert 0 < half < whole
    with empty.connect() as connection:
        assert connection.scalar(text("select count(*) from messages")) == whole
        assert connection.scalar(text("select source from messages where id = 1")) == "newer"
        assert connection.execute(seqs).one() == before


def test_general_gives_way_to_the_archive_s_whatever_its_id(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path
) -> None:
    general = text("select id, is_general, member_count from channels order by id")
    with original.connect() as connection:
        there = connection.execute(general).all()
    with empty.begin() as connection:
        connection.execute(
            text("update channels set id = 2")
        )  # as after a first migration that was interrupted
    archive.write(original, tmp_path, progress=silent)

    archive.restore(empty, tmp_path, progress=silent)

    assert there[1].id == 2 and not there[1].is_general
    with empty.connect() as connection:
        assert connection.execute(general).all() == there


def test_an_installation_with_people_of_its_own_is_refused(
    people: list[Person], original: Engine, empty: Engine, tmp_path: Path, make_api: MakeApi, sign_up: SignUp
) -> None:
    archive.write(original, tmp_path, progress=silent)
    sign_up("somebody else", app=make_api(database_url=empty.url.render_as_string(hide_password=False)))

    with pytest.raises(ArchiveError, match="has users already"):
        archive.restore(empty, tmp_path, progress=silent)
    with empty.connect() as connection:
        assert connection.scalars(text("select nickname from users")).all() == ["somebody else"]


def rewrite_first_user(folder: Path, change: Callable[[State], State]) -> None:
    """Change a row and the manifest with it, as somebody might who edits an archive by hand."""
    manifest = Manifest.load(folder)
    assert manifest is not None
    (file,) = [file for file in manifest.files if file.table == "users"]
    first, *others = gzip.decompress((folder / file.name).read_bytes()).decode().splitlines()
    changed = "\n".join([json.dumps(change(json.loads(first))), *others]) + "\n"
    (folder / file.name).write_bytes(gzip.compress(changed.encode()))
    file.sha256 = archive.manifest.checksum(folder / file.name)
    manifest.save(folder)


def damaged(folder: Path) -> None:
    (folder / "users-000001.jsonl.gz").write_bytes(b"else")


def without_a_file(folder: Path) -> None:
    (folder / "channels-000001.jsonl.gz").unlink()


def unfinished(folder: Path) -> None:
    manifest = Manifest.load(folder)
    assert manifest is not None
    manifest.model_copy(update={"finished_at": None}).save(folder)


def of_a_newer_version(folder: Path) -> None:
    manifest = Manifest.load(folder)
    assert manifest is not None
    manifest.model_copy(update={"revision": "9999"}).save(folder)


def with_an_unknown_field(folder: Path) -> None:
    rewrite_first_user(folder, lambda user: {**user, '"); drop table users; --': 1})


def reaching_out(folder: Path) -> None:
    text_ = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text_.replace("users-000001.jsonl.gz", "../../etc/passwd"))


def not_json(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damaged, "users-000001.jsonl.gz is not what was exported"),
        (without_a_file, "channels-000001.jsonl.gz is missing"),
        (unfinished, "was not finished"),
        (of_a_newer_version, "newer than this version"),
        (with_an_unknown_field, "a field that this version does not know"),
        (reaching_out, "is not a manifest"),
        (not_json, "is not a manifest"),
    ],
)
def test_an_archive_that_is_not_whole_changes_nothing(
    spoil: Callable[[Path], None],
    said: str,
    people: list[Person],
    original: Engine,
    empty: Engine,
    tmp_path: Path,
) -> None:
    archive.write(original, tmp_path, progress=silent)
    spoil(tmp_path)

    with pytest.raises(ArchiveError, match=said):
        archive.restore(empty, tmp_path, progress=silent)
    with empty.connect() as connection:
        assert connection.scalar(text("select count(*) from users")) == 0


def test_a_folder_with_something_else_in_it_is_left_alone(original: Engine, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")

    with pytest.raises(ArchiveError, match="is not empty"):
        archive.write(original, tmp_path, progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_every_table_is_exported_or_left_out_for_a_reason() -> None:
    assert {*KEYS, "messages", *LEFT_OUT} == set(Base.metadata.tables)
    for table, key in KEYS.items():
        assert [column.name for column in Base.metadata.tables[table].primary_key] == key.split(", ")


def flack(
    *arguments: str, database: Engine, input: bytes | None = None
) -> "subprocess.CompletedProcess[bytes]":
    url = database.url.render_as_string(hide_password=False)
    return command(*arguments, input=input, FLACK_DATABASE_URL=url)


def test_the_command_line_speaks_tar(people: list[Person], original: Engine, empty: Engine) -> None:
    exported = flack("export", "-", database=original)
    imported = flack("import", "-", database=empty, input=exported.stdout)

    assert (exported.returncode, imported.returncode) == (0, 0), imported.stderr
    assert b"messages: 23 of 23 (100 %)" in exported.stderr
    with empty.connect() as connection:
        assert connection.scalar(text("select count(*) from messages")) == 23


def test_the_command_line_says_in_one_sentence_what_is_wrong(empty: Engine, tmp_path: Path) -> None:
    missing = flack("import", str(tmp_path / "nowhere"), database=empty)
    away = make_engine("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")

    assert missing.returncode == 1
    assert (
        missing.stderr.decode().strip()
        == f"flack: {tmp_path}/nowhere holds no archive: there is no manifest.json."
    )
    refused = flack("export", str(tmp_path / "new"), database=away)
    assert refused.returncode == 1
    assert refused.stderr.startswith(b"flack: the database: ")
    assert b"secret" not in refused.stderr and b"Traceback" not in refused.stderr
