"""A sink and a catching server for the tests of delivery."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from bench.arrivals import Arrivals, sink
from penstock.mailing import stopping
from penstock.transport.catcher import Catcher, Faults


class Sink:
    """bench/sink.py as a process: `arrived` reads who received what, in full, so far."""

    def __init__(self, port: int, process: Popen[str], log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    def url(self, connections: int = 4) -> str:
        return f"smtp://127.0.0.1:{self.port}?connections={connections}"

    def arrived(self) -> list[str]:
        """The recipients of all messages received in full, whatever was answered, in their order."""
        return [line.recipient for line in Arrivals(self.log).new() if line.kind in "AXTP"]


@pytest.fixture(autouse=True)
def _patient_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the answer is exact is asked here, on a machine that may be busy; how soon it comes, bench/pause.py measures."""
    monkeypatch.setattr(stopping, "PATIENCE", 2.0)


@pytest.fixture
def a_sink(tmp_path: Path) -> Iterator[Callable[..., Sink]]:
    """Starts sinks: `a_sink("--delay", "0.01")`."""
    with ExitStack() as stack:

        def start(*arguments: str) -> Sink:
            log = tmp_path / f"sink{len(list(tmp_path.iterdir()))}.log"
            port, process = stack.enter_context(sink(log, *arguments))
            return Sink(port, process, log)

        yield start


class CatchingThread:
    """A Catcher that runs in a thread; its faults can be changed while it runs."""

    def __init__(self, **faults: Any) -> None:
        self.catcher = Catcher(faults=Faults(**faults))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.catcher.start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self.catcher.stop())
        self._loop.close()

    def url(self, connections: int = 2) -> str:
        return f"{self.catcher.url}?connections={connections}"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def a_catcher() -> Iterator[Callable[..., CatchingThread]]:
    """Starts catching servers: `a_catcher(defer_matching={"*": "451 no"})`."""
    started: list[CatchingThread] = []

    def start(**faults: Any) -> CatchingThread:
        started.append(CatchingThread(**faults))
        return started[-1]

    yield start
    for each in started:
        each.stop()
