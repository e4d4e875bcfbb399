"""Far more than ten times what api can do, by people who do not wait as they are told: it refuses and recovers."""

import base64
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import redis
import requests
import servers
from api_fixtures import PASSWORD, SERVICE_KEY, MakeApi, Person
from api_process import ApiProcess, api_process
from flack_contracts.internal import SERVICE_KEY_HEADER
from flack_contracts.tasks import QUEUE_PREVIEWS
from flack_domain.queries import previews
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

POST_SECONDS = 0.2
"""How long a message takes, and the next one waits for it: five a second are all that a channel can take."""
IN_HAND = 4
CROWD = 60
PATIENCE_SECONDS, PAUSE_SECONDS = 2.0, 0.5
"""How long each of them waits for an answer, and then before asking again: those refused, a hundred times a second."""
OVERLOAD_SECONDS = 6.0


@pytest.fixture
def api(database_url: str, redis_url: str, owner: Engine) -> Iterator[ApiProcess]:
    """A process that is slow in a way that costs no CPU."""
    slow = f"begin perform pg_sleep({POST_SECONDS}); return new; end"
    with owner.begin() as connection:
        connection.execute(text(f"create function slow() returns trigger language plpgsql as '{slow}'"))
        connection.execute(
            text("create trigger slow before insert on messages for each row execute function slow()")
        )
    settings = {"REQUESTS_IN_HAND": str(IN_HAND), "RATE_LIMITS_ENABLED": "false"}
    with api_process(database_url, redis_url, **settings) as running:
        yield running


@dataclass
class Crowd:
    """People who post at once, again and again, what they were answered, and how often they gave up waiting."""

    post: Callable[..., requests.Response]
    answers: list[requests.Response] = field(default_factory=list)
    gave_up: int = 0

    def press(self, seconds: float) -> None:
        """Post for so long."""
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(CROWD) as pool:
            list(pool.map(self._one, [end] * CROWD))

    def _one(self, end: float) -> None:
        while time.monotonic() < end:
            try:
                self.answers.append(self.post(timeout=PATIENCE_SECONDS))
            except requests.Timeout:
                self.gave_up += 1
            time.sleep(PAUSE_SECONDS)

    def answered(self, status: int) -> list[requests.Response]:
        """The answers with a status."""
        return [answer for answer in self.answers if answer.status_code == status]


def test_what_is_too_much_is_refused_at_once_and_soon_afterwards_all_is_as_before(
    api: ApiProcess, engine: Engine
) -> None:
    headers = api.sign_up()
    body = {"name": "busy", "kind": "public"}
    channel = api.call("POST", "/api/v2/channels", json=body, headers=headers).json()["id"]

    def post(**options: float) -> requests.Response:
        path = f"/api/v2/channels/{channel}/messages"
        return api.call("POST", path, json={"source": "hello"}, headers=headers, **options)

    def took(count: int) -> list[float]:
        """The seconds of some posts, one after the other; none where one is refused."""
        answers = [post() for _ in range(count)]
        good = all(answer.status_code == 201 for answer in answers)
        return [answer.elapsed.total_seconds() for answer in answers] if good else []

    normal = statistics.median(took(5))
    crowd = Crowd(post)
    crowd.press(OVERLOAD_SECONDS)
    servers.wait_until(lambda: max(took(3), default=math.inf) < max(1.0, 3 * normal), seconds=10)

    accepted, refused = crowd.answered(201), crowd.answered(503)
    assert accepted and refused and len(accepted) + len(refused) == len(crowd.answers)
    for answer in refused:
        assert answer.json()["code"] == "overloaded" and int(answer.headers["Retry-After"]) >= 1
    # Who is let in is served while they still wait for it, and who is not, learns it sooner than that.
    assert crowd.gave_up < len(crowd.answers) / 4
    assert median_seconds(refused) < median_seconds(accepted)
    with engine.connect() as connection:
        kept = set(connection.scalars(text("select id from messages")))
    assert {answer.json()["id"] for answer in accepted} <= kept


def median_seconds(answers: list[requests.Response]) -> float:
    return statistics.median(answer.elapsed.total_seconds() for answer in answers)


def test_link_previews_wait_while_much_is_in_hand(
    make_api: MakeApi, sign_up: Callable[..., Person], engine: Engine, redis_url: str
) -> None:
    app = make_api(requests_in_hand=3)
    ada = sign_up("ada", app=app)
    held, free = ada.make_channel(), ada.make_channel()
    with redis.Redis.from_url(redis_url) as client, engine.connect() as holder, ThreadPoolExecutor(1) as pool:

        def handed_on() -> int:
            return int(client.llen(QUEUE_PREVIEWS))

        holder.execute(text("select id from channels where id = :id for update"), {"id": held})
        waiting = pool.submit(ada.say, held)
        servers.wait_until(lambda: servers.somebody_waits(engine))
        message = ada.say(free, "see http://example.org/pressed")
        holder.rollback()
        waiting.result(10)
        ada.say(free, "see http://example.org/at-ease")
        servers.wait_until(lambda: handed_on() == 1)
        arguments = client.lindex(QUEUE_PREVIEWS, 0)
        assert f'"message_id": {message["id"]}'.encode() not in base64.b64decode(
            json.loads(arguments)["body"]
        )
    with Session(engine) as session:  # what the sweep goes by
        waiting_ids = [waits.id for waits in previews.waiting(session, older_than_seconds=0)]
    assert message["id"] in waiting_ids


def test_what_our_own_services_ask_keeps_nobody_out(
    make_api: MakeApi, sign_up: Callable[..., Person], engine: Engine
) -> None:
    app = make_api(requests_in_hand=1)
    ada = sign_up("ada", app=app)
    token = app.test_client().post("/api/tokens", auth=("ada", PASSWORD)).json["token"]  # type: ignore[index]

    def say_in_v1() -> int:
        event = {"name": "post_message", "args": [{"source": "by a v1 socket"}, token]}
        headers = {SERVICE_KEY_HEADER: SERVICE_KEY}
        return app.test_client().post("/internal/v1/events", json=event, headers=headers).status_code

    with engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("select id from channels where is_general for update"))
        waiting = pool.submit(say_in_v1)
        servers.wait_until(lambda: servers.somebody_waits(engine))
        assert say_in_v1() == 503
        assert ada.get("/users/me").status_code == 200
        holder.rollback()
        assert waiting.result(10) == 200
