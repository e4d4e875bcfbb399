"""Outside Kubernetes: the processes of this machine, as the process manager's file names them."""

from datetime import UTC, datetime
from pathlib import Path

import psutil
from flack_contracts.scale import PodState
from pydantic import BaseModel, ValidationError

from flack_worker.scale.observed import Observed, ObservedPod, SourceError


class _Process(BaseModel):
    name: str
    pid: int
    port: int | None = None
    metrics_port: int


class _Processes(BaseModel):
    services: list[_Process]


class ProcessSource:
    """Reads the file anew each time: processes come and go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[int, psutil.Process] = {}

    def read(self) -> Observed:
        """What runs. Raises `SourceError` where the file cannot be read."""
        try:
            listed = _Processes.model_validate_json(self._path.read_bytes()).services
        except (OSError, ValidationError) as error:
            raise SourceError("The list of processes cannot be read.") from error
        return Observed([self._observe(process) for process in listed])

    def _observe(self, listed: _Process) -> ObservedPod:
        service, _, number = listed.name.partition("-")
        state: PodState = "ready"
        started = cpu = memory = None
        try:
            process = self._same(psutil.Process(listed.pid))
            started = datetime.fromtimestamp(process.create_time(), UTC)
            # gunicorn's master does little: what it started does the work.
            family = [process, *map(self._same, process.children(recursive=True))]
            # Since the last look, which a process object remembers; per cent of a core → millicores.
            cpu = round(sum(member.cpu_percent() for member in family) * 10, 1)
            memory = sum(member.memory_info().rss for member in family)
            if process.status() == psutil.STATUS_ZOMBIE:
                state = "failed"
        except psutil.Error:
            self._known.pop(listed.pid, None)
            state = "failed"
        return ObservedPod(
            service=service,
            name=f"{service}-{number or listed.pid}",
            state=state,
            metrics_host="127.0.0.1" if state == "ready" else None,
            metrics_port=listed.metrics_port,
            started_at=started,
            cpu_millicores=cpu,
            memory_bytes=memory,
        )

    def _same(self, process: psutil.Process) -> psutil.Process:
        """The object under which this process was known before, if it was."""
        known = self._known.get(process.pid)
        if known is None or known != process:  # a process id can be given out again
            self._known[process.pid] = known = process
        return known
