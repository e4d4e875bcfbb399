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
            process = self._known.setdefault(listed.pid, psutil.Process(listed.pid))
            with process.oneshot():
                started = datetime.fromtimestamp(process.create_time(), UTC)
                cpu = round(
                    process.cpu_percent() * 10, 1
                )  # of the time since the last look; per cent → millicores
                memory = process.memory_info().rss
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
