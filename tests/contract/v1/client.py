"""An old client's view of v1: `requests` and `python-socketio` as they come, and nothing of Flack."""

from __future__ import annotations

import base64
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import socketio

DEADLINE = 15.0
"""Seconds within which anything that shall happen has happened, on a busy machine too."""


def eventually(condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:
    """Wait until a condition holds and answer its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value


def unique(prefix: str = "u") -> str:
    """A nickname that nobody has yet."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True)
class Account:
    """Somebody who is registered and logged in."""

    id: int
    nickname: str
    password: str
    token: str


class V1:
    """v1 at one of its mounts. A 429 is obeyed: the contract says that it may come anywhere."""

    def __init__(self, url: str, mount: str = "/api") -> None:
        self.url = url.rstrip("/")
        self.mount = mount
        self.status_path = "/tasks/status/" if mount == "/api" else f"{mount}/tasks/status/"
        self.stats_path = "/stats" if mount == "/api" else f"{mount}/stats"
        self._http = requests.Session()

    def call(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        """Request `path` below the mount; a path that starts with `//` is below the host."""
        headers = dict(options.pop("headers", None) or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        target = self.url + (path[1:] if path.startswith("//") else self.mount + path)
        deadline = time.monotonic() + 90
        while True:
            response = self._http.request(
                method, target, headers=headers, timeout=30, allow_redirects=False, **options
            )
            if response.status_code != 429 or time.monotonic() > deadline:
                return response
            time.sleep(min(float(response.headers["Retry-After"]), 60))

    def get(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.call("GET", path, token, **options)

    def post(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.call("POST", path, token, **options)

    def put(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.call("PUT", path, token, **options)

    def delete(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.call("DELETE", path, token, **options)

    def login(self, nickname: str, password: str) -> requests.Response:
        """POST tokens with Basic credentials in UTF-8."""
        pair = base64.b64encode(f"{nickname}:{password}".encode()).decode()
        return self.post("/tokens", headers={"Authorization": f"Basic {pair}"})

    def register(self, nickname: str | None = None, password: str = "pass word") -> Account:
        """A new account, logged in."""
        nickname = nickname or unique()
        made = self.post("/users", json={"nickname": nickname, "password": password})
        assert made.status_code == 201, made.text
        token = self.login(nickname, password).json()["token"]
        return Account(made.json()["id"], nickname, password, token)

    def finish(self, response: requests.Response) -> requests.Response:
        """Follow a job to its own answer; an answer that is no 202 is the job's own already."""
        if response.status_code != 202:
            return response
        location = response.headers["Location"]
        answers: list[requests.Response] = []

        def finished() -> bool:
            answers.append(self._http.get(location, timeout=30))
            return answers[-1].status_code != 202

        eventually(finished, f"job {location} is finished")
        return answers[-1]

    def say(self, account: Account, source: str) -> dict[str, Any]:
        """Post a message and answer it as its job does."""
        done = self.finish(self.post("/messages", account.token, json={"source": source}))
        assert done.status_code == 201, done.text
        message = done.json()
        assert isinstance(message, dict)
        return message

    def user(self, user_id: int, token: str | None = None) -> dict[str, Any]:
        found = self.get(f"/users/{user_id}", token)
        assert found.status_code == 200, found.text
        user = found.json()
        assert isinstance(user, dict)
        return user

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        found = self.get("/messages", params=query)
        assert found.status_code == 200, found.text
        listed = found.json()["messages"]
        assert isinstance(listed, list)
        return listed


@dataclass
class Bot:
    """A Socket.IO client that remembers what was pushed to it."""

    url: str
    transports: list[str] = field(default_factory=lambda: ["websocket"])

    def __post_init__(self) -> None:
        self.pushed: list[dict[str, Any]] = []
        self.expired = 0
        self.expired_arguments: list[Any] = []
        self._changed = threading.Condition()
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("updated_model", self._updated_model)
        self.socket.on("expired_token", self._expired_token)

    def __enter__(self) -> Bot:
        self.socket.connect(self.url, transports=self.transports, wait_timeout=10)
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.disconnect()

    def _updated_model(self, payload: Any) -> None:
        with self._changed:
            self.pushed.append(payload)
            self._changed.notify_all()

    def _expired_token(self, *arguments: Any) -> None:
        with self._changed:
            self.expired += 1
            self.expired_arguments.extend(arguments)
            self._changed.notify_all()

    def ask(self, event: str, *arguments: Any) -> Any:
        """Emit and wait for the acknowledgement."""
        return self.socket.call(event, arguments, timeout=DEADLINE)

    def ping_user(self, token: Any) -> None:
        self.ask("ping_user", token)

    def wait(self, wanted: Callable[[dict[str, Any]], bool], what: str, seconds: float = DEADLINE) -> Any:
        """The first push that is wanted."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(wanted, self.pushed)), seconds), (
                f"not pushed within {seconds} s: {what}; got {self.pushed[-5:]}"
            )
            return next(push for push in self.pushed if wanted(push))

    def wait_expired(self, count: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.expired >= count, DEADLINE), "no expired_token"

    def of(self, name: str, model_id: int) -> list[dict[str, Any]]:
        """The models of one class and id that were pushed, in order."""
        with self._changed:
            return [p["model"] for p in self.pushed if p["class"] == name and p["model"]["id"] == model_id]

    def sources(self) -> Iterator[str]:
        with self._changed:
            return iter([p["model"]["source"] for p in self.pushed if p["class"] == "Message"])


def is_model(name: str, **fields: Any) -> Callable[[dict[str, Any]], bool]:
    """Whether a push is of a class and has these values."""
    return lambda push: push["class"] == name and fields.items() <= push["model"].items()
