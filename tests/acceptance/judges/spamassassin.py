"""SpamAssassin's `spamd` on a loopback port: its own rules only, no network, no learning, no home of anybody's."""

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.smtpsink import free_port
from tests import needs as system

_STARTS = 60  # seconds: it compiles its rules first


@dataclass(frozen=True)
class Verdict:
    """What it said of a message: `score` reaches `threshold` if it is spam; `rules` are those that it met."""

    score: float
    threshold: float
    rules: list[str]

    @property
    def spam(self) -> bool:
        return self.score >= self.threshold


class Spamd:
    """A running spamd, at `port` of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port

    def judge(self, message: bytes) -> Verdict:
        """Ask about one message, by its own client."""
        command = [
            system.needs("spamc", "spamc"),
            "-d",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-R",
            "-x",
            "-t",
            "30",
        ]
        ran = subprocess.run(command, input=message, capture_output=True, check=False, timeout=60)
        said = ran.stdout.decode("utf-8", "replace")
        scored = re.match(r"(-?[\d.]+)/([\d.]+)\s", said)
        assert scored, (ran.returncode, said, ran.stderr)
        rules = re.findall(r"^ *-?[\d.]+ ([A-Z][A-Z0-9_]+) ", said, re.MULTILINE)
        return Verdict(float(scored[1]), float(scored[2]), rules)


def _answers(port: int) -> bool:
    command = [system.needs("spamc", "spamc"), "-d", "127.0.0.1", "-p", str(port), "-K"]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).stdout.startswith(b"SPAMD/")


@contextmanager
def running() -> Iterator[Spamd]:
    """A spamd of the test's own."""
    daemon, port = system.needs("spamd", "spamd spamc"), free_port()
    with tempfile.TemporaryDirectory(prefix="penstock-spamd-") as place:
        Path(place).chmod(0o755)  # its children are nobody
        log = Path(place) / "log"
        command = [daemon, "--listen", f"127.0.0.1:{port}", "--local", "--nouser-config", "--max-children=1", "--username=nobody",
                   f"--helper-home-dir={place}", f"--pidfile={place}/pid", f"--syslog={log}"]  # fmt: skip
        with (Path(place) / "said").open("wb") as said:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            until = time.monotonic() + _STARTS
            while not _answers(port):
                assert process.poll() is None, log.read_text() + (Path(place) / "said").read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            yield Spamd(port)
        finally:
            process.terminate()
            process.wait(20)
