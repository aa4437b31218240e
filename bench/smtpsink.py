"""Postfix's smtp-sink and smtp-source: the receiver of the measurements, and the C load generator they are compared with."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.results import Unavailable

PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def find(program: str, package: str = "postfix") -> str:
    """Return the path of a program of the system."""
    found = shutil.which(program, path=PLACES)
    if not found:
        raise Unavailable(f"{program} is not installed: apt install {package}")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def smtp_sink(host: str = "127.0.0.1", inside: list[str] | None = None) -> Iterator[tuple[int, int]]:
    """Run an smtp-sink; gives its port and its pid.

    Without -c: the running counter costs the sink a write for each message, and it is the narrowest place already.
    Every message is counted all the same, since senders count only what the sink has answered with 250.
    """
    port = free_port()
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [*(inside or []), find("smtp-sink"), *as_whom, f"{host}:{port}", "512"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_listening(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def wait_listening(port: int, process: subprocess.Popen[bytes], patience: float = 10) -> None:
    """Wait until a process listens on the port, in whatever network namespace it lives."""
    wanted = f":{port:04X} "
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/net/tcp") as sockets:
                if any(wanted in line and " 0A " in line for line in sockets):
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError(f"{process.args!r} does not listen on port {port}")


def smtp_source(port: int, count: int, size: int = 5000, connections: int = 10) -> float:
    """Send `count` messages with smtp-source; returns the seconds from its start to its end."""
    command = [find("smtp-source"), "-s", str(connections), "-l", str(size), "-m", str(count), "-d"]
    began = time.perf_counter()
    subprocess.run([*command, f"127.0.0.1:{port}"], check=True)
    return time.perf_counter() - began
