"""The names of Socket.IO events that the source sends and handles, read from the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import flack_domain
import flack_realtime
from flack_realtime import gateway, v1


def names_sent() -> set[str]:
    """Every name that is sent: `packet_of("name", …)`, `packet("name", …)` and ready bytes `42["name"…`."""
    found = set()
    for node in (node for tree in _sources() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in ("packet", "packet_of") and isinstance(first, ast.Constant):
                found.add(str(first.value))
        elif isinstance(node, ast.Constant) and str(node.value).startswith("b'42[\""):
            found.add(str(node.value).split('"')[1])
    return found


def names_handled() -> set[str]:
    """Every name that the gateway handles, v1's included."""
    tree = ast.parse(Path(gateway.__file__).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "self._handlers":
            assert isinstance(node.value, ast.Dict)
            keys = {str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)}
            return keys | set(v1.EVENTS)
    raise AssertionError("the gateway's handlers are not where they were")


def _sources() -> Iterator[ast.Module]:
    services = Path(__file__).parents[1] / "services"
    folders = [Path(flack_domain.__file__).parent, Path(flack_realtime.__file__).parent]
    folders += [services / name / "src" for name in ("api", "worker")]
    for path in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        yield ast.parse(path.read_text())
