"""SIGHUP: an end in order, unless it was ignored when we started (`nohup`)."""

import os
import signal
from collections.abc import Iterator

import pytest

from penstock.cli.signals import Signals


@pytest.fixture(autouse=True)
def disposition() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_hang_up_is_heard() -> None:
    signal.signal(signal.SIGHUP, lambda *_: None)  # SIG_DFL would end the tests where nobody listens
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        signals.wait(1)
        assert signals.count == 1


def test_a_hang_up_that_was_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signals.count == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
