"""Whoever is known by a number alone and gets an e-mail address later stays one contact, by every door."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, editing, importing, lists, loading, pseudonym, suppression
from penstock.audience.attributes import MOST, AttributeProblem
from penstock.audience.editing import ContactExists
from penstock.audience.importing import Result
from tests.waiting import eventually

Conn = psycopg.Connection[Any]
NUMBER, OTHER = "+33612345678", "+33752345678"


@pytest.fixture(params=["merging", "filling"])
def load(
    request: pytest.FixtureRequest, conn: Conn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Import a text, by either way into the table."""
    if request.param == "filling":
        monkeypatch.setattr(loading, "FILL_FROM", 0)
        monkeypatch.setattr(loading, "_FEW", 0.01)

    def run(text: str, **how: Any) -> Result:
        (tmp_path / "people.csv").write_text(text, encoding="utf-8")
        return importing.import_file(conn, 1, tmp_path / "people.csv", **how)

    return run


def everybody(conn: Conn) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select id, address, normal, phone, region from audience_contact where account_id = 1 order by id"
    ).fetchall()


def test_a_number_that_is_imported_with_an_address_stays_one_contact(
    conn: Conn, load: Callable[..., Result]
) -> None:
    on = lists.create(conn, 1, "till").id
    known = editing.create(conn, 1, "", {"shop": "Ulm", "name": "?"}, [on], phone=NUMBER)
    editing.create(conn, 2, "", {}, phone=NUMBER)  # another account's
    conn.execute("update audience_contact set updated_at = now() - interval '1 day'")
    assert suppression.suppress(conn, 1, NUMBER, "unsubscribed", "STOP")
    text = f"email,phone,name\nAnna@x.example,06 12 34 56 78,Anna\nben@x.example,{OTHER},Ben\n"
    result = load(text, list_name="letter", country="FR")
    assert (result.created, result.updated, result.unchanged) == (1, 1, 0)
    found = contacts.get(conn, 1, known.id)
    assert found
    assert (found.address, found.normal, found.phone, found.region) == (
        "Anna@x.example", "anna@x.example", NUMBER, "FR"
    )  # fmt: skip
    assert found.attributes == {"shop": "Ulm", "name": "Anna"}
    assert found.updated_at > known.updated_at
    assert lists.of_contact(conn, 1, known.id) == sorted([on, result.list])
    assert suppression.suppressed(conn, 1, NUMBER) == "unsubscribed"
    assert suppression.suppressed(conn, 1, "anna@x.example") is None
    assert len(everybody(conn)) == 2
    assert load(text, country="FR").unchanged == 2
    (elsewhere,) = contacts.page(conn, 2, limit=9)
    assert elsewhere.normal == NUMBER


@pytest.mark.parametrize(
    "lines",
    [
        f"a@x.example,{NUMBER}\nb@x.example,{NUMBER}\n",  # two people
        f"a@x.example,{NUMBER}\n,{NUMBER}\n",  # and somebody who has no address
        f"here@x.example,{NUMBER}\n",  # who is there already gets it: two contacts are not made one
        f"here@x.example,{NUMBER}\na@x.example,{NUMBER}\n",
        f"a@x.example,{NUMBER}\na@x.example,\n",  # the last line counts
    ],
)
def test_a_number_of_several_stays_who_it_was(conn: Conn, load: Callable[..., Result], lines: str) -> None:
    known = editing.create(conn, 1, "", {}, phone=NUMBER)
    editing.create(conn, 1, "here@x.example", {})
    result = load(f"email,phone\n{lines}")
    found = contacts.get(conn, 1, known.id)
    assert found
    assert (found.normal, found.phone) == (NUMBER, NUMBER)
    assert len(everybody(conn)) == 2 + result.created


def test_a_number_that_gets_free_in_the_same_file(conn: Conn, load: Callable[..., Result]) -> None:
    known = editing.create(conn, 1, "", {}, phone=NUMBER)
    here = editing.create(conn, 1, "here@x.example", {})
    editing.update(conn, 1, here.id, phone=NUMBER)
    assert load(f"email,phone\na@x.example,{NUMBER}\n").created == 1, "it is two contacts'"
    result = load(f"email,phone\na@x.example,+33612345670\nhere@x.example,{OTHER}\nb@x.example,{NUMBER}\n")
    assert (result.created, result.updated) == (0, 3)
    assert [(row[0], row[2]) for row in everybody(conn)[:2]] == [
        (known.id, "b@x.example"), (here.id, "here@x.example"),
    ]  # fmt: skip
    former = conn.execute("select contact, normal from audience_former order by 1").fetchall()
    assert (here.id, NUMBER) in former, "ledgers know people by the number that they had"
    assert len(former) == 2


def test_a_contact_that_is_entered_with_the_number_of_one(conn: Conn) -> None:
    on, more = lists.create(conn, 1, "till").id, lists.create(conn, 1, "letter").id
    known = editing.create(conn, 1, "", {"shop": "Ulm"}, [on], phone=NUMBER)
    taken = editing.create(conn, 1, "taken@x.example", {})
    with pytest.raises(ContactExists) as error:
        editing.create(conn, 1, "taken@x.example", {}, phone=NUMBER)
    assert error.value.contact == taken.id
    with pytest.raises(AttributeProblem, match="at most"):
        editing.create(conn, 1, "a@x.example", {f"a{n}": "" for n in range(MOST)}, phone=NUMBER)
    assert contacts.get(conn, 1, known.id) == known, "nothing was changed"
    conn.execute(
        "insert into audience_erased (account_id, pseudonym) values (1, %s)",
        (pseudonym.of(1, "a@x.example"),),
    )
    made = editing.create(conn, 1, "A@x.example", {"name": "A"}, [more], phone=NUMBER)
    assert (made.id, made.address, made.phone) == (known.id, "A@x.example", NUMBER)
    assert made.attributes == {"shop": "Ulm", "name": "A"}
    assert lists.of_contact(conn, 1, made.id) == [on, more]
    assert conn.execute("select contact from audience_returned").fetchall() == [(made.id,)], "erased once"
    assert editing.create(conn, 1, "b@x.example", {}, phone=NUMBER).id != made.id


def test_of_two_at_once_one_gets_it(conn: Conn, database: str) -> None:
    known = editing.create(conn, 1, "", {}, phone=NUMBER)
    made: list[int] = []

    def enter(address: str) -> None:
        with psycopg.connect(database, autocommit=True) as own:
            made.append(editing.create(own, 1, address, {}, phone=NUMBER).id)

    threads = [threading.Thread(target=enter, args=(f"p{n}@x.example",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.count(known.id) == 1
    assert sorted(made) == [row[0] for row in everybody(conn)]
    assert len(set(made)) == 4


def test_who_changes_a_number_waits_for_an_import_before_the_former_one_is_noted(
    conn: Conn, database: str
) -> None:
    """An import that has the table notes former numbers, too: each would have waited for the other."""
    known = editing.create(conn, 1, "a@x.example", {}, phone=NUMBER)

    def change() -> None:
        with psycopg.connect(database, autocommit=True, application_name="changing") as own:
            editing.update(own, 1, known.id, phone=OTHER)

    waits = "select from pg_stat_activity where application_name = 'changing' and wait_event_type = 'Lock'"
    thread = threading.Thread(target=change)
    with psycopg.connect(database) as importing_there:
        importing_there.execute("lock table audience_contact in share row exclusive mode")
        thread.start()
        eventually(lambda: conn.execute(waits).fetchone() is not None)
        importing_there.execute(
            "insert into audience_former (account_id, contact, normal) values (1, %s, %s)"
            " on conflict (contact, normal) do update set until = now()",
            (known.id, NUMBER),
        )
    thread.join()
    found = contacts.get(conn, 1, known.id)
    assert found
    assert found.phone == OTHER
