"""A command on a home, as a process: it uses the database, says so, and ends when it is told to."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[3]

_PROGRAM = """
import json, os, sys, time
from penstock.platform import database, embedded, environment, postmaster
begun = time.perf_counter()
url = STATEMENT
seconds = time.perf_counter() - begun
data = embedded.data_folder(environment.home().resolve())
def tell(**said): print(json.dumps(said), flush=True)
tell(url=url, postmaster=postmaster.running(data), seconds=seconds)
for line in sys.stdin:
    if line.strip() == "end":
        break
    with database.connect() as conn:
        tell(answer=conn.execute(line).fetchone(), postmaster=postmaster.running(data))
"""


def python_of(user: str) -> str:
    """Return a Python of our version that `user` may run, or the empty string; its packages are ours."""
    minor = f"python3.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{minor}", f"/usr/local/bin/{minor}"):
        try:
            options = {
                "user": user,
                "group": "nogroup",
                "extra_groups": [],
                "env": _environment(Path("/")),
                "cwd": "/",
            }
            subprocess.run(
                [candidate, "-c", "import psycopg, penstock"], check=True, capture_output=True, **options
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    return ""


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
    packages = os.pathsep.join([str(ROOT / "src"), sysconfig.get_path("purelib")])
    return kept | {"PENSTOCK_HOME": str(home), "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}


class Command:
    """A process that called `database.url()` (or `statement`) on `home`; leaves its `with` block by ending normally."""

    def __init__(
        self, home: Path, python: str = sys.executable, statement: str = "database.url()", **options: Any
    ) -> None:
        self.process = subprocess.Popen(
            [python, "-c", _PROGRAM.replace("STATEMENT", statement)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(home),
            cwd="/",
            **options,
        )
        self._started: dict[str, Any] = {}

    @property
    def started(self) -> dict[str, Any]:
        """What it said when the database answered: url, postmaster (pid), seconds."""
        if not self._started:
            self._started = self._read()
        return self._started

    def ask(self, query: str) -> dict[str, Any]:
        """Let it connect and run a one-line query; its first row is `answer`."""
        assert self.started
        assert self.process.stdin
        self.process.stdin.write(query + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        assert line, f"the command failed:\n{self.process.stderr.read()}"
        return json.loads(line)

    def end(self) -> str:
        """End it as a command that is done; return its stderr."""
        _, errors = self.process.communicate("end\n", timeout=30)
        assert self.process.returncode == 0, errors
        return errors

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill() if _[0] else self.end()
