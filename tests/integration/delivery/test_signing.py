"""Signed mailings through real senders and a real SMTP dialogue: what arrives is signed, or nothing arrives."""

import re
from collections.abc import Callable
from typing import Any

import psycopg

from penstock.account import dkim_keys
from penstock.content.dkim import SigningKey
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.transport.catcher import Caught
from tests.integration.delivery.conftest import CatchingThread
from tests.integration.delivery.stage import (
    add_contacts,
    becomes,
    begin,
    command,
    draft,
    eventually,
    launch,
    reason,
    senders,
    sound,
)
from tests.signatures import both, count, dkimpy_says, ed25519_key, opendkim, record, rsa_key

Conn = psycopg.Connection[Any]
Catchers = Callable[..., CatchingThread]
AWKWARD = "<p>Grüße, {{ first_name }}  &amp; all </p>\n.\n..x\n\t{{ code }}\n<p>é</p>\n\n\n"


def domain(
    conn: Conn, *keys: SigningKey, name: str = "example.org", host: str | None = None, account: int = 1
) -> int:
    """A verified sending domain with these keys, their records found; `host`: of its return path, found too."""
    row = conn.execute(
        "insert into account_domain (account_id, name, spf, verified_at, return_host, return_found_at)"
        " values (%s, %s, 'mx', now(), %s, case when %s::text is null then null else now() end)"
        " on conflict (account_id, name) do update set verified_at = now() returning id",
        (account, name, host, host),
    ).fetchone()
    assert row
    for key in keys:
        conn.execute(
            "insert into account_domain_key (domain_id, selector, algorithm, secret, public, found_at)"
            " values (%s, %s, %s, %s, '', now())",
            (row[0], key.selector, key.algorithm, dkim_keys.locked(key.private)),
        )
    return int(row[0])


def sent(conn: Conn, catcher: CatchingThread, number: int, html: str = AWKWARD) -> list[Caught]:
    """Send a mailing whole; returns what was caught."""
    before = len(catcher.catcher.messages)
    with senders(1):
        mailing = begin(conn, number, catcher.url(), html)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": number}
    return list(catcher.catcher.messages)[before:]


def selectors(message: Caught) -> list[str]:
    return [found.decode() for found in re.findall(rb"^ s=([\w-]+);", message.data, re.MULTILINE)]


def test_every_message_of_a_mailing_is_signed_with_both_keys(conn: Conn, a_catcher: Catchers) -> None:
    domain(conn, *both())
    caught = sent(conn, a_catcher(), 60)
    judge = opendkim(both())
    for each in caught:
        assert judge.verdicts(each.data) == ["pass", "pass"]
        assert each.data.isascii()
    assert len({each.data for each in caught}) == 60
    assert [dkimpy_says(each.data, both()) for each in caught[:10]] == [["pass", "pass"]] * 10


def test_signing_needs_no_8bitmime_and_asks_for_none(conn: Conn, a_catcher: Catchers) -> None:
    domain(conn, rsa_key())
    (caught,) = sent(conn, a_catcher(), 1)
    assert not any(option.upper().startswith("BODY=8BIT") for option in caught.options)
    assert dkimpy_says(caught.data, [rsa_key()]) == ["pass"]


def test_a_domain_above_signs_for_those_below(conn: Conn, a_catcher: Catchers) -> None:
    """And the signature is aligned with From as DMARC wants it (RFC 7489 §3.1.1, relaxed)."""
    domain(conn, rsa_key())
    catcher = a_catcher()
    listed = add_contacts(conn, "few", 1)
    message = Message(sender="News <news@mail.example.org>", subject="News", html="<p>x</p>")
    mailing = draft(conn, listed, catcher.url())
    conn.execute(
        "update mailing_mailing set message_id = %s where id = %s", (store_message(conn, 1, message), mailing)
    )
    with senders(1):
        launch(conn, mailing)
        becomes(conn, mailing, "sent")
    (caught,) = catcher.catcher.messages
    assert b" d=example.org;" in caught.data
    assert dkimpy_says(caught.data, [rsa_key()]) == ["pass"]


def test_only_a_found_key_of_the_account_and_the_domain_signs(conn: Conn, a_catcher: Catchers) -> None:
    """Whether it may leave unsigned is the guard's to say (here: to loopback it may)."""
    number = domain(conn, rsa_key())
    conn.execute("update account_domain_key set found_at = null where domain_id = %s", (number,))
    domain(conn, rsa_key(), name="other.example")
    other = conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('other', 'UTC', '{}', now()) returning id"
    ).fetchone()
    assert other
    domain(conn, rsa_key(), account=other[0])
    (caught,) = sent(conn, a_catcher(), 1)
    assert count(caught.data) == 0


def test_bounces_go_to_the_return_host_once_it_was_found(conn: Conn, a_catcher: Catchers) -> None:
    number = domain(conn, rsa_key(), host="bounce.example.org")
    catcher = a_catcher()
    (first,) = sent(conn, catcher, 1)
    assert first.sender.endswith("@bounce.example.org")
    conn.execute("update account_domain set return_found_at = null where id = %s", (number,))
    (second,) = sent(conn, catcher, 1)
    assert second.sender.endswith("@example.org")
    assert dkimpy_says(first.data, [rsa_key()]) == dkimpy_says(second.data, [rsa_key()]) == ["pass"]


def test_a_rotated_key_signs_after_the_mailing_is_resumed(conn: Conn, a_catcher: Catchers) -> None:
    new = SigningKey("example.org", "next", "ed25519", dkim_keys.make("ed25519").private)
    number = domain(conn, ed25519_key())
    catcher = a_catcher()
    with senders(1):
        mailing = begin(conn, 400, catcher.url(1), rate=100)
        eventually(lambda: len(catcher.catcher.messages) > 5)
        command(conn, mailing, "pause")
        conn.execute("update account_domain_key set retired_at = now() where domain_id = %s", (number,))
        domain(conn, new)
        paused_at = len(catcher.catcher.messages)
        command(conn, mailing, "resume")
        eventually(lambda: len(catcher.catcher.messages) > paused_at + 5)
        command(conn, mailing, "cancel", reason="seen enough", prepared="drop", confirm=True)
        becomes(conn, mailing, "cancelled")
    caught = list(catcher.catcher.messages)
    assert selectors(caught[0]) == ["ed"]
    assert selectors(caught[-1]) == ["next"]
    judge = opendkim([ed25519_key(), new])
    assert all(judge.verdicts(each.data) == ["pass"] for each in caught)
    assert set(sound(conn, mailing)) <= {"accepted", "cancelled"}


def test_a_key_that_cannot_be_used_interrupts_before_anybody_gets_it_unsigned(
    conn: Conn, a_catcher: Catchers
) -> None:
    broken = SigningKey("example.org", "ps1", "rsa", b"no key at all")
    number = domain(conn, broken)
    catcher = a_catcher()
    with senders(1):
        mailing = begin(conn, 20, catcher.url())
        becomes(conn, mailing, "interrupted")
        found = reason(conn, mailing)
        assert found
        assert found["code"] == "technical"
        assert "The key ps1 of example.org cannot sign" in found["text"]
        assert not catcher.catcher.messages
        conn.execute("delete from account_domain_key where domain_id = %s", (number,))
        domain(conn, rsa_key())
        command(conn, mailing, "resume", reason="another key")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 20}
    assert {tuple(dkimpy_says(each.data, [rsa_key()])) for each in catcher.catcher.messages} == {("pass",)}


FAILING = """
import penstock.content.dkim as dkim
made, count = dkim._signature, [0]
def failing(key):
    sign = made(key)
    def after_some(covered):
        count[0] += 1
        if count[0] > 7:
            raise RuntimeError("the library fails")
        return sign(covered)
    return after_some
dkim._signature = failing
"""


def test_a_signature_that_fails_on_the_way_interrupts_and_loses_nobody(
    conn: Conn, a_catcher: Catchers
) -> None:
    domain(conn, rsa_key())
    catcher = a_catcher()
    with senders(1, FAILING):
        mailing = begin(conn, 50, catcher.url())
        becomes(conn, mailing, "interrupted")
        found = reason(conn, mailing)
        assert found
        assert found["code"] == "technical"
        assert "signing failed: the library fails" in found["text"]
    eventually(lambda: "in_flight" not in sound(conn, mailing))
    ledger = sound(conn, mailing)
    assert ledger["accepted"] + ledger["waiting"] == 50
    assert 0 < ledger["accepted"] <= 7
    assert len(catcher.catcher.messages) == ledger["accepted"]
    with senders(1):
        command(conn, mailing, "resume", reason="mended")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 50}
    assert len({each.recipients for each in catcher.catcher.messages}) == 50
    assert all(dkimpy_says(each.data, [rsa_key()]) == ["pass"] for each in catcher.catcher.messages)


def test_the_record_of_the_tests_is_the_one_that_people_are_told(conn: Conn) -> None:
    """So that what the judges hold right is right with the record that Penstock shows."""
    for algorithm in dkim_keys.ALGORITHMS:
        pair = dkim_keys.make(algorithm)
        key = SigningKey("example.org", "ps1", algorithm, pair.private)
        assert record(key)[1] == dkim_keys.record(algorithm, pair.public)
