"""The hot statements read what they need and no more, in a large ledger that nobody has analysed."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from penstock.delivery import freeze
from penstock.delivery.claim import reading
from penstock.delivery.rescue import RETURN, SILENCE
from penstock.delivery.sender import SETTINGS
from penstock.platform.database import sql
from tests.integration.delivery.stage import add_contacts, draft, launch

Conn = psycopg.Connection[Any]
MANY = 200_000
LARGE = ("delivery_recipient", "delivery_outcome", "delivery_due", "audience_contact", "audience_suppression")


@pytest.fixture(scope="module")
def large(module_database: str) -> Iterator[tuple[Conn, int]]:
    """A mailing to 200,000, half of it accepted, 20,000 deferred and 20,000 suppressions since; nothing analysed."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        for table in (*LARGE, "delivery_package", "audience_membership"):
            conn.execute(f"alter table {table} set (autovacuum_enabled = off)")
        mailing = launch(conn, draft(conn, add_contacts(conn, "all", MANY)))
        freeze.prepare(conn, mailing)
        fill(conn, mailing)
        yield conn, mailing


def fill(conn: Conn, mailing: int) -> None:
    given = {"mailing": mailing}
    conn.execute("select delivery_reply_id(250, '', 'Ok', 'dot')")
    conn.execute(
        "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
        " select now(), mailing, package, seq, 1, 1, case when mod(seq, 5) = 0 then 3 else 5 end"
        " from delivery_recipient where mailing = %(mailing)s and package <= 20",
        given,
    )
    conn.execute(
        "update delivery_package set state = 'done', cursor = size, accepted = 4000, deferred = 1000, closed_at = now()"
        " where mailing = %(mailing)s and no <= 20",
        given,
    )
    conn.execute(
        "insert into delivery_due (mailing, seq, due_at, since, attempt, package, why)"
        " select mailing, seq, now() + interval '1 h', now(), 1, package, 'deferred' from delivery_recipient"
        " where mailing = %(mailing)s and package <= 20 and mod(seq, 5) = 0",
        given,
    )
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin)"
        " select 1, 'gone' || n || '@example.net', 'manual', 'test' from generate_series(1, 20000) as n"
    )
    conn.execute("insert into delivery_sender (host, pid) select 'old', n from generate_series(1, 500) as n")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@pytest.mark.parametrize("suppressed", [False, True])
@pytest.mark.parametrize("by_range", [True, False])
def test_what_was_claimed_is_read_by_its_keys(
    large: tuple[Conn, int], by_range: bool, suppressed: bool
) -> None:
    conn, mailing = large
    query = reading(["code", "first_name"], account=1, by_range=by_range, suppressed=suppressed)
    given = {"mailing": mailing, "first": 120_001, "last": 121_000, "seqs": list(range(1, 150_000, 150))}
    with conn.transaction(force_rollback=True):
        conn.execute(SETTINGS)
        row = conn.execute(
            psycopg.sql.SQL("explain (analyze, format json, timing off) {}").format(query), given
        ).fetchone()
    assert row
    found = list(nodes(row[0][0]["Plan"] if isinstance(row[0], list) else json.loads(row[0])[0]["Plan"]))
    assert not [
        node["Node Type"] for node in found if node["Node Type"] in ("Seq Scan", "Hash Join", "Merge Join")
    ]
    assert found[0]["Actual Rows"] == 1000
    for node in found:
        assert node["Actual Rows"] * node["Actual Loops"] <= 1000, node
        assert node.get("Rows Removed by Filter", 0) == 0, node


def read(conn: Conn, statement: str, given: Any) -> dict[str, int]:
    """Rows of the large tables that a statement reads, whatever it does inside; it is rolled back."""
    counted = "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = any(%s)"
    with conn.transaction(force_rollback=True):
        before = dict(conn.execute(counted, (list(LARGE),)).fetchall())
        conn.execute(statement, given)
        after = dict(conn.execute(counted, (list(LARGE),)).fetchall())
    return {name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)}


@pytest.mark.parametrize("settings", [SETTINGS, "select 1"], ids=["as a lane", "as the ticker"])
@pytest.mark.parametrize(
    ("statement", "most"),
    [
        ("select * from delivery_open(7, %(mailing)s)", 0),
        ("select * from delivery_record_and_claim(%(mailing)s, '[]', '[]', 21, 0, 1000)", 5),
        (
            "select * from delivery_record_and_claim(%(mailing)s, '[]', jsonb_build_array(jsonb_build_object('seq', 150000,"
            " 'package', 21, 'why', 'deferred', 'in', 9, 'since', now(), 'attempt', 1)), null, null, 0)",
            5,
        ),
        ("select delivery_late(%(mailing)s, 1, 5, 5, 1, 1, null, null, null, null, null)", 10),
        ("select delivery_promote(%(mailing)s, 5000)", 0),
        ("select delivery_give_up(%(mailing)s, interval '48 h')", 0),
        (sql("penstock.delivery", "pack_due"), 0),
        (sql("penstock.delivery", "senders"), 0),
    ],
)
def test_no_statement_reads_the_ledger_through(
    large: tuple[Conn, int], settings: str, statement: str, most: int
) -> None:
    conn, mailing = large
    with conn.transaction(force_rollback=True):
        conn.execute(settings)
        found = read(conn, statement, {"mailing": mailing, "silence": SILENCE, "return": RETURN})
    assert sum(found.values()) <= most, found


@pytest.mark.parametrize("settings", [SETTINGS, "select 1"], ids=["as a lane", "as the ticker"])
@pytest.mark.parametrize("which", ["plain", "retry"])
def test_a_rescue_reads_the_package_only(large: tuple[Conn, int], settings: str, which: str) -> None:
    conn, mailing = large
    with conn.transaction(force_rollback=True):
        conn.execute(settings)
        if which == "retry":
            conn.execute(
                "update delivery_due set due_at = now() - interval '1 s' where mailing = %s", (mailing,)
            )
            conn.execute("select delivery_promote(%s, 5000)", (mailing,))
            conn.execute(
                "update delivery_package set release_at = now() + interval '1 h' where kind = 'plain'"
            )
        row = conn.execute("select no from delivery_open(7, %s)", (mailing,)).fetchone()
        assert row
        conn.execute("update delivery_package set cursor = size where no = %s", row)
        found = read(conn, "select delivery_rescue(7)", None)
    assert sum(found.values()) <= 15_000, found
