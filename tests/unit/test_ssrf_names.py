"""Names that lead to forbidden addresses, asked of a real name server that lies."""

import socket
import threading
import time
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
import httpcore2
import pytest
from flack_worker.previews.errors import Refused, TooSlow, Unreachable
from flack_worker.previews.fetch import Fetcher, Limits
from flack_worker.previews.origins import OriginPolicy
from flack_worker.previews.resolve import addresses_of

RECORDS = {
    "good.example.": ["8.8.8.8", "1.1.1.1"],
    "many.example.": ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1"],
    "six.example.": ["2606:4700:4700::1111"],
    "loop.example.": ["127.0.0.1"],
    "mixed.example.": ["8.8.8.8", "10.0.0.1"],
    "metadata.example.": ["169.254.169.254"],
    "mapped.example.": ["::ffff:10.0.0.1"],
    "nat64.example.": ["64:ff9b::7f00:1"],
    "none.example.": [],
}


class NameServer:
    """Answers over UDP from `RECORDS`; `silent.example` never gets an answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.turns: list[list[str]] = []
        """What `turns.example` is, one answer after the other."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            data, client = self._socket.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text()
            self.asked.append(name)
            if name != "silent.example.":
                self._socket.sendto(self._answer(query, name).to_wire(), client)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        kind = query.question[0].rdtype
        records = self.turns.pop(0) if name == "turns.example." and self.turns else RECORDS.get(name, [])
        wanted = [a for a in records if (":" in a) == (kind == dns.rdatatype.AAAA)]
        if wanted:
            answer.answer.append(dns.rrset.from_text_list(name, 0, dns.rdataclass.IN, kind, wanted))
        elif name not in RECORDS and name != "turns.example.":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    before = dns.resolver.default_resolver
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    dns.resolver.default_resolver = resolver
    yield server
    dns.resolver.default_resolver = before
    server.close()


def look_up(host: str) -> list[str]:
    return addresses_of(host, 80, exempt=False, seconds=0.5)


def test_a_public_name_gives_its_addresses(names: NameServer) -> None:
    assert sorted(look_up("good.example")) == sorted(RECORDS["good.example."])  # a name server shuffles
    assert look_up("six.example") == RECORDS["six.example."]
    assert look_up("8.8.4.4") == ["8.8.4.4"]
    assert look_up("[2606:4700:4700::1111]") == ["2606:4700:4700::1111"]


def test_not_more_than_three_addresses_are_tried(names: NameServer) -> None:
    assert len(look_up("many.example")) == 3


@pytest.mark.parametrize(
    "host", ["loop.example", "mixed.example", "metadata.example", "mapped.example", "nat64.example"]
)
def test_a_name_with_a_forbidden_address_is_refused(names: NameServer, host: str) -> None:
    with pytest.raises(Refused):
        look_up(host)
    assert names.asked


@pytest.mark.parametrize(
    "host", ["none.example", "unknown.example", "a..b", "x" * 64 + ".example", "xn--a.example", "."]
)
def test_a_name_without_addresses_is_unreachable(names: NameServer, host: str) -> None:
    with pytest.raises(Unreachable):
        look_up(host)


@pytest.mark.parametrize("host", ["localhost", "kubernetes", "2130706433", "0x7f000001", "good"])
def test_a_name_of_one_label_is_nobody_and_is_not_asked_for(names: NameServer, host: str) -> None:
    with pytest.raises(Unreachable):
        look_up(host)
    assert names.asked == []


def test_a_name_server_that_never_answers_costs_half_a_second(names: NameServer) -> None:
    started = time.monotonic()
    with pytest.raises(TooSlow):
        look_up("silent.example")
    assert time.monotonic() - started < 2
    assert names.asked


def test_an_exempt_name_is_asked_of_the_system(names: NameServer) -> None:
    assert "127.0.0.1" in addresses_of("localhost", 80, exempt=True, seconds=1)
    assert names.asked == []


def test_a_name_that_changes_its_mind_is_asked_once_and_what_was_checked_is_connected_to(
    names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, ours when it is connected to."""
    connected: list[str] = []

    def connect(_backend: object, host: str, *_rest: object) -> None:
        connected.append(host)
        raise httpcore2.ConnectError("tests reach nobody outside")

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    names.turns = [["8.8.8.8"], ["127.0.0.1"]]
    fetcher = Fetcher(OriginPolicy(), Limits(seconds=2.0))
    with pytest.raises(Unreachable):
        fetcher.fetch("http://turns.example/")
    assert connected == ["8.8.8.8"], "the address itself, so that nobody asks again"
    assert len(names.asked) == 1

    with pytest.raises(Refused):
        fetcher.fetch("http://turns.example/")
    assert connected == ["8.8.8.8"]
