"""A small web site for link expansion."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

HTML = "text/html; charset=utf-8"
PAGES = {
    "/full": "<title> A  title </title><meta name='description' content=' About it '>",
    "/upper": "<title>T</title><META NAME='Description' CONTENT='first'><meta name=description content=second>",
    "/bare": "<p>nothing to say</p>",
    "/evil": "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>"
    "<meta name=description content='&lt;img src=x onerror=alert(1)&gt;\"&amp;'>",
    "/social": "<meta property='og:title' content='Social'><title>Plain</title>",
    "/two": "<title>First</title><title>Second</title>",
}


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        path = self.path.partition("?")[0]
        server.seen.append(self.path)
        if path.startswith("/slow"):
            server.gate.wait(20)
            path = "/full"
        if path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", "/full")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = PAGES.get(path, "<title>missing</title>").encode()
        self.send_response(200 if path in PAGES else 404)
        self.send_header("Content-Type", HTML)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Site)
        self.seen: list[str] = []
        self.gate = threading.Event()


class PageServer:
    """The site, served from threads. `/slow` waits until `open_gate`."""

    def __init__(self, port: int = 0) -> None:
        self._server = _Server(port)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def seen(self) -> list[str]:
        """The paths that were asked for, in order."""
        return self._server.seen

    def close_gate(self) -> None:
        self._server.gate.clear()

    def open_gate(self) -> None:
        self._server.gate.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="pages", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.gate.set()
        self._server.shutdown()
        self._server.server_close()
