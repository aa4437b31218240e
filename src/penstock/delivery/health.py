"""How the servers fare that lanes use: told to the database with the sender's beat, for people to see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.delivery.lane import Lane
from penstock.transport.reply import Reply
from penstock.transport.share import Share


async def tell(conn: psycopg.AsyncConnection[Any], sender: int, lanes: Iterable[Lane]) -> None:
    """Write what is known of every server in use; of two lanes of one mailing, one that ended and the next, the later counts."""
    rows = {(row["server"], row["mailing"]): row for lane in lanes for row in of_lane(lane)}
    if rows:
        await conn.execute("select delivery_health_beat(%s, %s)", (sender, Jsonb(list(rows.values()))))


def of_lane(lane: Lane) -> list[dict[str, Any]]:
    """The rows of a lane, one for each server; columns as in delivery_health."""
    mailing, shares = lane.order.mailing, lane.shares
    if shares:
        return [_of_share(share) | {"mailing": mailing} for share in shares]
    pool, handoff = lane.pool, lane.handoff
    troubled = handoff.trouble_since is not None
    return [{
        "server": lane.order.ways[0].number, "mailing": mailing, "state": "shaky" if troubled else "sound",
        "open": pool.open, "busy": pool.on_the_wire, "answered": pool.answered,
        "trouble": _words(handoff.last_trouble) if troubled else None, "retry_in": None,
    }]  # fmt: skip


def _of_share(share: Share) -> dict[str, Any]:
    standing, hands = share.standing, share.hands
    trouble = standing.trouble
    return {
        "server": share.way.number, "state": standing.state, "open": hands.open, "busy": hands.on_the_wire,
        "answered": share.answered, "trouble": _words(trouble.reply) if trouble else None,
        "retry_in": standing.rest(asyncio.get_running_loop().time()) if standing.aside else None,
    }  # fmt: skip


def _words(reply: Reply | None) -> str | None:
    if reply is None:
        return None
    return f"{reply.command.upper()}: {reply}" if reply.code else reply.text
