"""Print every message of the channels that an account is in, without missing one. docs/socket-io.md is its contract.

    pip install 'python-socketio[client]'
    FLACK_NICKNAME=ben FLACK_PASSWORD=… python listening_bot.py http://127.0.0.1:8000

It hears events by Socket.IO, asks `/api/v2/sync` for those that it missed, and renews its token on the open socket. One
thread does everything in order: what the library hears is put into a queue.
"""

import os
import queue
import random
import sys
import time
from typing import Any

import requests
import socketio

GAP_SECONDS = 0.25
"""A gap may close by itself: two servers may tell 6 before 5."""
READY_SECONDS = 10
RENEWED_AT = 0.8
"""The part of a token's life after which it is exchanged."""
STREAMS_A_REQUEST = 100
LONGEST_WAIT = 30

Json = dict[str, Any]


class Account:
    """Somebody's tokens, and the requests made with them."""

    def __init__(self, url: str, nickname: str, password: str) -> None:
        self.url, self._sign_in = url, {"grant": "password", "nickname": nickname, "password": password}
        self._http = requests.Session()
        self._refresh: Json = self._sign_in
        self.token, self.renew_at = "", 0.0

    def renew(self) -> None:
        """Exchange the refresh token, which is used once; sign in where there is none that holds."""
        answer = self._http.post(f"{self.url}/api/v2/tokens", json=self._refresh, timeout=30)
        if answer.status_code == 401 and self._refresh is not self._sign_in:
            self._refresh = self._sign_in
            return self.renew()
        if answer.status_code == 401:
            raise SystemExit(answer.json()["detail"])
        answer.raise_for_status()
        tokens = answer.json()
        self._refresh = {"grant": "refresh", "refresh_token": tokens["refresh_token"]}
        self.token = tokens["access_token"]
        self.renew_at = time.monotonic() + tokens["expires_in"] * RENEWED_AT
        return None

    def get(self, path: str, **query: Any) -> Json:
        """A GET below `/api/v2`. Raises requests.RequestException."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self._http.get(f"{self.url}/api/v2{path}", params=query, headers=headers, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())


class Bot:
    """Follows its streams: applies what is next, drops what it has, syncs where something is missing."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.seqs: dict[str, int] = {}
        """The newest seq applied, by stream. Kept in a file, it would make a restart miss nothing."""
        self._positions: dict[int, int] = {}
        """The newest message printed, by channel."""
        self._early: list[Json] = []
        self._channels: dict[int, str] = {}
        self._users: dict[int, str] = {}
        self.sync_at = float("inf")

    def start(self) -> None:
        """Begin where things stand now."""
        self._take_state(self.account.get("/state"))

    def is_behind(self, streams: dict[str, int]) -> bool:
        """Whether the server knows of an event that we have not seen. Streams that we do not follow do not count."""
        return any(self.seqs.get(stream, seq) < seq for stream, seq in streams.items())

    def sync_soon(self, seconds: float = 0.0) -> None:
        """Sync after that time, unless it is sooner anyway."""
        self.sync_at = min(self.sync_at, time.monotonic() + seconds)

    def hear(self, event: Json) -> None:
        """An event that was pushed."""
        if not self._apply(event):
            self._early.append(event)
            self.sync_soon(GAP_SECONDS)
        elif self._early:
            self._apply_early()

    def sync(self) -> None:
        """Ask for everything that is missing, of every stream."""
        self.sync_at = float("inf")
        streams = list(self.seqs.items())
        for start in range(0, len(streams), STREAMS_A_REQUEST):
            since = ",".join(f"{stream}@{seq}" for stream, seq in streams[start : start + STREAMS_A_REQUEST])
            for news in self.account.get("/sync", since=since)["streams"]:
                if news["recovered"]:
                    for event in news["events"]:
                        self._apply(event)
                elif news["seq"] is None:
                    self.seqs.pop(news["stream"], None)
                else:
                    self._catch_up(news["stream"])
        self._apply_early()

    def _apply_early(self) -> None:
        early, self._early = sorted(self._early, key=lambda event: event["seq"]), []
        for event in early:
            self.hear(event)

    def _apply(self, event: Json) -> bool:
        """False where an event before this one is missing."""
        stream, seq = event["stream"], event["seq"]
        known = self.seqs.get(stream, seq)
        if seq > known + 1:
            return False
        if seq == known + 1:
            self.seqs[stream] = seq
            self._act(event["type"], event["payload"])
        return True

    def _act(self, type: str, payload: Json) -> None:
        """What this bot is interested in. Types that it does not know are none of its business."""
        if type == "message.posted":
            self._print(payload["message"])
        elif type == "membership.added":
            self._follow(payload["channel"])
        elif type == "membership.removed":
            self.seqs.pop(f"channel:{payload['channel_id']}", None)
        elif type == "channel.updated":
            self._channels[payload["channel"]["id"]] = payload["channel"]["name"] or "direct"
        elif type in ("member.joined", "user.updated"):
            self._users[payload["user"]["id"]] = payload["user"]["nickname"]

    def _catch_up(self, stream: str) -> None:
        """Too much was missed for events to tell it: fetch what the stream is about."""
        kind, _, id = stream.partition(":")
        if kind == "user":
            self._take_state(self.account.get("/state"))
            return
        page = self._page_after(int(id))
        first_seq = page["seq"]
        self._channels[int(id)] = self.account.get(f"/channels/{id}")["name"] or "direct"
        self._users.clear()  # names may have changed as well: they are asked for again
        while True:
            for message in page["messages"]:
                self._print(message)
            if not page["has_after"]:
                break
            page = self._page_after(int(id))
        # What happened while we paged has a higher seq than the first page's: sync tells it. Set last: if a page fails,
        # the stream is still behind.
        self.seqs[stream] = first_seq

    def _page_after(self, channel: int) -> Json:
        after = self._positions.get(channel, 0)
        return self.account.get(f"/channels/{channel}/messages", after=after, limit=200)

    def _take_state(self, state: Json) -> None:
        mine = f"user:{state['user']['id']}"
        self.seqs[mine] = state["streams"][mine]
        self._users |= {user["id"]: user["nickname"] for user in (*state["users"], state["user"])}
        for gone in self.seqs.keys() - state["streams"].keys():
            del self.seqs[gone]
        for channel in state["channels"]:
            if f"channel:{channel['id']}" not in self.seqs:
                self._follow(channel)

    def _follow(self, channel: Json) -> None:
        stream = f"channel:{channel['id']}"
        if self.seqs.get(stream, -1) < channel["last_seq"]:
            self.seqs[stream] = channel["last_seq"]
            self._positions[channel["id"]] = channel["last_position"]
        self._channels[channel["id"]] = channel["name"] or "direct"

    def _print(self, message: Json) -> None:
        channel, author = message["channel_id"], message["user_id"]
        if message["position"] <= self._positions.get(channel, 0):
            return
        self._positions[channel] = message["position"]
        if author not in self._users:
            self._users[author] = self.account.get(f"/users/{author}")["nickname"]
        print(
            f"[{self._channels.get(channel, channel)}] {self._users[author]}: {message['source']}", flush=True
        )


def listen(bot: Bot) -> None:
    """One connection, until it ends. Raises socketio's and requests' errors."""
    inbox: queue.Queue[tuple[str, Any]] = queue.Queue()
    client = socketio.Client(reconnection=False, handle_sigint=False)  # `main` comes back, with a new token
    client.on("*", lambda name, data=None: inbox.put((name, data)))
    client.on("disconnect", lambda reason=None: inbox.put(("disconnect", reason)))
    client.connect(
        bot.account.url, auth={"token": bot.account.token}, transports=["websocket"], wait_timeout=10
    )
    ready_by = time.monotonic() + READY_SECONDS
    try:
        while True:
            now = time.monotonic()
            if now > ready_by:
                raise TimeoutError("connected, but not signed in: was the token sent?")
            if now >= bot.account.renew_at:
                bot.account.renew()
                if not client.call("authenticate", {"token": bot.account.token})["ok"]:
                    return
            if now >= bot.sync_at:
                bot.sync()
            wake_at = min(ready_by, bot.account.renew_at, bot.sync_at)
            try:
                name, data = inbox.get(timeout=max(0.0, wake_at - time.monotonic()))
            except queue.Empty:
                continue
            if name == "ready":
                ready_by = float("inf")
                print(f"listening to {len(data['streams'])} streams", file=sys.stderr)
            if name == "event":
                bot.hear(data)
            elif name in ("ready", "heads") and bot.is_behind(data["streams"]):
                bot.sync_soon(GAP_SECONDS)
            elif name == "gap":
                bot.sync_soon()
            elif name in ("closing", "disconnect"):
                print(f"{name}: {data}", file=sys.stderr)
            if name == "disconnect":
                return
    finally:
        client.disconnect()


def main(url: str) -> None:
    """Listen for ever; come back after whatever ended a connection, later each time it ends at once."""
    bot = Bot(Account(url.rstrip("/"), os.environ["FLACK_NICKNAME"], os.environ["FLACK_PASSWORD"]))
    failed = 0
    while True:
        began = time.monotonic()
        try:
            bot.account.renew()
            if not bot.seqs:
                bot.start()
            listen(bot)
        except (requests.RequestException, socketio.exceptions.SocketIOError, TimeoutError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        failed = 0 if time.monotonic() - began > LONGEST_WAIT else min(failed + 1, 6)
        time.sleep(min(LONGEST_WAIT, 0.5 * 2**failed) * random.uniform(0.5, 1))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
