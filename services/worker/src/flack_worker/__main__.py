"""`python -m flack_worker worker` runs tasks; `python -m flack_worker beat` is the one clock and relay."""

import sys


def main() -> None:
    """Start what the first argument names."""
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role == "worker":
        from flack_worker.orphans import bury_orphans

        bury_orphans()  # before gevent takes this signal for the children that it started itself
        # Before anything else is imported: whoever imports `socket` or `threading` first keeps the blocking ones.
        from gevent import monkey

        monkey.patch_all()
        from flack_worker.worker import run_worker

        sys.exit(run_worker())
    if role == "beat":
        from flack_worker.beat import run_beat
        from flack_worker.orphans import bury_orphans

        bury_orphans()
        sys.exit(run_beat())
    sys.exit("usage: python -m flack_worker worker|beat")


if __name__ == "__main__":
    main()
