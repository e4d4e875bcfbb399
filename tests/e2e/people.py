"""People who chat through the ingress: over HTTP with `requests`, live with `socketio`."""

import itertools
import os
import threading
from typing import Any, Self

import requests
import socketio
from cluster import until

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


class Person:
    """An account with a session of its own, at the installation that `url` names."""

    def __init__(self, url: str, nickname: str | None = None) -> None:
        self.url = url
        self.nickname = nickname or f"e2e-{os.getpid()}-{next(_numbers)}"
        self.http = requests.Session()
        self.token = ""

    def sign_up(self) -> Self:
        self.call("POST", "/api/v2/users", {"nickname": self.nickname, "password": PASSWORD})
        return self.sign_in()

    def sign_in(self) -> Self:
        given = {"grant": "password", "nickname": self.nickname, "password": PASSWORD}
        self.token = self.call("POST", "/api/v2/tokens", given)["access_token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        return self

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask api. Raises `requests.RequestException` for anything but success."""
        answer = self.http.request(method, self.url + path, json=body, headers=headers, timeout=15)
        if not answer.ok:
            raise requests.HTTPError(
                f"{method} {path}: {answer.status_code} {answer.text[:200]}", response=answer
            )
        return answer.json() if answer.content else None

    def page(self, path: str = "/") -> requests.Response:
        return self.http.get(self.url + path, timeout=15)

    def make_channel(self, name: str) -> int:
        return int(self.call("POST", "/api/v2/channels", {"name": name, "kind": "public"})["id"])

    def join(self, channel: int) -> None:
        self.call("POST", f"/api/v2/channels/{channel}/members", {})

    def say(self, channel: int, source: str, *, key: str) -> dict[str, Any]:
        path = f"/api/v2/channels/{channel}/messages"
        said: dict[str, Any] = self.call("POST", path, {"source": source}, **{"Idempotency-Key": key})
        return said

    def read(self, channel: int) -> list[dict[str, Any]]:
        """Every message of a channel, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["position"] if found else 0
            page = self.call("GET", f"/api/v2/channels/{channel}/messages?after={after}&limit=100")
            found += page["messages"]
            if not page["messages"] or not page["has_after"]:
                return found


def is_routed(url: str) -> bool:
    """Whether the ingress sends each path to its service: it learns of a release a moment after that is ready."""
    paths = ("/sign-in", "/api/v2/installation", "/socket.io/?EIO=4&transport=polling")
    return all(requests.get(url + path, timeout=15).status_code in (200, 400) for path in paths)


def two_people_chat(url: str) -> None:
    """Two people sign up, and what one says the other hears."""
    until("every route", lambda: is_routed(url))
    ann, ben = Person(url).sign_up(), Person(url).sign_up()
    channel = ann.make_channel(f"{ann.nickname} and {ben.nickname}")
    ben.join(channel)
    with Listener(ben) as heard:
        until("ben's connection", lambda: heard.connects)
        said = ann.say(channel, "hello *ben*", key="hello")
        until("the message", lambda: heard.texts.get(said["id"]) == "hello *ben*", seconds=10)


class Listener:
    """A live connection that remembers what it was told, and asks for what it missed."""

    def __init__(self, person: Person, *, transports: tuple[str, ...] = ("websocket",)) -> None:
        self.person = person
        self.texts: dict[int, str] = {}
        self.connects = 0
        self._lock = threading.Lock()
        self.client = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=1)
        self.client.on("ready", self._on_ready)
        self.client.on("event", self._on_event)
        self._transports = list(transports)

    def __enter__(self) -> Self:
        auth = {"token": self.person.token}
        self.client.connect(self.person.url, auth=auth, transports=self._transports, wait_timeout=15)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()

    def _on_ready(self, _: dict[str, Any]) -> None:
        with self._lock:
            self.connects += 1

    def _on_event(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._apply(event)

    def _apply(self, event: dict[str, Any]) -> None:
        if event["type"] == "message.posted":
            message = event["payload"]["message"]
            self.texts[message["id"]] = message["source"]

    def catch_up(self, channel: int) -> None:
        """Learn of everything in a channel as a client does: from the log, or anew where that does not carry it."""
        answer = self.person.call("GET", f"/api/v2/sync?since=channel:{channel}@0")
        (found,) = answer["streams"]
        with self._lock:
            for event in found["events"]:
                self._apply(event)
            if not found["recovered"]:
                self.texts.update({message["id"]: message["source"] for message in self.person.read(channel)})
