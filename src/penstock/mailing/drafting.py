"""What a draft may name: its list, its transport, other mailings' recipients and its options, all the account's own.

Checked when a draft is made or edited, so that nothing of another account can ever stand in a mailing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.account.policy import OPTIONS, PolicyError, effective
from penstock.audience.segments import keeping
from penstock.content import utm
from penstock.mailing import step
from penstock.platform.database import sql
from penstock.transport.reply import UNPRINTABLE

LONGEST_NAME = 200
FASTEST = 1_000_000.0  # messages a second
UNSUBSCRIBE = ("link", "mailto")
_BY: Final = {"email": "e-mail", "sms": "SMS"}


@dataclass(frozen=True)
class Fault:
    """One thing that a draft cannot have: `where` it stands (a path like `audience/list`) and why."""

    where: str
    text: str


class DraftError(ValueError):
    """A draft that cannot be made or edited so; names every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.text}" for fault in faults))
        self.faults = faults


def check(
    conn: psycopg.Connection[Any], account: int, *, name: str | None = None, audience: Mapping[str, Any] | None = None,
    transport: int | None = None, options: Mapping[str, Any] | None = None, channel: str | None = None,
) -> None:  # fmt: skip
    """Return when a draft of `account` may have what is given; what is None is not looked at. Raises DraftError.

    `channel`: the mailing's, which the transport is to carry.
    """
    faults = [
        *_name(name),
        *_options(options),
        *_owned(conn, account, audience, transport, channel),
    ]
    if faults:
        raise DraftError(faults)


def only_transport(conn: psycopg.Connection[Any], account: int, channel: str = "email") -> int:
    """Return the account's transport of this channel where there is no choice. Raises DraftError."""
    rows = conn.execute(
        "select id from account_transport where account_id = %s and channel = %s order by id limit 2",
        (account, channel),
    ).fetchall()
    if len(rows) == 1:
        return int(rows[0][0])
    text = (
        f"say which one: the account has several for {_BY[channel]}."
        if rows
        else f"the account has none for {_BY[channel]}; create one first."
    )
    raise DraftError([Fault("transport", text)])


def _name(name: str | None) -> list[Fault]:
    if name is None:
        return []
    if not name.strip() or len(name) > LONGEST_NAME or UNPRINTABLE.search(name):
        return [Fault("name", f"give one printable line of 1 to {LONGEST_NAME} characters.")]
    return []


def _options(options: Mapping[str, Any] | None) -> list[Fault]:
    faults = []
    for key, value in (options or {}).items():
        try:
            effective({}, {key: value})
        except PolicyError as error:
            faults.append(Fault(f"options/{key}", f"{error}."))
        if key in OPTIONS and (text := _other_option(key, value)):
            faults.append(Fault(f"options/{key}", text))
    return faults


def _other_option(key: str, value: Any) -> str | None:
    if key == "unsubscribe" and value not in UNSUBSCRIBE:
        return f"is one of {', '.join(UNSUBSCRIBE)}."
    if key in utm.NAMES:
        return f"{key} {fault}" if (fault := utm.fault(value)) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if key == "rate" and not (is_number and 0 < value <= FASTEST):
        return "is a number of messages a second, more than 0."
    if key == "connections" and not (isinstance(value, int) and is_number and 1 <= value <= 10_000):
        return "is a number of connections, from 1 to 10,000."
    return None


def _owned(
    conn: psycopg.Connection[Any], account: int, audience: Mapping[str, Any] | None, transport: int | None,
    channel: str | None,
) -> list[Fault]:  # fmt: skip
    rule = audience or {}
    row = conn.execute(sql("penstock.mailing", "owned"), {
        "account": account, "list": rule.get("list"), "transport": transport, "step": rule.get("step"),
        "mailings": [*rule.get("reached_by", []), *rule.get("not_reached_by", []), rule.get("step")],
        "segments": keeping.named_by(rule),
    }).fetchone()  # fmt: skip
    assert row is not None
    has_list, carries, mailings, segments, before = row
    faults = []
    if audience is not None and not has_list and ("list" in rule or not rule.keys() & {"step", "segment"}):
        faults.append(Fault("audience/list", f"there is no list {rule.get('list')}."))
    if transport is not None and carries is None:
        faults.append(Fault("transport", f"there is no transport {transport}."))
    elif transport is not None and channel is not None and carries != channel:
        words = f"transport {transport} carries {_BY[carries]}, and this mailing goes by {_BY[channel]}."
        faults.append(Fault("transport", words))
    if "step" in rule and rule["step"] not in mailings:
        faults.append(Fault("audience/step", f"there is no mailing {rule['step']}."))
    if before == "sms" and rule.get("condition") in step.SEEN:
        words = f"is {rule['condition']}: nobody sees that of a short message, and mailing {rule['step']} is one; all and bounced can be asked."
        faults.append(Fault("audience/condition", words))
    if "segment" in rule and rule["segment"] not in segments:
        faults.append(Fault("audience/segment", f"there is no segment {rule['segment']}."))
    faults += [
        Fault("audience/not_segment", f"there is no segment {number}.")
        for number in rule.get("not_segment", []) if number not in segments
    ]  # fmt: skip
    for key in ("reached_by", "not_reached_by"):
        faults += [
            Fault(f"audience/{key}", f"there is no mailing {number}.")
            for number in rule.get(key, []) if number not in mailings
        ]  # fmt: skip
    return faults
