"""What the listener asks of the database: whether an address is ours, and to take a message. In threads; nothing of it is kept in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from penstock.feedback import receive
from penstock.feedback.inbound.recipients import POSTMASTER, is_ours, is_return_path, role_at
from penstock.platform import connections, environment
from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

HANDS: Final = 4
"""Messages read and noted at a time; the others wait."""
PATIENCE: Final = "20s"
"""How long one statement may take: whoever hands over waits for the answer to the dot, and some do not wait long."""
AWAY: Final = (Trouble, psycopg.Error, OSError)
"""What says that a message could not be noted: it is to be handed over again."""


class Away(Exception):
    """The database did not take it: it is to be tried again later."""


@dataclass
class Taking:
    """The hands behind the dialogues."""

    door: str
    _key: bytes = field(default_factory=environment.link_key, repr=False)
    _hands: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(HANDS, "inbound"), repr=False
    )

    async def ours(self, address: str) -> bool:
        """Whether mail to `address` is taken. Raises Away."""
        if is_return_path(address, self._key) or address.lower() == POSTMASTER:
            return True
        domain = role_at(address)
        return domain is not None and bool(await self._ask(lambda conn: is_ours(conn, domain)))

    async def take(self, data: bytes, recipients: Sequence[str], sender: str) -> list[receive.Received]:
        """Note what a message says; when this returns it is committed. Raises Away."""
        found: list[receive.Received] = await self._ask(
            lambda conn: receive.receive(conn, data, door=self.door, recipients=recipients, sender=sender)
        )
        return found

    async def _ask(self, question: Any) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hands, _asked, question)
        except AWAY as error:
            log.warning("what came in by %s is put off: %s", self.door, type(error).__name__)
            raise Away from error

    def close(self) -> None:
        """Wait for what is being noted."""
        self._hands.shutdown(wait=True, cancel_futures=True)


def _asked(question: Any) -> Any:
    with connections.connection() as conn:
        conn.execute(f"set statement_timeout = '{PATIENCE}'")
        return question(conn)
