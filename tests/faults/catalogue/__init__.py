"""The faults that processes are enough for; those of pods and nodes are in tests/e2e."""

from . import clocks, databases, load, network, orderly, processes, relays
from .fault import Fault

FAULTS: list[Fault] = [
    *processes.FAULTS,
    *orderly.FAULTS,
    *databases.FAULTS,
    *network.FAULTS,
    *relays.FAULTS,
    *clocks.FAULTS,
    *load.FAULTS,
]

__all__ = ["FAULTS", "Fault"]
