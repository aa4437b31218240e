"""The journal: who did what, when and why, in chains that show tampering.

Every mailing has a chain of its own, and so has every account for what concerns no mailing. A link is a keyed hash over an entry and
the link before it; the key is not in the database. `mailing_chain` has the last link and the number of them, so that a removed
end shows as well. `verify` walks them all.
"""

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from penstock.platform.database import sql
from penstock.platform.environment import derived_key

FIRST = b""
"""What stands in place of the link before the first."""


@cache
def _key() -> bytes:
    return derived_key("journal")


def append(
    conn: psycopg.Connection[Any], *, account: int, mailing: int | None, actor: str, door: str, command: str,
    from_state: str | None = None, to_state: str | None = None, reason: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one entry, inside the transaction of what it reports. Without a mailing it is one of the account's."""
    entry = {
        "account_id": account, "mailing_id": mailing, "at": datetime.now(UTC), "actor": actor, "door": door,
        "command": command, "from_state": from_state, "to_state": to_state, "reason": reason, "data": _steady(data or {}),
    }  # fmt: skip
    chain = conn.execute(
        "insert into mailing_chain (account_id, mailing, length, link) values (%s, %s, 0, %s)"
        " on conflict (account_id, mailing) do update set length = mailing_chain.length returning length, link",
        (account, mailing or 0, FIRST),
    ).fetchone()
    assert chain is not None
    place, before = chain[0] + 1, bytes(chain[1])
    made = link(before, {**entry, "place": place})
    conn.execute(
        sql("penstock.mailing", "append"),
        {**entry, "data": Jsonb(entry["data"]), "place": place, "link": made, "seal": seal(made)},
    )


def _steady(value: Any) -> Any:
    """Return `value` as the database gives it back: a number keeps neither an exponent nor the sign of a zero."""
    if isinstance(value, dict):
        return {str(name): _steady(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_steady(each) for each in value]
    if isinstance(value, float):
        told = repr(value)
        return abs(value) if value == 0 else int(Decimal(told)) if "e+" in told else value
    return value


def link(before: bytes, entry: dict[str, Any]) -> bytes:
    """Return the link of `entry` behind `before`: HMAC-SHA-256 over its canonical JSON."""
    names = (
        "account_id", "mailing_id", "place", "at", "actor", "door", "command", "from_state", "to_state", "reason", "data"
    )  # fmt: skip
    told = {name: entry[name] for name in names} | {"at": entry["at"].astimezone(UTC).isoformat()}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.digest(_key(), before + text.encode("utf-8", "surrogatepass"), sha256)


def seal(made: bytes) -> bytes:
    """Return what an entry keeps of its link. The link itself stands in the chain's end alone and cannot be had from its seal, so that
    nobody without the key can make an earlier entry the last one."""
    return hmac.digest(_key(), b"seal" + made, sha256)


def entries(conn: psycopg.Connection[Any], mailing: int) -> list[dict[str, Any]]:
    """Return the journal of one mailing, oldest first."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql("penstock.mailing", "journal"), {"mailing": mailing}).fetchall()


def verify(conn: psycopg.Connection[Any]) -> list[str]:
    """Walk every chain and return what does not hold, in words; nothing when the journal is as it was written.

    That every mailing is in the state that its journal leads to, by steps that follow from each other, is part of it.
    """
    wrong = []
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read")
        rows = conn.execute("select account_id, mailing, length, link from mailing_chain").fetchall()
        ends = {(account, mailing): (length, bytes(last)) for account, mailing, length, last in rows}
        mailings = conn.execute("select account_id, id, state from mailing_mailing").fetchall()
        states = {(account, mailing): state for account, mailing, state in mailings}
        for key, chain in _chains(conn):
            length, last = ends.pop(key, (0, FIRST))
            wrong += _walk(key, chain, length, last) or _follow(key, chain, states.get(key))
            states.pop(key, None)
    gone = dict.fromkeys(states, 0) | {key: length for key, (length, _) in ends.items() if length}
    return wrong + [
        f"{_name(key)}: its {length or ''} entries are gone".replace("  ", " ")
        for key, length in sorted(gone.items())
    ]


def verify_one(conn: psycopg.Connection[Any], account: int, mailing: int, most: int) -> list[str] | None:
    """Walk the chain of one mailing as `verify` does; None where it has more than `most` entries, which takes too long for a page."""
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        end = conn.execute(
            "select c.length, c.link, m.state from mailing_mailing m"
            " left join mailing_chain c on c.account_id = m.account_id and c.mailing = m.id where m.id = %s",
            (mailing,),
        ).fetchone()
        length, last, state = end or (None, None, None)
        if (length or 0) > most:
            return None
        with conn.cursor(row_factory=dict_row) as cursor:
            given = {"account": account, "mailing": mailing, "limit": most + 1}
            chain = cursor.execute(sql("penstock.mailing", "chain"), given).fetchall()
    key = (account, mailing)
    return _walk(key, chain, length or 0, bytes(last or FIRST)) or _follow(key, chain, state)


def _follow(key: tuple[int, int], chain: list[dict[str, Any]], state: str | None) -> list[str]:
    """Whether each entry of a mailing goes on where the one before led, and the mailing is where the last one led."""
    if not key[1]:
        return []
    before = None
    for entry in chain:
        if entry["from_state"] is None and entry["to_state"] is None:
            continue  # of something beside the state, as its tags
        if entry["place"] > 1 and entry["from_state"] != before:
            return [
                f"{_name(key)}: entry {entry['place']} ({entry['command']}) begins in {entry['from_state']}, not in {before}:"
                " the state was changed by another way"
            ]
        before = entry["to_state"]
    if before != state:
        return [f"{_name(key)}: it leads to {before}, but the mailing is {state}"]
    return []


def _chains(conn: psycopg.Connection[Any]) -> Iterator[tuple[tuple[int, int], list[dict[str, Any]]]]:
    """Yield each chain with its entries in order, without holding all of them at once."""
    with conn.cursor("journal", row_factory=dict_row) as cursor:
        cursor.itersize = 5000
        cursor.execute(sql("penstock.mailing", "all_entries"))
        current: tuple[int, int] | None = None
        chain: list[dict[str, Any]] = []
        for row in cursor:
            key = (row["account_id"], row["mailing_id"] or 0)
            if key != current and current is not None:
                yield current, chain
                chain = []
            current = key
            chain.append(row)
        if current is not None:
            yield current, chain


def holds(chain: list[dict[str, Any]], length: int, last: bytes) -> bool:
    """Tell whether a chain is as it was written: its entries in their order, how many there are, and the last link."""
    return not _walk((0, 0), chain, length, last)


def _walk(key: tuple[int, int], chain: list[dict[str, Any]], length: int, last: bytes) -> list[str]:
    before = FIRST
    for n, entry in enumerate(chain, start=1):
        if entry["place"] != n:
            return [f"{_name(key)}: entry {n} is missing"]
        before = link(before, entry)
        if seal(before) != bytes(entry["link"]):
            return [f"{_name(key)}: entry {n} ({entry['command']}) was changed"]
    if len(chain) != length or before != last:
        return [f"{_name(key)}: entries are missing at its end, or were added"]
    return []


def _name(key: tuple[int, int]) -> str:
    account, mailing = key
    return f"the journal of mailing {mailing}" if mailing else f"the journal of account {account}"
