"""Asks each service the question that only it can answer. Run by `helm test`; standard library only."""

import base64
import json
import os
import socket
import sys
import urllib.error
import urllib.request

NAME = os.environ["FLACK_NAME"]


def get(service, path):
    with urllib.request.urlopen(f"http://{NAME}-{service}:8000{path}", timeout=10) as answer:
        return answer.status, answer.read()


def api_answers():
    installation = json.loads(get("api", "/api/v2/installation")[1])
    return f"version {installation['version']}"


def api_reads_the_database():
    try:
        get("api", "/api/v2/users/me")
    except urllib.error.HTTPError as error:
        if error.code == 401:
            return "asks for a token"
        raise
    raise AssertionError("an answer without a token")


def api_publishes_keys():
    keys = json.loads(get("api", "/api/v2/jwks")[1])["keys"]
    assert keys, "no signing key"
    return f"{len(keys)} signing key(s)"


def web_shows_a_page():
    page = get("web", "/")[1].lower()
    assert b"<!doctype html" in page, "no page"
    return f"{len(page)} bytes"


def realtime_opens_a_websocket():
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection((f"{NAME}-realtime", 8000), timeout=10) as connection:
        connection.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {NAME}-realtime:8000\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b'"sid"' not in answer:  # Engine.IO's first packet
            part = connection.recv(4096)
            assert part, f"closed after {answer[:80]!r}"
            answer += part
    assert b" 101 " in answer.split(b"\r\n")[0], answer[:80]
    return "connected"


CHECKS = [
    api_answers,
    api_reads_the_database,
    api_publishes_keys,
    web_shows_a_page,
    realtime_opens_a_websocket,
]


def main():
    failed = 0
    for check in CHECKS:
        try:
            print(f"ok   {check.__name__}: {check()}")
        except (AssertionError, OSError, KeyError, ValueError) as error:
            failed += 1
            print(f"FAIL {check.__name__}: {error}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
