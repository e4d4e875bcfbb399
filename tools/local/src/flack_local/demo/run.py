"""The demo data of a running stack: brought in by a process of its own, once."""

import json
import os
import subprocess
import sys

from flack_local.stack import ChildFailed, Stack

SHOWN = {"mara": "administrator", "priya": "member"}


def fill(stack: Stack) -> None:
    """Bring the demo data in if nobody has an account yet. Raises ChildFailed."""
    if stack.layout.logins.exists():
        return
    stack.console.step("writing the demo data")
    done = subprocess.run(
        [sys.executable, "-m", "flack_local.demo", str(stack.layout.logins)],
        env={**os.environ, "FLACK_DATABASE_URL": stack.database_url},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ChildFailed("demo", f"ended with status {done.returncode}", done.stderr.splitlines()[-20:])


def invitation(stack: Stack) -> list[str]:
    """Two logins, as lines to print; none where the installation began empty."""
    if not stack.layout.logins.exists():
        return []
    logins = json.loads(stack.layout.logins.read_text())
    return [f"  {name:<6} {logins[name]}   ({role})" for name, role in SHOWN.items() if name in logins]
