"""Transports as objects: what is shown, what may be changed, and that a password goes to nobody but its server."""

import dataclasses

import psycopg
import pytest

from penstock.account import accounts, transports
from penstock.account.access import Forbidden
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, OPERATOR, PLATFORM
from tests.integration.delivery import stage

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
ADMIN = Actor("ann", frozenset({ADMINISTRATOR}), "api", 1)
URL = "smtp://anna:hush%2Fhush@mail.example.org:587?tls=starttls&connections=3"


def make(conn: psycopg.Connection, url: str = URL, name: str = "relay") -> transports.Transport:
    return transports.create(conn, 1, name=name, url=url, actor=ADMIN)


def test_what_is_made_is_shown_without_its_password(conn: psycopg.Connection) -> None:
    made = make(conn)
    assert made == transports.find(conn, 1, made.id)
    assert transports.listed(conn, 1) == [made]
    assert (made.name, made.has_password, made.connections) == ("relay", True, 3)
    assert made.url == "smtp://anna@mail.example.org:587?tls=starttls&connections=3"
    shown = str([dataclasses.asdict(made), conn.execute("select data from mailing_entry").fetchall()])
    assert "hush" not in shown
    assert transports.load(conn, made.id) == URL


@pytest.mark.parametrize(
    ("name", "url", "words"),
    [
        ("relay", "http://mail.example.org", "smtp://"),
        ("relay", "smtp://mail.example.org?tls=perhaps", "tls"),
        ("relay", "smtp://mail.example.org?cafile=/etc/shadow", "command line only"),
        ("postal", "anymail+postal://:key@10.0.0.1", "command line only"),
        ("postmark", "anymail+postmark://:key@127.0.0.1:8000", "command line only"),
        ("centre", "smpp://me:x@127.0.0.1:2775", "command line only"),
        ("centre", "smpp://me:x@smsc.example.org?private=yes", "command line only"),
        ("centre", "smpp://me:x@10.1.2.3", "private network"),
        (" ", URL, "one printable line"),
        ("a\nb", URL, "one printable line"),
    ],
)
def test_what_cannot_be_is_refused(conn: psycopg.Connection, name: str, url: str, words: str) -> None:
    with pytest.raises(transports.TransportError, match=words):
        make(conn, url, name)
    made = make(conn)
    with pytest.raises(transports.TransportError, match=words):
        transports.update(conn, 1, made.id, name=name, url=url, actor=ADMIN)
    assert transports.listed(conn, 1) == [made]


def test_two_transports_have_two_names(conn: psycopg.Connection) -> None:
    make(conn)
    other = make(conn, name="other")
    with pytest.raises(transports.TransportError, match="already"):
        make(conn)
    with pytest.raises(transports.TransportError, match="already"):
        transports.update(conn, 1, other.id, name="relay", actor=ADMIN)
    assert [each.name for each in transports.listed(conn, 1)] == ["other", "relay"]


def test_a_change_that_keeps_the_way_keeps_the_password(conn: psycopg.Connection) -> None:
    made = make(conn)
    changed = transports.update(
        conn,
        1,
        made.id,
        url="smtp://anna@mail.example.org:587?tls=starttls&connections=7",
        name="fast",
        actor=ADMIN,
    )
    assert (changed.name, changed.connections, changed.has_password) == ("fast", 7, True)
    assert transports.load(conn, made.id) == URL.replace("connections=3", "connections=7")


@pytest.mark.parametrize(
    "url",
    [
        "smtp://anna@mail.evil.example:587?tls=starttls",
        "smtp://anna@mail.example.org:588?tls=starttls",
        "smtp://eve@mail.example.org:587?tls=starttls",
        "smtp://anna@mail.example.org:587?tls=none",
        "smtp://anna@mail.example.org:587?tls=none&auth_clear=yes",
        "smtp://anna@mail.example.org:587?tls=starttls&verify=no",
        "smtp://anna@mail.example.org:587?tls=starttls&auth=plain",
    ],
)
def test_nobody_has_a_stored_password_sent_elsewhere_or_in_the_clear(
    conn: psycopg.Connection, url: str
) -> None:
    made = make(conn)
    with pytest.raises(transports.TransportError, match="Give it again"):
        transports.update(conn, 1, made.id, url=url, actor=ADMIN)
    assert transports.load(conn, made.id) == URL
    given = url.replace("@", ":new@")
    assert transports.load(conn, transports.update(conn, 1, made.id, url=given, actor=ADMIN).id) == given


def test_an_address_without_a_user_drops_the_password(conn: psycopg.Connection) -> None:
    made = make(conn)
    changed = transports.update(conn, 1, made.id, url="smtp://127.0.0.1:2525", actor=ADMIN)
    assert not changed.has_password
    assert transports.load(conn, made.id) == "smtp://127.0.0.1:2525"


def test_a_transport_that_mailings_refer_to_stays(conn: psycopg.Connection) -> None:
    made, used = make(conn), stage.draft(conn, stage.add_contacts(conn, "some", 1))
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (used,)).fetchone()
    assert row
    with pytest.raises(transports.InUse, match="Mailings refer"):
        transports.delete(conn, 1, row[0], ADMIN)
    transports.delete(conn, 1, made.id, ADMIN)
    with pytest.raises(transports.UnknownTransport):
        transports.find(conn, 1, made.id)


def test_another_account_has_no_such_transport(conn: psycopg.Connection) -> None:
    made, other = make(conn), accounts.create(conn, name="other", actor=OWNER).id
    for call in (
        lambda: transports.find(conn, other, made.id),
        lambda: transports.update(conn, other, made.id, name="x", actor=OWNER),
        lambda: transports.delete(conn, other, made.id, OWNER),
    ):
        with pytest.raises(transports.UnknownTransport):
            call()
    assert transports.listed(conn, other) == []


def test_only_administrators_change_transports(conn: psycopg.Connection) -> None:
    made, bob = make(conn), Actor("bob", frozenset({OPERATOR}), "api", 1)
    for call in (
        lambda: transports.create(conn, 1, name="x", url=URL, actor=bob),
        lambda: transports.update(conn, 1, made.id, name="x", actor=bob),
        lambda: transports.delete(conn, 1, made.id, bob),
    ):
        with pytest.raises(Forbidden, match="transports:write"):
            call()
    assert transports.listed(conn, 1) == [made]


def test_nobody_reaches_into_another_account(conn: psycopg.Connection) -> None:
    made, stranger = make(conn), Actor("eve", frozenset({ADMINISTRATOR}), "api", 2)
    for call in (
        lambda: transports.create(conn, 1, name="x", url=URL, actor=stranger),
        lambda: transports.update(conn, 1, made.id, name="x", actor=stranger),
        lambda: transports.delete(conn, 1, made.id, stranger),
    ):
        with pytest.raises(Forbidden, match="own account"):
            call()
    assert transports.listed(conn, 1) == [made]


def test_every_change_is_in_the_journal(conn: psycopg.Connection) -> None:
    made = make(conn)
    transports.update(conn, 1, made.id, url=URL.replace("hush", "new"), actor=ADMIN)
    transports.update(conn, 1, made.id, name="relay", actor=ADMIN)  # changes nothing
    transports.delete(conn, 1, made.id, ADMIN)
    rows = conn.execute(
        "select command, data from mailing_entry where mailing_id is null order by id"
    ).fetchall()
    assert [row[0] for row in rows] == ["transport_create", "transport_update", "transport_delete"]
    assert rows[1][1]["password_changed"] is True
    assert "new" not in str(rows)
    assert journal.verify(conn) == []


def test_a_centre_that_the_command_line_has_named_keeps_its_place(conn: psycopg.Connection) -> None:
    """An operator behind a VPN: who has the machine says where it is, administrators change the terms, and nobody else moves it."""
    place = "smpp://me@10.1.2.3:2775?private=yes"
    made = transports.create(conn, 1, name="VPN", url=place.replace("@", ":x@"), actor=OWNER)
    transports.update(conn, 1, made.id, url=f"{place}&window=50", actor=ADMIN)
    for other in (place.replace("2775", "6379"), place.replace("10.1.2.3", "10.1.2.4")):
        with pytest.raises(transports.TransportError, match="command line only"):
            transports.update(conn, 1, made.id, url=other.replace("@", ":x@"), actor=ADMIN)
    assert transports.find(conn, 1, made.id).url == f"{place}&window=50"
