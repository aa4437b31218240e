"""The rate of a token holds over all processes together, and asking costs next to nothing."""

import threading
from collections import Counter

import psycopg
import pytest

from penstock.account import rates, tokens
from penstock.mailing.actor import EVERY_ROLE, Actor

OWNER = Actor("root", EVERY_ROLE, "cli")


def token(conn: psycopg.Connection, rate: float, burst: int, name: str = "one") -> int:
    made = tokens.create(conn, account=1, name=name, scopes=["author"], actor=OWNER, rate=rate, burst=burst)
    return made.token.id


def test_a_burst_is_granted_then_so_many_a_second(conn: psycopg.Connection) -> None:
    number = token(conn, 0.01, 3)
    answers = [rates.take(conn, number) for _ in range(5)]
    assert [each.allowed for each in answers] == [True, True, True, False, False]
    assert [each.remaining for each in answers] == [2, 1, 0, 0, 0]
    assert {each.limit for each in answers} == {3}
    assert answers[1].retry_after == 0
    assert 99 < answers[4].retry_after <= 100
    assert 299 < answers[4].reset <= 300  # a refused request is not counted
    conn.execute("update account_meter set next_at = next_at - interval '100 seconds'")
    assert [rates.take(conn, number).allowed for _ in range(2)] == [True, False]


def test_a_pause_earns_no_more_than_the_burst(conn: psycopg.Connection) -> None:
    number = token(conn, 0.01, 2)
    rates.take(conn, number)
    conn.execute("update account_meter set next_at = now() - interval '1 year'")
    assert [rates.take(conn, number).allowed for _ in range(3)] == [True, True, False]


def test_tokens_do_not_use_up_each_others_rate(conn: psycopg.Connection) -> None:
    numbers = [token(conn, 0.01, 1, name) for name in ("one", "two")]
    assert [rates.take(conn, number).allowed for number in numbers] == [True, True]
    with pytest.raises(LookupError):
        rates.take(conn, 99)


def test_many_at_once_get_exactly_the_burst(conn: psycopg.Connection, database: str) -> None:
    number, counts = token(conn, 0.001, 40), Counter[bool]()
    begin = threading.Barrier(10)

    def ask() -> None:
        with psycopg.connect(database, autocommit=True) as own:
            begin.wait()
            answers = [rates.take(own, number).allowed for _ in range(20)]
        counts.update(answers)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {True: 40, False: 160}


def test_the_first_requests_of_a_token_meet_without_an_error(conn: psycopg.Connection, database: str) -> None:
    """No row is there yet: the insert of one is the conflict of the other."""
    number, granted = token(conn, 0.001, 5), []
    begin = threading.Barrier(8)

    def ask() -> None:
        with psycopg.connect(database, autocommit=True) as own:
            begin.wait()
            granted.append(rates.take(own, number).allowed)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(granted) == [False] * 3 + [True] * 5


def test_a_request_waits_for_no_disk(conn: psycopg.Connection) -> None:
    """What is written to unlogged tables alone is committed without a flush (transam/xact.c: RecordTransactionCommit)."""
    row = conn.execute("select relpersistence from pg_class where relname = 'account_meter'").fetchone()
    assert row == ("u",)
