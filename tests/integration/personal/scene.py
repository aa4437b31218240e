"""Somebody of whom everything there is has been written down somewhere, and a search through the whole database."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.audience import editing, suppression
from penstock.audience.contacts import Contact
from penstock.audience.importing import import_file
from penstock.delivery import freeze
from penstock.feedback import events, strays
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]
ANNA = Actor("anna", EVERY_ROLE, "cli")
ADDRESS = "Annegret.U@Bücher.example"
NAME = "Unverwechselbar"
TRACES = "annegret|unverwechselbar"


def begun(conn: Conn, listed: int, **options: Any) -> int:
    """A mailing to a list, frozen and sending."""
    mailing = stage.launch(conn, stage.draft(conn, listed, **options))
    freeze.prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"
    return mailing


def seq_of(conn: Conn, mailing: int, contact: int) -> int:
    row = conn.execute(
        "select seq from delivery_recipient where mailing = %s and contact = %s", (mailing, contact)
    ).fetchone()
    assert row
    return int(row[0])


def somebody(conn: Conn, listed: int) -> Contact:
    """The person, on the list."""
    return editing.create(conn, 1, ADDRESS, {"first_name": "Annegret", "last_name": NAME}, [listed])


def written_down(conn: Conn, folder: Path) -> tuple[Contact, list[int]]:
    """Everything that can be known of one person; returns the contact and the mailings: bounced, passed over, half sent."""
    stage.policy(conn, approvals_required=0, drift_bound=10_000)
    listed = stage.add_contacts(conn, "readers", 3)
    person = editing.update(conn, 1, editing.create(conn, 1, "annegret@old.example", {}, [listed]).id)
    former = begun(conn, listed)
    stage.hand_over(conn, former)
    person = editing.update(
        conn, 1, person.id, address=ADDRESS, attributes={"first_name": "Annegret", "last_name": NAME}
    )
    bounced = begun(conn, listed)
    stage.hand_over(conn, bounced)
    _came_back(conn, bounced, person)
    found, _ = suppression.suppress_by_hand(conn, 1, ADDRESS, "manual", ANNA)
    passed_over = begun(conn, listed)
    stage.hand_over(conn, passed_over)
    suppression.lift_by_hand(conn, 1, found.id, ANNA)
    suppression.suppress_by_hand(conn, 1, ADDRESS, "complaint", ANNA)
    _around(conn, bounced, person, folder)
    conn.execute("delete from audience_suppression")
    half = begun(conn, listed)
    stage.hand_over(conn, half, most=2)
    suppression.suppress(conn, 1, ADDRESS, "complaint", f"mailing {bounced}")
    return person, [former, bounced, passed_over, half]


def _came_back(conn: Conn, mailing: int, person: Contact) -> None:
    """A bounce that quotes the address, what the person did, and what they bought."""
    seq = seq_of(conn, mailing, person.id)
    conn.execute(
        "select delivery_learn(%s, %s, 7, 550, '5.1.1', %s, 'dot', %s)",
        (mailing, seq, f"<{ADDRESS}>: Recipient {person.normal.upper()} unknown ({{}})", "Annegret.U"),
    )
    conn.execute(
        "insert into feedback_bounce (account, mailing, seq, contact, normal, at, class, code, enhanced, text, origin, suppressed)"
        " values (1, %s, %s, %s, %s, now(), 'hard', 550, '5.1.1', %s, 'dsn', true) on conflict do nothing",
        (mailing, seq, person.id, person.normal, f"{ADDRESS} unknown"),
    )
    events.record_of_recipient(conn, mailing, seq, "complained", data={"from": ADDRESS}, key=f"fbl {ADDRESS}")
    events.record(conn, 1, person.id, "purchase", data={"name": NAME}, key="order 1")
    for key, led in (("A-1 Annegret", None), ("A-2 Annegret", mailing)):
        conn.execute(
            "insert into feedback_order (account, key, contact, at, amount, currency, data, mailing, seq, clicked_at)"
            " values (1, %s, %s, now(), 7.50, 'EUR', %s, %s, %s, %s)",
            (key, person.id, Jsonb({"to": NAME}), led, led and seq, led and datetime.now(UTC)),
        )


def _around(conn: Conn, mailing: int, person: Contact, folder: Path) -> None:
    """What stands beside: imports, tests, analyses, answers kept, notices, strays, the journal."""
    file = folder / "people.csv"
    file.write_text(
        f"email,first_name\n{ADDRESS},Annegret\n{ADDRESS},Annegret\nnobody {ADDRESS},x\n", encoding="utf-8"
    )
    import_file(conn, 1, file, list_name="imported")
    journal.append(
        conn, account=1, mailing=mailing, actor="anna", door="cli", command="note",
        reason=f"{ADDRESS} called", data={"who": {"to": [person.normal]}},
    )  # fmt: skip
    strays.keep(
        conn, "lmtp", "unknown", f"no token for {ADDRESS}", f"To: {person.normal}\r\n\r\nHello".encode()
    )
    hidden = base64.encodebytes(f"Dear friends,\n{ADDRESS} is not here any more".encode())
    for raw in (
        b"\n" + hidden,
        ADDRESS.encode(),
        f"»{person.normal}«".encode(),
        b"\0\\000\\\xff " + ADDRESS.encode(),
    ):
        strays.keep(conn, "lmtp", "unknown", "no token", raw)
    conn.execute(
        "update preflight_analysis set error = %s, figures = %s where mailing_id = %s",
        (f"{ADDRESS} has no name", Jsonb({"longest": person.normal}), mailing),
    )
    conn.execute(
        "insert into preflight_finding (analysis_id, severity, code, place, text, cure)"
        " select id, 'warning', 'variable_empty', 'subject', %s, '' from preflight_analysis where mailing_id = %s",
        (f"empty for {ADDRESS}.", mailing),
    )
    conn.execute(
        "insert into preflight_case (finding_id, contact, detail) select id, %s, %s from preflight_finding",
        (person.id, NAME),
    )
    conn.execute(
        "insert into preflight_test (account_id, mailing_id, message_id, revision, contact, address, reply, asked_by)"
        " select account_id, id, message_id, 1, %s, %s, %s, 'anna' from mailing_mailing where id = %s",
        (person.id, ADDRESS, f"<{ADDRESS}> ok", mailing),
    )
    conn.execute(
        "insert into mailing_repetition (account_id, identity, key, fingerprint, answer, at) values (1, 'x', 'k', 'f', %s, now())",
        (Jsonb({"address": ADDRESS, "attributes": {"last_name": NAME}}),),
    )
    conn.execute(
        "insert into notices_notice (uuid, account_id, mailing_id, entry, kind, at, subject, text, data)"
        " values (gen_random_uuid(), 1, %s, 1, 'mailing.interrupted', now(), 'x', %s, %s)",
        (mailing, f"550 <{ADDRESS}> unknown", Jsonb({"reason": f"550 <{person.normal}> unknown"})),
    )
    conn.execute(
        "update mailing_mailing set reason = %s where id = %s",
        (Jsonb({"code": "provider_refusal", "text": f"refused for {ADDRESS}"}), mailing),
    )


def traces(conn: Conn, pattern: str = TRACES) -> list[str]:
    """Every row of the whole database in which the pattern is found, as `table: row`; octets are looked through as well."""
    found = []
    for table, octets in conn.execute(
        "select c.table_name, array_agg(c.column_name::text) filter (where c.udt_name = 'bytea') from information_schema.columns c"
        " join information_schema.tables t using (table_schema, table_name)"
        " where c.table_schema = 'public' and t.table_type = 'BASE TABLE' group by 1 order by 1"
    ).fetchall():
        told = " || ".join(["t::text", *(f"coalesce(encode({name}, 'escape'), '')" for name in octets or [])])
        rows = conn.execute(f"select t::text from {table} t where {told} ~* %s", (pattern,)).fetchall()
        found += [f"{table}: {row}" for (row,) in rows]
    return found
