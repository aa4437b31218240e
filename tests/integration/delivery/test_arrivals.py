"""What comes in over binds, kept in batches: one that cannot be kept neither ends the listening nor keeps the others out."""

import asyncio
from functools import partial
from typing import Any

import psycopg
import pytest

from penstock.delivery.sender import connect
from penstock.delivery.short import arrivals, receipts
from penstock.delivery.short.arrivals import Arrivals
from penstock.transport.short import Receipt
from tests.integration.delivery.test_receipts import sending, server

Conn = psycopg.Connection[Any]


def receipt(name: str, text: str = "DELIVRD") -> Receipt:
    return Receipt(name, "delivered", text=text, number="+33612345678")


def kept(conn: Conn, items: list[Receipt], number: int) -> dict[str, bool]:
    """What was answered to each, by its id."""
    answers: dict[str, bool] = {}

    async def come_in() -> None:
        there, over = Arrivals(connect, lambda: None), asyncio.Event()

        def answered(name: str, done: bool) -> None:
            answers[name] = done
            if len(answers) == len(items):
                over.set()

        for item in items:
            there.take(item, number, partial(answered, item.id))
        task = asyncio.create_task(there.run())
        async with asyncio.timeout(10):
            await over.wait()
        assert not task.done()
        task.cancel()

    asyncio.run(come_in())
    return answers


def test_halves_of_characters_and_nul_are_kept_without_them(conn: Conn) -> None:
    sending(conn, 1)
    names = ["a\ud800b", "c\0d", "e"]
    assert kept(conn, [receipt(name, text="\udfff") for name in names], server(conn)) == dict.fromkeys(
        names, True
    )
    rows = conn.execute("select id from delivery_receipt order by no").fetchall()
    assert [row[0] for row in rows] == ["a b", "c d", "e"]


def test_one_that_cannot_be_kept_keeps_no_other_out(conn: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    sending(conn, 1)
    row = receipts.row

    def broken(number: int | None, transport: int | None, item: Receipt) -> dict[str, Any]:
        if item.id == "7":
            raise ValueError("a defect of ours")
        return row(number, transport, item) | ({"server": "no number"} if item.id == "11" else {})

    monkeypatch.setattr(receipts, "row", broken)
    names = [str(n) for n in range(20)]
    answers = kept(conn, [receipt(name) for name in names], server(conn))
    assert {name for name, done in answers.items() if not done} == {"7", "11"}
    count = conn.execute("select count(*) from delivery_receipt").fetchone()
    assert count == (18,)


def test_one_server_that_floods_leaves_room_for_the_others(
    conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "PART", 5)
    sending(conn, 1)
    number = server(conn)
    answers: list[tuple[str, bool]] = []

    async def come_in() -> None:
        there, over = Arrivals(connect, lambda: None), asyncio.Event()

        def answered(name: str, done: bool) -> None:
            answers.append((name, done))
            if len(answers) in (9, 10):
                over.set()

        for n in range(8):
            there.take(receipt(str(n)), number, partial(answered, "flood"))
        there.take(receipt("other"), number + 1, partial(answered, "other"))
        assert answers == [("flood", False)] * 3
        task = asyncio.create_task(there.run())
        async with asyncio.timeout(10):
            await over.wait()
            over.clear()
            there.take(receipt("again"), number, partial(answered, "again"))  # what is kept makes room
            await over.wait()
        task.cancel()

    asyncio.run(come_in())
    assert sorted(answers[3:]) == [("again", True), *[("flood", True)] * 5, ("other", True)]
