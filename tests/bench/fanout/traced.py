"""`python traced.py MODULE ARGUMENTS…`: run a module as `python -m` does, with tracemalloc on.

SIGRTMIN has the process, or its fork, write what is allocated into the file that TRACED names: bytes for each source
file, in JSON. Frameworks leave that signal alone.
"""

import gc
import json
import os
import runpy
import signal
import sys
import tracemalloc
from pathlib import Path
from typing import Any


def write(_signal: int, _frame: Any) -> None:
    """Write the sums, then move them into place: who waits for the file finds it whole."""
    gc.collect()
    sums = {
        entry.traceback[0].filename: entry.size
        for entry in tracemalloc.take_snapshot().statistics("filename")
    }
    place = Path(os.environ["TRACED"])
    draft = place.with_suffix(".draft")
    draft.write_text(json.dumps(sums))
    draft.rename(place)


if __name__ == "__main__":
    signal.signal(signal.SIGRTMIN, write)
    del sys.argv[0]
    tracemalloc.start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
