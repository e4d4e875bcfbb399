"""`python pages.py PORT`: a web site whose every page takes 200 ms, in a process of its own."""

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE_SECONDS = 0.2


class Page(BaseHTTPRequestHandler):
    """Answers late."""

    def do_GET(self) -> None:
        """The page."""
        time.sleep(PAGE_SECONDS)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>A slow page</title>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Site(ThreadingHTTPServer):
    """Takes as many connections at once as the benchmark opens."""

    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    Site(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
