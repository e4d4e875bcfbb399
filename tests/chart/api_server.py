"""The few answers of a cluster that rendering a chart asks for, on a port of this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESOURCE = {"name": "secrets", "singularName": "secret", "namespaced": True, "kind": "Secret"}


@contextmanager
def api_server(namespace: str, secrets: dict[str, list[str]]) -> Iterator[str]:
    """A kubeconfig of a cluster that has one namespace, and Secrets in it: name to keys."""
    held = {
        name: {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "data": dict.fromkeys(keys, "eA=="),
        }
        for name, keys in secrets.items()
    }
    home = f"/api/v1/namespaces/{namespace}/secrets"
    answers: dict[str, Any] = {
        "/version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {
            "kind": "APIResourceList",
            "groupVersion": "v1",
            "resources": [RESOURCE | {"verbs": ["get", "list"]}],
        },
        home: {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": list(held.values())},
    }
    answers |= {f"{home}/{name}": secret for name, secret in held.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path.partition("?")[0])
            missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound"}
            body = json.dumps(found or missing | {"code": 404}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Requests are not for the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield json.dumps(
                {
                    "clusters": [
                        {"name": "here", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
                    ],
                    "contexts": [{"name": "here", "context": {"cluster": "here"}}],
                    "current-context": "here",
                }
            )
        finally:
            server.shutdown()
            thread.join()
