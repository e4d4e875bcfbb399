"""The script of `docs/import.md` against a whole installation: an administrator, a file, a channel with a history."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from faults.account import Account

SCRIPT = Path(__file__).parents[2] / "docs/examples/import_channel.py"
LINES = 1200
START = datetime(2021, 3, 1, tzinfo=UTC)


def write_history(file: Path, nickname: str) -> None:
    with file.open("w") as history:
        for number in range(LINES):
            at = (START + timedelta(minutes=number)).isoformat()
            line = {
                "nickname": nickname,
                "source": f"line {number}",
                "created_at": at,
                "nonce": f"old-{number}",
            }
            print(json.dumps(line), file=history)


def run(administrator: Account, channel: int, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), administrator.url, str(channel), str(file)],
        env={**os.environ, "FLACK_NICKNAME": administrator.nickname, "FLACK_PASSWORD": administrator.password},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_script_imports_a_file_and_adds_nothing_the_second_time(
    administrator: Account, tmp_path: Path
) -> None:
    file, channel = tmp_path / "history.jsonl", administrator.new_channel("scripted")
    write_history(file, administrator.nickname)
    first = run(administrator, channel, file)
    assert "1200 imported, 0 were there" in first.stderr, first.stderr
    assert "of 1,200" in first.stderr and first.returncode == 0
    again = run(administrator, channel, file)  # the very same piece: the same task
    assert again.returncode == 0, again.stderr
    more = {"nickname": administrator.nickname, "source": "one more", "created_at": "2021-03-02T00:00:00Z"}
    with file.open("a") as history:
        print(json.dumps(more), file=history)
    longer = run(administrator, channel, file)
    assert "1 imported, 1200 were there" in longer.stderr, longer.stderr
    messages = administrator.history(channel)
    assert [message["position"] for message in messages] == list(range(1, LINES + 2))
    assert messages[LINES - 1]["created_at"] == "2021-03-01T19:59:00.000Z"


def test_the_script_ends_with_the_reason_of_a_refusal(administrator: Account, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    write_history(file, "nobody-here")
    refused = run(administrator, administrator.new_channel("refusing"), file)
    assert refused.returncode == 1
    assert "422" in refused.stderr and "line 1.nickname" in refused.stderr
