"""flack-v1 sections 2 and 5: who is online, and who is told."""

from __future__ import annotations

import time

import pytest

from .client import V1, Account, Bot, eventually, is_model, unique
from .conftest import Installation


def offline_user(api: V1) -> Account:
    """Somebody registered who never authenticated; their token is made by the first login."""
    nickname = unique()
    made = api.post("/users", json={"nickname": nickname, "password": "p"}).json()
    return Account(made["id"], nickname, "p", "")


class TestGoingOnline:
    def test_by_login_is_pushed_once_to_all_sockets(self, api: V1, listener: Bot, bot: Bot) -> None:
        account = offline_user(api)
        assert api.login(account.nickname, account.password).status_code == 200
        for socket in (listener, bot):
            push = socket.wait(is_model("User", id=account.id), "the user")
            assert push == {"class": "User", "model": api.user(account.id)}
            assert push["model"]["online"] is True
            assert push["model"]["_links"]["self"] == f"/api/users/{account.id}"

    def test_is_not_pushed_again_while_online(self, api: V1, listener: Bot, ann: Account) -> None:
        account = offline_user(api)
        token = api.login(account.nickname, account.password).json()["token"]
        api.get("/users", token)
        api.login(account.nickname, account.password)
        marker = api.say(ann, unique("marker"))
        listener.wait(is_model("Message", id=marker["id"]), "the marker")
        assert len(listener.of("User", account.id)) == 1

    def test_by_any_authenticated_call(self, api: V1, installation: Installation, listener: Bot) -> None:
        account = api.register()
        with Bot(installation.url) as other:
            other.ping_user(account.token)
        listener.wait(is_model("User", id=account.id, online=False), "the user offline")
        assert api.get("/users", account.token).status_code == 200  # an optional route
        eventually(lambda: listener.of("User", account.id)[-1]["online"], "the user online again")
        assert api.user(account.id)["online"] is True

    def test_registration_rename_password_and_logout_push_nothing_else(
        self, api: V1, listener: Bot, ann: Account
    ) -> None:
        account = api.register()
        listener.wait(is_model("User", id=account.id, online=True), "the login")
        api.put(f"/users/{account.id}", account.token, json={"nickname": unique("renamed")})
        api.put(f"/users/{account.id}", account.token, json={"password": "new"})
        marker = api.say(ann, unique("marker"))
        listener.wait(is_model("Message", id=marker["id"]), "the marker")
        pushed = listener.of("User", account.id)
        assert all(user["online"] for user in pushed)
        assert 1 <= len(pushed) <= 2  # the login, and the rename if it is pushed


class TestGoingOffline:
    def test_when_the_last_tied_socket_closes(
        self, api: V1, installation: Installation, listener: Bot
    ) -> None:
        account = api.register()
        with Bot(installation.url) as first:
            first.ping_user(account.token)
            with Bot(installation.url) as second:
                second.ping_user(account.token)
            assert api.user(account.id)["online"] is True
        push = listener.wait(is_model("User", id=account.id, online=False), "the user offline")
        assert push["model"] == api.user(account.id)
        assert len([user for user in listener.of("User", account.id) if not user["online"]]) == 1

    def test_after_a_rename_too(self, api: V1, installation: Installation, listener: Bot) -> None:
        account = api.register()
        with Bot(installation.url) as socket:
            socket.ping_user(account.token)
            name = unique("renamed")
            assert api.put(f"/users/{account.id}", account.token, json={"nickname": name}).status_code == 204
        push = listener.wait(is_model("User", id=account.id, online=False), "the user offline")
        assert push["model"]["nickname"] == name

    def test_an_anonymous_socket_s_disconnect_does_nothing(
        self, api: V1, installation: Installation, listener: Bot
    ) -> None:
        account = api.register()
        with Bot(installation.url):
            pass
        with Bot(installation.url) as untied:
            untied.ping_user(account.token)
            untied.ping_user("wrong")
            untied.wait_expired()
        with Bot(installation.url) as tied:
            other = api.register()
            tied.ping_user(other.token)
        listener.wait(is_model("User", id=other.id, online=False), "the other user offline")
        assert api.user(account.id)["online"] is True

    @pytest.mark.slow
    def test_60_to_70_seconds_after_the_last_call_though_a_socket_is_open(
        self, api: V1, installation: Installation, listener: Bot
    ) -> None:
        account = api.register()
        with Bot(installation.url) as socket:
            socket.ping_user(account.token)
            last_call = time.monotonic()
            listener.wait(is_model("User", id=account.id, online=False), "the user offline", seconds=90)
            assert 59 <= time.monotonic() - last_call <= 75
        assert api.user(account.id)["online"] is False
