"""Whose CPU is read, and what is said where it cannot be."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from .installation import NoCluster, find

URL = "http://chat.example.org"
NODES = {"apiVersion": "v1", "kind": "NodeList", "metadata": {}, "items": [
    {"metadata": {"name": "node-1"}, "status": {"allocatable": {"cpu": "3500m"}}},
]}  # fmt: skip


@contextmanager
def cluster(status: int = 200) -> Iterator[str]:
    """The address of a cluster of one node, or of one that refuses."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(NODES).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def config(address: str) -> str:
    """What KUBECONFIG would hold for that cluster."""
    return json.dumps(
        {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
            "clusters": [{"name": "a", "cluster": {"server": address}}],
            "users": [{"name": "a", "user": {}}],
        }
    )


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that KUBECONFIG names; it is not there yet."""
    file = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(file))
    return file


def test_whose_cpu_it_is_is_named_by_the_cluster_s_address(kubeconfig: Path) -> None:
    with cluster() as address:
        kubeconfig.write_text(config(address))

        installation = find(URL, "chat")

    assert installation
    assert installation.cores == 3.5
    assert installation.description.startswith("pods of namespace chat on 1 node(s)")
    assert installation.description.endswith(f"cluster {address}")


def test_a_cluster_that_refuses_is_said(kubeconfig: Path) -> None:
    with cluster(403) as address:
        kubeconfig.write_text(config(address))

        with pytest.raises(NoCluster, match=r"KUBECONFIG=.* can be read: Forbidden\."):
            find(URL, "chat")


@pytest.mark.parametrize("held", ["", "{", "[]", "{}", "text", "clusters: 3"])
def test_a_damaged_kubeconfig_is_said(kubeconfig: Path, held: str) -> None:
    kubeconfig.write_text(held)

    with pytest.raises(NoCluster, match=f"KUBECONFIG={kubeconfig} leads to no cluster"):
        find(URL, "chat")


def test_a_kubeconfig_that_is_not_there_is_said(kubeconfig: Path) -> None:
    with pytest.raises(NoCluster, match=f"KUBECONFIG={kubeconfig} leads to no cluster"):
        find(URL, "chat")


def test_without_kubeconfig_no_cluster_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)

    assert find(URL, "chat") is None
