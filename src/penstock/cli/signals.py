"""Ctrl-C and its kin, as something to wait for: the first asks for an end in order, the second ends at once."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While entered, the first signal is only noted; the second raises KeyboardInterrupt wherever we are.

    Except under `held`, where what the first one asked for is being done: the second is heard after it, a third at once.
    """

    def __init__(self) -> None:
        self.count = 0
        self._most = 1
        self._before: dict[int, Any] = {}
        self._read, self._write = os.pipe()

    def __enter__(self) -> Self:
        for number in _CAUGHT:
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # `nohup`: it is to go on without its terminal
            self._before[number] = signal.signal(number, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > self._most:
            raise KeyboardInterrupt
        os.write(self._write, b".")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the second signal back while the block runs."""
        self._most = 2
        yield
        self._most = 1
        if self.count > 1:
            raise KeyboardInterrupt

    def wait(self, seconds: float, *others: int) -> None:
        """Wait until a signal comes, one of the descriptors `others` can be read, or the time is over."""
        ready, _, _ = select.select([self._read, *others], [], [], seconds)
        if self._read in ready:
            os.read(self._read, 1)
