"""A long history, imported by the script of the documentation as anybody would."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from faults.account import Account

SCRIPT = Path(__file__).parents[3] / "docs/examples/import_channel.py"
START = datetime(2021, 3, 1, tzinfo=UTC)


def import_history(administrator: Account, channel: int, messages: int, folder: Path) -> dict[str, Any]:
    """Import so many messages of unequal length. Returns the seconds it took and the progress that was shown.

    Raises RuntimeError where it failed, or where no progress between nothing and all was ever shown.
    """
    file = folder / f"{channel}.jsonl"
    with file.open("w") as history:
        for number in range(messages):
            line = {
                "nickname": administrator.nickname,
                "source": f"entry {number}" + " and more words" * (number % 40),
                "created_at": (START + timedelta(minutes=7 * number)).isoformat(),
                "nonce": f"{channel}-{number}",
            }
            print(json.dumps(line), file=history)
    before = time.monotonic()
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), administrator.url, str(channel), str(file)],
        env={**os.environ, "FLACK_NICKNAME": administrator.nickname, "FLACK_PASSWORD": administrator.password},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr)
    shown = [int(done.replace(",", "")) for done in re.findall(r"([\d,]+) of [\d,]+", ended.stderr)]
    between = sorted({done for done in shown if 0 < done < messages})
    if messages > 5000 and not between:
        raise RuntimeError("no progress was seen")
    return {"messages": messages, "seconds": time.monotonic() - before, "progress_seen": between}
