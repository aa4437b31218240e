"""Waiting for a fact. Whoever asks without a rest takes half a machine from what they wait for."""

import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import TypeVar

from tests.commands import Forked

Fact = TypeVar("Fact")
SELDOM = 5
"""The rests grow to so many times the first: what takes long is asked for less often."""


def eventually(fact: Callable[[], Fact], seconds: float = 60.0, every: float = 0.01) -> Fact:
    """Ask until the answer is true, `every` seconds at first; return it. The last answer stands in the failure."""
    until = time.monotonic() + seconds
    rest = every
    while not (answer := fact()):
        assert time.monotonic() < until, f"not within {seconds} s; the last answer was {answer!r}"
        time.sleep(rest)
        rest = min(rest * 1.2, every * SELDOM)
    return answer


def answers(process: Forked, port: int, path: str = "/healthz", seconds: float = 90.0) -> None:
    """Wait until a `penstock web` says at `path` that it is well."""

    def well() -> bool:
        assert process.poll() is None, f"it ended with status {process.returncode}"
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    eventually(well, seconds, every=0.03)
