"""Everything that a lane needs to know of a mailing, read once: what to make of a recipient, whom to hand it to, and on what terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from penstock.account import transports
from penstock.content import links, messages
from penstock.content.render import Program, compile_message
from penstock.delivery.outcome import Schedule
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.smtp.server import Server

if TYPE_CHECKING:
    from penstock.delivery.handoff import Item

WINDOW = 1000
"""Recipients that one lane may have claimed and not recorded: the most that are in doubt when a sender is killed."""


@dataclass(frozen=True)
class Order:
    """A mailing as a lane sees it."""

    mailing: int
    account: int
    transport: int
    program: Program
    server: Server
    key: bytes
    domain: bytes  # of the return path
    schedule: Schedule
    never_lost: bool
    rate: float | None  # messages a second, over all senders

    def envelope(
        self, item: Item, row: tuple[Any, ...], public: bytes, private: bytes, date: bytes, peer: Peer
    ) -> Envelope[Item]:
        """Make the envelope of one recipient: `row` is (seq, skip, address, attributes ...)."""
        raise NotImplementedError


def load(conn: psycopg.Connection[Any], mailing: int) -> Order:
    """Read and compile. Raises MessageError when the message cannot be compiled."""
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.delivery", "order"), {"mailing": mailing}).fetchone()
    assert row is not None
    raise NotImplementedError(row)
