"""What helps who writes: the variables that contacts have, and the senders that were used before."""

from typing import Any

from penstock.audience import contacts, reach
from penstock.audience.variables import EVERY
from penstock.content.accepting import EMAIL, SMS
from penstock.content.sms.program import RESERVED
from penstock.platform.database import sql
from penstock.web.room.visit import Visit

OWN = {EMAIL: ("email",), SMS: RESERVED}
"""The variables that every message of a channel has."""
LOOKED_AT = 50
"""Contacts whose attributes are looked at where no import says which there are."""


def variables(visit: Visit, list_id: int | None, channel: str = EMAIL) -> list[str]:
    """Return the variables that contacts of the list (or of the account) have, and the channel's; of few of them where nothing says."""
    known: set[str] = set()
    if list_id is not None:
        known |= set(contacts.columns(visit.conn, visit.account, list_id))
    if not known:
        some = contacts.page(visit.conn, visit.account, limit=LOOKED_AT, list_id=list_id)
        known |= {name for each in some for name in each.attributes}
    return [*OWN[channel], *sorted(known - set(OWN[channel]))]


def senders(visit: Visit, channel: str = EMAIL) -> list[str]:
    """Return the senders of the account's latest mailings of this channel, the latest first."""
    given = {"account": visit.account, "channel": channel}
    rows = visit.conn.execute(sql("penstock.web.room.writing", "senders"), given)
    return [str(sender) for (sender,) in rows]


def sample(visit: Visit, list_id: int | None, channel: str = EMAIL) -> tuple[str, dict[str, Any]] | None:
    """Return the address (by SMS the number) and the attributes of somebody on the list, or of the account, whom the channel reaches.

    None where there is nobody, or this person may not see it.
    """
    if not (visit.may("contacts:read") or visit.may("recipients:read")):
        return None
    how = reach.by(channel)
    text = sql("penstock.web.room.writing", "sample")
    text = (
        text.replace("{every}", EVERY).replace("{address}", how.address).replace("{reachable}", how.reachable)
    )
    given = {"account": visit.account, "list": list_id, "most": LOOKED_AT * 10}
    row = visit.conn.execute(text, given).fetchone()
    return None if row is None else (str(row[0]), dict(row[1]))
