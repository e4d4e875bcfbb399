"""Programs beside the browsers: a client of v2's events, and one of v1 in both its ways."""

import time
from typing import Any

import requests
import socketio
from faults.account import Account


class Listener:
    """An unmodified python-socketio client that keeps the source of every message pushed to it."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.sources: list[str] = []
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("event", self._v2)
        self.socket.on("updated_model", self._v1)
        self.socket.connect(url, auth=None if token is None else {"token": token}, wait_timeout=20)

    def _v2(self, event: dict[str, Any]) -> None:
        if event["type"] == "message.posted":
            self.sources.append(event["payload"]["message"]["source"])

    def _v1(self, push: dict[str, Any]) -> None:
        if push["class"] == "Message":
            self.sources.append(push["model"]["source"])


class OldBot:
    """A client of v1: `requests`, and a socket tied to its account."""

    def __init__(self, url: str, account: Account) -> None:
        self.url = url
        self.http = requests.Session()
        answer = self.http.post(f"{url}/api/tokens", auth=(account.nickname, account.password), timeout=20)
        self.token = answer.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.listener = Listener(url)
        self.listener.socket.call("ping_user", self.token, timeout=20)

    def post(self, source: str) -> None:
        """Post, and follow the job to its end."""
        job = self.http.post(f"{self.url}/api/messages", json={"source": source}, timeout=20)
        deadline = time.monotonic() + 20
        while job.status_code == 202 and time.monotonic() < deadline:
            job = self.http.get(job.headers.get("Location", job.url), timeout=20)
        assert job.status_code == 201

    def emit(self, source: str) -> None:
        """Post by the socket; the acknowledgement says that it is stored."""
        assert self.listener.socket.call("post_message", ({"source": source}, self.token), timeout=20) is None

    def messages(self) -> list[str]:
        """The list of the last day."""
        listed = self.http.get(f"{self.url}/api/messages", timeout=20).json()["messages"]
        return [message["source"] for message in listed]
