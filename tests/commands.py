"""Commands of Penstock as processes of their own, without the half second in which each would import the same modules.

A process that imported them once waits for the tests' words, and forks: a command is a process as any other, with its own
arguments, environment, folder, standard streams and exit status. Nothing was called in the one that forks, so it has no
state to hand down. How a command starts by itself is proven by those tests that start one.
"""

import atexit
import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryFile
from typing import IO, Any

Ran = subprocess.CompletedProcess[str]
SIZE = struct.Struct("!q")


def run(
    *arguments: str, timeout: float = 90, env: dict[str, str] | None = None, cwd: Path | str | None = None
) -> Ran:
    """Run `penstock ARGUMENTS` to its end, with nothing on its standard input; the environment is this process's, or `env`."""
    told, telling = socket.socketpair()
    with told, TemporaryFile("w+") as out, TemporaryFile("w+") as err, open(os.devnull, "rb") as nothing:
        given = {
            "arguments": arguments,
            "env": dict(os.environ if env is None else env),
            "cwd": str(cwd or Path.cwd()),
        }
        text = json.dumps(given).encode()
        with telling:
            server = _server()
            socket.send_fds(
                server,
                [SIZE.pack(len(text))],
                [nothing.fileno(), out.fileno(), err.fileno(), telling.fileno()],
            )
            server.sendall(text)
        told.settimeout(timeout)
        pid = SIZE.unpack(told.recv(SIZE.size))[0]
        try:
            status = SIZE.unpack(told.recv(SIZE.size))[0]
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(
                ["penstock", *arguments], timeout, _text(out), _text(err)
            ) from None
        return Ran(["penstock", *arguments], status, _text(out), _text(err))


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@cache
def _server() -> socket.socket:
    """The socket of this worker's forking process, which ends with the socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


# --- the process that forks ------------------------------------------------------------------------------


LATER = (  # what commands import in the rooms when they run
    "account.domain_checks", "account.people", "account.tokens", "audience.importing", "content.templates", "delivery.signing",
    "mailing.drafting", "platform.migrate", "preflight.analysis", "preflight.preview", "report.board", "report.transports",
    "transport.trying",
)  # fmt: skip


def _import() -> None:
    """Import all that commands need; nothing of it reads the environment or starts anything by being imported."""
    import penstock.cli

    import_module("psycopg")
    for module in (*(f"cli.{each.name}" for each in iter_modules(penstock.cli.__path__)), *LATER):
        import_module(f"penstock.{module}")
    assert "django" not in sys.modules, "it reads the environment when it is imported"
    gc.freeze()


def _serve(requests: socket.socket) -> None:
    """Return in a process that is to be a command; end when nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    while True:
        head, descriptors, _, _ = socket.recv_fds(requests, SIZE.size, 4)
        if not head:
            os._exit(0)
        text = b""
        size = SIZE.unpack(head)[0]
        while len(text) < size:
            text += requests.recv(size - len(text))
        if not os.fork():
            requests.close()
            return _begin(descriptors, json.loads(text))
        for each in descriptors:
            os.close(each)


def _begin(descriptors: list[int], given: dict[str, Any]) -> None:
    """Fork once more: the command returns from here, the other one waits for it and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(fileno=descriptors.pop()) as telling:
        command = os.fork()
        if command:
            for each in descriptors:
                os.close(each)
            with suppress(OSError):  # whoever asked may be gone
                telling.send(SIZE.pack(command))
                telling.send(SIZE.pack(os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])))
            os._exit(0)
    _become(descriptors, given)


def _become(descriptors: list[int], given: dict[str, Any]) -> None:
    for number, each in enumerate(descriptors):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(given["env"])
    os.chdir(given["cwd"])
    sys.argv = ["penstock", *given["arguments"]]


if __name__ == "__main__":
    _import()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    began = time.time()
    for each in [each for each in sys.modules.values() if hasattr(each, "BEGAN")]:
        vars(each)["BEGAN"] = began
    sys.modules["penstock.cli"].main()
