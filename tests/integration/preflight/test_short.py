"""Short messages before they go: every recipient looked at, and the message as each of them gets it."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from penstock.account import transports
from penstock.audience.suppression import suppress
from penstock.content.checking import blockers
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.mailing import control, mailings, switches
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.mailings import Mailing, find
from penstock.platform import jobs
from penstock.preflight import analysis, barriers, looking, preview, searching, testing
from penstock.preflight.analyst import process
from penstock.preflight.preview import Walk
from penstock.preflight.walking import find as find_in_walk
from penstock.transport.smpp.catcher import Catcher
from tests.integration.delivery import stage
from tests.integration.delivery.stage import ANNA, add_contacts, command

Conn = psycopg.Connection[Any]
OPERATOR = Actor("root", EVERY_ROLE | {"platform"}, "cli")
NAMES = ("Ann", "Mária", "Ş" * 3, "", "x" * 170)


def numbered(conn: Conn, name: str, first: int = 1) -> int:
    """A list of those NAMES with numbers, and of one without."""
    listed = add_contacts(conn, name, len(NAMES) + 1, first)
    conn.execute(
        "with there as (select contact_id, row_number() over (order by contact_id) as n from audience_membership where list_id = %s)"
        " update audience_contact c set phone = '+336123' || (45000 + c.id), region = 'FR',"
        " attributes = c.attributes || jsonb_build_object('first_name', (%s::text[])[there.n])"
        " from there where c.id = there.contact_id and there.n <= %s",
        (listed, list(NAMES), len(NAMES)),
    )
    return listed


@pytest.fixture
def centre() -> Iterator[Catcher]:
    """A centre that catches, on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    catcher = Catcher()
    asyncio.run_coroutine_threadsafe(catcher.start(), loop).result(10)
    yield catcher
    asyncio.run_coroutine_threadsafe(catcher.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def short(
    conn: Conn,
    listed: int,
    text: str,
    sender: str = "Orchard",
    via: str = "smpp://us:secret@127.0.0.1:2775",
    **options: Any,
) -> Mailing:
    message = Message(sender=sender, subject="", text=text, channel="sms")
    number = mailings.create(
        conn, 1, name=f"sms {listed}", message=store_message(conn, 1, message), audience={"list": listed},
        transport=transports.store(conn, 1, via), options=options,
    )  # fmt: skip
    there = find(conn, 1, number)
    assert there
    assert there.channel == "sms"
    return there


def analysed(conn: Conn, mailing: Mailing) -> analysis.Analysis:
    # Here and not in a process of its own, which other tests show.
    process.perform(conn, analysis.ask(conn, mailing, ANNA, deferred=False).id)
    found = analysis.require(conn, mailing.id)
    assert found.state == "done", found.error
    return found


@pytest.mark.behaviour("B12")
def test_the_analysis_counts_the_parts_of_every_recipient(conn: Conn) -> None:
    mailing = short(
        conn,
        numbered(conn, "parts"),
        "Hi {{ first_name }}, it is ready. {{ stop_hint }}",
        stop_hint="STOP 36180",
    )
    found = analysed(conn, mailing)
    assert found.figures["recipients"] == found.figures["made"] == 5
    assert found.figures["parts"] == {
        "total": 6, "least": 1, "typical": 1, "most": 2, "recipients": {"1": 4, "2": 1},
    }  # fmt: skip
    assert found.figures["codings"] == {"gsm7": 3, "ucs2": 2}
    codes = {each.code: each for each in found.findings}
    assert codes["parts_more"].count == 1
    assert "2 parts, 198 characters" in codes["parts_more"].cases[0]["detail"]
    by_data = [each.text for each in found.findings if each.code == "ucs2_by_data"]
    assert any(
        "Ş (LATIN CAPITAL LETTER S WITH CEDILLA, U+015E) in {{ first_name }}" in each for each in by_data
    )
    assert any("U+00E1" in each for each in by_data)
    assert codes["variable_empty"].count == 1
    assert "stop_missing" not in codes


def test_the_authors_character_is_named_with_its_place(conn: Conn) -> None:
    mailing = short(conn, numbered(conn, "author"), f"Hi!\nIt’s {'r' * 70} {{{{ code }}}}")
    found = {each.code: each for each in analysed(conn, mailing).findings}
    told = found["ucs2_by_text"]
    assert told.place == "text, line 2, character 3"
    assert "’ (RIGHT SINGLE QUOTATION MARK, U+2019) forces UCS-2 for all 5 recipients" in told.text
    assert "5 parts fewer" in told.text
    assert told.cure == "Write ' instead."
    assert "nobody can answer" in found["stop_missing"].text


def test_links_are_judged_as_each_recipient_gets_them(conn: Conn) -> None:
    text = "Stop: STOP 1. https://shop.example/{{ first_name }} or https://bit.ly/abc."
    found = {each.code: each for each in analysed(conn, short(conn, numbered(conn, "links"), text)).findings}
    assert found["link_shortened"].text.startswith("https://bit.ly/abc ")
    assert found["link_shortened"].count is None
    placeholder = short(
        conn, numbered(conn, "links"), "STOP 1 https://{{ first_name | default: 'example.com' }}/x"
    )
    [told] = [each for each in analysed(conn, placeholder).findings if each.code == "link_placeholder"]
    assert (told.count, told.cases[0]["detail"]) == (1, "https://example.com/x")


def test_nobody_to_whom_no_message_can_be_made_is_passed_over_in_silence(conn: Conn) -> None:
    mailing = short(conn, numbered(conn, "long"), "{{ first_name }}", sms_parts=1)
    [failed] = [each for each in analysed(conn, mailing).findings if each.code == "template_error"]
    assert failed.count == 2  # who has no name, and who has a long one
    assert failed.severity == "blocker"
    assert {case["detail"] for case in failed.cases} == {
        "the message is empty", "the message takes 2 parts, and 1 at most is allowed",
    }  # fmt: skip


def test_a_preview_is_what_the_telephone_gets(conn: Conn) -> None:
    listed = numbered(conn, "seen")
    mailing = short(conn, listed, "Hi {{ first_name }}, {{ phone }}")
    items, on = searching.page(conn, mailing, ["first_name"])
    assert (len(items), on) == (5, None)
    assert items[0].address.startswith("+336123")
    found, _ = searching.page(conn, mailing, ["first_name"], q=f"+33 6 {items[0].address[4:]}")
    assert [each.contact for each in found] == [items[0].contact]
    look = looking.look(conn, mailing, items[2].contact, Walk())
    assert look.made
    assert look.made.short
    assert look.parts
    assert look.parts.text == f"Hi ŞŞŞ, {items[2].address}"
    assert (look.made.short.coding, look.made.short.count) == ("ucs2", 1)
    assert [each.of_data for each in look.made.short.forcing] == [True]
    assert (look.steps.previous, look.steps.next) == (items[1].contact, items[3].contact)
    suppress(conn, 1, items[0].address, "unsubscribed", "sms")
    assert preview.seen(conn, mailing, items[0].contact).why_not == "the number is suppressed (unsubscribed)"
    [(without,)] = conn.execute(
        "select c.id from audience_contact c join audience_membership m on m.contact_id = c.id where m.list_id = %s and c.phone is null", (listed,)
    ).fetchall()  # fmt: skip
    assert preview.seen(conn, mailing, without).why_not == "it has no telephone number"


def test_what_keeps_a_short_message_from_going_is_told_beforehand(conn: Conn) -> None:
    listed = numbered(conn, "blockers")
    mailing = short(conn, listed, "{{ nickname }} {{ email }} {{ stop_hint }}", sender="Far too long a name")
    told = blockers(conn, mailing.id)
    assert len(told) == 3
    assert "has 19 characters, and a name may have 11" in told[0]
    assert "a short message has no {{ email }}" in told[1]
    assert "no words for {{ stop_hint }}" in told[2]
    known = short(conn, listed, "{{ nickname }}")
    assert ["no contact has an attribute 'nickname'" in each for each in blockers(conn, known.id)] == [True]
    assert blockers(conn, short(conn, listed, "{{ stop_hint }}", stop_hint="STOP 1").id) == ()


@pytest.mark.behaviour("S5.1")
def test_a_test_goes_to_telephones(conn: Conn, centre: Catcher) -> None:
    conn.execute("""update account_account set policy = policy || '{"country": "FR"}' where id = 1""")
    listed = numbered(conn, "tested")
    mailing = short(
        conn,
        listed,
        "Hi {{ first_name | default: 'you' }}, a test in two parts. " + "x" * 150,
        via=centre.url,
    )
    own = searching.page(conn, mailing, [])[0][0].address
    suppress(conn, 1, "+33698765432", "unsubscribed", "sms")
    asked = testing.ask(
        conn, mailing, ANNA, to=[own, "06 12 34 56 78", "+33612345678", "+33698765432"], prefix="Test: "
    )
    assert len(asked) == 3  # one number was named twice
    asyncio.run(jobs.work(wait=False))
    became = {each.address: each for each in testing.listed(conn, mailing.id)}
    assert {number: each.state for number, each in became.items()} == {
        own: "accepted", "+33612345678": "accepted", "+33698765432": "refused",
    }  # fmt: skip
    assert became["+33698765432"].reply == "the number is suppressed (unsubscribed)"
    texts = {
        number: "".join(each.text for each in centre.messages if f"+{each.number}" == number)
        for number in became
    }
    assert texts[own].startswith("Test: Hi Ann, a test")
    assert texts["+33612345678"].startswith("Test: Hi you, a test")
    assert (centre.counts[own[1:]], centre.counts["33698765432"]) == (2, 0)
    assert conn.execute("select count(*) from delivery_recipient").fetchone() == (0,)
    with pytest.raises(testing.TestProblem, match="is no telephone number"):
        testing.ask(conn, mailing, ANNA, to=["a@example.org"])
    assert len(testing.ask(conn, mailing, ANNA, on=listed)) == 5  # those with a number


@pytest.mark.parametrize(("scope", "value"), [("sender", "ORCHARD"), ("channel", "sms"), ("domain", "fr")])
def test_a_kill_switch_holds_tests_back(conn: Conn, scope: str, value: str) -> None:
    mailing = short(conn, numbered(conn, "switched"), "Hi", sender="Orchard")
    switches.put(conn, OPERATOR, scope=scope, value=value, reason="a slip")
    if scope != "domain":
        with pytest.raises(control.Refused, match="a slip"):
            testing.ask(conn, mailing, ANNA, to=["+33612345678"])
    else:
        assert "a slip" in str(barriers.of_address(conn, mailing, "+33612345678"))
        assert barriers.of_address(conn, mailing, "+491711234567") is None
    other = short(conn, numbered(conn, "others", 50), "Hi", sender="Orchards")
    assert (barriers.of_address(conn, other, "+491711234567") is None) == (scope != "channel")


def test_the_words_on_how_to_end_messages_are_part_of_what_is_approved(conn: Conn) -> None:
    listed = numbered(conn, "approved")

    def digest(text: str, **options: Any) -> str | None:
        mailing = short(conn, listed, text, **options)
        command(conn, mailing.id, "submit", plan={"kind": "now"}, confirm=True)
        there = find(conn, 1, mailing.id)
        assert there
        return there.digest

    one, same, other = (
        digest("Hi. {{ stop_hint }}", stop_hint=words) for words in ("STOP 1", "STOP 1", "STOP 2")
    )
    assert one == same != other
    assert digest("Hi.", stop_hint="STOP 1") == digest("Hi.", stop_hint="STOP 2")


@pytest.mark.parametrize(("duplicates", "shown"), [("per_number", 4), ("per_contact", 5)])
def test_a_number_that_two_have_is_shown_as_often_as_it_gets_it(
    conn: Conn, duplicates: str, shown: int
) -> None:
    """Also where the first who has it is not meant, or will not have it."""
    stage.policy(conn, duplicates=duplicates)
    mailing = short(conn, numbered(conn, "both"), "Hi {{ first_name }}")
    people = [each.contact for each in searching.page(conn, mailing, ["first_name"])[0]]
    first, second = people[0], people[-1]
    conn.execute(
        "update audience_contact set phone = (select phone from audience_contact where id = %s) where id = %s",
        (first, second),
    )
    items, _ = searching.page(conn, mailing, ["first_name"])
    assert len(items) == shown
    assert len(searching.page(conn, mailing, ["first_name"], q=items[0].address)[0]) == 1 + shown - 4
    assert (find_in_walk(conn, mailing, second) is None) == (shown == 4)
    conn.execute("delete from audience_membership where contact_id = %s", (first,))
    assert second in [each.contact for each in searching.page(conn, mailing, ["first_name"])[0]]
