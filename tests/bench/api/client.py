"""The client of all servers: a few threads, each with one kept connection, each asking again once it was answered."""

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

Request = Callable[[int], bytes]
"""The bytes of the nth request."""


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """An HTTP/1.1 request. `{n}` in a header becomes the request's number where it is sent by `numbered`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(data: bytes) -> Request:
    """The same request each time."""
    return lambda _number: data


def numbered(data: bytes) -> Request:
    """A request with its number in place of `{n}`."""
    return lambda number: data.replace(b"{n}", b"%d" % number)


def ask(port: int, make: Request, status: int, *, times: int, connections: int) -> list[float]:
    """Seconds of each answer, new connections included where the server keeps none.

    Raises RuntimeError at the first answer of another status.
    """
    seconds: list[float] = []
    failures: list[str] = []

    def run(first: int) -> None:
        connection = None
        for number in range(first, times, connections):
            before = time.perf_counter()
            connection = connection or _connect(port)
            connection.sendall(make(number))
            answer = _answer(connection)
            seconds.append(time.perf_counter() - before)
            if not answer.startswith(b"HTTP/1.1 %d " % status):
                failures.append(answer[:400].decode(errors="replace"))
                break
            if b"\r\nconnection: close\r\n" in answer.lower():
                connection.close()
                connection = None
        if connection:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures or len(seconds) != times:
        raise RuntimeError(failures[0] if failures else "a connection was lost")
    return seconds


def caller(port: int, headers: dict[str, str] | None = None) -> Callable[..., Any]:
    """Asks Flack's API v2 for what a benchmark needs before it measures: method, path, body, and the answer's JSON."""

    def call(method: str, path: str, body: object = None) -> Any:
        asked = UrlRequest(
            f"http://127.0.0.1:{port}/api/v2{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        with urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    return call


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise RuntimeError("the server closed the connection")
    return received
