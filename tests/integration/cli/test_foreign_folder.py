"""A command started in somebody else's folder runs nothing that lies there."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.cli.test_running import answer_of, eventually, run

SRC = Path(__file__).parents[3] / "src"


@pytest.mark.timeout(240)
def test_modules_of_the_folder_are_not_imported(own_home: Path, tmp_path: Path) -> None:
    """`penstock up` with all that it starts: the migration, the worker, the sender, background jobs."""
    for name in ("dns", "psycopg", "django", "penstock", "json"):
        (tmp_path / f"{name}.py").write_text("open(__file__ + '.ran', 'w').close()\nraise SystemExit(9)\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("penstock")
    # No pipe: whoever outlives `up` would keep it open, and a test that failed would wait for its end.
    log = tmp_path / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen([program, "up", "--port", str(port)], cwd=tmp_path, stderr=out)
    try:
        assert answer_of(port, "/readyz") == 200
        eventually(lambda: ran(tmp_path) or re.search(r"workers: .*sender", run("doctor")))
        run("down")
        status, said = process.wait(60), log.read_text()
        assert (status, ran(tmp_path), "No module" in said) == (0, [], False), said
    finally:
        process.kill()
        process.wait()
        run("down")


def ran(folder: Path) -> list[str]:
    """The files of the folder that were executed."""
    return [file.stem for file in folder.glob("*.ran")]


def test_every_python_that_is_started_leaves_the_folder_alone() -> None:
    started = [
        (file.name, rest)
        for file in SRC.rglob("*.py")
        for rest in re.findall(r"sys\.executable(.{0,6})", file.read_text("utf-8"))
    ]
    assert started
    assert [each for each in started if each[1] != ', "-P"'] == []
