"""The log of bench/sink.py, read as it grows; and that sink as a process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Line(NamedTuple):
    """One line of the log: see bench/sink.py for the kinds. `at` is in seconds of time.monotonic()."""

    kind: str
    at: float
    connection: int
    recipient: str
    mark: str


class Arrivals:
    """Reads what the sink has written since the last look, whole lines only."""

    def __init__(self, path: Path) -> None:
        self.file, self.rest = path.open("rb"), b""

    def new(self) -> list[Line]:
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        return [parse(line) for line in lines]


def parse(line: bytes) -> Line:
    kind, at, connection, recipient, mark = line.decode("utf-8", "backslashreplace").split(" ")
    return Line(kind, int(at) / 1e9, int(connection), recipient, mark)


@contextmanager
def sink(
    log: Path, *arguments: str, inside: Sequence[str] = ()
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run bench.sink with its log in `log`; gives its port and its process. `inside` is put before the command."""
    command = [*inside, sys.executable, "-m", "bench.sink", "--log", str(log), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.wait()
