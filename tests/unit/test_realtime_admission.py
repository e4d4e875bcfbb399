"""Who counts as new, and is refused while there is a reason to."""

from typing import Any

import pytest
from flack_realtime.admission import Admission, Bucket


def asked(query: str, *, path: str = "/socket.io/", method: str = "GET") -> int:
    """The status for a request while nobody is let in; 200 where it is none of a new connection."""
    statuses: list[int] = []

    def start(status: str, _headers: Any) -> Any:
        statuses.append(int(status.split()[0]))

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    admission = Admission(app, Bucket(1, 1), lambda: "draining")
    admission({"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method}, start)
    return statuses[0]


@pytest.mark.parametrize(
    "query",
    [
        "EIO=4&transport=websocket",
        "EIO=4&transport=websocket&sid=",
        "EIO=4&transport=websocket&xsid=1",
        "EIO=4&transport=websocket&sid=&sid=",
        "",
    ],
)
def test_no_spelling_of_a_new_connection_gets_past(query: str) -> None:
    assert asked(query) == 503


def test_who_has_a_session_goes_on_and_other_paths_are_not_looked_at() -> None:
    assert asked("EIO=4&transport=polling&sid=abc") == 200
    assert asked("EIO=4&transport=polling", method="POST") == 200
    assert asked("", path="/livez") == 200
