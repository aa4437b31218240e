"""Whether receivers will believe the sender, from what the domain's last check said."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.account import dkim_keys, transports
from penstock.preflight.analyst import alignment

Conn = psycopg.Connection[Any]
FOUND = {"state": "found", "what": "", "cure": "", "found": []}


def domain(conn: Conn, *, verified: bool = True, key: bool = True, **found: dict[str, Any]) -> None:
    """penstock.io with what was found of it; unless said otherwise every record is right."""
    said = {"spf": FOUND, "dmarc": {**FOUND, "policy": "reject", "adkim": "r", "aspf": "r"}, **found}
    row = conn.execute(
        "insert into account_domain (account_id, name, spf, verified_at, found) values (1, 'penstock.io', 'mx', %s, %s) returning id",
        ("2030-01-01" if verified else None, Jsonb(said)),
    ).fetchone()
    assert row
    pair = dkim_keys.make("ed25519")
    conn.execute(
        "insert into account_domain_key (domain_id, selector, algorithm, secret, public, found_at) values (%s, 'ps1', 'ed25519', %s, '', %s)",
        (row[0], dkim_keys.locked(pair.private), "2030-01-01" if key else None),
    )


def told(conn: Conn, sender: str, via: str = "smtp://mail.penstock.io") -> list[str]:
    found = list(alignment.look(conn, 1, transports.store(conn, 1, via), sender))
    assert all(each.cure for each in found)
    return sorted(each.code for each in found)


def test_of_a_domain_that_is_right_nothing_is_said(conn: Conn) -> None:
    domain(conn)
    assert told(conn, "penstock.io") == []
    assert told(conn, "news.penstock.io") == []  # relaxed


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ({"adkim": "s", "aspf": "r"}, ["dkim_unaligned"]),
        ({"adkim": "s", "aspf": "s"}, ["dkim_unaligned"]),
        ({"adkim": "r", "aspf": "s"}, []),
    ],
)
def test_strict_modes_are_heeded(conn: Conn, modes: dict[str, str], expected: list[str]) -> None:
    domain(conn, dmarc={**FOUND, "policy": "reject", **modes})
    assert told(conn, "news.penstock.io") == expected
    assert told(conn, "penstock.io") == []


def test_neither_signature_nor_return_path(conn: Conn) -> None:
    domain(conn, dmarc={**FOUND, "policy": "reject", "adkim": "s", "aspf": "s"})
    conn.execute("update account_domain set return_host = 'bounce.penstock.io', return_found_at = now()")
    [found] = alignment.look(
        conn, 1, transports.store(conn, 1, "smtp://mail.penstock.io"), "news.penstock.io"
    )
    assert found.code == "sender_unaligned"
    assert "asks to reject" in found.text


def test_what_is_wrong_with_records_is_passed_on(conn: Conn) -> None:
    missing = {"state": "missing", "what": "There is no DMARC record.", "cure": "Set it.", "found": []}
    domain(conn, key=False, dmarc=missing)
    assert told(conn, "penstock.io") == ["dkim_missing", "sender_dmarc"]


def test_an_unverified_domain_and_anybody_elses(conn: Conn) -> None:
    domain(conn, verified=False)
    assert told(conn, "penstock.io") == ["sender_unverified"]
    assert told(conn, "example.org") == ["sender_unverified"]
    assert told(conn, "gmail.com") == ["sender_freemail"]
    assert told(conn, "example.org", "smtp://127.0.0.1:2525") == []
