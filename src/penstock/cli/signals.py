"""Ctrl-C and its kin, as something to wait for: the first asks for an end in order, the second ends at once."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any, Self

_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While entered, the first signal is only noted; the second raises KeyboardInterrupt wherever we are."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[int, Any] = {}
        self._read, self._write = os.pipe()

    def __enter__(self) -> Self:
        for number in _CAUGHT:
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
        if self.count > 1:
            raise KeyboardInterrupt
        os.write(self._write, b".")

    def wait(self, seconds: float, *others: int) -> None:
        """Wait until a signal comes, one of the descriptors `others` can be read, or the time is over."""
        ready, _, _ = select.select([self._read, *others], [], [], seconds)
        if self._read in ready:
            os.read(self._read, 1)
