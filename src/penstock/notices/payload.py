"""What a webhook carries: the JSON document of Standard Webhooks (`type`, `timestamp`, `data`). Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from penstock.mailing.states import State
from penstock.notices.kinds import Kind
from penstock.notices.wording import Told

LONGEST = 4_000
"""Characters of a name or a reason that are carried: receivers do not expect more than some kilobytes."""


def data_of(told: Told, account: int, entry: int) -> dict[str, Any]:
    """Return `data`: the mailing as the change left it, why, by whom, and the line of the journal."""
    data: dict[str, Any] = {"account": account, "entry": entry, "actor": told.actor, **told.data}
    if told.reason or told.code:
        data["reason"] = {"code": told.code, "text": told.reason and told.reason[:LONGEST]}
    if told.mailing is not None:
        data["mailing"] = {
            "id": told.mailing,
            "name": told.name[:LONGEST],
            "state": told.state,
            "revision": told.revision,
        }
    if told.kind in (Kind.TO_APPROVE, Kind.HELD):
        data["gate"] = "moderation" if told.state == State.IN_MODERATION else "approval"
    if told.figures:
        data["recipients"] = {"total": sum(told.figures.values()), **told.figures}
    return data


def body(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """Return the body exactly as it is signed and sent: JSON without spaces, the time in UTC (RFC 3339)."""
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    document = {"type": kind, "timestamp": stamp, "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
