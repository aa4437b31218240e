"""What a sender tells of its servers with its beat."""

import asyncio
from types import SimpleNamespace
from typing import Any

import psycopg

from penstock.delivery import health


def lane(mailing: int, answered: int) -> Any:
    """As much of a lane over one server as is told of it."""
    return SimpleNamespace(
        order=SimpleNamespace(mailing=mailing, ways=[SimpleNamespace(number=1)]), shares=[],
        pool=SimpleNamespace(open=1, on_the_wire=0, answered=answered),
        handoff=SimpleNamespace(trouble_since=None, last_trouble=None),
    )  # fmt: skip


def test_a_lane_that_ended_and_the_next_of_its_mailing_are_told_in_one_beat(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    """A transport that was changed ends a lane and begins another at once; a beat that fails for it would end the sender."""

    async def beat() -> None:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as other:
            await health.tell(other, 5, [lane(7, 10), lane(7, 25), lane(8, 3)])

    asyncio.run(beat())
    told = conn.execute("select mailing, answered from delivery_health where sender = 5 order by mailing")
    assert told.fetchall() == [(7, 25), (8, 3)]
