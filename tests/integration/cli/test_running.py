"""`up` and `down`: everything of one home starts and ends together, the database last."""

import re
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from penstock.platform import environment
from tests.waiting import eventually

PENSTOCK = (sys.executable, "-m", "penstock")


def run(*arguments: str, status: int = 0) -> str:
    ran = subprocess.run([*PENSTOCK, *arguments], capture_output=True, text=True, timeout=90, check=False)
    assert ran.returncode == status, ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.timeout(180)
def test_up_runs_everything_and_down_ends_it(ready_home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # No pipe: whoever outlives `up` would keep it open, and a test that failed would wait for its end.
    log = tmp_path / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen([*PENSTOCK, "up", "--port", str(port)], stderr=out)
    try:
        assert answer_of(port, "/readyz") == 200
        for _ in range(100):
            told = run("doctor")
            if re.search(r"workers: .*sender", told):
                break
        else:
            pytest.fail(told)
        assert (
            environment.base_url() == f"http://127.0.0.1:{port}"
        )  # what links in messages of other commands begin with
        assert "Ended: penstock up" in run("down")
        assert process.wait(60) == 0, log.read_text()
        assert not list(ready_home.rglob("postmaster.pid"))
        assert "Nothing runs on this home" in run("down")
    finally:
        process.kill()
        process.wait()
        subprocess.run([*PENSTOCK, "down"], capture_output=True, timeout=90, check=False)


@pytest.mark.timeout(180)
def test_a_worker_that_is_killed_leaves_nothing_running(ready_home: Path) -> None:
    process = subprocess.Popen([*PENSTOCK, "worker"], stderr=subprocess.DEVNULL)
    try:
        worker = psutil.Process(process.pid)
        below = eventually(lambda: len(found := worker.children()) == 2 and found)
        assert isinstance(below, list)
        process.kill()
        process.wait()
        assert psutil.wait_procs(below, timeout=60)[1] == []
    finally:
        process.kill()
        run("down")


@pytest.mark.timeout(120)
def test_a_port_that_is_taken_is_said(database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = run("web", "--port", str(taken.getsockname()[1]), status=1)
    assert "--port" in said
    assert "Traceback" not in said


def answer_of(port: int, path: str, seconds: float = 120) -> int:
    end = time.monotonic() + seconds
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.05)
        finally:
            connection.close()
