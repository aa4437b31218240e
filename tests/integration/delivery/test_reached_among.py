"""Whom a mailing reached, asked for a few contacts, is what it is for everybody."""

from typing import Any

import psycopg

from penstock.delivery.freeze import prepare
from penstock.mailing import mailings
from penstock.preflight import walking
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]
IN_DOUBT, RETURNED, DEFERRED, SKIPPED, ACCEPTED, DELIVERED, BOUNCED = range(1, 8)
OUTCOMES = {
    1: [(1, ACCEPTED)], 2: [(1, ACCEPTED), (1, DELIVERED)], 3: [(1, ACCEPTED), (1, BOUNCED)], 4: [(1, BOUNCED)], 5: [(1, IN_DOUBT)],
    6: [(1, IN_DOUBT), (1, DEFERRED)], 7: [(1, DEFERRED), (3, IN_DOUBT)], 8: [(1, DEFERRED)], 9: [(1, RETURNED)], 10: [(1, SKIPPED)],
}  # fmt: skip
"""By number in the ledger: the outcomes, each with its package."""


def sent(conn: Conn) -> int:
    """A mailing whose ledger has one of everything; of package 2 (11 to 20) five are in flight, of the retry package 3 one."""
    stage.policy(conn, package_size=10)
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "readers", 24)))
    prepare(conn, mailing)
    for seq, outcomes in OUTCOMES.items():
        for package, state in outcomes:
            conn.execute(
                "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
                " values (now(), %s, %s, %s, delivery_reply_id(250, '', 'ok', 'dot'), 1, %s)",
                (mailing, package, seq, state),
            )
    conn.execute("update delivery_package set cursor = 10, accepted = 2, bounced = 2, in_doubt = 1, deferred = 3, returned = 1, skipped = 1 where mailing = %s and no = 1", (mailing,))  # fmt: skip
    conn.execute("update delivery_package set cursor = 5 where mailing = %s and no = 2", (mailing,))
    conn.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, positions, since, cursor, in_doubt)"
        " values (%s, 4, 'retry', 'waiting', now(), 3, '{7,21,22}', '{now,now,now}', 2, 1)",
        (mailing,),
    )
    return mailing


def both(conn: Conn, mailing: int) -> tuple[set[int], set[int]]:
    """Whom it reached, by the one function and by the other."""
    ids = [n for (n,) in conn.execute("select id from audience_contact")]
    everybody = conn.execute("select contact from delivery_reached(1, %s)", ([mailing],)).fetchall()
    few = {n for each in ids for (n,) in conn.execute("select contact from delivery_reached_among(1, %s, %s)", ([mailing], [each]))}  # fmt: skip
    among = conn.execute("select contact from delivery_reached_among(1, %s, %s)", ([mailing], ids)).fetchall()
    assert {n for (n,) in among} == few
    return {n for (n,) in everybody}, few


def test_a_few_and_everybody_agree(conn: Conn) -> None:
    mailing = sent(conn)
    everybody, few = both(conn, mailing)
    assert everybody == few
    numbers = {
        n
        for (n,) in conn.execute(
            "select seq from delivery_recipient where mailing = %s and contact = any(%s)", (mailing, [*few])
        )
    }
    assert numbers == {1, 2, 3, 5, 7, 11, 12, 13, 14, 15, 21}


def test_who_changed_the_address_is_the_same_person(conn: Conn) -> None:
    mailing = sent(conn)
    for number in (1, 4):
        conn.execute(
            "update audience_contact set address = 'new' || id || '@x.example', normal = 'new' || id || '@x.example', updated_at = now()"
            " where normal = %s",
            (stage.address(number),),
        )
    # Another contact has the address now that was reached then.
    stage.add_contacts(conn, "others", 1, first=1)
    everybody, few = both(conn, mailing)
    assert everybody == few
    assert len(few) == 12


def test_a_walk_leaves_out_whom_the_freeze_would(conn: Conn) -> None:
    mailing = sent(conn)
    rule = {"list": 1, "not_reached_by": [mailing]}
    row = conn.execute(
        "select message_id, transport_id from mailing_mailing where id = %s", (mailing,)
    ).fetchone()
    assert row
    rest = mailings.create(conn, 1, name="rest", message=row[0], audience=rule, transport=row[1])
    there = mailings.find(conn, 1, rest)
    assert there is not None
    found, _ = walking.walk(conn, there, 0, limit=100)
    stage.launch(conn, rest)
    prepare(conn, rest)
    chosen = conn.execute(
        "select contact from delivery_recipient where mailing = %s order by seq", (rest,)
    ).fetchall()
    assert [each.contact for each in found] == [n for (n,) in chosen]
    assert len(found) == 13
