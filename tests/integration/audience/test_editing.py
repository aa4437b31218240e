"""Contacts and lists, one at a time."""

from typing import Any

import psycopg
import pytest

from penstock.audience import contacts, editing, lists, suppression
from penstock.audience.address import AddressError
from penstock.audience.attributes import MOST, AttributeProblem
from penstock.audience.contacts import UnknownContact, UnknownList
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.personal import erasure

Conn = psycopg.Connection[Any]
ANNA = Actor("Anna", EVERY_ROLE, "api", 1, "anna@x.example")


@pytest.fixture
def second(conn: Conn) -> int:
    """Another account."""
    row = conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('other', 'UTC', '{}', now()) returning id"
    ).fetchone()
    assert row
    return int(row[0])


def journalled(conn: Conn) -> list[tuple[str, dict[str, Any]]]:
    assert journal.verify(conn) == []
    return conn.execute(
        "select command, data from mailing_entry where mailing_id is null order by id"
    ).fetchall()


def test_a_contact_is_made_changed_and_found(conn: Conn) -> None:
    news = lists.create(conn, 1, " News ")
    made = editing.create(conn, 1, "Zoë@Bücher.example", {"first_name": "Zoë"}, [news.id, news.id])
    assert (made.address, made.normal) == ("Zoë@Bücher.example", "zoë@xn--bcher-kva.example")
    assert lists.of_contact(conn, 1, made.id) == [news.id]
    changed = editing.update(conn, 1, made.id, attributes={"city": "Ulm", "first_name": None})
    assert (changed.address, changed.attributes) == (made.address, {"city": "Ulm"})
    assert changed.updated_at > made.updated_at
    moved = editing.update(conn, 1, made.id, address="Z@x.example")
    assert (moved.normal, moved.attributes) == ("z@x.example", {"city": "Ulm"})
    assert contacts.find(conn, 1, "Z@X.example") == moved
    assert editing.update(conn, 1, made.id).attributes == {"city": "Ulm"}


def test_one_address_is_one_contact_in_an_account(conn: Conn, second: int) -> None:
    first = editing.create(conn, 1, "a@x.example", {})
    with pytest.raises(editing.ContactExists) as caught:
        editing.create(conn, 1, "A@X.example", {})
    assert caught.value.contact == first.id
    other = editing.create(conn, 1, "b@x.example", {"n": "1"})
    with pytest.raises(editing.ContactExists) as caught:
        editing.update(conn, 1, other.id, address="A@x.example", attributes={"n": "2"})
    assert caught.value.contact == first.id
    assert contacts.get(conn, 1, other.id) == other
    assert editing.update(conn, 1, first.id, address="A@x.example").address == "A@x.example"
    assert editing.create(conn, second, "a@x.example", {}).id != first.id


def test_what_cannot_be_changes_nothing(conn: Conn) -> None:
    made = editing.create(conn, 1, "a@x.example", {f"n{n}": "" for n in range(MOST)})
    with pytest.raises(AttributeProblem, match="would be 501"):
        editing.update(conn, 1, made.id, address="b@x.example", attributes={"more": ""})
    assert contacts.get(conn, 1, made.id) == made
    with pytest.raises(AddressError):
        editing.update(conn, 1, made.id, address="nobody")
    with pytest.raises(UnknownList):
        editing.create(conn, 1, "c@x.example", {}, [99])
    assert contacts.find(conn, 1, "c@x.example") is None


def test_an_erased_contact_leaves_its_number_in_the_journal_and_nothing_else(conn: Conn) -> None:
    news = lists.create(conn, 1, "news")
    made = editing.create(conn, 1, "a@x.example", {"code": "7"}, [news.id])
    erasure.erase(conn, 1, made.id, ANNA)
    assert contacts.get(conn, 1, made.id) is None
    assert lists.require(conn, 1, news.id).contacts == 0
    assert journalled(conn) == [("erase_contact", {"contact": made.id})]
    with pytest.raises(UnknownContact):
        erasure.erase(conn, 1, made.id, ANNA)
    with pytest.raises(UnknownContact):
        editing.update(conn, 1, made.id, attributes={})


def test_another_account_sees_and_changes_nothing(conn: Conn, second: int) -> None:
    news = lists.create(conn, 1, "news")
    made = editing.create(conn, 1, "a@x.example", {}, [news.id])
    theirs = lists.create(conn, second, "news")
    assert contacts.get(conn, second, made.id) is None
    assert contacts.page(conn, second, limit=9) == contacts.page(conn, second, limit=9, list_id=news.id) == []
    for change in (
        lambda: editing.update(conn, second, made.id, attributes={"n": "1"}),
        lambda: erasure.erase(conn, second, made.id, ANNA),
        lambda: lists.join(conn, second, theirs.id, made.id),
    ):
        with pytest.raises(UnknownContact):
            change()
    for change in (
        lambda: lists.require(conn, second, news.id),
        lambda: lists.change(conn, second, news.id, name="x"),
        lambda: lists.delete(conn, second, news.id, ANNA),
        lambda: lists.join(conn, second, news.id, made.id),
        lambda: lists.leave(conn, second, news.id, made.id),
        lambda: editing.create(conn, second, "b@x.example", {}, [news.id]),
    ):
        with pytest.raises(UnknownList):
            change()
    assert lists.of_contact(conn, second, made.id) == []
    assert contacts.get(conn, 1, made.id) == made
    assert lists.require(conn, 1, news.id).contacts == 1


def test_pages_go_through_everybody_once(conn: Conn) -> None:
    news = lists.create(conn, 1, "news")
    made = [editing.create(conn, 1, f"p{n}@x.example", {}, [news.id] if n % 2 else []) for n in range(7)]
    for list_id, expected in ((None, made), (news.id, made[1::2])):
        seen: list[contacts.Contact] = []
        while page := contacts.page(conn, 1, limit=2, after=seen[-1].id if seen else 0, list_id=list_id):
            assert len(page) <= 2
            seen += page
        assert seen == expected


def test_joining_and_leaving_say_whether_they_did_anything(conn: Conn) -> None:
    news, made = lists.create(conn, 1, "news"), editing.create(conn, 1, "a@x.example", {})
    assert [lists.join(conn, 1, news.id, made.id) for _ in range(2)] == [True, False]
    assert [lists.leave(conn, 1, news.id, made.id) for _ in range(2)] == [True, False]
    with pytest.raises(UnknownContact):
        lists.join(conn, 1, news.id, 99)


def test_lists_have_one_printable_name_each(conn: Conn) -> None:
    news, other = lists.create(conn, 1, "news"), lists.create(conn, 1, "other")
    for name in ("", "  ", "a\nb", "x" * 201):
        with pytest.raises(lists.ListNameProblem):
            lists.create(conn, 1, name)
    with pytest.raises(lists.ListNameTaken):
        lists.create(conn, 1, " news ")
    with pytest.raises(lists.ListNameTaken):
        lists.change(conn, 1, other.id, name="news")
    assert lists.change(conn, 1, other.id, name="others").name == "others"
    assert [each.id for each in lists.page(conn, 1, limit=9)] == [news.id, other.id]
    assert [each.id for each in lists.page(conn, 1, limit=9, after=news.id)] == [other.id]
    assert [each.id for each in lists.page(conn, 1, limit=9, name="others")] == [other.id]


def test_a_list_that_a_mailing_needs_stays(conn: Conn) -> None:
    from tests.integration.delivery import stage

    listed = stage.add_contacts(conn, "news", 2)
    mailing = stage.draft(conn, listed)
    with pytest.raises(lists.ListInUse) as caught:
        lists.delete(conn, 1, listed, ANNA)
    assert caught.value.mailings == [mailing]
    stage.command(conn, mailing, "delete")
    lists.delete(conn, 1, listed, ANNA)
    with pytest.raises(UnknownList):
        lists.require(conn, 1, listed)
    assert contacts.count(conn, 1) == 2
    assert journalled(conn)[-1] == ("delete_list", {"list": listed, "name": "news"})


def test_suppressions_by_hand_are_listed_and_journalled(conn: Conn, second: int) -> None:
    first, new = suppression.suppress_by_hand(conn, 1, "A@x.example", "manual", ANNA)
    assert new
    again, new = suppression.suppress_by_hand(conn, 1, "a@x.example", "complaint", ANNA)
    assert (again, new) == (first, False)
    assert (first.address, first.reason, first.origin) == ("a@x.example", "manual", "api anna@x.example")
    other, _ = suppression.suppress_by_hand(conn, 1, "b@x.example", "complaint", ANNA)
    assert suppression.page(conn, 1, limit=9) == [other, first]
    assert suppression.page(conn, 1, limit=1) == [other]
    assert suppression.page(conn, 1, limit=9, before=other.id) == [first]
    assert suppression.page(conn, 1, limit=9, reason="manual") == [first]
    assert suppression.page(conn, 1, limit=9, address="B@X.example") == [other]
    assert suppression.page(conn, second, limit=9) == []
    with pytest.raises(suppression.UnknownSuppression):
        suppression.lift_by_hand(conn, second, first.id, ANNA)
    suppression.lift_by_hand(conn, 1, first.id, ANNA)
    with pytest.raises(suppression.UnknownSuppression):
        suppression.require(conn, 1, first.id)
    assert suppression.require(conn, 1, other.id) == other
    told = [(command, data["address"]) for command, data in journalled(conn)]
    assert told == [
        ("suppress", "a@x.example"),
        ("suppress", "b@x.example"),
        ("lift_suppression", "a@x.example"),
    ]
