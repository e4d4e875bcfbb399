"""Import a channel's history through the API, and show how far it is. Needs nothing but Python.

    FLACK_NICKNAME=ada FLACK_PASSWORD=… python import_channel.py http://127.0.0.1:8000 7 history.jsonl

`7` is the channel's id. Each line of the file is `{"nickname", "source", "created_at", "nonce"}`, oldest first. When it
was interrupted, run it again: what is there already is skipped.
"""

import hashlib
import itertools
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PIECE = 5000
"""Lines of one upload: below the body limit of most ingresses."""


def main(url: str, channel_id: str, file: str) -> int:
    """Upload piece by piece, each after the one before has been imported."""
    total = sum(1 for _ in lines(file))
    done = imported = 0
    for piece in iter_pieces(lines(file)):
        token = sign_in(url)  # holds for ten minutes
        body = b"\n".join(piece)
        key = hashlib.sha256(channel_id.encode() + b"\n" + body).hexdigest()
        task = call(
            f"{url}/api/v2/channels/{channel_id}/imports",
            body,
            {"Authorization": token, "Content-Type": "application/jsonl", "Idempotency-Key": key},
        )
        while task["state"] in ("queued", "running"):
            show(done + task["progress"], total)
            time.sleep(0.3)
            task = call(f"{url}/api/v2/tasks/{task['id']}", None, {"Authorization": token})
        if task["state"] != "done":
            print(f"\n{task['state']}: {task['error'] or ''}", file=sys.stderr)
            return 1
        done += len(piece)
        imported += task["result"]["imported"]
        show(done, total)
    print(f"\n{imported} imported, {total - imported} were there", file=sys.stderr)
    return 0


def lines(file: str) -> Iterator[bytes]:
    """The file's lines that are not empty."""
    with Path(file).open("rb") as opened:
        for line in opened:
            if line.strip():
                yield line.strip()


def iter_pieces(all_lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    """`PIECE` lines at a time."""
    while piece := list(itertools.islice(all_lines, PIECE)):
        yield piece


def sign_in(url: str) -> str:
    """The `Authorization` of an administrator."""
    grant = {
        "grant": "password",
        "nickname": os.environ["FLACK_NICKNAME"],
        "password": os.environ["FLACK_PASSWORD"],
    }
    answer = call(f"{url}/api/v2/tokens", json.dumps(grant).encode(), {"Content-Type": "application/json"})
    return f"Bearer {answer['access_token']}"


def call(url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
    """A request and its JSON. Ends the program with the reason where it is refused."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        problem = error.read().decode(errors="replace")
        raise SystemExit(f"\n{error.code}: {problem}") from None


def show(done: int, total: int) -> None:
    """One line that is written over."""
    bar = "#" * (40 * done // max(1, total))
    print(f"\r[{bar:<40}] {done:,} of {total:,}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
