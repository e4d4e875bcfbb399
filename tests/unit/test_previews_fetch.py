"""Fetching links from a server that redirects, drips and lies."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flack_worker.previews.errors import HostBusy, LinkError, Refused, TooManyRedirects, TooSlow, Unreachable
from flack_worker.previews.fetch import Fetcher, Limits
from flack_worker.previews.hosts import HostGate
from flack_worker.previews.origins import OriginPolicy

Answer = Callable[[socket.socket, str], None]
FORBIDDEN = [
    "http://127.0.0.1/", "http://127.0.0.1:22/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest",
    "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/", "http://0/", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL", "http://user:word@example.com/", "http://[64:ff9b::7f00:1]/",
    "javascript:alert(1)", "http://exa mple/", "http://\x7f/", "http://a.b:99999/", "https://[fe80::1%25eth0]/",
    "http://1.1.1.1:6379/", "http://kubernetes/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://127.0.0.1./",
    # Other spellings of an address: octal, hexadecimal, short, mapped, with a zone.
    "http://0177.0.0.1/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0x0.0x0.0x1/", "http://127.1/",
    "http://127.0.1/", "http://00000127.0.0.1/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/", "http://[::]/", "http://[fe80::1%eth0]/", "http://[fd00:ec2::254]/", "http://[::1%25lo]/",
    "http://①②⑦.⓪.⓪.①/", "http://127%2e0%2e0%2e1/", "http://%31%32%37.0.0.1/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    # Somebody else's name in front, or behind.
    "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/",
    "http://127.0.0.1\\@example.com/", "http://@127.0.0.1/",
    "ftp://127.0.0.1/", "dict://127.0.0.1:11211/stats", "ldap://127.0.0.1/", "unix:///var/run/docker.sock",
]  # fmt: skip
PAGE = b"<title>Hello</title><meta name=description content='A page'>"


def respond(status: str = "200 OK", body: bytes = PAGE, **headers: str) -> Answer:
    """An honest answer; header names are written with underscores."""
    lines = {"content-type": "text/html", "content-length": str(len(body)), "connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    def answer(connection: socket.socket, _path: str) -> None:
        connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body)

    return answer


def raw(data: bytes) -> Answer:
    return lambda connection, _path: connection.sendall(data)


def drip(head: bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>slow") -> Answer:
    """Sends something every 50 ms for ever: no single read ever times out."""

    def answer(connection: socket.socket, _path: str) -> None:
        connection.sendall(head)
        gone = threading.Event()
        while not gone.wait(0.05):
            connection.sendall(b" ")

    return answer


class Site:
    """A web server that answers each path as it is told to, and counts what it is asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                path = connection.recv(65536).split(b" ")[1].decode()
                self.asked.append(path)
                self.answers[path](connection, path)
            except OSError:
                pass  # the fetcher hung up, which is what most of these tests are about

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def fetcher(site: Site) -> Fetcher:
    return Fetcher(OriginPolicy([site.origin]), Limits(seconds=1.0))


def test_a_page_is_fetched(site: Site, fetcher: Fetcher) -> None:
    site.answers["/a?b=c"] = respond()
    page = fetcher.fetch(f"{site.origin}/a?b=c#part")
    assert (page.title, page.description) == ("Hello", "A page")
    assert site.asked == ["/a?b=c"]


def test_redirects_are_followed(site: Site, fetcher: Fetcher) -> None:
    for number, status in enumerate(("301 x", "302 x", "303 x", "307 x", "308 x")):
        site.answers[f"/{number}"] = respond(status, b"", location=f"{number + 1}?q#f")
        site.answers[f"/{number}?q"] = site.answers[f"/{number}"]
    site.answers["/5?q"] = respond()
    assert fetcher.fetch(f"{site.origin}/0").title == "Hello"


def test_the_sixth_redirect_is_not_followed(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = respond("302 Found", b"", location="/")
    with pytest.raises(TooManyRedirects):
        fetcher.fetch(f"{site.origin}/")
    assert len(site.asked) == 6


# As a redirect these are paths of the site itself.
@pytest.mark.parametrize("link", [*FORBIDDEN, "http:\\\\127.0.0.1\\", "http:127.0.0.1", "http:///127.0.0.1/"])
def test_a_link_to_where_links_may_not_lead_is_not_followed(link: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        Fetcher(OriginPolicy(), Limits(seconds=1.0)).fetch(link)


@pytest.mark.parametrize("location", [*FORBIDDEN, "//10.0.0.1/", "//user@127.0.0.1/"])
def test_a_redirect_to_where_links_may_not_lead_is_not_followed(
    site: Site, fetcher: Fetcher, location: str
) -> None:
    site.answers["/"] = raw(
        b"HTTP/1.1 302 x\r\ncontent-length: 0\r\nlocation: " + location.encode() + b"\r\n\r\n"
    )
    with pytest.raises((Refused, Unreachable)):
        fetcher.fetch(f"{site.origin}/")
    assert site.asked == ["/"]


def test_the_exception_is_for_one_exact_origin(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = respond()
    assert fetcher.fetch(f"{site.origin}/").title == "Hello"  # it can happen
    other = Site()
    try:
        for link in (
            other.origin,
            site.origin.replace("http:", "https:"),
            site.origin.replace("127.0.0.1", "localhost"),
        ):
            with pytest.raises(LinkError):
                fetcher.fetch(link)
        assert other.asked == []
    finally:
        other.close()


@pytest.mark.parametrize(
    "status", ["404 Not Found", "500 x", "204 No Content", "206 Partial", "304 x", "401 x", "302 x"]
)
def test_only_a_final_200_counts(site: Site, fetcher: Fetcher, status: str) -> None:
    site.answers["/"] = respond(status, b"")
    with pytest.raises(Unreachable):
        fetcher.fetch(f"{site.origin}/")


@pytest.mark.parametrize(
    "answer",
    [
        drip(),
        drip(b""),
        drip(b"HTTP/1.1 200 OK\r\nx: "),
        drip(b"HTTP/1.1 302 x\r\nlocation: "),
        lambda connection, _path: connection.recv(1),
    ],
    ids=["body", "status", "header", "redirect", "silence"],
)
def test_a_site_that_trickles_is_given_up_after_the_total_time(
    site: Site, fetcher: Fetcher, answer: Answer
) -> None:
    site.answers["/"] = answer
    started = time.monotonic()
    with pytest.raises((TooSlow, Unreachable)):
        fetcher.fetch(f"{site.origin}/")
    assert time.monotonic() - started < 2.0


def test_slow_redirects_share_one_time_limit(site: Site, fetcher: Fetcher) -> None:
    def slow(connection: socket.socket, path: str) -> None:
        threading.Event().wait(0.4)
        respond("302 x", b"", location="/")(connection, path)

    site.answers["/"] = slow
    started = time.monotonic()
    with pytest.raises(TooSlow):
        fetcher.fetch(f"{site.origin}/")
    assert time.monotonic() - started < 2.0


def test_an_endless_page_is_read_up_to_the_limit(site: Site, fetcher: Fetcher) -> None:
    sent = 0

    def endless(connection: socket.socket, _path: str) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>Big</title>")
        while sent < 1 << 30:
            sent += connection.send(b"x" * 65536)

    site.answers["/"] = endless
    assert fetcher.fetch(f"{site.origin}/").title == "Big"
    assert sent < 64 << 20


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_packed_page_is_unpacked_up_to_the_limit(site: Site, fetcher: Fetcher, encoding: str) -> None:
    bomb = gzip.compress(b"<title>Bomb</title>" + b"\x00" * (200 << 20), compresslevel=1)
    site.answers["/"] = respond(body=bomb, content_encoding=encoding)
    assert fetcher.fetch(f"{site.origin}/").title == "Bomb"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 1000, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nz",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 3\r\n\r\nabc", b"-ERR unknown command\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_http_is_an_unreachable_page(site: Site, fetcher: Fetcher, data: bytes) -> None:
    site.answers["/"] = raw(data)
    with pytest.raises(LinkError):
        fetcher.fetch(f"{site.origin}/")


def test_what_is_not_html_says_nothing_of_itself(site: Site, fetcher: Fetcher) -> None:
    site.answers["/"] = respond(content_type="image/png")
    assert fetcher.fetch(f"{site.origin}/").title == ""


def test_a_host_that_is_busy_is_told_apart(site: Site) -> None:
    fetcher = Fetcher(OriginPolicy([site.origin]), Limits(seconds=2.0), HostGate(at_once=1, patience=0.05))
    let_go = threading.Event()
    entered = threading.Event()

    def hold(connection: socket.socket, path: str) -> None:
        entered.set()
        let_go.wait(5)
        respond()(connection, path)

    site.answers["/"] = hold
    first = threading.Thread(target=fetcher.fetch, args=(f"{site.origin}/",))
    first.start()
    assert entered.wait(5)
    with pytest.raises(HostBusy):
        fetcher.fetch(f"{site.origin}/")
    let_go.set()
    first.join(5)
    assert fetcher.fetch(f"{site.origin}/").title == "Hello"


def test_a_host_that_is_always_slow_is_left_alone_for_a_while(site: Site) -> None:
    gate = HostGate(slow_limit=2, pause=0.5)
    fetcher = Fetcher(OriginPolicy([site.origin]), Limits(seconds=0.2), gate)
    site.answers["/slow"] = drip()
    site.answers["/"] = respond()
    for _ in range(2):
        with pytest.raises(TooSlow):
            fetcher.fetch(f"{site.origin}/slow")
    with pytest.raises(HostBusy):
        fetcher.fetch(f"{site.origin}/")
    deadline = time.monotonic() + 5
    while True:
        try:
            assert fetcher.fetch(f"{site.origin}/").title == "Hello"
            break
        except HostBusy:
            assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "link",
    [
        "",
        "mailto:a@b.c",
        "http://a@b.com/",
        "ftp://a.com/",
        "http://" + "a" * 3000,
        "x",
        "//a.com",
        "http://a.com:25/",
        "http://[::1",
        "\ud800",
    ],
)
def test_a_link_that_may_not_be_followed_whatever_it_leads_to(link: str) -> None:
    with pytest.raises(Refused):
        OriginPolicy().check(link)
