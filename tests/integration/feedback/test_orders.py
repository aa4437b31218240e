"""Orders: each once, counted for the mailing that was clicked in last, exact in every currency, and no more when cancelled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from penstock.feedback import events
from penstock.feedback.orders import cancelling, listing, taking
from penstock.feedback.orders.taking import Order, OrderProblem
from tests.integration.delivery.stage import add_contacts, draft, policy

Conn = psycopg.Connection[Any]
NOW = datetime.now(UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.fixture
def mailings(conn: Conn) -> list[int]:
    """Two mailings of which two readers are recipients; a third reader got neither."""
    listed = add_contacts(conn, "readers", 3)
    made = [draft(conn, listed) for _ in range(2)]
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " select m, row_number() over (partition by m order by c.id), c.id, 1, c.normal"
        " from audience_contact c, unnest(%s::integer[]) m where c.normal < 'reader3'",
        (made,),
    )
    return made


def order(key: str, amount: str = "20.5", currency: str = "EUR", reader: int = 1, **more: Any) -> Order:
    return Order(key, Decimal(amount), currency, address=f"Reader{reader}@example.net", **more)


def revenue(conn: Conn, mailing: int) -> dict[str, tuple[int, Decimal, int]]:
    rows = conn.execute(
        "select currency, orders, amount, cancelled from feedback_revenue where mailing = %s", (mailing,)
    )
    return {row[0]: row[1:] for row in rows}


def buyers(conn: Conn, mailing: int) -> int:
    row = conn.execute(
        "select count(*) from feedback_buyer where mailing = %s and orders > 0", (mailing,)
    ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.behaviour("S4.38")
def test_an_order_counts_once_for_the_mailing_that_was_clicked_in_last(
    conn: Conn, mailings: list[int]
) -> None:
    first, second = mailings
    events.record_of_recipient(conn, first, 1, "clicked", at=ago(days=2))
    events.record_of_recipient(conn, second, 1, "clicked", at=ago(days=1))
    events.record_of_recipient(conn, first, 1, "clicked", at=ago(minutes=1))
    events.record_of_recipient(conn, first, 2, "opened", at=ago(minutes=1))
    told = [
        order("before any click", at=ago(days=3)), order("after the first", at=ago(days=1, hours=1)),
        order("after the second", at=ago(hours=1)), order("who opened only", reader=2), order("who got neither", reader=3),
    ]  # fmt: skip
    assert taking.take(conn, 1, told) == taking.Answer(5, 2, 0, [], [])
    assert taking.take(conn, 1, told) == taking.Answer(0, 0, 5, [], [])
    assert {each.key: each.mailing for each in listing.page(conn, 1, limit=9) if each.mailing} == {
        "after the first": first, "after the second": second,
    }  # fmt: skip
    assert revenue(conn, first) == revenue(conn, second) == {"EUR": (1, Decimal("20.50"), 0)}
    converted = conn.execute(
        "select mailing, seq, at, data from feedback_event where kind = 'converted' order by mailing"
    ).fetchall()
    assert [(row[0], row[1], row[2]) for row in converted] == [
        (first, 1, ago(days=1, hours=1)),
        (second, 1, ago(hours=1)),
    ]
    assert converted[0][3] == {"order": "after the first", "amount": "20.50", "currency": "EUR"}


def test_the_window_is_the_policys(conn: Conn, mailings: list[int]) -> None:
    events.record_of_recipient(conn, mailings[0], 1, "clicked", at=ago(days=8))
    assert taking.take(conn, 1, [order("too late")]).attributed == 0
    policy(conn, attribution_days=9)
    assert taking.take(conn, 1, [order("in time")]).attributed == 1
    policy(conn, attribution_days=0)
    assert taking.take(conn, 1, [order("none is counted", at=ago(days=8))]).attributed == 0


def test_amounts_are_exact_in_every_currency_and_people_are_counted_once(
    conn: Conn, mailings: list[int]
) -> None:
    mailing = mailings[0]
    for seq in (1, 2):
        events.record_of_recipient(conn, mailing, seq, "clicked", at=ago(hours=1))
    many = [order(f"cent {n}", "0.1") for n in range(30)]
    taking.take(
        conn,
        1,
        [*many, order("yen", "1200", "JPY", 2), order("dinar", "1.125", "KWD"), order("net", "0.0001")],
    )
    assert revenue(conn, mailing) == {
        "EUR": (31, Decimal("3.0001"), 0), "JPY": (1, Decimal(1200), 0), "KWD": (1, Decimal("1.125"), 0),
    }  # fmt: skip
    assert buyers(conn, mailing) == 2
    written = {each.key: each.money for each in listing.page(conn, 1, limit=99, mailing=mailing)}
    assert (written["cent 3"], written["yen"], written["net"]) == ("0.10", "1200", "0.0001")


def test_a_cancelled_order_stays_and_counts_no_more(conn: Conn, mailings: list[int]) -> None:
    mailing = mailings[0]
    events.record_of_recipient(conn, mailing, 1, "clicked", at=ago(hours=1))
    taking.take(conn, 1, [order("one", "5"), order("two", "7"), order("nobody's", reader=3)])
    answer = cancelling.cancel(conn, 1, ["one", "one", "nobody's", "three"])
    assert answer == cancelling.Cancelled(2, 0, ["three"])
    assert cancelling.cancel(conn, 1, ["one"]) == cancelling.Cancelled(0, 1, [])
    assert (revenue(conn, mailing), buyers(conn, mailing)) == ({"EUR": (1, Decimal("7.00"), 1)}, 1)
    assert taking.take(conn, 1, [order("one", "5")]).repeated == 1, "its key is used up"
    cancelling.cancel(conn, 1, ["two"])
    assert (revenue(conn, mailing), buyers(conn, mailing)) == ({"EUR": (0, Decimal(0), 2)}, 0)
    [one] = listing.page(conn, 1, limit=9, key="one")
    assert one.cancelled_at is not None


def test_what_cannot_be_is_told_with_its_place(conn: Conn, mailings: list[int]) -> None:
    stranger = Order("of a stranger", Decimal(1), "EUR", address="nobody@example.net")
    told = taking.take(conn, 1, [order("twice", "1"), stranger, order("twice", "2")])
    assert told == taking.Answer(1, 0, 1, [1], [2])
    assert taking.take(conn, 1, [order("twice", "1", reader=2)]).differing == [0]
    for wrong, words in (
        (order("k", currency="EURO"), "no currency"), (order("k", "-1"), "not between"), (order("k", "NaN"), "not between"),
        (order("k", "1.00001"), "4 decimals"), (order("", "1"), "printable"), (order("k", at=NOW + timedelta(hours=1)), "future"),
        (order("k", at=datetime(2026, 1, 1)), "no zone"), (Order("k", Decimal(1), "EUR"), "either"),  # noqa: DTZ001
        (order("k", data={"a": [1]}), "neither a text"),
    ):  # fmt: skip
        with pytest.raises(OrderProblem, match=words) as refused:
            taking.take(conn, 1, [order("good"), wrong])
        assert refused.value.place == 1
    assert [each.key for each in listing.page(conn, 1, limit=9)] == ["twice"]


def test_two_that_tell_the_same_orders_at_once_count_them_once(
    conn: Conn, mailings: list[int], database: str
) -> None:
    for mailing in mailings:
        for seq in (1, 2):
            events.record_of_recipient(conn, mailing, seq, "clicked", at=ago(days=mailing % 2 + 1))
    told = [order(f"{n}", "0.1", at=ago(hours=n), reader=n % 2 + 1) for n in range(30)]

    def tell(orders: list[Order]) -> int:
        with psycopg.connect(database, autocommit=True) as own:
            return sum(taking.take(own, 1, orders[n : n + 10]).noted for n in range(0, 30, 10))

    with ThreadPoolExecutor(3) as threads:
        noted = list(threads.map(tell, [told, told[::-1], told[15:] + told[:15]]))
    assert sum(noted) == 30
    rows = conn.execute(
        "select mailing, count(*), sum(amount) from feedback_order where mailing is not null group by 1 order by 1"
    ).fetchall()
    assert [(m, *revenue(conn, m)["EUR"][:2]) for m, _, _ in rows] == [tuple(row) for row in rows]
    assert conn.execute(
        "select sum(people), sum(total) from feedback_count where kind = 'converted' and link = 0"
    ).fetchone() == (conn.execute("select count(*), sum(orders) from feedback_buyer").fetchone())
