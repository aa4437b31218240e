"""Segments: both forms say the same, and the SQL finds whom a plain loop finds."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg.types.json import Jsonb

from penstock.audience.segments import counting, document, text, wording
from penstock.audience.segments.compiling import Compiler, Indexed, Moment
from penstock.audience.segments.conditions import Condition
from penstock.audience.segments.schema import schema
from tests.examples import examples
from tests.integration.delivery import stage
from tests.property.audience.naive import Person, holds
from tests.property.audience.segments import MAILINGS, NOW, people, segments

Conn = psycopg.Connection[Any]
ZONE = ZoneInfo("America/New_York")
READERS = people(7, 300)
VALIDATOR = jsonschema_rs.validator_for({"$defs": {"C": schema("#/$defs/C")}, "$ref": "#/$defs/C"})


@given(segments)
def test_both_forms_say_the_same(condition: Condition) -> None:
    told = document.write(document.read(document.write(condition)))
    read = document.read(told)
    written = wording.write(read)
    assert text.read(written) == read
    assert wording.write(text.read(written)) == written
    VALIDATOR.validate(told)


@pytest.fixture(scope="module")
def conn(module_database: str) -> Iterator[Conn]:
    """The readers, in a database."""
    with psycopg.connect(module_database, autocommit=True) as opened:
        for number in (1, 2, 3):
            stage.add_contacts(opened, f"list {number}", 0)
        for _ in MAILINGS:
            stage.draft(opened, 1)
        for person in READERS:
            _keep(opened, person)
        yield opened


def _keep(conn: Conn, person: Person) -> None:
    conn.execute(
        "insert into audience_contact (id, account_id, address, normal, attributes, created_at, updated_at, phone, region) overriding system value"
        " values (%s, 1, %s, %s, %s, %s, %s, %s, %s)",
        (
            person.id,
            person.normal,
            person.normal,
            Jsonb(person.attributes),
            person.created,
            person.updated,
            person.phone,
            person.phone and "FR",
        ),
    )
    for number in person.lists:
        conn.execute(
            "insert into audience_membership (list_id, contact_id) values (%s, %s)", (number, person.id)
        )
    for mailing in person.reached:
        conn.execute(
            "insert into delivery_recipient (mailing, seq, contact, package, normal) values (%s, %s, %s, 1, %s)",
            (mailing, person.id, person.id, person.normal),
        )
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state) values (now(), %s, 1, %s, 0, 1, 5)",
            (mailing, person.id),
        )
    for told in person.events:
        conn.execute(
            "insert into feedback_event (account, contact, at, kind, name, mailing, seq, data) values (1, %s, %s, %s, %s, %s, %s, %s)",
            (
                person.id,
                told.at,
                told.kind,
                told.name,
                told.mailing,
                told.mailing and person.id,
                Jsonb(told.data),
            ),
        )


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segments)
def test_the_sql_finds_whom_a_loop_finds(conn: Conn, condition: Condition) -> None:
    expected = [person.id for person in READERS if holds(condition, person, NOW, ZONE)]
    moment = Moment(NOW, ZONE)
    for compiler in (
        Compiler(moment),
        Compiler(moment, among="array(select id from audience_contact)"),
        Compiler(moment, indexed=Indexed(frozenset({"age"}), frozenset({"city", "birthday"}))),
    ):
        assert _found(conn, compiler, condition, negated=False) == expected
    assert _counted(conn, condition, moment) == len(expected)
    others = [person.id for person in READERS if person.id not in set(expected)]
    assert _found(conn, Compiler(moment), condition, negated=True) == others


def _counted(conn: Conn, condition: Condition, moment: Moment) -> int:
    """How many there are, as a page counts them: for some conditions without a look at the contacts."""
    asked, given = counting.asked(1, condition, moment, Indexed())
    row = conn.execute(asked, given, prepare=False).fetchone()
    assert row is not None
    return int(row[0])


def _found(conn: Conn, compiler: Compiler, condition: Condition, *, negated: bool) -> list[int]:
    wanted = compiler.compile(condition, negated=negated)
    rows = conn.execute(
        f"select c.id from audience_contact c where c.account_id = %(account)s and {wanted} order by c.id",
        {"account": 1, **compiler.parameters},
        prepare=False,
    )
    return [number for (number,) in rows]
