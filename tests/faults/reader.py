"""Somebody who reads along: a socket, the events applied in order, a sync at each gap. The UI's own rules."""

import threading
import time
from typing import Any

import requests
import socketio

from .account import Account

GAP_SECONDS = 0.25


class Reader:
    """Follows one channel. `messages` is what this client would show, by position."""

    def __init__(self, account: Account, channel_id: int) -> None:
        self._account, self._channel_id = account, channel_id
        self._stream = f"channel:{channel_id}"
        self._lock = threading.RLock()
        self._early: dict[int, dict[str, Any]] = {}
        self._behind_since: float | None = None
        self._ahead = 0
        self._stop = threading.Event()
        self.seq = 0
        self.messages: dict[int, dict[str, Any]] = {}
        self.order: list[int] = []
        """Positions in the order in which they were first shown."""
        self.gaps: list[float] = []
        """Seconds from learning of each gap to being whole again."""
        self.connects = self.syncs = self.refetches = self.repeats = 0
        self._client = socketio.Client(reconnection_delay=0.5, reconnection_delay_max=3)
        self._client.on("connect", self._on_connect)
        self._client.on("event", self._on_event)
        self._client.on("ready", lambda ready: self._on_heads(ready["streams"]))
        self._client.on("heads", lambda heads: self._on_heads(heads["streams"]))
        self._client.on("gap", lambda *_: self._on_gap())
        self._minder = threading.Thread(target=self._mind, name=f"reader-{account.nickname}", daemon=True)

    def start(self) -> "Reader":
        """Fetch what is there, then follow."""
        self._refetch()
        self._connect()
        self._minder.start()
        return self

    def stop(self) -> None:
        """Leave."""
        self._stop.set()
        self._client.disconnect()
        self._minder.join(10)

    def _connect(self) -> None:
        self._client.connect(
            self._account.url, auth=lambda: {"token": self._account.token()}, transports=["websocket"], retry=True,
            wait_timeout=20,
        )  # fmt: skip

    def _on_connect(self) -> None:
        self.connects += 1

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["stream"] != self._stream:
            return
        with self._lock:
            if event["seq"] <= self.seq:
                self.repeats += 1
                return
            self._early[event["seq"]] = event
            self._ahead = max(self._ahead, event["seq"])
            self._apply_early()

    def _apply_early(self) -> None:
        while event := self._early.pop(self.seq + 1, None):
            self._apply(event)
        self._early = {seq: event for seq, event in self._early.items() if seq > self.seq}
        self._mark()

    def _apply(self, event: dict[str, Any]) -> None:
        self.seq = event["seq"]
        if event["type"].startswith("message."):
            message = event["payload"]["message"]
            if message["position"] not in self.messages:
                self.order.append(message["position"])
            self.messages[message["position"]] = message

    def _on_heads(self, streams: dict[str, int]) -> None:
        with self._lock:
            self._ahead = max(self._ahead, streams.get(self._stream, 0))
            self._mark()

    def _on_gap(self) -> None:
        with self._lock:
            self._ahead = max(self._ahead, self.seq + 1)
            self._mark()

    def _mark(self) -> None:
        """Note when a gap opened, and how long it was open once it closed."""
        if self._ahead > self.seq:
            self._behind_since = self._behind_since or time.monotonic()
        elif self._behind_since is not None:
            self.gaps.append(time.monotonic() - self._behind_since)
            self._behind_since = None

    def _mind(self) -> None:
        """Sync once a gap did not close by itself; reconnect where the library gave up."""
        while not self._stop.wait(0.05):
            behind = self._behind_since
            if behind is not None and time.monotonic() - behind > GAP_SECONDS:
                try:
                    self._sync()
                except (requests.RequestException, KeyError):
                    self._stop.wait(0.5)
            if self._client.eio.state == "disconnected" and not self._client._reconnect_task:
                try:
                    self._connect()
                except (socketio.exceptions.SocketIOError, requests.RequestException, ValueError):
                    self._stop.wait(0.5)

    def _sync(self) -> None:
        self.syncs += 1
        answer = self._account.ask("GET", "/sync", params={"since": f"{self._stream}@{self.seq}"})
        found = answer["streams"][0]
        if not found["recovered"]:
            self._refetch()
            return
        with self._lock:
            for event in found["events"]:
                if event["seq"] == self.seq + 1:
                    self._apply(event)
            self._ahead = max(found["seq"], max(self._early, default=0))
            self._apply_early()

    def _refetch(self) -> None:
        self.refetches += 1
        head = self._account.ask("GET", f"/channels/{self._channel_id}")
        messages = self._account.history(self._channel_id)
        with self._lock:
            self.seq = head["last_seq"]
            for message in messages:
                if message["position"] not in self.messages:
                    self.order.append(message["position"])
                self.messages[message["position"]] = message
            self._ahead = max(self._early, default=0)
            self._apply_early()
