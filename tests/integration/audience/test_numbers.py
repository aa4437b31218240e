"""Telephone numbers of contacts: imported, made, changed, searched, suppressed; and what that says of their addresses."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.account import limits, policies
from penstock.audience import (
    contacts,
    editing,
    importing,
    loading,
    problems,
    pseudonym,
    returning,
    suppression,
)
from penstock.audience.address import AddressError
from penstock.audience.attributes import AttributeProblem
from penstock.audience.editing import ContactExists
from penstock.audience.importing import ImportFileError, Result
from penstock.feedback import telling
from penstock.mailing import switches
from penstock.mailing.actor import EVERY_ROLE, Actor

Conn = psycopg.Connection[Any]
ANNA = Actor("anna", EVERY_ROLE, "cli")


@pytest.fixture(params=["merging", "filling"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways into the table must do the same."""
    if request.param == "filling":
        monkeypatch.setattr(loading, "FILL_FROM", 0)
        monkeypatch.setattr(loading, "_FEW", 0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def load(conn: Conn, file: Path, text: str, **how: Any) -> Result:
    file.write_text(text, encoding="utf-8")
    return importing.import_file(conn, 1, file, **how)


def everybody(conn: Conn) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select address, normal, phone, region, attributes from audience_contact where account_id = 1 order by normal"
    ).fetchall()


MIXED = """Courriel;Téléphone portable;Prénom
anna@x.example;06 12 34 56 78;Anna
ben@x.example;;Ben
;+491711234567;Cem
dora@x.example;01 23 45 67 89;Dora
;;Nobody
erik@;06 12 34 56 79;Erik
;0612;Fay
anna@x.example;07 52 34 56 78;Anna
"""


@pytest.mark.usefixtures("way")
def test_each_line_has_an_address_or_a_number_or_both(conn: Conn, file: Path) -> None:
    result = load(conn, file, MIXED, country="fr", list_name="gens")
    assert (result.rows, result.created, result.duplicates, result.rejected, result.numbers_refused) == (
        8,
        4,
        1,
        3,
        1,
    )
    assert result.numbers == 3, "two of Anna's, one of Cem's"
    assert result.attributes == ("prénom",)
    assert everybody(conn) == [
        ("+491711234567", "+491711234567", "+491711234567", "DE", {"prénom": "Cem"}),
        ("anna@x.example", "anna@x.example", "+33752345678", "FR", {"prénom": "Anna"}),
        ("ben@x.example", "ben@x.example", None, None, {"prénom": "Ben"}),
        ("dora@x.example", "dora@x.example", None, None, {"prénom": "Dora"}),
    ]
    assert [(each.line, each.kind, each.value) for each in problems.problems(conn, result.id)] == [
        (2, "duplicate", "anna@x.example"), (5, "number", "01 23 45 67 89"), (6, "rejected", ";;Nobody"),
        (7, "rejected", "erik@"), (8, "rejected", "0612"),
    ]  # fmt: skip
    reason = problems.problems(conn, result.id)[1].reason
    assert reason == "is a landline, to which no SMS can be sent; the contact is there without the number"
    assert contacts.reachable(conn, 1, result.list) == {"email": 3, "sms": 2}
    assert contacts.reachable(conn, 2) == {"email": 0, "sms": 0}
    index = "select indexdef from pg_indexes where indexname = 'audience_contact_phone'"
    row = conn.execute(index).fetchone()
    assert row
    assert row[0].endswith("(phone, account_id) WHERE (phone IS NOT NULL)")


@pytest.mark.usefixtures("way")
def test_numbers_alone_and_again(conn: Conn, file: Path) -> None:
    lines = "".join(f"+336123456{n:02},Paris\n" for n in range(40))
    assert load(conn, file, f"mobile,city\n{lines}").created == 40
    assert load(conn, file, f"mobile,city\n{lines}").unchanged == 40
    result = load(conn, file, f"mobile,city\n{lines}06 12,Ulm\n+33612345600,Lyon\n")
    assert result.numbers == 41
    assert (result.updated, result.unchanged, result.duplicates, result.rejected) == (1, 39, 1, 1)
    assert everybody(conn)[0] == ("+33612345600", "+33612345600", "+33612345600", "FR", {"city": "Lyon"})


def test_an_import_takes_no_number_away(conn: Conn, file: Path) -> None:
    load(conn, file, "email,phone\na@x.example,+33612345678\nb@x.example,+33612345678\n")
    assert load(conn, file, "email,phone\na@x.example,\nb@x.example,+33752345678\n").updated == 1
    assert load(conn, file, "email,phone\na@x.example,1\n").unchanged == 1
    assert [(row[0], row[2]) for row in everybody(conn)] == [
        ("a@x.example", "+33612345678"), ("b@x.example", "+33752345678"),
    ]  # fmt: skip


def test_an_import_is_told_columns_and_country(conn: Conn, file: Path) -> None:
    policies.change(conn, 1, {"country": "DE"}, ANNA)
    text = "email,mobile,phone\na@x.example,0171 1234567,030 123456\n"
    assert load(conn, file, text).attributes == ("phone_2",), "the landline beside it is an attribute"
    load(conn, file, "email,reach\nb@x.example,06 12 34 56 78\n", phone_column="reach", country="FR")
    result = load(conn, file, "email,mobile\nc@x.example,0171 1234568\n", phone_column="")
    assert result.attributes == ("mobile",), "told that there is no column of numbers"
    assert [row[2] for row in everybody(conn)] == ["+491711234567", "+33612345678", None]
    for how, code in (({"country": "XX"}, "country"), ({"phone_column": "none"}, "phone_column")):
        with pytest.raises(ImportFileError) as error:
            load(conn, file, text, **how)
        assert error.value.code == code
    with pytest.raises(ImportFileError, match="addresses or telephone numbers"):
        load(conn, file, "name,city\nx,y\n")
    with pytest.raises(ImportFileError, match="holds an address"):
        load(conn, file, "+33612345678,Anna\n+33612345679,Ben\n")


def test_what_is_exported_can_be_imported(conn: Conn, file: Path) -> None:
    load(conn, file, MIXED, country="FR")
    out = b"".join(contacts.export(conn, 1))
    assert out.splitlines()[0] == "email,phone,prénom".encode()
    assert {b"anna@x.example,+33752345678,Anna", b",+491711234567,Cem"} < set(out.splitlines())
    before = everybody(conn)
    result = load(conn, file, out.decode())
    assert (result.unchanged, result.rejected) == (4, 0)
    assert everybody(conn) == before


def test_a_contact_is_made_and_moves(conn: Conn) -> None:
    policies.change(conn, 1, {"country": "FR"}, ANNA)
    made = editing.create(conn, 1, "", {}, phone="06 12 34 56 78")
    assert (made.address, made.phone, made.region, made.email) == ("+33612345678", "+33612345678", "FR", None)
    with pytest.raises(ContactExists):
        editing.create(conn, 1, "+33612345678", {})
    both = editing.create(conn, 1, "Anna@x.example", {}, phone="+33752345670")
    editing.update(conn, 1, both.id, phone="+33612345678")
    assert [each.id for each in contacts.having(conn, 1, "0612345678", limit=9)] == [made.id, both.id]

    named = editing.update(conn, 1, made.id, address="cem@x.example")
    assert (named.address, named.phone) == ("cem@x.example", "+33612345678")
    moved = editing.update(conn, 1, made.id, phone="07 52 34 56 78", attributes={"city": "Ulm"})
    assert (moved.address, moved.phone, moved.attributes) == (
        "cem@x.example",
        "+33752345678",
        {"city": "Ulm"},
    )
    alone = editing.update(conn, 1, made.id, address="")
    assert (alone.address, alone.normal, alone.email) == ("+33752345678", "+33752345678", None)
    other = editing.update(conn, 1, made.id, phone="+33752345679")
    assert (other.address, other.phone) == ("+33752345679", "+33752345679")
    assert editing.update(conn, 1, both.id, phone="").phone is None
    former = conn.execute(
        "select normal from audience_former where contact = %s order by 1", (made.id,)
    ).fetchall()
    assert former == [("+33612345678",), ("+33752345678",), ("cem@x.example",)]

    with pytest.raises(AddressError) as fault:
        editing.create(conn, 1, "dora@x.example", {}, phone="0612")
    assert fault.value.given == "0612"
    for wrong in ({"phone": ""}, {"address": "", "phone": ""}):
        with pytest.raises(AddressError):
            editing.update(conn, 1, made.id, **wrong)
    with pytest.raises(AttributeProblem, match="the telephone number itself"):
        editing.create(conn, 1, "dora@x.example", {"phone": "0612345678"})


def test_contacts_are_found_by_the_beginning_of_a_number(conn: Conn) -> None:
    policies.change(conn, 1, {"country": "FR"}, ANNA)
    ids = [editing.create(conn, 1, f"p{n}@x.example", {}, phone="+33612345678").id for n in range(3)]
    editing.create(conn, 1, "0612@x.example", {}, phone="+33752345678")
    editing.create(conn, 2, "p@x.example", {}, phone="+33612345678")
    first = contacts.starting_with(conn, 1, "06 12", limit=2)
    after = contacts.place_of(conn, 1, first[-1], "06 12")
    rest = contacts.starting_with(conn, 1, "06 12", limit=2, after=after)
    assert [each.id for each in [*first, *rest]] == ids
    assert [each.address for each in contacts.starting_with(conn, 1, "0612@", limit=9)] == ["0612@x.example"]
    plan = "\n".join(
        row[0] for row in conn.execute(
            "explain select id from audience_contact c where c.account_id = 1 and c.phone >= '+336' and c.phone < '+337'"
            " order by c.phone, c.id limit 9"
        )
    )  # fmt: skip
    assert "audience_contact_phone" in plan or "Seq Scan" in plan


def test_an_address_says_nothing_of_a_number(conn: Conn) -> None:
    person = editing.create(conn, 1, "anna@x.example", {}, phone="+33612345678")
    assert person.phone
    assert suppression.suppress(conn, 1, "anna@x.example", "unsubscribed", "mailing 1")
    assert suppression.suppressed(conn, 1, "+33612345678") is None
    policies.change(conn, 1, {"country": "FR"}, ANNA)
    assert suppression.suppress(conn, 1, "06 12 34 56 78", "unsubscribed", "sms")
    assert suppression.lift_own(conn, 1, "anna@x.example")
    assert suppression.suppressed(conn, 1, person.phone) == "unsubscribed"
    assert [each.address for each in suppression.page(conn, 1, limit=9, address="0612345678")] == [
        person.phone
    ]
    assert suppression.suppress(conn, 1, "+33123456789", "manual", "sms"), (
        "whoever writes from a landline, too"
    )
    assert suppression.lift(conn, 1, person.phone)


def test_a_number_that_was_erased_is_known_when_it_comes_back(conn: Conn, file: Path) -> None:
    known = pseudonym.of(1, "+33612345678")
    conn.execute("insert into audience_erased (account_id, pseudonym) values (1, %s)", (known,))
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin) values (1, %s, 'unsubscribed', 'sms')", (known,)
    )  # fmt: skip
    assert suppression.suppressed(conn, 1, "+33612345678") == "unsubscribed"
    load(conn, file, "email\na@x.example\n")
    load(conn, file, "email,phone\na@x.example,+33612345678\n")  # a contact that was there gets it
    assert conn.execute("select normal from audience_suppression").fetchall() == [("+33612345678",)]
    assert suppression.suppressed(conn, 1, known) == "unsubscribed"
    with conn.transaction():
        returning.note(conn, 1, contacts.having(conn, 1, "+33612345678", limit=1)[0].id)
    assert conn.execute("select count(*) from audience_returned").fetchone() == (1,)


def test_a_country_stands_in_place_of_a_domain(conn: Conn) -> None:
    put = limits.put(conn, ANNA, scope="domain", value="fr", rate="10/s", account=1)
    assert (put.scope, put.value) == ("domain", "FR")
    staff = Actor("sally", EVERY_ROLE | {"platform"}, "cli")
    assert (
        switches.put(conn, staff, scope="domain", value="de", reason="their centre is down").switch.value
        == "DE"
    )
    assert (
        switches.put(conn, staff, scope="sender", value="Orchard", reason="not theirs").switch.value
        == "orchard"
    )
    with pytest.raises(switches.SwitchError, match="contains a space"):
        switches.put(conn, staff, scope="sender", value="far too long a name", reason="not theirs")
    with pytest.raises(limits.LimitError, match="no dot"):
        limits.put(conn, ANNA, scope="domain", value="xx", rate="10/s", account=1)


def test_who_is_known_by_a_number_is_told_of_by_it(conn: Conn) -> None:
    person = editing.create(conn, 1, "", {}, phone="+33612345678")
    answer = telling.tell(conn, 1, [telling.Event("purchase", address="+33 6 12 34 56 78")])
    assert (answer.noted, answer.unknown) == (1, [])
    assert conn.execute("select contact from feedback_event").fetchall() == [(person.id,)]
