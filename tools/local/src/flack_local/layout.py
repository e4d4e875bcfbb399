"""Where a local installation keeps what it owns: one folder, `.flack/` by default."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths inside one installation's folder."""

    root: Path

    @property
    def keys(self) -> Path:
        """Secrets, one file each, readable by their owner only."""
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """What lives as long as a run: process ids, generated configuration, working directories."""
        return self.root / "run"

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.root / "postgres"

    @property
    def processes(self) -> Path:
        """Which processes run, with their ports."""
        return self.run / "processes.json"

    @property
    def logins(self) -> Path:
        """The demo logins, written when the demo data was made."""
        return self.root / "logins.json"

    def make(self) -> None:
        """Create the folders. The root may be passed through: run by root, PostgreSQL works as another user."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711)
        for folder in (self.keys, self.logs, self.run):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
