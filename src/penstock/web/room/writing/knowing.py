"""What helps who writes: the variables that contacts have, and the senders that were used before."""

from typing import Any

from penstock.audience import contacts
from penstock.content.accepting import EMAIL
from penstock.platform.database import sql
from penstock.web.room.visit import Visit

LOOKED_AT = 50
"""Contacts whose attributes are looked at where no import says which there are."""


def variables(visit: Visit, list_id: int | None) -> list[str]:
    """Return the variables that contacts of the list (or of the account) have, with `email`; of few of them where nothing says."""
    known: set[str] = set()
    if list_id is not None:
        known |= set(contacts.columns(visit.conn, visit.account, list_id))
    if not known:
        some = contacts.page(visit.conn, visit.account, limit=LOOKED_AT, list_id=list_id)
        known |= {name for each in some for name in each.attributes}
    return ["email", *sorted(known - {"email"})]


def senders(visit: Visit, channel: str = EMAIL) -> list[str]:
    """Return the senders of the account's latest mailings of this channel, the latest first."""
    given = {"account": visit.account, "channel": channel}
    rows = visit.conn.execute(sql("penstock.web.room.writing", "senders"), given)
    return [str(sender) for (sender,) in rows]


def sample(visit: Visit, list_id: int | None) -> tuple[str, dict[str, Any]] | None:
    """Return the address and the attributes of somebody on the list (or of the account), None where there is nobody."""
    some = contacts.page(visit.conn, visit.account, limit=1, list_id=list_id)
    return (some[0].address, some[0].attributes) if some else None
