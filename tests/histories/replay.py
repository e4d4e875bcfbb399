"""Plays a recorded history to the Python client; `services/web/ui/test/histories.test.ts` does so in TypeScript."""

from pathlib import Path
from typing import Any

import orjson
from follower import Follower
from reducer import Client, Json

FOLDER = Path(__file__).parent / "recorded"


def load(path: Path) -> Json:
    """One history: where it starts, what came, and what a client then knows."""
    history: Json = orjson.loads(path.read_bytes())
    return history


class Replay:
    """A client to whom things happen. `applied` lists the events that it took, as `stream@seq`."""

    def __init__(self, start: Json) -> None:
        self.client = Client.of_state(start["state"])
        self.applied: list[str] = []
        self.follower = Follower(
            self.client, lambda event: self.applied.append(f"{event['stream']}@{event['seq']}")
        )
        for opened in start["opened"]:
            self.client.open(opened["channel_id"], opened["page"], opened["members"])

    def play(self, steps: list[Json]) -> None:
        """Let all steps happen. Raises AssertionError where the client asks for something else than was recorded."""
        for step in steps:
            match step["do"]:
                case "receive":
                    self.follower.receive(step["event"])
                case "heads":
                    self.follower.heads(step["streams"])
                case "wait":
                    asks = self.follower.waiting and self.follower.wait_ended()
                    assert asks == (step["sync"] is not None), step
                    self._sync(step["sync"])
                case "gap":
                    self._sync(step["sync"])

    def _sync(self, sync: Json | None) -> None:
        if sync is None:
            return
        assert self.client.streams == sync["since"]
        lost = self.follower.answer(sync["streams"])
        assert lost == sync["lost"]
        if lost:
            self.follower.refetched(sync["state"], lost)

    def known(self) -> Json:
        """All that the client knows, in the form in which histories keep it."""
        client = self.client
        return {
            "user": client.user,
            "preferences": client.preferences,
            "streams": client.streams,
            "channels": _by_id(client.channels),
            "users": _by_id(client.users),
            "members": {str(id): _values(members) for id, members in sorted(client.members.items())},
            "messages": {str(id): _values(messages) for id, messages in sorted(client.messages.items())},
        }


def _values(things: dict[int, Any]) -> list[Any]:
    return [thing for _, thing in sorted(things.items())]


def _by_id(things: dict[int, Any]) -> dict[str, Any]:
    return {str(id): thing for id, thing in sorted(things.items())}
