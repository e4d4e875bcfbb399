"""What runs, on disk: for the scale page, and for ending what a killed run left behind."""

import json
from collections.abc import Iterable

import psutil

from flack_local.keys import write_private
from flack_local.layout import Layout
from flack_local.process import Child


def record(layout: Layout, children: Iterable[Child]) -> None:
    """Write down which children run, with their ports."""
    running = [
        {
            "name": child.name,
            "pid": child.pid,
            "port": _port(child, "FLACK_PORT"),
            "metrics_port": _port(child, "FLACK_METRICS_PORT"),
        }
        for child in children
        if child.pid is not None
    ]
    services = [entry for entry in running if entry["metrics_port"] is not None]
    write_private(layout.processes, json.dumps({"services": services, "children": running}, indent=2))


def forget(layout: Layout) -> None:
    """Nothing runs any more."""
    layout.processes.unlink(missing_ok=True)


def end_leftovers(layout: Layout) -> None:
    """End the children of an earlier run that still run. Only processes that work in this installation's folder."""
    if not layout.processes.exists():
        return
    listed = json.loads(layout.processes.read_text())["children"]
    left = [process for entry in listed if (process := _ours(entry["pid"], layout))]
    for process in left:
        process.terminate()
    for process in psutil.wait_procs(left, timeout=10)[1]:
        process.kill()
    forget(layout)


def _port(child: Child, setting: str) -> int | None:
    value = child.spec.environment.get(setting)
    return int(value) if value else None


def _ours(pid: int, layout: Layout) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        folder = process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return None
    return process if folder.startswith(str(layout.root)) else None
