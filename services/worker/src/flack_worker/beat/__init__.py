"""The one clock of the installation: what runs on time, and the relay."""

from flack_worker.beat.run import run_beat

__all__ = ["run_beat"]
