"""A Valkey cluster of three primaries and a replica of the first, for tests."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis
from servers import embedded_valkey, ports, wait_until

_BOUNDS = (0, 5461, 10922, 16384)
_OPTIONS = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000")


class Node:
    """A node, and what only an operator says to it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        folder.mkdir()
        self._bus = ports.take()
        self._process = ExitStack()
        self.url = self._process.enter_context(
            embedded_valkey(folder, *_OPTIONS, "--cluster-port", str(self._bus))
        )
        stack.push(self._process)
        self.redis = redis.Redis.from_url(self.url)
        self.port: int = self.redis.connection_pool.connection_kwargs["port"]
        self.id: str = self.say("MYID").decode()

    def say(self, *words: str | int) -> bytes:
        """A `CLUSTER` command."""
        return self.redis.execute_command("CLUSTER", *words)  # type: ignore[no-any-return]  # redis-py's types

    def meet(self, other: "Node") -> None:
        """Make another node known to the cluster."""
        self.say("MEET", "127.0.0.1", other.port, other._bus)

    def knows(self, nodes: int) -> bool:
        """Whether that many nodes have met."""
        return b"cluster_known_nodes:%d\r" % nodes in self.say("INFO")

    def is_well(self) -> bool:
        """Whether every slot has a node."""
        return b"cluster_state:ok" in self.say("INFO")

    def leads(self) -> bool:
        """Whether it is a primary."""
        return bool(self.redis.info("replication")["role"] == "master")

    def follows(self) -> bool:
        """Whether it is a replica that has caught up."""
        return self.redis.info("replication").get("master_link_status") == "up"

    def channels(self) -> set[bytes]:
        """The sharded channels that somebody hears here."""
        return set(self.redis.execute_command("PUBSUB", "SHARDCHANNELS"))

    def end(self) -> None:
        """End the process."""
        self._process.close()


@contextmanager
def valkey_cluster(folder: Path) -> Iterator[list[Node]]:
    """Three primaries with a third of the slots each, and a replica of the first."""
    with ExitStack() as stack:
        nodes = [Node(folder / str(number), stack) for number in range(4)]
        for number, node in enumerate(nodes[:3]):
            node.say("SET-CONFIG-EPOCH", number + 1)
            node.say("ADDSLOTSRANGE", _BOUNDS[number], _BOUNDS[number + 1] - 1)
        for node in nodes[1:]:
            nodes[0].meet(node)
        wait_until(lambda: all(node.knows(len(nodes)) for node in nodes), seconds=20)
        nodes[3].say("REPLICATE", nodes[0].id)
        wait_until(lambda: nodes[3].follows() and all(node.is_well() for node in nodes), seconds=20)
        yield nodes
