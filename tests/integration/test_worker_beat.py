"""Beat: exactly one leads, and it does everything that has its time."""

import json
import signal
from pathlib import Path

import people
import psycopg
import redis
import servers
from flack_contracts.control import Heads, read_control
from flack_contracts.scale import SCALE_SNAPSHOT_KEY, ScaleSnapshot
from flack_contracts.wire import packet_arguments
from flack_domain import actions
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from worker_processes import Process, Valkey, listening, process


def unpublished(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from events where not published")) or 0)


def leads(beat: Process) -> bool:
    return beat.metric("flack_beat_leader") == 1


def test_one_leads_and_another_takes_over_when_it_is_killed(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    with process("beat", tmp_path, database_url, redis_url) as first:
        first.wait_ready()
        servers.wait_until(lambda: leads(first))
        with process("beat", tmp_path, database_url, redis_url) as second:
            second.wait_ready()
            servers.wait_until(lambda: second.said("beat_stands_by"))
            assert not leads(second)
            first.signal(signal.SIGKILL)
            servers.wait_until(lambda: leads(second), seconds=20)
            assert second.get("/livez") == (200, "ok\n")
            second.signal(signal.SIGTERM)
            assert second.wait() == 0


def test_it_relays_tells_what_moved_and_measures(
    session: Session, engine: Engine, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    channel = people.private_channel(session, ada)
    people.post(session, ada, channel, "hello")
    listed = tmp_path / "processes.json"
    with (
        listening(redis_url, "flack:control", f"flack:room:channel:{channel}") as heard,
        process("beat", tmp_path, database_url, redis_url, processes_file=str(listed)) as beat,
    ):
        here = {"name": "beat", "pid": beat.pid, "port": None, "metrics_port": beat.metrics_port}
        listed.write_text(json.dumps({"services": [here]}))
        beat.wait_ready()
        servers.wait_until(lambda: unpublished(engine) == 0, seconds=20)
        servers.wait_until(lambda: any(data.startswith(b"{") for data in heard.heard), seconds=20)
        servers.wait_until(lambda: beat.metric("flack_relay_published_total") >= 1)
        digest = read_control(next(data for data in heard.heard if data.startswith(b"{")))
        assert isinstance(digest, Heads)
        assert digest.streams[f"channel:{channel}"] == 1
        with redis.Redis.from_url(redis_url) as client:

            def snapshot() -> ScaleSnapshot:
                return ScaleSnapshot.model_validate_json(client.get(SCALE_SNAPSHOT_KEY) or b"")  # type: ignore[arg-type]

            servers.wait_until(lambda: client.exists(SCALE_SNAPSHOT_KEY))
            client.set("flack:scale:watched", 1, ex=60)
            servers.wait_until(lambda: snapshot().services, seconds=20)
            [service] = snapshot().services
        assert (service.name, service.pods[0].state, snapshot().source) == ("beat", "ready", "processes")
        assert (service.pods[0].memory_bytes or 0) > 1 << 20


def test_v1_people_who_went_away_are_told_offline(
    session: Session, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    assert actions.presence.seen(session, ada.id)
    session.execute(text("update users set last_seen_at = last_seen_at - interval '2 minutes'"))
    session.commit()
    with (
        listening(redis_url, "flack:room:v1") as room,
        process("beat", tmp_path, database_url, redis_url) as beat,
    ):
        beat.wait_ready()
        servers.wait_until(lambda: room.heard, seconds=20)
        name, [said] = packet_arguments(room.heard[0])
    assert name == "updated_model"
    assert isinstance(said, dict)
    assert (said["class"], said["model"]["nickname"], said["model"]["online"]) == ("User", "ada", False)


def test_valkey_is_away_at_the_start_and_again_later(
    session: Session, engine: Engine, tmp_path: Path, database_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    channel = people.private_channel(session, ada)
    valkey = Valkey(tmp_path)
    with process("beat", tmp_path, database_url, valkey.url) as beat:
        try:
            beat.wait_ready()
            servers.wait_until(lambda: beat.said("loop_waits", loop="relay"), seconds=20)
            valkey.start()
            servers.wait_until(lambda: unpublished(engine) == 0, seconds=20)
            valkey.stop()
            people.post(session, ada, channel, *map(str, range(50)))
            servers.wait_until(
                lambda: sum(line["event"] == "loop_waits" for line in beat.log()) >= 2, seconds=20
            )
            assert unpublished(engine) >= 50
            valkey.start()
            with listening(valkey.url, f"flack:room:channel:{channel}") as room:
                servers.wait_until(lambda: unpublished(engine) == 0, seconds=20)
                servers.wait_until(lambda: room.heard)
            assert beat.get("/livez")[0] == 200
        finally:
            valkey.stop()


def test_postgresql_ends_its_connections_and_it_leads_again(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    with process("beat", tmp_path, database_url, redis_url) as beat:
        beat.wait_ready()
        servers.wait_until(lambda: leads(beat))
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        servers.wait_until(lambda: sum(line["event"] == "beat_leads" for line in beat.log()) == 2, seconds=20)
        assert beat.get("/livez")[0] == 200
