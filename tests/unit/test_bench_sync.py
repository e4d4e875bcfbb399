"""When a client of the storm is whole: the C code of the benchmark on answers of `sync`."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

FOLDER = Path(__file__).parents[1] / "bench" / "fanout"
ASKS = r"""
#define _GNU_SOURCE
#include "sync.h"
int main(int count, char **words) {
    struct sync s = {.since = words[1], .heads = strtoull(words[2], NULL, 10)};
    size_t events;
    printf("%d %d", is_whole(&s, words[3], &events), (int)events);
    return count != 4;
}
"""
SINCE = "user:3@0,channel:1@20,channel:7@5"

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
Ask = Callable[..., bool]


@pytest.fixture(scope="module")
def is_whole(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Whether a client that had `SINCE`, and was told of `heads`, is whole after an answer."""
    program = tmp_path_factory.mktemp("sync") / "asks"
    command = ["cc", "-Wno-unused-function", "-I", FOLDER, "-x", "c", "-o", program, "-"]
    subprocess.run(command, input=ASKS.encode(), check=True)

    def ask(*streams: bytes, heads: int) -> bool:
        body = b'{"streams":[%b]}' % b",".join(streams)
        found = subprocess.run([program, SINCE, str(heads), body], check=True, capture_output=True)
        return found.stdout.startswith(b"1 ")

    return ask


def stream(name: str, seq: int, *events: int, text: str = "hello") -> bytes:
    """What `sync` answers for a stream that it can tell of."""
    told = [
        {"stream": name, "seq": event, "type": "message.posted", "payload": {"source": text}}
        for event in events
    ]
    return orjson.dumps({"stream": name, "recovered": True, "seq": seq, "events": told})


def test_who_has_every_event_up_to_what_ready_told_is_whole(is_whole: Ask) -> None:
    assert is_whole(stream("user:3", 0), stream("channel:1", 22, 21, 22), stream("channel:7", 5), heads=27)


def test_more_than_ready_told_is_no_harm(is_whole: Ask) -> None:
    assert is_whole(stream("user:3", 0), stream("channel:1", 22, 21, 22), stream("channel:7", 5), heads=26)


def test_words_that_look_like_an_answer_are_only_words(is_whole: Ask) -> None:
    odd = '"type":"message.posted","recovered":true,"seq":9'
    streams = stream("user:3", 0), stream("channel:1", 21, 21, text=odd), stream("channel:7", 5)
    assert is_whole(*streams, heads=26)


def test_a_missing_event_a_lost_stream_or_an_older_answer_leave_a_client_incomplete(is_whole: Ask) -> None:
    user, seventh = stream("user:3", 0), stream("channel:7", 5)
    lost = orjson.dumps({"stream": "channel:7", "recovered": False, "seq": 5, "events": []})
    assert not is_whole(user, stream("channel:1", 22, 22), seventh, heads=27)
    assert not is_whole(user, stream("channel:1", 22, 21, 22), lost, heads=27)
    assert not is_whole(user, stream("channel:1", 22, 21, 22), heads=27)
    assert not is_whole(user, stream("channel:1", 22, 21, 22), seventh, heads=28)
