"""Somebody who reads along: a socket, and the UI's rules for what comes through it (tests/follower.py)."""

import threading
import time
from typing import Any, NamedTuple

import requests
import socketio
from follower import GAP_SECONDS, Follower
from reducer import Client

from .account import Account


class Learned(NamedTuple):
    """A gap: when it was noticed, and the position of the first message that was missing."""

    at: float
    position: int


class Reader:
    """Follows all that its account sees, and opens one channel."""

    def __init__(self, account: Account, channel_id: int, socket_url: str | None = None) -> None:
        self._account, self._channel_id = account, channel_id
        self._socket_url = socket_url or account.url
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._wait_began: float | None = None
        """Since when a gap is given its time to close by itself."""
        self._asked_at: float | None = None
        """When there was a reason to sync at once, while that is not done."""
        self._noticed: float | None = None
        """While a sync's answer is applied: when the gap was noticed."""
        self._follower = Follower(Client.of_state(account.ask("GET", "/state")), self._applied)
        self.order: list[int] = []
        """Positions in the order in which they were first shown."""
        self.shown_at: dict[int, float] = {}
        """When each position was first shown, on the monotonic clock."""
        self.learned: list[Learned] = []
        self.connects = self.syncs = self.refetches = 0
        self._client = socketio.Client(reconnection_delay=0.5, reconnection_delay_max=3)
        self._client.on("event", self._on_event)
        self._client.on("ready", self._on_ready)
        self._client.on("heads", lambda heads: self._on_heads(heads["streams"]))
        self._client.on("gap", lambda *_: self._sync_soon())
        self._minder = threading.Thread(target=self._mind, name=f"reader-{account.nickname}", daemon=True)

    @property
    def messages(self) -> dict[int, dict[str, Any]]:
        """What this client would show of the channel, by position."""
        return self._follower.client.messages.get(self._channel_id, {})

    @property
    def seq(self) -> int:
        """The newest seq of the channel that was applied."""
        return self._follower.client.streams.get(f"channel:{self._channel_id}", 0)

    def start(self) -> "Reader":
        """Fetch what is there, then follow."""
        with self._lock:
            self._open()
        self._connect()
        self._minder.start()
        return self

    def stop(self) -> None:
        """Leave."""
        self._stop.set()
        self._client.disconnect()
        self._minder.join(30)

    def _connect(self) -> None:
        # A socket that closes before the namespace is joined makes this library wait its time out, not the browser's.
        self._client.connect(
            self._socket_url, auth=lambda: {"token": self._account.token()}, transports=["websocket"], retry=True,
            wait_timeout=5,
        )  # fmt: skip

    def _on_ready(self, ready: dict[str, Any]) -> None:
        self.connects += 1
        if self.connects > 1:
            self._sync_soon()  # back from a drop, the UI asks at once
        self._on_heads(ready["streams"])

    def _on_event(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._follower.receive(event)
            self._note()

    def _on_heads(self, streams: dict[str, int]) -> None:
        with self._lock:
            self._follower.heads(streams)
            self._note()

    def _sync_soon(self, noticed: float | None = None) -> None:
        with self._lock:
            self._asked_at = self._asked_at or noticed or time.monotonic()

    def _applied(self, event: dict[str, Any]) -> None:
        message = event["payload"].get("message")
        if message is not None and message["channel_id"] == self._channel_id:
            self._show([message])

    def _show(self, messages: list[dict[str, Any]]) -> None:
        """Note what is new on the screen; the first of it that a sync brought is what the gap was about."""
        for message in messages:
            position = message["position"]
            if position in self.shown_at:
                continue
            if self._noticed is not None:
                self.learned.append(Learned(self._noticed, position))
                self._noticed = None
            self.shown_at[position] = time.monotonic()
            self.order.append(position)

    def _note(self) -> None:
        """Remember since when a gap is known."""
        if self._follower.waiting and self._wait_began is None:
            self._wait_began = time.monotonic()

    def _mind(self) -> None:
        """Sync once a gap did not close by itself; connect where the library gave up."""
        while not self._stop.wait(0.05):
            noticed = self._gap()
            if noticed is not None:
                self._sync(noticed)
            if self._client.eio.state == "disconnected" and not self._client._reconnect_task:
                try:
                    self._connect()
                except (socketio.exceptions.SocketIOError, requests.RequestException, ValueError):
                    self._stop.wait(0.5)

    def _gap(self) -> float | None:
        """When the gap was noticed for which it is time to sync; None where there is none."""
        with self._lock:
            noticed, self._asked_at = self._asked_at, None
            if self._wait_began is not None and time.monotonic() - self._wait_began > GAP_SECONDS:
                began, self._wait_began = self._wait_began, None
                if self._follower.wait_ended():
                    return noticed or began
            return noticed

    def _sync(self, noticed: float) -> None:
        """Ask for everything missed; where that fails, again in a moment."""
        with self._lock:
            batches = self._follower.batches()
        self.syncs += 1
        try:
            streams = [stream for batch in batches for stream in self._ask(batch)]
            with self._lock:
                self._noticed = noticed
                lost = self._follower.answer(streams)
            if lost:
                self._refetch(lost)
        except (requests.RequestException, KeyError):
            self._stop.wait(0.5)
            self._sync_soon(noticed)
        with self._lock:
            self._noticed = None
            self._note()

    def _ask(self, since: dict[str, int]) -> list[dict[str, Any]]:
        names = ",".join(f"{stream}@{seq}" for stream, seq in since.items())
        streams: list[dict[str, Any]] = self._account.ask("GET", "/sync", params={"since": names})["streams"]
        return streams

    def _refetch(self, lost: list[str]) -> None:
        self.refetches += 1
        state = self._account.ask("GET", "/state")
        with self._lock:
            self._follower.refetched(state, lost)
            if self._channel_id not in self._follower.client.messages:
                self._open()

    def _open(self) -> None:
        """Load the channel's messages. The lock keeps events back meanwhile: no page is older than the state."""
        messages = self._account.history(self._channel_id)
        self._follower.client.open(self._channel_id, {"messages": messages, "has_after": False})
        self._show(messages)
