"""The senders' part of a scene, played over one connection: packages are opened, claimed and recorded as senders do it."""

from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb


class Said(NamedTuple):
    """An outcome: its code in the ledger, and what the other side said."""

    state: int
    code: int
    enhanced: str
    text: str
    command: str
    detail: str | None = None


SAID = {
    "accepted": Said(5, 250, "2.0.0", "Ok: queued as {}", "DATA", "4XzT9k2b1Pz"),
    "bounced": Said(7, 550, "5.1.1", "No such user here", "RCPT"),
    "deferred": Said(3, 451, "4.7.1", "Greylisted, please try again in 300 seconds", "RCPT"),
    "in_doubt": Said(1, 0, "", "The connection was lost after the message, before an answer", "doubt"),
}
"""What the other side says unless a test says otherwise."""


def enlist(conn: psycopg.Connection[Any]) -> int:
    """Enter a sender that is nobody's process and seems to live; returns its number."""
    row = conn.execute(
        "insert into delivery_sender (host, pid, beat_at) values ('scene', 0, now() + interval '1 day') returning id"
    ).fetchone()
    assert row
    return int(row[0])


def send(
    conn: psycopg.Connection[Any],
    mailing: int,
    sender: int,
    *,
    in_flight: int = 0,
    said: dict[str, Said] | None = None,
    **outcomes: int,
) -> None:
    """Hand over the next recipients with these outcomes, in their order; `in_flight` more are claimed and stay on the wire."""
    left = [each for name, number in outcomes.items() for each in [(SAID | (said or {}))[name]] * number]
    while left or in_flight:
        package = conn.execute(
            "select no, epoch, size, cursor, first_seq, positions, attempt, batch from delivery_open(%s, %s)",
            (sender, mailing),
        ).fetchone()
        assert package, f"nothing is left to be sent of mailing {mailing}; {len(left)} were to be"
        free = package[2] - package[3]
        now, left = left[:free], left[free:]
        stay = min(in_flight, free - len(now))
        in_flight -= stay
        with conn.transaction():
            _hand_over(conn, mailing, package, now, stay)


def _hand_over(
    conn: psycopg.Connection[Any], mailing: int, package: tuple[Any, ...], now: list[Said], stay: int
) -> None:
    no, epoch, _, cursor, first_seq, positions, attempt, batch = package
    conn.execute(
        "select * from delivery_record_and_claim(%s, '[]', '[]', %s, %s, %s)",
        (mailing, no, epoch, len(now) + stay),
    )
    seqs = [positions[cursor + n] if positions else first_seq + cursor + n for n in range(len(now))]
    for seq, said in zip(seqs, now, strict=True):
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)"
            " select now(), %s, %s, %s, delivery_reply_id(%s, %s, %s, %s), transport_id, %s, %s"
            "  from mailing_mailing where id = %s",
            (
                mailing,
                no,
                seq,
                said.code,
                said.enhanced,
                said.text,
                said.command,
                said.state,
                said.detail,
                mailing,
            ),
        )
    told = {name: sum(each.state == said.state for each in now) for name, said in SAID.items()}
    record = {
        "no": no,
        "epoch": epoch,
        "batch": batch + 1,
        "returned": 0,
        "skipped": 0,
        "release": not stay,
        **told,
    }
    due = [
        {"seq": seq, "package": no, "why": "deferred", "in": 300, "since": "now", "attempt": attempt + 1}
        for seq, said in zip(seqs, now, strict=True) if said.state == SAID["deferred"].state
    ]  # fmt: skip
    conn.execute(
        "select * from delivery_record_and_claim(%s, %s, %s, null, null, 0)",
        (mailing, Jsonb([record]), Jsonb(due)),
    )
