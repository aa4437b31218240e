"""Commands and senders of Penstock as processes of their own, without the second in which each would import the same modules.

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
    given = {
        "arguments": arguments,
        "env": dict(os.environ if env is None else env),
        "cwd": str(cwd or Path.cwd()),
    }
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        process = Forked(given, out.fileno(), err.fileno())
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise subprocess.TimeoutExpired(
                ["penstock", *arguments], timeout, _text(out), _text(err)
            ) from None
        return Ran(["penstock", *arguments], status, _text(out), _text(err))


def begin_web(port: int, out: IO[bytes] | None = None, **environment: str) -> "Forked":
    """Begin `penstock web` on a port; it writes to `out`. What does not ask for Django's settings is imported already.

    That leaves it two of the five seconds that its start takes. How it starts by itself is proven by the tests of `up`.
    """
    given = {"arguments": ["web", "--port", str(port)], "env": os.environ | environment}
    descriptors = (out.fileno(), out.fileno()) if out else (1, 2)
    return Forked(given, *descriptors, server="web")


class Forked:
    """A process that began with everything imported, which for a sender takes longer than most of what it is started for.

    `given["program"]` is its Python, `given["imports"]` what it begins with; a command of penstock without. It writes to these
    descriptors. To be asked as a subprocess.Popen is.
    """

    def __init__(self, given: dict[str, Any], out: int = 1, err: int = 2, server: str = "commands") -> None:
        self._told, telling = socket.socketpair()
        self.returncode: int | None = None
        text = json.dumps({"env": dict(os.environ), "cwd": str(Path.cwd())} | given).encode()
        with telling, open(os.devnull, "rb") as nothing:
            asked = _server(server)
            socket.send_fds(asked, [SIZE.pack(len(text))], [nothing.fileno(), out, err, telling.fileno()])
            asked.sendall(text)
        self.pid: int = SIZE.unpack(self._told.recv(SIZE.size))[0]

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status, a signal's negated. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = SIZE.unpack(self._told.recv(SIZE.size))[0]
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0) from None
            self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        try:
            return self.wait(0.0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it; nothing happens when the process has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@cache
def _server(name: str) -> socket.socket:
    """The socket of this worker's forking process of that name, which ends with the socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno()), name], pass_fds=[theirs.fileno()],
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


LIBRARIES = (  # of `penstock web`: those that ask Django for no settings while they are imported
    "allauth", "cryptography.x509", "css_inline", "django.contrib.staticfiles", "django.core.handlers.asgi", "django.core.mail",
    "django.core.management", "django.db.models", "django.forms", "django.http", "django.template.defaulttags",
    "django.template.loader_tags", "django.views.generic", "dns.resolver", "fido2.server", "httpx", "multiprocessing.pool",
    "PIL.Image", "procrastinate", "pydantic", "requests", "rich.console", "sqlparse", "uvicorn.main", "uvloop", "whitenoise",
)  # fmt: skip
ROOMS = (
    "account", "audience", "content", "delivery", "feedback", "mailing", "notices", "platform", "preflight", "report", "transport",
)  # fmt: skip


def _import_for_web() -> None:
    """Import what `penstock web` will, as far as it needs no settings: they are read from the environment of each."""
    import_module("penstock.cli.serving")
    for module in LIBRARIES:
        import_module(module)
    for name in ROOMS:
        room = import_module(f"penstock.{name}")
        for place in room.__path__:
            for file in sorted(Path(place).glob("**/*.py")):
                if "migrations" not in file.parts and "django" not in file.read_text():
                    inside = file.relative_to(place).with_suffix("").parts
                    with suppress(Exception):  # what imports another that asks for settings
                        import_module(".".join(("penstock", name, *inside)).removesuffix(".__init__"))
    assert "penstock.platform.settings" not in sys.modules
    gc.freeze()


def _serve(requests: socket.socket) -> str:
    """Return in a process that is to be this program, "" for a command; end when nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    while True:
        head, descriptors, _, _ = socket.recv_fds(requests, SIZE.size, 4)
        if not head:
            os._exit(0)
        text = b""
        size = SIZE.unpack(head)[0]
        while len(text) < size:
            text += requests.recv(size - len(text))
        given = json.loads(text)
        for module in given.get("imports", ()):
            import_module(module)
        if not os.fork():
            requests.close()
            _begin(descriptors, given)
            return given.get("program", "")
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
    sys.argv = ["penstock", *given.get("arguments", ())]


if __name__ == "__main__":
    _import() if sys.argv[2] == "commands" else _import_for_web()
    program = _serve(socket.socket(fileno=int(sys.argv[1])))
    began = time.time()
    for each in [each for each in sys.modules.values() if hasattr(each, "BEGAN")]:
        vars(each)["BEGAN"] = began
    if not program:
        program = "import penstock.cli; penstock.cli.main()"
    exec(program, {"__name__": "__main__"})
