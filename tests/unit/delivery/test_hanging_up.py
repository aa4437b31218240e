"""Senders and workers at SIGHUP: an end in order, unless it was ignored when they started (`nohup`)."""

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from penstock.delivery import worker
from penstock.delivery.sender import Sender

NUMBERS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def _nothing(*_: object) -> None:
    """In place of SIG_DFL, which would end the tests where nobody listens."""


@pytest.fixture(autouse=True)
def dispositions() -> Iterator[None]:
    before = [signal.getsignal(number) for number in NUMBERS]
    yield
    for number, handler in zip(NUMBERS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("inherited", "ignored"), [(signal.SIG_IGN, True), (signal.SIG_DFL, False)])
def test_a_sender(monkeypatch: pytest.MonkeyPatch, inherited: Any, ignored: bool) -> None:
    async def enlist(sender: Sender) -> None:
        assert (signal.getsignal(signal.SIGHUP) is signal.SIG_IGN) is ignored
        raise InterruptedError

    async def run() -> None:
        await Sender().run()

    monkeypatch.setattr(Sender, "_enlist", enlist)
    signal.signal(signal.SIGHUP, inherited)
    with pytest.raises(InterruptedError):
        asyncio.run(run())


@pytest.mark.parametrize(("inherited", "heard"), [(signal.SIG_IGN, ["HUP", "TERM"]), (_nothing, ["HUP"])])
def test_a_worker(monkeypatch: pytest.MonkeyPatch, inherited: Any, heard: list[str]) -> None:
    sent = []

    def instead_of_sleeping(_: float) -> None:
        name = ("HUP", "TERM")[len(sent)]
        sent.append(name)
        os.kill(os.getpid(), signal.Signals[f"SIG{name}"])

    monkeypatch.setattr(worker.database, "ready", lambda: "")
    monkeypatch.setattr(worker.time, "sleep", instead_of_sleeping)
    signal.signal(signal.SIGHUP, inherited)
    worker.run(0, jobs=False)
    assert sent == heard
