"""A request's id is kept where it is harmless, made anew where it is not, and carried to the next service."""

import json
import logging
from io import StringIO

import httpx2
import pytest
import structlog
from flack_kit.http import internal_client
from flack_kit.logging import configure_logging, get_logger
from flack_kit.request_id import accepted_or_new, set_request_id
from flack_kit.web import observe
from flask import Flask


@pytest.mark.parametrize("offered", ["abcdef12", "0f-_." * 4])
def test_a_harmless_id_is_kept(offered: str) -> None:
    assert accepted_or_new(offered) == offered


@pytest.mark.parametrize(
    "offered", [None, "", "short", "x" * 65, "new\nline12345", 'quote"12345', "ümlaut1234"]
)
def test_another_is_replaced(offered: str | None) -> None:
    made = accepted_or_new(offered)
    assert made != offered
    assert len(made) == 32


def test_an_answer_names_its_request() -> None:
    app = Flask("test")
    observe(app, "test", trusted_proxies=0)
    answer = app.test_client().get("/nowhere", headers={"X-Request-ID": "given-by-caller"})
    assert answer.headers["X-Request-ID"] == "given-by-caller"


def test_a_call_to_another_service_carries_the_id() -> None:
    with internal_client("http://api.invalid") as client:
        set_request_id("carried-id-1")
        request = client.build_request("GET", "/")
        for hook in client.event_hooks["request"]:
            hook(request)
    assert isinstance(request, httpx2.Request)
    assert request.headers["X-Request-ID"] == "carried-id-1"
    set_request_id(None)


def test_logs_are_one_json_object_a_line_with_the_id() -> None:
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    out = StringIO()
    try:
        configure_logging("api", level="info", log_format="json", stream=out)
        set_request_id("logged-id-1")
        get_logger("test").info("message_posted", channel_id=7)
        get_logger("test").info("odd", text="\ud800")
        logging.getLogger("library").warning("something")
    finally:
        set_request_id(None)
        root.handlers[:], root.level = handlers, level
        structlog.configure(**configuration)
    first, second, third = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["event"], first["channel_id"], first["service"], first["request_id"]) == (
        "message_posted", 7, "api", "logged-id-1",
    )  # fmt: skip
    assert first["logger"] == "test"
    assert (second["event"], second["text"]) == ("odd", "\ud800")
    assert (third["event"], third["logger"]) == ("something", "library")
