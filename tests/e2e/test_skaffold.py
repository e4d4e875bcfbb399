"""Skaffold, as a developer uses it: `run` installs, `dev` shows an edited page without being started again."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster, names, own_namespace, until
from hosts import Ingress
from people import Person, is_routed, two_people_chat

ROOT = Path(__file__).parents[2]
PAGE = Path("services/web/src/flack_web/templates/shell.html")
SENTENCE = "Flack needs JavaScript to show messages."
NAMESPACE = "namespace: flack\n"

pytestmark = pytest.mark.skipif(not shutil.which("skaffold"), reason="skaffold is not installed")


@pytest.fixture(scope="module")
def space() -> Iterator[Cluster]:
    """A namespace for what skaffold installs."""
    with own_namespace() as made:
        yield made


@pytest.fixture(scope="module")
def host(space: Cluster) -> str:
    return f"{space.namespace}.example.org"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, space: Cluster, host: str) -> Path:
    """A copy of the project that may be edited, whose skaffold.yaml names this run's namespace and host."""
    copy = tmp_path_factory.mktemp("project")
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in listed.rstrip("\0").split("\0"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    skaffold, values = copy / "skaffold.yaml", copy / "helm/flack/values-kind.yaml"
    assert NAMESPACE in skaffold.read_text()
    skaffold.write_text(skaffold.read_text().replace(NAMESPACE, f"namespace: {space.namespace}\n"))
    ingress = f"\ningress: {{hosts: [{{host: {host}}}], tls: {{required: false}}}}\n"
    values.write_text(values.read_text() + ingress)
    return copy


def test_skaffold_run_installs_a_chat(tree: Path, space: Cluster, ingress: Ingress, host: str) -> None:
    subprocess.run(["skaffold", "run"], cwd=tree, check=True, timeout=600)

    assert space.all_ready()
    two_people_chat(ingress.url(host))


def test_skaffold_dev_shows_an_edited_page_in_the_pod_that_runs(
    tree: Path, space: Cluster, ingress: Ingress, host: str, tmp_path: Path
) -> None:
    url = ingress.url(host)
    log = (tmp_path / "skaffold.log").open("w")
    command = ["skaffold", "dev", "--port-forward=off"]
    running = subprocess.Popen(command, cwd=tree, stdout=log, stderr=log)
    try:
        until("skaffold watches", lambda: "Watching for changes" in Path(log.name).read_text(), seconds=400)
        until("every route", lambda: is_routed(url))
        pods = names(space.pods())
        assert SENTENCE in Person(url).page("/sign-in").text

        edited = SENTENCE.replace("Flack", "This chat")
        (tree / PAGE).write_text((tree / PAGE).read_text().replace(SENTENCE, edited))

        until("the edited page", lambda: edited in Person(url).page("/sign-in").text, seconds=60)
        assert names(space.pods()) == pods
        assert running.poll() is None
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(180)
    until("the end of what it installed", lambda: not space.pods(leaving=True))
