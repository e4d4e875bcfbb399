"""Where servers listen: for both families, for IPv4 alone, or at one address."""

import socket
from contextlib import closing

import pytest
from flack_kit.listen import EVERYWHERE, listen, usual
from flack_local.ports import Ports

needs_ipv6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")


def reaches(host: str, listener: socket.socket) -> bool:
    try:
        with socket.create_connection((host, listener.getsockname()[1]), timeout=2):
            return True
    except ConnectionRefusedError:
        return False


@needs_ipv6
@pytest.mark.parametrize(("host", "bind"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1")])
def test_at_one_address_it_listens_to_no_other(host: str, bind: str) -> None:
    with closing(listen(bind, Ports().take())) as listener:
        assert [other for other in ("127.0.0.1", "::1") if reaches(other, listener)] == [host]


@needs_ipv6
def test_everywhere_is_both_families_and_who_comes_has_the_usual_address() -> None:
    with closing(listen(EVERYWHERE, Ports().take())) as listener:
        for host in ("127.0.0.1", "::1"):
            with socket.create_connection((host, listener.getsockname()[1]), timeout=2) as here:
                there, peer = listener.accept()
                there.close()
                assert usual(peer)[:2] == here.getsockname()[:2]


def test_everywhere_is_ipv4_where_there_is_no_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)

    with closing(listen(EVERYWHERE, Ports().take())) as listener:
        assert listener.family == socket.AF_INET
        assert listener.getsockname()[0] == "0.0.0.0"
        assert reaches("127.0.0.1", listener)


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (("::ffff:192.0.2.1", 4000, 0, 0), "192.0.2.1"),
        (("::ffff:c000:201", 4000, 0, 0), "192.0.2.1"),
        (("192.0.2.1", 4000), "192.0.2.1"),
        (("2001:db8::1", 4000, 0, 0), "2001:db8::1"),
        (("fe80::1%eth0", 4000, 0, 2), "fe80::1%eth0"),
    ],
)
def test_an_ipv4_address_has_one_spelling(told: tuple[str, int], address: str) -> None:
    assert usual(told)[:2] == (address, 4000)
