"""A web page that is slow to come, for link previews."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = b"<html><head><title>Slow page</title></head><body></body></html>"


class SlowPage:
    """Answers only once `released` is set; `asked` tells that somebody waits."""

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.asked.set()
                page.released.wait(60)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(PAGE)))
                self.end_headers()
                with suppress(OSError):  # whoever asked may have gone
                    self.wfile.write(PAGE)

            def log_message(self, *_arguments: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "SlowPage":
        threading.Thread(target=self._server.serve_forever, name="slow-page", daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
