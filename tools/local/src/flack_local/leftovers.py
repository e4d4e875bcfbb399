"""Ending what a killed run of the same installation left behind."""

import json

import psutil

from flack_local.layout import Layout


def end_leftovers(layout: Layout) -> None:
    """End the children of an earlier run that still run. Only processes that work in this installation's folder."""
    record = layout.run / "children.json"
    if not record.exists():
        return
    left = [process for pid in json.loads(record.read_text()).values() if (process := _ours(pid, layout))]
    for process in left:
        process.terminate()
    for process in psutil.wait_procs(left, timeout=10)[1]:
        process.kill()
    record.unlink()


def _ours(pid: int, layout: Layout) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        folder = process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return None
    return process if folder.startswith(str(layout.root)) else None
