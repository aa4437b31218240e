"""The ledger of an SMS: by numbers, in parts, with everybody in it who was meant; and its credits."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.account import transports
from penstock.account.credits import ledger, reading
from penstock.audience import suppression
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import chosen, due, estimating, freeze, reckoning, resuming, steps
from penstock.mailing import control, mailings
from penstock.mailing.actor import Actor
from penstock.report import warning
from penstock.report.credits import forecast
from penstock.report.progress import progress
from tests.integration.delivery import stage, texting

Conn = psycopg.Connection[Any]
SALLY = Actor("sally", frozenset({"platform"}), "cli")
LONG = "x" * 161
"""Two parts, in GSM-7."""


def people(conn: Conn, rows: list[tuple[str, str | None, dict[str, str]]], name: str = "numbers") -> int:
    """Make a list of contacts: e-mail address, number, attributes. Who has no address but a number stands under that."""
    row = conn.execute(
        "insert into audience_list (account_id, name) values (1, %s) on conflict (account_id, name) do update set name = excluded.name returning id",
        (name,),
    ).fetchone()
    assert row
    for address, phone, attributes in rows:
        conn.execute(
            "with c as (insert into audience_contact (account_id, address, normal, phone, region, attributes)"
            " values (1, %(a)s, %(a)s, %(p)s, %(r)s, %(v)s) returning id)"
            " insert into audience_membership (list_id, contact_id) select %(list)s, id from c",
            {"a": address or phone, "p": phone, "r": _country(phone), "v": Jsonb(attributes), "list": row[0]},
        )
    return int(row[0])


def _country(phone: str | None) -> str | None:
    return {"+33": "FR", "+49": "DE", "+12": "US"}.get(phone[:3]) if phone else None


def number(n: int) -> str:
    return f"+336{n:08}"


NO_RECEIPTS = "smpp://me:secret@127.0.0.1:2775?receipts=no"


def short(
    conn: Conn,
    listed: int,
    text: str = "Sale today. STOP 36180",
    via: str = NO_RECEIPTS,
    rule: dict[str, Any] | None = None,
    **options: Any,
) -> int:
    """A draft of an SMS to a list."""
    message = store_message(conn, 1, Message(sender="Acme", subject="", text=text, channel="sms"))
    transport = transports.store(conn, 1, via)
    return mailings.create(
        conn, 1, name=f"to list {listed}", message=message, audience=rule or {"list": listed}, transport=transport, options=options
    )  # fmt: skip


def begun(conn: Conn, mailing: int) -> int:
    """Launch and freeze it."""
    stage.launch(conn, mailing)
    freeze.prepare(conn, mailing)
    return mailing


def packages(conn: Conn, mailing: int) -> list[tuple[Any, ...]]:
    """Kind, size, parts, lane of each, in order."""
    return conn.execute(
        "select kind, size, parts, lane from delivery_package where mailing = %s order by no", (mailing,)
    ).fetchall()


def reasons(conn: Conn, mailing: int, skipped: int = 0) -> dict[str, str]:
    """Of those who were passed over: address and reason."""
    rows = conn.execute(
        "select coalesce(r.address, r.normal), y.text from delivery_recipient r join delivery_outcome o using (mailing, seq)"
        " join delivery_reply y on y.id = o.reply where r.mailing = %s and (r.package = 0 or o.state = %s)",
        (mailing, skipped),
    )
    return dict(rows.fetchall())


def credits(conn: Conn) -> tuple[int, int, int]:
    """Available, reserved, spent, of SMS; everything adds up."""
    assert reading.check(conn, 1) == []
    there = {each.channel: each for each in reading.balances(conn, 1)}["sms"]
    return there.available, there.reserved, there.spent


@pytest.mark.behaviour("S3.14", "B1")
def test_everybody_who_is_meant_stands_in_the_ledger_of_an_sms(conn: Conn) -> None:
    listed = people(conn, [
        ("ann@example.net", number(1), {}), ("ben@example.net", None, {}), ("", number(2), {}),
        ("cy@example.net", number(3), {}), ("dan@example.net", number(1), {}), ("eve@example.net", "+4915112345678", {}),
    ])  # fmt: skip
    suppression.suppress(
        conn, 1, "ann@example.net", "unsubscribed", "test"
    )  # by e-mail: says nothing of the number
    conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin) values (1, %s, 'unsubscribed', 'sms')",
        (number(3),),
    )
    draft = short(conn, listed)
    rule = mailings.find(conn, 1, draft).rule  # type: ignore[union-attr]
    assert chosen.count(conn, 1, rule) == 3
    assert chosen.missed(conn, 1, rule) == {"duplicate": 1, "no_number": 1, "unsubscribed": 1}
    mailing = begun(conn, draft)
    assert reasons(conn, mailing) == {
        "ben@example.net": "no_number",
        number(3): "unsubscribed",
        number(1): "duplicate",
    }
    assert stage.sound(conn, mailing) == {"waiting": 3, "skipped": 3}
    assert stage.hand_over(conn, mailing) == [number(1), number(2), "+4915112345678"]
    assert stage.sound(conn, mailing) == {"accepted": 3, "skipped": 3}
    query = "select delivery_domain(contact, normal) from delivery_recipient where mailing = %s and package > 0 order by seq"
    assert [each for (each,) in conn.execute(query, (mailing,))] == ["FR", "FR", "DE"]
    # An e-mail to the same list passes over who has a number only, and who unsubscribed from e-mail.
    letter = stage.launch(conn, stage.draft(conn, listed, html="<p>Hi</p>"))
    freeze.prepare(conn, letter)
    assert reasons(conn, letter) == {"ann@example.net": "unsubscribed", number(2): "no_address"}
    assert stage.sound(conn, letter) == {"waiting": 4, "skipped": 2}


@pytest.mark.behaviour("S4.39")
def test_a_step_by_sms_goes_to_whom_the_letter_reached_and_who_has_a_number(conn: Conn) -> None:
    listed = people(
        conn,
        [
            ("ann@example.net", number(1), {}),
            ("ben@example.net", None, {}),
            ("dan@example.net", number(1), {}),
            ("eve@example.net", number(2), {}),
        ],
    )
    letter = stage.draft(conn, listed, html="<p>Hi</p>")
    step = short(conn, listed, rule={"step": letter, "condition": "all"})
    assert chosen.count(conn, 1, mailings.find(conn, 1, step).rule) == 2  # type: ignore[union-attr]
    freeze.prepare(conn, stage.launch(conn, letter))
    stage.command(conn, step, "submit", plan={"kind": "after", "delay": "1m"}, confirm=True)
    stage.command(conn, step, "approve")
    assert stage.hand_over(conn, letter, most=3) == ["ann@example.net", "ben@example.net", "dan@example.net"]
    stage.travel(conn, minutes=2)
    steps.look(conn)
    freeze.prepare(conn, step)
    steps.look(conn)
    assert stage.hand_over(conn, step) == [number(1)]
    assert stage.sound(conn, step) == {"accepted": 1, "skipped": 2}
    assert sorted(reasons(conn, step, skipped=4).values()) == ["duplicate", "no_number"]


def test_a_number_that_had_enough_is_capped(conn: Conn) -> None:
    listed = people(conn, [("ann@example.net", number(1), {}), ("ben@example.net", number(2), {})])
    stage.policy(conn, frequency_cap="1 per 7 days")
    first = begun(conn, short(conn, listed))
    assert stage.hand_over(conn, first, most=1) == [number(1)]
    stage.command(conn, first, "cancel", reason="Enough.", confirm=True)
    people(conn, [("cy@example.net", number(1), {})])
    second = begun(conn, short(conn, listed, drift_bound=10_000))
    assert reasons(conn, second) == {number(1): "capped"}
    assert stage.sound(conn, second) == {"waiting": 1, "skipped": 2}
    letter = stage.launch(conn, stage.draft(conn, listed, html="<p>Hi</p>"))
    freeze.prepare(conn, letter)
    assert stage.sound(conn, letter) == {"waiting": 3}, "letters and numbers are counted apart"


@pytest.mark.behaviour("S5.19")
def test_the_number_to_be_typed_is_of_those_who_have_one(conn: Conn) -> None:
    listed = people(conn, [("ann@example.net", number(1), {}), ("ben@example.net", None, {})])
    stage.policy(conn, confirm_send="type_count")
    mailing = short(conn, listed)
    with pytest.raises(control.Refused):
        stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=2)
    stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=1)


@pytest.mark.parametrize(("duplicates", "typed"), [("per_number", 2), ("per_contact", 3)])
@pytest.mark.behaviour("S5.19")
def test_a_number_that_several_have_is_typed_as_often_as_it_gets_it(
    conn: Conn, duplicates: str, typed: int
) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(1 + n % 2), {}) for n in range(3)])
    stage.policy(conn, confirm_send="type_count", duplicates=duplicates)
    mailing = short(conn, listed)
    with pytest.raises(control.Refused, match=f'"confirm": {typed}'):
        stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=5 - typed)
    stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=typed)


@pytest.mark.behaviour("S3.14")
def test_each_contact_that_has_a_number_may_be_meant(conn: Conn) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(1 + n % 2), {}) for n in range(4)])
    stage.policy(conn, duplicates="per_contact")
    mailing = begun(conn, short(conn, listed, drift_bound=10_000))
    assert stage.sound(conn, mailing) == {"waiting": 4}
    assert sorted(stage.hand_over(conn, mailing)) == [number(1), number(1), number(2), number(2)]
    with pytest.raises(psycopg.errors.UniqueViolation, match="delivery_recipient_once"):
        conn.execute(
            "insert into delivery_recipient (mailing, seq, contact, package, normal, twin)"
            " select mailing, seq + 50, contact, package, normal, twin from delivery_recipient where mailing = %s and seq = 1", (mailing,),
        )  # fmt: skip
    assert chosen.joined(conn, 1, mailing, mailings.find(conn, 1, mailing).rule) == 0  # type: ignore[union-attr]


@pytest.mark.behaviour("S3.13", "S3.14")
def test_who_joins_in_a_pause_joins_by_number(conn: Conn) -> None:
    listed = people(conn, [("ann@example.net", number(1), {}), ("ben@example.net", number(2), {})])
    mailing = begun(conn, short(conn, listed, drift_bound=10_000))
    stage.command(conn, mailing, "pause")
    people(
        conn,
        [
            ("cy@example.net", number(3), {}),
            ("dan@example.net", number(1), {}),
            ("eve@example.net", None, {}),
        ],
    )
    rule = mailings.find(conn, 1, mailing).rule  # type: ignore[union-attr]
    assert chosen.joined(conn, 1, mailing, rule) == 1
    conn.execute("update audience_contact set phone = null, region = null where address = 'ben@example.net'")
    stage.command(conn, mailing, "resume")
    freeze.prepare(conn, mailing)
    assert resuming.catch_up(conn, mailing)
    assert stage.hand_over(conn, mailing) == [number(1), number(3)]
    assert stage.sound(conn, mailing) == {"accepted": 2, "skipped": 1}


@pytest.mark.behaviour("S3.14", "S3.19")
def test_a_number_that_was_reached_is_everybodys_who_has_it(conn: Conn) -> None:
    listed = people(
        conn,
        [
            ("ann@example.net", number(1), {}),
            ("dan@example.net", number(1), {}),
            ("cy@example.net", number(2), {}),
        ],
    )
    mailing = begun(conn, short(conn, listed))
    assert stage.hand_over(conn, mailing, most=1) == [number(1)]
    for rule in ({"reached_by": [mailing]}, {"reached_by": [mailing], "channel": "email"}):
        assert chosen.count(conn, 1, {"list": listed, **rule}) == 2
    assert chosen.count(conn, 1, {"list": listed, "not_reached_by": [mailing], "channel": "sms"}) == 1
    contacts = [each for (each,) in conn.execute("select id from audience_contact")]
    few = conn.execute(
        "select count(*) from delivery_reached_among(1, %s, %s)", ([mailing], contacts)
    ).fetchone()
    assert few == (2,)


@pytest.mark.behaviour("S4.20", "S5.17")
def test_credits_are_reserved_and_spent_in_parts(conn: Conn) -> None:
    listed = people(
        conn,
        [(f"reader{n}@example.net", number(n), {"words": LONG if n % 3 == 0 else "short"}) for n in range(9)],
    )
    stage.policy(conn, credits="counted")
    ledger.top_up(conn, 1, SALLY, amount=11, note="Paid.", channel="sms")
    mailing = begun(conn, short(conn, listed, "{{ words }}"))
    assert stage.state(conn, mailing) == "interrupted"
    assert "needs 12 credits, and 11 are left" in str(stage.reason(conn, mailing))
    ledger.top_up(conn, 1, SALLY, amount=9, note="Paid.", channel="sms")
    stage.command(conn, mailing, "resume", reason="Topped up.", confirm=True)
    freeze.prepare(conn, mailing)
    assert packages(conn, mailing) == [("plain", 6, 1, None), ("plain", 3, 2, None)]
    assert credits(conn) == (8, 12, 0)
    stage.hand_over(conn, mailing, most=7)  # six of one part, one of two
    stage.command(conn, mailing, "cancel", reason="Enough.", confirm=True)
    stage.sound(conn, mailing)
    assert credits(conn) == (12, 0, 8)
    stage.command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    freeze.prepare(conn, mailing)
    assert credits(conn) == (8, 4, 8)
    stage.hand_over(conn, mailing)
    for event in ("handed_off", "settled"):
        control.attempt(conn, mailing, event)
    assert (stage.state(conn, mailing), credits(conn)) == ("sent", (8, 0, 12))


@pytest.mark.behaviour("S4.20", "S4.22")
def test_a_message_that_became_longer_goes_apart_and_is_paid_for_before(conn: Conn) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(n), {"words": "short"}) for n in range(3)])
    stage.policy(conn, credits="counted")
    ledger.top_up(conn, 1, SALLY, amount=3, note="Paid.", channel="sms")
    mailing = begun(conn, short(conn, listed, "{{ words }}"))
    assert credits(conn) == (0, 3, 0)
    given_back(conn, mailing, parts=2)
    assert due.pack(conn, mailing) == 0
    assert stage.state(conn, mailing) == "interrupted"
    assert "needs 1 credit, and 0 are left" in str(stage.reason(conn, mailing))
    ledger.top_up(conn, 1, SALLY, amount=1, note="Paid.", channel="sms")
    stage.command(conn, mailing, "resume", reason="Topped up.", confirm=True)
    assert resuming.catch_up(conn, mailing)
    assert due.pack(conn, mailing) == 1
    assert packages(conn, mailing)[1:] == [("again", 1, 2, None)]
    stage.hand_over(conn, mailing)
    assert stage.sound(conn, mailing) == {"accepted": 3}
    for event in ("handed_off", "settled"):
        control.attempt(conn, mailing, event)
    assert (stage.state(conn, mailing), credits(conn)) == ("sent", (0, 0, 4))


def given_back(conn: Conn, mailing: int, parts: int, seconds: float = 0) -> None:
    """A sender finds that the first of them takes so many parts by now, and gives it back, to go in a package of such."""
    row = conn.execute("insert into delivery_sender (host, pid) values ('here', 0) returning id").fetchone()
    assert row
    package = conn.execute("select no, epoch from delivery_open(%s, %s)", (row[0], mailing)).fetchone()
    assert package
    call = "select * from delivery_record_and_claim(%s, %s, %s, %s, %s, %s)"
    conn.execute(call, (mailing, Jsonb([]), Jsonb([]), *package, 1))
    with conn.transaction():
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
            " values (clock_timestamp(), %s, %s, 1, delivery_reply_id(0, '', 'set apart', 'return'), 0, 2)",
            (mailing, package[0]),
        )
        record = {"no": package[0], "epoch": package[1], "batch": 1, "release": True, "in_doubt": 0, "returned": 1, "deferred": 0,
                  "skipped": 0, "accepted": 0, "bounced": 0}  # fmt: skip
        back = {
            "seq": 1,
            "package": package[0],
            "why": "returned",
            "in": seconds,
            "since": "2030-01-01T00:00Z",
            "attempt": 0,
            "parts": parts,
        }
        conn.execute(call, (mailing, Jsonb([record]), Jsonb([back]), None, None, 0))


@pytest.mark.behaviour("S5.17", "S5.18")
def test_what_an_sms_takes_is_reckoned_in_parts_and_warned_of(conn: Conn) -> None:
    listed = people(
        conn,
        [(f"reader{n}@example.net", number(n), {"words": LONG if n % 2 else "short"}) for n in range(10)],
    )
    stage.policy(conn, credits="counted")
    ledger.top_up(conn, 1, SALLY, amount=12, note="Paid.", channel="sms")
    constant = short(conn, listed, LONG)
    rule = mailings.find(conn, 1, constant).rule  # type: ignore[union-attr]
    assert reckoning.reckon(conn, 1, constant, rule) == reckoning.Reckoned(10, 20, "text", 2, 2, 2)
    mailing = short(conn, listed, "{{ words }}")
    assert reckoning.reckon(conn, 1, mailing, rule) == reckoning.Reckoned(10, 15, "sample", 1, 1, 2)
    stage.command(
        conn, mailing, "submit", plan={"kind": "at", "at": "2099-01-01T10:00", "zone": "UTC"}, confirm=True
    )
    stage.command(conn, mailing, "approve")
    row = conn.execute("select digest from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    assert estimating.estimate(conn, mailing, row[0]) == 10
    [planned] = forecast(conn, 1, "sms").demands
    assert (planned.needed, planned.recipients, planned.basis, planned.left) == (15, 10, "sample", -3)
    assert forecast(conn, 1, "email").demands == []
    assert warning.warn(conn, 1) == 1
    conn.execute(
        "insert into preflight_analysis (account_id, mailing_id, message_id, audience, state, figures, asked_by, options, done, started_at, ended_at, total)"
        " select account_id, id, message_id, audience, 'done', %s, 'anna', '{}', 10, now(), now(), 10 from mailing_mailing where id = %s",
        (Jsonb({"parts": {"total": 14, "recipients": {"1": 6, "2": 4}}}), mailing),
    )
    assert reckoning.reckon(conn, 1, mailing, rule).credits == 14


@pytest.mark.behaviour("S5.9", "S5.10", "S5.11", "S5.20")
def test_who_awaits_a_receipt_is_not_settled_until_the_window_is_over(conn: Conn) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(n) if n else None, {}) for n in range(5)])
    mailing = begun(conn, short(conn, listed, via="smpp://me:secret@127.0.0.1:2775"))
    assert stage.hand_over(conn, mailing, most=3) == [number(1), number(2), number(3)]
    figures = progress(conn, mailing)
    assert (figures.accepted, figures.awaiting, figures.waiting, figures.skipped) == (3, 3, 1, 1)
    assert (figures.handed_off_percent, figures.settled_percent) == (75.0, 20.0), (
        "handed off of four; settled, the skipped one of five"
    )
    conn.execute("select delivery_learn(%s, 1, 6, 0, '', 'DELIVRD', 'receipt', null)", (mailing,))
    stage.hand_over(conn, mailing)
    assert control.attempt(conn, mailing, "handed_off")
    figures = progress(conn, mailing)
    assert (figures.handed_off_percent, figures.settled_percent, figures.awaiting) == (100.0, 40.0, 3)
    control.attempt(conn, mailing, "settled")
    assert stage.state(conn, mailing) == "finishing"
    stage.travel(conn, hours=49)
    assert progress(conn, mailing).settled_percent == 100.0
    control.attempt(conn, mailing, "settled")
    assert stage.state(conn, mailing) == "sent"
    assert stage.sound(conn, mailing) == {"accepted": 3, "delivered": 1, "skipped": 1}


def test_the_freeze_right_after_an_import_reads_everybody_once(conn: Conn) -> None:
    """Without statistics of what came in a moment ago: 10,000 take half a second, not half a minute."""
    mailing = texting.begin(conn, 10_000, NO_RECEIPTS, text="Sale today. STOP 36180")
    conn.execute("set statement_timeout = '5s'")
    assert freeze.freeze(conn, mailing)
    assert progress(conn, mailing).waiting == 10_000
