"""flack-v1 section 10: settings of the new system. Each test starts an api of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .client import V1, unique

pytestmark = pytest.mark.skipif("FLACK_URL" in os.environ, reason="starts an installation of its own")


@contextmanager
def api_with(**settings: str) -> Iterator[V1]:
    """v1 of an installation without its other services."""
    from flack_local.stack import Stack

    others = frozenset({"web", "realtime", "worker", "beat"})
    with Stack(settings={"RATE_LIMITS_ENABLED": "false", **settings}, without=others) as stack:
        yield V1(stack.url)


def test_v1_off_means_that_its_paths_are_404() -> None:
    with api_with(V1_ENABLED="false") as v1:
        assert v1.call("GET", "//api/v2/installation").status_code == 200
        for path in ("//api/users", "//api/v1/users", "//api/messages", "//stats", "//tasks/status/x"):
            assert v1.call("GET", path).status_code == 404
        assert v1.post("/users", json={"nickname": unique(), "password": "p"}).status_code == 404


def test_without_anonymous_reading_the_optional_routes_are_401() -> None:
    with api_with(V1_ANONYMOUS_READ="false") as v1:
        account = v1.register()
        message = v1.say(account, "for members")
        for path in ("/users", f"/users/{account.id}", "/messages", f"/messages/{message['id']}"):
            assert v1.get(path, account.token).status_code == 200
            for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}):
                refused = v1.get(path, headers=headers)
                assert refused.status_code == 401
                assert refused.json() == {"error": "authentication required"}
        assert v1.call("GET", "//stats").status_code == 200
