"""Suppressions, and the plan of the one predicate."""

from typing import Any

import psycopg
import pytest

from penstock.audience import suppression
from penstock.audience.address import AddressError

Conn = psycopg.Connection[Any]


def test_suppress_and_lift(conn: Conn) -> None:
    assert suppression.newest(conn, 1) == 0
    assert suppression.suppress(conn, 1, "Anna@Bücher.example", "unsubscribed", "mailing 1")
    assert not suppression.suppress(conn, 1, "anna@xn--bcher-kva.example", "manual", "cli")
    assert suppression.suppressed(conn, 1, "ANNA@bücher.example") == "unsubscribed"
    first = suppression.newest(conn, 1)
    assert first > 0
    suppression.suppress(conn, 1, "b@x.example", "complaint", "mailing 1")
    assert suppression.newest(conn, 1) > first
    assert suppression.newest(conn, 2) == 0
    assert suppression.lift(conn, 1, "anna@bücher.example")
    assert not suppression.lift(conn, 1, "anna@bücher.example")
    assert suppression.suppressed(conn, 1, "anna@bücher.example") is None
    with pytest.raises(AddressError):
        suppression.suppress(conn, 1, "nobody", "manual", "cli")
    with pytest.raises(ValueError, match="no reason"):
        suppression.suppress(conn, 1, "c@x.example", "whim", "cli")


def test_the_database_knows_the_same_reasons(conn: Conn) -> None:
    for number, reason in enumerate(suppression.REASONS):
        assert suppression.suppress(conn, 1, f"r{number}@x.example", reason, "test")
    with pytest.raises(psycopg.errors.CheckViolation):
        conn.execute(
            "insert into audience_suppression (account_id, normal, reason, origin) values (1, 'x', 'whim', '')"
        )


def test_the_predicate_is_one_anti_join_for_many_and_a_probe_for_few(conn: Conn) -> None:
    conn.execute(
        "insert into audience_contact (account_id, address, normal) select 1, a, a from"
        " (select 'p' || n || '@x.example' as a from generate_series(1, 50000) as n) as g"
    )
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin)"
        " select 1, 'p' || n * 10 || '@x.example', 'unsubscribed', 'test' from generate_series(1, 5000) as n"
    )
    conn.execute("analyze audience_contact, audience_suppression")
    query = f"select count(*) from audience_contact c where c.account_id = 1 and not {suppression.SUPPRESSED}"
    assert conn.execute(query).fetchone() == (45_000,)
    plan = "\n".join(row[0] for row in conn.execute(f"explain {query}"))
    assert "Anti Join" in plan
    assert "SubPlan" not in plan
    newest = "explain select id from audience_suppression where account_id = 2 order by id desc limit 1"
    assert "audience_suppression_newest" in "\n".join(row[0] for row in conn.execute(newest))
