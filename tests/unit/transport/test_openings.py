"""When connections are opened, and when not: a scout first, rests after failures, none that is not wanted any more."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from penstock.transport import backoff
from penstock.transport.openings import Openings
from penstock.transport.reply import Reply, Trouble
from tests.integration.transport.peer import until


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(**named: Any) -> None:
        asyncio.run(asyncio.wait_for(test(**named), 20))

    return run


class Line:
    """A connection that does nothing by itself."""

    def __init__(self, owner: "Owner") -> None:
        self.owner, self.answered, self.begun, self.retired = owner, 0, 0, False
        self.made_at = asyncio.get_running_loop().time()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def sweep(self, now: float) -> None:
        self.owner.sweeps += 1

    def retire(self) -> None:
        self.retired = True
        if not self.begun:
            self.end()

    def abort(self, cause: str) -> None:
        self.owner.aborted.append(cause)
        self.end()

    def end(self, trouble: Trouble | None = None) -> None:
        self.closed.set_result(None)
        self.owner.openings.gone(self, trouble)


class Owner:
    """Makes a connection when a test lets it: `doors` holds a future for each attempt, whose result is the trouble or None."""

    def __init__(self) -> None:
        self.openings: Openings[Line] = Openings(self._connect, self._troubled, self._again, 0.01)
        self.doors: list[asyncio.Future[Trouble | None]] = []
        self.lines: list[Line] = []
        self.troubles: list[Trouble] = []
        self.aborted: list[str] = []
        self.again = self.sweeps = 0

    async def _connect(self) -> Trouble | None:
        self.doors.append(asyncio.get_running_loop().create_future())
        trouble = await self.doors[-1]
        if trouble is None:
            self.lines.append(Line(self))
            self.openings.stands(self.lines[-1])
        return trouble

    def _troubled(self, trouble: Trouble) -> None:
        self.troubles.append(trouble)
        self.openings.more(5)  # at once: whatever the machine does, the rest is not over
        assert not self.openings.opening

    def _again(self) -> None:
        self.again += 1

    async def let(self, trouble: Trouble | None = None) -> None:
        """Open every door, with what comes of it."""
        for door in self.doors:
            if not door.done():
                door.set_result(trouble)
        await settle()

    async def ready(self) -> None:
        for line in self.lines:
            self.openings.ready(line)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def proven(size: int) -> Owner:
    """With `size` connections that are ready."""
    owner = Owner()
    for more in (1, size - 1):
        owner.openings.more(more)
        await settle()
        await owner.let()
        await owner.ready()
    assert len(owner.openings.standing) == size
    return owner


FAILED = Trouble(Reply(0, "4.4.1", "cannot connect", "connect", "here"), False)
WRONG = Trouble(Reply(535, "5.7.8", "wrong", "auth", "here"), True)


@in_a_loop
async def test_a_scout_is_alone_until_it_is_ready() -> None:
    owner = Owner()
    for _ in range(3):
        owner.openings.more(5)
        await settle()
    assert len(owner.doors) == 1
    await owner.let()
    owner.openings.more(4)
    await settle()
    assert len(owner.doors) == 1, "it stands, and nobody knows yet whether the password is right"
    await owner.ready()
    owner.openings.more(4)
    await settle()
    assert len(owner.doors) == 5
    await owner.openings.end(0, "over")


@in_a_loop
async def test_after_a_failure_there_is_a_rest_and_then_a_scout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.1)
    owner, loop = Owner(), asyncio.get_running_loop()
    owner.openings.more(1)
    await settle()
    began = loop.time()
    await owner.let(FAILED)
    assert owner.troubles == [FAILED]
    await until(lambda: owner.again)
    assert loop.time() - began >= 0.05
    owner.openings.more(5)
    await settle()
    assert len(owner.doors) == 2
    owner.openings.try_at_once()
    await owner.let(WRONG)
    owner.openings.more(5)
    await settle()
    assert len(owner.doors) == 2, "what will not pass by itself is left alone for minutes"
    owner.openings.try_at_once()
    owner.openings.more(5)
    await settle()
    assert len(owner.doors) == 3
    await owner.openings.end(0, "over")


@in_a_loop
async def test_an_answer_on_a_newer_connection_ends_the_resting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.1)
    owner = await proven(2)
    old, failing = owner.lines
    failing.end(FAILED)
    owner.openings.more(1)
    old.answered = 1  # it was there before the failure: it proves nothing
    await until(lambda: owner.again == 1)  # the rest is over
    owner.openings.more(5)
    await settle()
    await owner.let()
    await owner.ready()
    owner.openings.more(5)
    await settle()
    assert len(owner.doors) == 4, "one after the other, until a message was answered"
    await owner.let()
    owner.lines[-1].answered = 1
    await until(lambda: owner.again == 2)
    await owner.ready()
    owner.openings.more(5)
    assert owner.openings.opening == 5
    await owner.openings.end(0, "over")


@in_a_loop
async def test_one_that_carried_something_is_replaced_without_a_rest() -> None:
    owner = await proven(2)
    for line in owner.lines:
        line.answered = 1
        line.end(FAILED)
    owner.openings.more(2)
    assert owner.openings.opening == 2
    await owner.openings.end(0, "over")


@in_a_loop
async def test_what_is_being_made_is_called_off_before_anything_that_stands() -> None:
    owner = await proven(2)
    owner.openings.more(3)
    await settle()
    assert (owner.openings.opening, owner.openings.held) == (3, 5)
    owner.openings.shrink(3, lambda line: line.begun)
    assert (owner.openings.opening, len(owner.openings.standing)) == (1, 2)
    owner.lines[0].begun = 1
    owner.openings.shrink(1, lambda line: line.begun)
    await settle()
    assert owner.openings.opening == 0
    assert owner.openings.standing == {owner.lines[0]}
    await owner.let()
    assert len(owner.lines) == 2, "nobody is let in who was called off"
    await owner.openings.end(0, "over")
    assert owner.aborted == ["over"], "only what had not finished"
    assert owner.openings.held == 0


@in_a_loop
async def test_a_defect_in_connecting_is_a_trouble_with_a_rest() -> None:
    """It would end its task in silence, and a mailing whose only connection it was to be would stand still."""
    owner = Owner()
    owner.openings.more(1)
    await until(lambda: bool(owner.doors))
    owner.doors[0].set_exception(AttributeError("nobody thought of it"))
    await until(lambda: bool(owner.troubles))
    assert "nobody thought of it" in owner.troubles[0].reply.text
    assert not owner.troubles[0].permanent
    await until(lambda: owner.again > 0)
