"""flack-v1 section 7: Socket.IO, with the unmodified python-socketio client."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .client import V1, Account, Bot, eventually, is_model, unique
from .conftest import Installation
from .pages import PageServer


def marker(api: V1, account: Account, *sockets: Bot) -> None:
    """Everything that was pushed before is here once this message is."""
    message = api.say(account, unique("marker"))
    for socket in sockets:
        socket.wait(is_model("Message", id=message["id"]), "the marker")


class TestTransports:
    @pytest.mark.parametrize("transports", [["polling"], ["polling", "websocket"], ["websocket"]])
    def test_each_connects_without_credentials_and_carries_events(
        self, api: V1, installation: Installation, ann: Account, transports: list[str]
    ) -> None:
        with Bot(installation.url, transports) as socket:
            source = unique("by " + "+".join(transports))
            socket.ask("post_message", {"source": source}, ann.token)
            socket.wait(is_model("Message", source=source), "the message")

    def test_an_eio3_handshake_is_refused(self, installation: Installation) -> None:
        answer = requests.get(f"{installation.url}/socket.io/?EIO=3&transport=polling", timeout=10)
        assert 400 <= answer.status_code < 500


class TestPingUser:
    def test_authenticates_and_ties(self, api: V1, installation: Installation, listener: Bot) -> None:
        nickname = unique()
        user_id = api.post("/users", json={"nickname": nickname, "password": "p"}).json()["id"]
        token = api.login(nickname, "p").json()["token"]
        with Bot(installation.url) as socket:
            assert socket.ask("ping_user", token) is None
        listener.wait(is_model("User", id=user_id, online=False), "offline by the disconnect")
        with Bot(installation.url) as socket:
            socket.ping_user(token)
            eventually(lambda: listener.of("User", user_id)[-1]["online"], "online by the ping")


class TestPostMessage:
    def test_is_stored_and_pushed_once_to_all_sockets(
        self, api: V1, ann: Account, bot: Bot, listener: Bot, installation: Installation
    ) -> None:
        source = unique("*posted*")
        assert bot.ask("post_message", {"source": source}, ann.token) is None
        for socket in (bot, listener):
            push = socket.wait(is_model("Message", source=source), "the message")
            model = push["model"]
            assert push == {"class": "Message", "model": api.get(f"/messages/{model['id']}").json()}
            assert model["user_id"] == ann.id
            assert model["html"].startswith("<em>posted</em>")
            assert model["_links"] == {"self": f"/api/messages/{model['id']}", "user": f"/api/users/{ann.id}"}
        marker(api, ann, bot, listener)
        assert len(bot.of("Message", model["id"])) == len(listener.of("Message", model["id"])) == 1

    def test_ties_the_socket(self, api: V1, installation: Installation, listener: Bot) -> None:
        account = api.register()
        with Bot(installation.url) as socket:
            socket.ask("post_message", {"source": "tie"}, account.token)
        listener.wait(is_model("User", id=account.id, online=False), "the user offline")

    def test_extra_fields_are_ignored(self, api: V1, ann: Account, bea: Account, bot: Bot) -> None:
        source = unique("extra")
        bot.ask("post_message", {"source": source, "html": "<b>x</b>", "user_id": bea.id}, ann.token)
        push = bot.wait(is_model("Message", source=source), "the message")
        assert push["model"]["user_id"] == ann.id
        assert push["model"]["html"] == source

    def test_keeps_the_order_of_a_sender(self, ann: Account, bot: Bot, listener: Bot) -> None:
        sources = [unique(f"{number}") for number in range(20)]
        for source in sources:
            bot.socket.emit("post_message", ({"source": source}, ann.token))
        listener.wait(is_model("Message", source=sources[-1]), "the last message")
        pushed = [push["model"] for push in listener.pushed if push["model"].get("source") in sources]
        once = {model["id"]: model["source"] for model in pushed}  # delivery is at least once
        assert list(once.values()) == sources
        assert list(once) == sorted(once)

    def test_expanded_links_push_the_message_again(
        self, ann: Account, bot: Bot, listener: Bot, pages: PageServer
    ) -> None:
        source = f"[x]({pages.origin}/full?{unique()})"
        bot.ask("post_message", {"source": source}, ann.token)
        expanded = listener.wait(
            lambda push: (
                push["class"] == "Message"
                and push["model"]["source"] == source
                and "<blockquote>" in push["model"]["html"]
            ),
            "the message with its expansion",
        )
        first, second = listener.of("Message", expanded["model"]["id"])
        assert "<blockquote>" not in first["html"]
        assert second["html"].startswith(first["html"])
        assert second["updated_at"] >= first["updated_at"]


class TestInvalidEvents:
    @pytest.mark.parametrize("token", ["wrong", "", None, 5, True, ["x"], {"a": 1}, "é\u0000", "x" * 5000])
    def test_a_bad_token_is_answered_expired_token_to_that_socket_only(
        self, api: V1, ann: Account, bot: Bot, listener: Bot, token: Any
    ) -> None:
        source = unique("never")
        bot.socket.emit("ping_user", (token,))
        bot.wait_expired(1)
        bot.socket.emit("post_message", ({"source": source}, token))
        bot.wait_expired(2)
        bot.ask("post_message", {"source": "the socket stays usable"}, ann.token)
        marker(api, ann, bot, listener)
        assert source not in bot.sources()
        assert bot.expired_arguments == []
        assert listener.expired == 0

    @pytest.mark.parametrize(
        "data",
        [
            None, 5, "text", [], {}, {"source": None}, {"source": 5}, {"source": "a\u0000"}, {"Source": "x"},
            {"source": "x" * 100_000},
        ],
    )  # fmt: skip
    def test_wrong_data_posts_nothing(self, api: V1, ann: Account, bot: Bot, data: Any) -> None:
        before = [message["id"] for message in api.messages()]
        bot.socket.emit("post_message", (data, ann.token))
        marker(api, ann, bot)
        assert len([m for m in api.messages() if m["id"] not in before]) == 1
        assert bot.expired == 0

    @pytest.mark.parametrize(
        ("event", "arguments"),
        [("ping_user", ()), ("post_message", ()), ("post_message", ({"source": "x"},))],
    )
    def test_missing_arguments_change_nothing(
        self, api: V1, ann: Account, bot: Bot, event: str, arguments: tuple[Any, ...]
    ) -> None:
        before = [message["id"] for message in api.messages()]
        bot.socket.emit(event, arguments)
        marker(api, ann, bot)
        assert len([m for m in api.messages() if m["id"] not in before]) == 1

    def test_unknown_events_are_ignored(self, api: V1, ann: Account, bot: Bot) -> None:
        bot.socket.emit("no_such_event", ({"a": 1},))
        bot.ping_user(ann.token)
        marker(api, ann, bot)


class TestRestMessagesArePushedToo:
    def test_created_ones(self, api: V1, ann: Account, listener: Bot) -> None:
        message = api.say(ann, unique("by rest"))
        push = listener.wait(is_model("Message", id=message["id"]), "the message")
        assert push["model"] == api.get(f"/messages/{message['id']}").json()

    def test_edited_ones(self, api: V1, ann: Account, listener: Bot) -> None:
        message, source = api.say(ann, unique("first")), unique("second")
        api.finish(api.put(f"/messages/{message['id']}", ann.token, json={"source": source}))
        push = listener.wait(is_model("Message", id=message["id"], source=source), "the edited message")
        assert push["model"] == api.get(f"/messages/{message['id']}").json()

    def test_those_of_v2_in_general(self, api: V1, ann: Account, listener: Bot) -> None:
        grant = {"grant": "password", "nickname": ann.nickname, "password": ann.password}
        access = api.call("POST", "//api/v2/tokens", json=grant).json()["access_token"]
        found = api.call("GET", "//api/v2/channels?q=general", access).json()["channels"]
        general = next(channel["id"] for channel in found if channel["name"] == "general")
        source = unique("by v2")
        posted = api.call("POST", f"//api/v2/channels/{general}/messages", access, json={"source": source})
        push = listener.wait(is_model("Message", id=posted.json()["id"]), "the message")
        assert push["model"] == api.get(f"/messages/{posted.json()['id']}").json()
        assert push["model"]["source"] == source
