"""v1 from outside: against the installation that FLACK_URL names, or a whole one started here.

Link expansion is checked where the installation's FLACK_PREVIEW_ALLOW_ORIGINS lets it reach `http://127.0.0.1:PORT`:
name that port in FLACK_PAGES_PORT.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .client import V1, Account, Bot
from .pages import PageServer


@dataclass(frozen=True)
class Installation:
    """A running Flack. `pages` is a web site that its link fetcher may reach, `api` its api without the ingress."""

    url: str
    api: str | None = None
    pages: PageServer | None = None


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    given, pages_port = os.environ.get("FLACK_URL"), os.environ.get("FLACK_PAGES_PORT")
    if given and pages_port:
        with PageServer(int(pages_port)) as pages:
            yield Installation(given.rstrip("/"), pages=pages)
        return
    if given:
        yield Installation(given.rstrip("/"))
        return
    from flack_local.stack import Stack

    with PageServer() as pages:
        settings = {
            "PREVIEW_ALLOW_ORIGINS": pages.origin,
            "RATE_LIMITS_ENABLED": "false",
            "V1_ANONYMOUS_READ": "true",
        }
        with Stack(settings=settings) as stack:
            yield Installation(stack.url, stack.direct_url("api"), pages)


@pytest.fixture(scope="session", params=["/api", "/api/v1"])
def v1(request: pytest.FixtureRequest, installation: Installation) -> V1:
    """v1 at each of its mounts: every test that takes it runs twice."""
    return V1(installation.url, request.param)


@pytest.fixture(scope="session")
def api(installation: Installation) -> V1:
    """v1 at `/api`, for what the mount has no part in."""
    return V1(installation.url)


@pytest.fixture(scope="session")
def ann(api: V1) -> Account:
    """Somebody whom no test logs out, renames or sends away."""
    return api.register()


@pytest.fixture(scope="session")
def bea(api: V1) -> Account:
    """Somebody else of that kind."""
    return api.register()


@pytest.fixture
def listener(installation: Installation) -> Iterator[Bot]:
    """An anonymous socket."""
    with Bot(installation.url) as bot:
        yield bot


@pytest.fixture
def bot(installation: Installation) -> Iterator[Bot]:
    """A second socket."""
    with Bot(installation.url) as bot:
        yield bot


@pytest.fixture
def pages(installation: Installation) -> PageServer:
    """The web site for link expansion."""
    if installation.pages is None:
        pytest.skip(
            "FLACK_PAGES_PORT is not set: the installation at FLACK_URL may reach no page of this machine"
        )
    return installation.pages
