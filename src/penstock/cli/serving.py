"""The web face as a process: uvicorn in this one, the worker beside it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from penstock.cli.endings import Failure
from penstock.platform import ending


def serve(host: str, port: int) -> None:
    """Answer HTTP on `host`:`port` until SIGINT or SIGTERM. Raises Failure when the port is taken."""
    answer(listen(host, port))


def answer(listening: socket.socket) -> None:
    """Answer HTTP on a socket that listens, until SIGINT or SIGTERM; the socket is closed then."""
    import uvicorn

    from penstock.platform.wire import Reader

    class Server(uvicorn.Server):
        """Ends streams at once: uvicorn waits until every answer is given."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            ending.begin()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        "penstock.platform.asgi:application",
        http=Reader,
        log_level="warning",
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    # uvicorn ends in order and then raises the signal again: that must not end us before we have left the home.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        Server(config).run(sockets=[listening])
    finally:
        listening.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host`:`port`, so that a port that is taken is known at once."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=256
        )
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another with --host and --port."
        ) from None


@contextmanager
def worker_beside(processes: int) -> Iterator[None]:
    """Run `penstock worker` in a process of its own; it ends in order when the block does."""
    if not processes:
        yield
        return
    command = [sys.executable, "-P", "-m", "penstock", "worker", "--processes", str(processes)]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@contextmanager
def listener_beside(host: str, port: int | None) -> Iterator[None]:
    """Take what comes back over LMTP on `host`:`port` in a process of its own, kept running; None: nobody listens.

    Raises Failure when the port is taken.
    """
    if port is None:
        yield
        return
    listen(host, port).close()
    from penstock.delivery.worker import GRACE, Child

    child, ending = Child("penstock.feedback.inbound.process", host, str(port)), threading.Event()

    def keep() -> None:
        while not ending.wait(0.5):
            child.keep()

    keeping = threading.Thread(target=keep, name="keeps the listener running")
    keeping.start()
    try:
        yield
    finally:
        ending.set()
        keeping.join()
        child.end()
        child.wait(time.monotonic() + GRACE)
