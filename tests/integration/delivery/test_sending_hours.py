"""Sending hours of countries and quiet hours, for SMS: packages go at the opening of their place, and nothing begins while it is shut."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from penstock.delivery import cutting, due, shutting
from penstock.delivery.claim import Held, Item
from penstock.delivery.handoff import Fence
from penstock.delivery.order import load
from penstock.delivery.short.handoff import hand_off
from penstock.delivery.short.opening import Opening
from penstock.mailing import holidays, mailings
from penstock.report.outlook import of_mailing
from penstock.report.remaining import remaining
from penstock.report.timeline import running
from penstock.transport.envelope import Peer
from tests.integration.delivery import stage
from tests.integration.delivery.test_numbers import begun, given_back, number, people, short

Conn = psycopg.Connection[Any]
US = "+1202555{:04}"


def shut(zone: str) -> str:
    """Hours in which it is shut now, and opens within a day."""
    now = datetime.now(ZoneInfo(zone))
    return "04:00-05:00" if not 3 <= now.hour < 5 else "14:00-15:00"


@pytest.mark.behaviour("S3.26")
def test_each_country_goes_when_it_opens(conn: Conn) -> None:
    listed = people(
        conn, [(f"reader{n}@example.net", number(n) if n < 4 else US.format(100 + n), {}) for n in range(6)]
    )
    stage.policy(conn, sending_hours_sms=f"US {shut('America/New_York')}")
    draft = short(conn, listed)
    outlook = of_mailing(conn, mailings.find(conn, 1, draft), {"kind": "now"})  # type: ignore[arg-type]
    assert {each.zone: each.count for each in outlook.when.releases} == {
        "Europe/Paris FR": 4,
        "America/New_York US": 2,
    }
    mailing = begun(conn, draft)
    rows = conn.execute(
        "select zone, lane, size, release_at > now() from delivery_package where mailing = %s order by release_at",
        (mailing,),
    ).fetchall()
    assert rows == [("Europe/Paris", "FR", 4, False), ("America/New_York", "US", 2, True)]
    assert stage.hand_over(conn, mailing) == [number(n) for n in range(4)]
    assert stage.sound(conn, mailing) == {"accepted": 4, "waiting": 2}
    stage.travel(conn, hours=25)
    assert len(stage.hand_over(conn, mailing)) == 2


@pytest.mark.behaviour("S3.26")
def test_a_country_that_shuts_waits_for_its_opening(conn: Conn) -> None:
    listed = people(
        conn,
        [(f"reader{n}@example.net", number(n), {"zone": "Europe/Rome"} if n == 3 else {}) for n in range(4)],
    )
    stage.policy(conn, package_size=2, sending_hours_sms="FR 00:00-24:00")
    mailing = begun(conn, short(conn, listed))
    stage.policy(conn, sending_hours_sms=f"FR {shut('Europe/Paris')}")
    assert shutting.put_off(conn) == 3, "a package of Rome's, and two of Paris"
    rows = conn.execute(
        "select count(*), min(release_at) > now() from delivery_package where mailing = %s", (mailing,)
    ).fetchone()
    assert rows == (3, True)
    rest = remaining(conn, mailing)
    assert (rest.turn, rest.hours, rest.planned, rest.opens_at is None) == (0, 4, 0, False)
    told = rest.figures()
    assert sum(told[name] for name in ("turn", "planned", "hours", "held", "withheld")) == 4
    assert stage.hand_over(conn, mailing) == []
    stage.travel(conn, hours=25)
    assert len(stage.hand_over(conn, mailing)) == 4


def test_a_sender_gives_back_whose_country_is_shut(conn: Conn) -> None:
    listed = people(conn, [("ann@example.net", number(1), {}), ("eve@example.net", "+4915112345678", {})])
    stage.policy(conn, sending_hours_sms=f"FR {shut('Europe/Paris')}")
    order = load(conn, begun(conn, short(conn, listed)))
    hand = hand_off(order, Fence(), lambda: None, lambda *_: None)
    held = Held(1, 1, 2, 2, 1, None, None, 0, "plain")
    rows = [(1, None, number(1), None, "FR"), (2, None, "+4915112345678", None, "DE")]
    hand.extend(Item(held, row, None) for row in rows)
    envelope = hand.take(Peer("here"))
    assert envelope is not None
    assert envelope.recipient == "+4915112345678"
    assert hand.take(Peer("here")) is None
    hand.numbers |= dict.fromkeys(hand.new_words(), 1)
    [back] = hand.collect(lambda _: False).due
    assert (back["seq"], back["why"]) == (1, "returned")
    assert 0 < back["in"] <= 86_400


@pytest.mark.behaviour("S5.10", "B11")
def test_who_was_given_back_until_the_opening_stands_in_the_timeline(conn: Conn) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(n), {}) for n in range(3)])
    mailing = begun(conn, short(conn, listed))
    given_back(conn, mailing, parts=1, seconds=7200)
    parts = running(conn, mailing)
    assert [(each.held, each.packages, each.count) for each in parts] == [
        (None, 1, 3),
        ("sending_hours", 0, 1),
    ]
    rest = remaining(conn, mailing)
    assert (rest.returned, rest.shut) == (1, 1)
    assert rest.opens_at is not None
    assert stage.hand_over(conn, mailing) == [number(1), number(2)]
    assert (due.pack(conn, mailing), stage.state(conn, mailing)) == (0, "sending")
    stage.travel(conn, hours=2)
    assert due.pack(conn, mailing) == 1
    assert stage.hand_over(conn, mailing) == [number(0)]


@pytest.fixture
def feast(monkeypatch: pytest.MonkeyPatch) -> date:
    """A holiday in France of three days, of which today is the second; returns the day after it."""
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    days = dict.fromkeys((today + timedelta(days=n) for n in (-1, 0, 1)), "Feast")
    monkeypatch.setattr(holidays, "_of", lambda country, *_: (days,) if country == "FR" else ())
    return today + timedelta(days=2)


@pytest.mark.behaviour("S3.26", "B11")
def test_a_holiday_keeps_back_what_is_sent_and_the_timeline_says_so(conn: Conn, feast: date) -> None:
    rows = [("ann@example.net", number(1), {}), ("bob@example.net", number(2), {}), ("eve@example.net", "+4915112345678", {})]  # fmt: skip
    stage.policy(conn, package_size=1, sending_hours_sms="* 00:00-24:00")
    mailing = begun(conn, short(conn, people(conn, rows)))
    stage.policy(conn, sending_hours_sms="* 00:00-24:00 except holidays")
    opens = datetime.combine(feast, datetime.min.time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    pace = cutting.pace_of({}, "UTC", {"sending_hours_sms": "* 00:00-24:00 except holidays"}, "sms")
    wait = Opening(pace).wait(number(1), "FR", None)
    assert wait == pytest.approx((opens - datetime.now(UTC)).total_seconds(), abs=30)
    assert shutting.put_off(conn) == 2, "France's, and not Germany's"
    assert stage.hand_over(conn, mailing) == ["+4915112345678"]
    told = of_mailing(conn, mailings.find(conn, 1, mailing)).figures()  # type: ignore[arg-type]
    assert [each["at"] for each in told["releases"] if each["zone"] == "Europe/Paris FR"] == [opens]
    assert (feast - timedelta(days=1), "FR", "Feast") in [tuple(each.values()) for each in told["holidays"]]
    assert {each["country"] for each in told["holidays"]} == {"FR"}
    stage.travel(conn, hours=72)
    assert len(stage.hand_over(conn, mailing)) == 2
    assert stage.sound(conn, mailing) == {"accepted": 3}
    assert of_mailing(conn, mailings.find(conn, 1, mailing)).figures()["holidays"] == []  # type: ignore[arg-type]


def test_who_was_given_back_on_a_holiday_is_told_of_it(conn: Conn, feast: date) -> None:
    listed = people(conn, [(f"reader{n}@example.net", number(n), {}) for n in range(2)])
    stage.policy(conn, sending_hours_sms="FR 00:00-24:00")
    mailing = begun(conn, short(conn, listed))
    stage.policy(conn, sending_hours_sms="FR 00:00-24:00 except holidays")
    given_back(conn, mailing, parts=1, seconds=48 * 3600)
    told = of_mailing(conn, mailings.find(conn, 1, mailing)).figures()  # type: ignore[arg-type]
    assert feast - timedelta(days=1) in [each["on"] for each in told["holidays"]]
