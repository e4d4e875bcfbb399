"""The images by themselves, as docker knows them: what is in them, who runs them, and what a change rebuilds."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cluster import SERVICES

ROOT = Path(__file__).parents[2]
MEGABYTES_ABOVE_BASE = {"realtime": 70, "web": 70, "api": 130, "worker": 230}
LOOK = """
import json, os, pathlib, shutil
app, packages = pathlib.Path("/app"), list(pathlib.Path("/venv").glob("lib/*/site-packages/*"))
caches = ("/root/.cache/pip", "/root/.npm", "/tmp/requirements.txt")
print(json.dumps({
    "user": os.getuid(),
    "installers": [p.name for p in packages if p.name in ("pip", "setuptools", "uv")],
    "compilers": [name for name in ("cc", "gcc", "clang", "make") if shutil.which(name)],
    "caches": [path for path in caches if os.access(path, os.F_OK)],
    "without bytecode": [str(p) for p in app.rglob("*.py") if not list(p.parent.glob(f"__pycache__/{p.stem}.*.pyc"))],
    "writable": [str(p) for p in app.rglob("*") if os.access(p, os.W_OK)][:5],
}))
"""


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def inspect(image: str) -> dict[str, Any]:
    (found,) = json.loads(docker("image", "inspect", image))
    return dict(found)


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_small(service: str) -> None:
    above = inspect(f"flack-{service}:dev")["Size"] - inspect("python:3.13-slim")["Size"]

    assert above <= MEGABYTES_ABOVE_BASE[service] * 1_000_000


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_says_what_it_is_and_runs_as_nobody_in_particular(service: str) -> None:
    settings = inspect(f"flack-{service}:dev")["Config"]

    assert settings["User"] == "10001:10001"
    assert settings["Labels"]["org.opencontainers.image.title"] == f"flack-{service}"
    assert settings["Labels"]["org.opencontainers.image.version"]
    assert not [line for line in settings["Env"] if "SECRET" in line or "PASSWORD" in line or "KEY=" in line]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_runs_as_any_user(service: str) -> None:
    # As OpenShift gives them out: a number that no image knows, in the group 0.
    options = ["--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--user", "1000680000:0"]
    role = ["worker"] if service == "worker" else []
    command = ["docker", "run", *options, f"flack-{service}:dev", *role]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "is not set" in done.stderr  # it comes as far as its settings
    assert done.returncode == 78


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_compiled_code_and_no_tools(service: str) -> None:
    options = ["--rm", "--read-only", "--network", "none", "--entrypoint", "python"]
    found = json.loads(docker("run", *options, f"flack-{service}:dev", "-c", LOOK))

    assert found == {
        "user": 10001,
        "installers": [],
        "compilers": [],
        "caches": [],
        "without bytecode": [],
        "writable": [],
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_change_in_a_services_own_code_makes_one_new_layer(service: str, tmp_path: Path) -> None:
    wanted = ["libs", "requirements", f"services/{service}", ".dockerignore"]
    for name in wanted:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(source, tmp_path / name)
    before = layers(service, tmp_path)
    with (tmp_path / f"services/{service}/src/flack_{service}/__main__.py").open("a") as code:
        code.write("# changed\n")
    after = layers(service, tmp_path)

    assert len(before) == len(after)
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


def layers(service: str, context: Path) -> list[str]:
    image = docker("build", "-q", "-f", str(context / f"services/{service}/Dockerfile"), str(context)).strip()
    return list(inspect(image)["RootFS"]["Layers"])
