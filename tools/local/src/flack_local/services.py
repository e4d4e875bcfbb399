"""The services of Flack as children: the same entry points and settings as in their containers."""

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flack_local.keys import Keys
from flack_local.probe import answers_ok
from flack_local.process import Spec


@dataclass(frozen=True)
class Service:
    """One kind of process: its module, its arguments and which settings it is given beside its ports."""

    name: str
    module: str
    arguments: Sequence[str]
    settings: Sequence[str]


SERVICES = [
    Service("web", "flack_web", [], ["REDIS_URL", "API_URL", "SESSION_KEY"]),
    Service("realtime", "flack_realtime", [], ["REDIS_URL", "API_URL", "SERVICE_KEY"]),
    Service("api", "flack_api", [], ["DATABASE_URL", "REDIS_URL", "SERVICE_KEY", "SIGNING_KEYS"]),
    Service("worker", "flack_worker", ["worker"], ["DATABASE_URL", "REDIS_URL", "PROCESSES_FILE"]),
    Service("beat", "flack_worker", ["beat"], ["DATABASE_URL", "REDIS_URL", "PROCESSES_FILE"]),
]
MIGRATION = Service("migrate", "flack_api", ["migrate"], ["DATABASE_URL", "OWNER_DATABASE_URL"])

# What differs from the services' own defaults on one machine; the caller's environment may say otherwise.
LOCAL_DEFAULTS = {
    "FLACK_REALTIME_POLLING": "true",
    "FLACK_V1_ANONYMOUS_READ": "true",
    "FLACK_DRAIN_SECONDS": "1",
    "FLACK_GRACEFUL_TIMEOUT": "2",
}


@dataclass(frozen=True)
class Addresses:
    """Where the services find what they need."""

    database_url: str
    owner_database_url: str
    redis_url: str
    api_url: str


def owned(addresses: Addresses, keys: Keys, processes_file: Path) -> dict[str, str]:
    """Addresses and secrets by setting; a process is given those that its service lists."""
    return {
        "DATABASE_URL": addresses.database_url,
        "OWNER_DATABASE_URL": addresses.owner_database_url,
        "REDIS_URL": addresses.redis_url,
        "API_URL": addresses.api_url,
        "SERVICE_KEY": keys.service,
        "SIGNING_KEYS": keys.signing,
        "SESSION_KEY": keys.session,
        "PROCESSES_FILE": str(processes_file),
    }


def environment(service: Service, owned: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: local defaults, the caller's own, what the installation owns, overrides."""
    # Without kept bytecode every start compiles every library again: half of its time.
    left_out = {"PYTHONDONTWRITEBYTECODE", *(f"FLACK_{name}" for name in owned)}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    given = {f"FLACK_{name}": owned[name] for name in service.settings}
    return {"PYTHONUNBUFFERED": "1", **LOCAL_DEFAULTS, **inherited, **given, **overrides}


def spec(
    service: Service, name: str, folder: Path, port: int, metrics_port: int, environment: Mapping[str, str]
) -> Spec:
    """How to run one process of a service. A port of 0: it serves none."""
    folder.mkdir(exist_ok=True)
    return Spec(
        name=name,
        command=[sys.executable, "-m", service.module, *service.arguments],
        environment={
            **environment,
            "FLACK_BIND": "127.0.0.1",
            **({"FLACK_PORT": str(port), "FLACK_METRICS_PORT": str(metrics_port)} if port else {}),
        },
        folder=folder,
        ready=lambda: answers_ok(f"http://127.0.0.1:{metrics_port}/readyz"),
        stop_seconds=30.0,
    )


def installed(service: Service) -> bool:
    """Whether the service can be run."""
    return bool(
        importlib.util.find_spec(service.module) and importlib.util.find_spec(f"{service.module}.__main__")
    )
