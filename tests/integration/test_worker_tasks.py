"""Worker processes that are killed, told to stop, or cut off from their broker, and what becomes of the tasks."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import people
import pytest
import redis
import servers
from flack_contracts.tasks import EXPORT_RUN, PREVIEW_FETCH, QUEUE_PREVIEWS
from flack_domain import actions, queries
from flack_domain.actor import Actor
from flack_domain.queries.channels import general_id
from flack_kit.queue import TaskSender
from flack_worker.beat.queue_length import queue_lengths
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from worker_processes import Valkey, process


class SlowSite:
    """Accepts everybody, and answers `/fast…` at once and nothing else ever."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            path = connection.recv(65536).split(b" ")[1]
            if path.startswith(b"/fast"):
                body = b"<title>Fast</title>"
                head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
                connection.close()
            else:
                self.held.append(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self.held:
            connection.close()


@pytest.fixture
def make_site() -> Iterator[Callable[[], SlowSite]]:
    made: list[SlowSite] = []

    def make() -> SlowSite:
        made.append(SlowSite())
        return made[-1]

    yield make
    for site in made:
        site.close()


def state_of(engine: Engine, task_id: str) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("select state from tasks where id = :id"), {"id": task_id}))


def previewed(engine: Engine, message_id: int) -> bool:
    with engine.connect() as connection:
        return bool(
            connection.scalar(
                text("select previews <> '[]' from messages where id = :id"), {"id": message_id}
            )
        )


def send_export(session: Session, sender: TaskSender, actor: Actor) -> str:
    task = actions.exports.request(session, actor, most=3)
    sender.send(EXPORT_RUN, task_id=task.id)
    return task.id


def exported(session: Session, actor: Actor, task_id: str) -> list[bytes]:
    return b"".join(queries.exports.chunks(session, actor, task_id)).splitlines()


def test_slow_sites_delay_neither_exports_nor_other_sites(
    session: Session,
    engine: Engine,
    tmp_path: Path,
    database_url: str,
    redis_url: str,
    make_site: Callable[[], SlowSite],
) -> None:
    [ada] = people.sign_up(session, "ada")
    channel = people.private_channel(session, ada)
    slow, fast = make_site(), make_site()
    sender = TaskSender(redis_url)
    slow_ones = people.post(session, ada, channel, *(f"{slow.origin}/{number}" for number in range(40)))
    [fast_one] = people.post(session, ada, channel, f"look: {fast.origin}/fast")
    settings = {"preview_allow_origins": f"{slow.origin},{fast.origin}", "preview_concurrency": "4"}
    with process("worker", tmp_path, database_url, redis_url, preview_seconds="4", **settings) as worker:
        worker.wait_ready()
        for message_id in slow_ones:
            sender.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)
        servers.wait_until(lambda: len(slow.held) >= 4, seconds=20)
        task_id = send_export(session, sender, ada)
        servers.wait_until(lambda: state_of(engine, task_id) == "done", seconds=4)
        sender.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=fast_one)
        # The slow site is let go of after a few timeouts in a row, so forty messages do not cost forty times 4 s.
        servers.wait_until(lambda: previewed(engine, fast_one), seconds=25)
        assert worker.metric('flack_preview_links_total{outcome="host_busy"}') > 0


def test_a_preview_reaches_both_versions(
    session: Session,
    engine: Engine,
    tmp_path: Path,
    database_url: str,
    redis_url: str,
    make_site: Callable[[], SlowSite],
) -> None:
    [ada] = people.sign_up(session, "ada")
    site = make_site()
    job = actions.v1_jobs.post(session, ada, source=f"see {site.origin}/fast and [this]({site.origin}/fast)")
    assert state_of(engine, job) == "running"
    message_id = engine.connect().scalar(text("select max(id) from messages"))
    sender = TaskSender(redis_url)
    with process("worker", tmp_path, database_url, redis_url, preview_allow_origins=site.origin) as worker:
        worker.wait_ready()
        sender.send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)
        servers.wait_until(lambda: state_of(engine, job) == "done", seconds=20)
        ended = {"task": PREVIEW_FETCH, "outcome": "done", "message_id": message_id}
        servers.wait_until(lambda: worker.said("task_ended", **ended))
    answer = queries.tasks.answer(session, job)
    assert answer is not None and answer.result is not None
    assert "<blockquote>" in answer.result["message"]["html"]
    [message] = queries.messages.page(session, ada, general_id(session)).messages
    assert [preview.title for preview in message.previews] == ["Fast"]


def test_an_export_whose_worker_is_killed_is_carried_out_by_another(
    session: Session, engine: Engine, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    channel = people.private_channel(session, ada)
    people.post(session, ada, channel, "first")
    session.execute(
        text(
            "insert into messages (channel_id, position, user_id, source, html, created_at, updated_at) "
            "select :channel, n, :user, 'text ' || n, '<p>text</p>', now(), now() from generate_series(2, 20000) n"
        ),
        {"channel": channel, "user": ada.id},
    )
    session.commit()
    sender = TaskSender(redis_url)

    def progress() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("select max(progress) from tasks")) or 0)

    with process("worker", tmp_path, database_url, redis_url) as worker:
        worker.wait_ready()
        task_id = send_export(session, sender, ada)
        servers.wait_until(lambda: progress() > 0, seconds=20)
        worker.signal(signal.SIGKILL)
        worker.wait()
    assert state_of(engine, task_id) == "running"
    session.execute(
        text("update tasks set updated_at = updated_at - interval '5 minutes'")
    )  # silence for long enough
    session.commit()
    with (
        process("worker", tmp_path, database_url, redis_url) as another,
        process("beat", tmp_path, database_url, redis_url) as beat,
    ):
        another.wait_ready()
        beat.wait_ready()
        servers.wait_until(lambda: state_of(engine, task_id) == "done", seconds=60)
    lines = exported(session, ada, task_id)
    assert sum(line.startswith(b'{"kind":"message"') for line in lines) == 20000
    assert len(lines) == len(set(lines))


def test_a_task_whose_connection_broke_while_it_lay_idle_is_done_all_the_same(
    session: Session, engine: Engine, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    sender = TaskSender(redis_url)
    with process("worker", tmp_path, database_url, redis_url) as worker:
        worker.wait_ready()
        first = send_export(session, sender, ada)
        servers.wait_until(lambda: state_of(engine, first) == "done", seconds=20)
        session.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
        session.commit()
        engine.dispose()  # this side's idle connections are broken, too
        second = send_export(session, sender, ada)  # no beat runs here: nobody sends it again
        servers.wait_until(lambda: state_of(engine, second) == "done", seconds=20)
        servers.wait_until(lambda: worker.said("task_waits"))
        assert not worker.said("task_ended", outcome="failed")


def test_the_broker_is_away_at_the_start_and_again_later(
    session: Session, engine: Engine, tmp_path: Path, database_url: str
) -> None:
    [ada] = people.sign_up(session, "ada")
    valkey = Valkey(tmp_path)
    sender = TaskSender(valkey.url)
    with process("worker", tmp_path, database_url, valkey.url) as worker:
        try:
            servers.wait_until(lambda: worker.get("/livez")[0] == 200, seconds=60)
            assert worker.get("/readyz") == (503, "waiting for the broker\n")
            servers.wait_until(
                lambda: any("Cannot connect" in line["event"] for line in worker.log()), seconds=20
            )
            valkey.start()
            worker.wait_ready()
            first = send_export(session, sender, ada)
            servers.wait_until(lambda: state_of(engine, first) == "done", seconds=30)
            valkey.stop()
            servers.wait_until(
                lambda: any("Connection to broker lost" in str(line) for line in worker.log()), seconds=30
            )
            valkey.start()
            task = actions.exports.request(session, ada, most=3)

            def sent_and_done() -> bool:
                sender.send(EXPORT_RUN, task_id=task.id)
                return state_of(engine, task.id) == "done"

            servers.wait_until(sent_and_done, seconds=60)
            assert worker.get("/livez")[0] == 200
        finally:
            valkey.stop()


def test_told_to_stop_it_finishes_what_it_has_in_hand(
    session: Session,
    engine: Engine,
    tmp_path: Path,
    database_url: str,
    redis_url: str,
    make_site: Callable[[], SlowSite],
) -> None:
    site, message_id = _one_slow_preview(session, make_site)
    with process(
        "worker", tmp_path, database_url, redis_url, preview_allow_origins=site.origin, preview_seconds="3"
    ) as worker:
        worker.wait_ready()
        TaskSender(redis_url).send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)
        servers.wait_until(lambda: site.held, seconds=20)
        worker.signal(signal.SIGTERM)
        servers.wait_until(lambda: worker.said("drain_started"))
        assert worker.wait() == 0
        assert worker.said("task_ended", task=PREVIEW_FETCH, outcome="done")
    with redis.Redis.from_url(redis_url) as client:
        assert queue_lengths(client) == {"default": 0, "previews": 0}


@pytest.mark.parametrize("how", ["quit", "grace"])
def test_what_it_cannot_finish_in_time_goes_back_into_the_queue(
    session: Session, engine: Engine, tmp_path: Path, database_url: str, redis_url: str,
    make_site: Callable[[], SlowSite], how: str,
) -> None:  # fmt: skip
    site, message_id = _one_slow_preview(session, make_site)
    with process(
        "worker", tmp_path, database_url, redis_url, preview_allow_origins=site.origin, preview_seconds="30",
        graceful_timeout="1" if how == "grace" else "60",
    ) as worker:  # fmt: skip
        worker.wait_ready()
        TaskSender(redis_url).send(PREVIEW_FETCH, queue=QUEUE_PREVIEWS, message_id=message_id)
        servers.wait_until(lambda: site.held, seconds=20)
        with redis.Redis.from_url(redis_url) as client:
            assert queue_lengths(client)["previews"] == 1
        worker.signal(signal.SIGTERM if how == "grace" else signal.SIGQUIT)
        assert worker.wait(20) == 0
    with redis.Redis.from_url(redis_url) as client:
        assert client.llen("previews") == 1


def _one_slow_preview(session: Session, make_site: Callable[[], SlowSite]) -> tuple[SlowSite, int]:
    [ada] = people.sign_up(session, "ada")
    site = make_site()
    [message_id] = people.post(session, ada, people.private_channel(session, ada), f"{site.origin}/slow")
    return site, message_id


def test_links_that_were_never_sent_are_found_by_the_sweep(
    session: Session,
    engine: Engine,
    tmp_path: Path,
    database_url: str,
    redis_url: str,
    make_site: Callable[[], SlowSite],
) -> None:
    [ada] = people.sign_up(session, "ada")
    site = make_site()
    [message_id] = people.post(session, ada, people.private_channel(session, ada), f"{site.origin}/fast")
    session.execute(text("update messages set created_at = created_at - interval '1 minute'"))
    session.commit()
    with process("worker", tmp_path, database_url, redis_url, preview_allow_origins=site.origin) as worker:
        worker.wait_ready()
        TaskSender(redis_url).send("flack.previews.sweep")
        servers.wait_until(lambda: previewed(engine, message_id), seconds=20)


def test_the_id_of_a_request_follows_it_into_the_log(
    session: Session, engine: Engine, tmp_path: Path, database_url: str, redis_url: str
) -> None:
    from flack_kit.request_id import set_request_id

    [ada] = people.sign_up(session, "ada")
    sender = TaskSender(redis_url)
    with process("worker", tmp_path, database_url, redis_url) as worker:
        worker.wait_ready()
        set_request_id("request-1234")
        try:
            task_id = send_export(session, sender, ada)
        finally:
            set_request_id(None)
        servers.wait_until(
            lambda: worker.said("task_ended", task_id=task_id, request_id="request-1234"), seconds=20
        )
        assert worker.metric('flack_tasks_total{outcome="done",task="flack.exports.run"}') == 1
