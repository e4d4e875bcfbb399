"""Children of a local installation: they end with their manager, are named when they fail, and come back."""

import os
import subprocess
import sys
import textwrap
import threading
from functools import partial
from pathlib import Path

import psutil
import pytest
from flack_local.console import Console
from flack_local.process import Child, Spec
from flack_local.stack import ChildFailed, Stack
from flack_local.supervisor import supervise
from servers import wait_until

FOR_EVER = "import signal; print('up', flush=True); signal.pause()"


def spec(folder: Path, program: str, name: str = "child", *, ready: bool = True) -> Spec:
    return Spec(
        name=name,
        command=[sys.executable, "-c", textwrap.dedent(program)],
        environment=dict(os.environ),
        folder=folder,
        ready=lambda: ready,
        stop_seconds=5,
    )


eventually = partial(wait_until, seconds=10)


def exists(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_stop_asks_first_and_the_child_may_finish_its_work(tmp_path: Path) -> None:
    program = """
        import signal, sys
        signal.signal(signal.SIGTERM, lambda *_: (print('finished', flush=True), sys.exit(0)))
        print('up', flush=True)
        while True: signal.pause()
    """
    child = Child(spec(tmp_path, program), tmp_path / "log")
    child.start()
    eventually(lambda: child.tail() == ["up"])
    child.stop()
    assert child.tail() == ["up", "finished"]
    assert (child.running, child.exit_status) == (False, 0)


def test_a_child_that_does_not_hear_is_ended_with_all_its_children(tmp_path: Path) -> None:
    program = """
        import signal, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], start_new_session=True)
        print(grandchild.pid, flush=True)
        while True: signal.pause()
    """
    deaf = Child(spec(tmp_path, program), tmp_path / "log")
    deaf.start()
    eventually(lambda: bool(deaf.tail()))
    grandchild = int(deaf.tail()[0])
    assert exists(grandchild)
    deaf.kill()
    assert not deaf.running
    eventually(lambda: not exists(grandchild))


def test_a_suspended_child_does_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    program = "import time\nwhile True: print('tick', flush=True); time.sleep(0.01)"
    child = Child(spec(tmp_path, program), tmp_path / "log")
    child.start()
    eventually(lambda: len(child.tail(1000)) > 3)
    child.suspend()
    eventually(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED)
    ticks = len(child.tail(100_000))
    child.resume()
    eventually(lambda: len(child.tail(100_000)) > ticks)
    child.suspend()
    child.stop()  # also while it is frozen
    assert not child.running


def test_children_end_when_their_manager_is_killed(tmp_path: Path) -> None:
    manager = textwrap.dedent(f"""
        import os, signal, sys
        from pathlib import Path
        from flack_local.process import Child, Spec
        child = Child(Spec("child", [sys.executable, "-c", {FOR_EVER!r}], dict(os.environ), Path({str(tmp_path)!r}),
                           lambda: True), Path({str(tmp_path / "log")!r}))
        child.start()
        print(child.pid, flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", manager], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        eventually(lambda: (tmp_path / "log").read_text() == "up\n")
        process.kill()
    eventually(lambda: not exists(pid))


def test_a_child_that_never_comes_up_is_named_with_its_last_words(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "flack")
    stack.layout.make()
    stack.add(
        spec(
            tmp_path,
            "print('first'); print('no database', flush=True); raise SystemExit(3)",
            "api",
            ready=False,
        )
    )
    with pytest.raises(ChildFailed) as failed:
        stack.start("api")
    stack.down()
    assert (failed.value.name, failed.value.reason) == ("api", "ended with status 3")
    assert failed.value.log[-2:] == ["first", "no database"]


def test_what_ends_by_itself_is_started_again_and_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(tmp_path / "flack", console=Console())
    stack.layout.make()
    stack.add(spec(tmp_path, FOR_EVER, "web"))
    stack.start("web")
    first = stack.pid("web")
    end = threading.Event()
    supervisor = threading.Thread(target=supervise, args=(stack, end))
    supervisor.start()
    try:
        stack.kill("web")
        eventually(lambda: stack.pid("web") not in (None, first))
    finally:
        end.set()
        supervisor.join()
        stack.down()
    printed = capfd.readouterr()
    assert "web ended with status -9; it starts again in 0.5 s" in printed.err
    assert "web was started again" in printed.out
