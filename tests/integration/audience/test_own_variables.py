"""A contact's number and address in messages of the other channel: `{{ phone }}` in an e-mail, `{{ email }}` in an SMS."""

from typing import Any

import psycopg

from penstock.audience import contacts, editing
from penstock.content.checking import blockers
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery.freeze import prepare
from penstock.mailing import mailings
from penstock.preflight import preview, searching
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]


def test_an_email_may_say_the_number(conn: Conn) -> None:
    listed = stage.add_contacts(conn, "readers", 2)
    rows = contacts.page(conn, 1, limit=2, list_id=listed)
    editing.update(conn, 1, rows[0].id, phone="+33612345678")
    message = store_message(
        conn, 1, Message("a@example.org", "Hello", text="Call {{ phone | default: 'us' }} or {{ email }}.")
    )
    mailing = stage.draft(conn, listed)
    conn.execute("update mailing_mailing set message_id = %s where id = %s", (message, mailing))
    found = mailings.find(conn, 1, mailing)
    assert found is not None
    assert blockers(conn, mailing) == ()
    texts = [preview.preview(conn, found, preview.seen(conn, found, row.id)).parts.text or "" for row in rows]
    assert ["+33612345678" in texts[0], "Call us" in texts[1]] == [True, True]
    named, _ = searching.page(conn, found, ["phone"], q="+336")
    assert [each.contact for each in named] == [rows[0].id]
    stage.launch(conn, mailing)
    prepare(conn, mailing)
    found = mailings.find(conn, 1, mailing)
    assert found is not None
    assert preview.seen(conn, found, rows[0].id).attributes["phone"] == "+33612345678"
