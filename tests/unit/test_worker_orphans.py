"""What worker does as process 1 of its container, tried in a process that inherits orphans as process 1 does."""

import subprocess
import sys

INHERITING = """
import ctypes, os, signal, subprocess, sys, time
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
from flack_worker import orphans
if sys.argv[1] == "burying":
    os.getpid, own = (lambda: 1), os.getpid
    orphans.bury_orphans()
    os.getpid = own
from gevent import monkey
monkey.patch_all()
os.system("sleep 0.3 &")  # a shell that ends before what it started
for _ in range(20):
    time.sleep(0.1)
stats = [open(f"/proc/{pid}/stat").read().rpartition(")")[2].split() for pid in os.listdir("/proc") if pid.isdigit()]
print(sum(state == "Z" and parent == str(os.getpid()) for state, parent, *_ in stats))
"""


def zombies(mode: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", INHERITING, mode], capture_output=True, timeout=30, check=True
    )
    return int(run.stdout)


def test_orphans_are_buried() -> None:
    assert zombies("leaving them") > 0
    assert zombies("burying") == 0
