"""What this was measured on."""

import os
import platform
import resource
import subprocess
from pathlib import Path


def machine() -> dict[str, str | int | float | None]:
    """Processor, cores, versions, and how busy it was before."""
    models = {
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    }
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return {
        "processor": ", ".join(sorted(models)) or platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "node": node.stdout.strip(),
        "load_at_start": os.getloadavg()[0],
    }


def raise_file_limit() -> None:
    """As many open files as the system allows: servers and clients inherit it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
