"""Limits are meters that all senders share; they are changed while mailings run, and who has one keeps nobody else waiting."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from bench.arrivals import Arrivals
from penstock.account import limits
from penstock.account.access import Forbidden
from penstock.delivery import freeze
from penstock.delivery.limits import ease, spared, waits
from penstock.mailing import speed
from penstock.mailing.control import Actor
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    ANNA,
    add_contacts,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    policy,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]
Sinks = Callable[..., Sink]
OPERATOR = Actor("anna", ANNA.roles, "cli", 1)
PLATFORM = Actor("root", ANNA.roles, "cli", None)


def grant(conn: Conn, meters: list[tuple[str, str, float]], count: int, mailing: int) -> tuple[float, int]:
    """When the slots begin, by the database's clock, and how many there are."""
    scopes, keys, rates = (list(column) for column in zip(*meters, strict=True))
    row = conn.execute(
        "select extract(epoch from clock_timestamp()) + wait, granted from delivery_grant(%s, %s, %s, %s, %s)",
        (scopes, keys, rates, count, mailing),
    ).fetchone()
    assert row
    return float(row[0]), int(row[1])


def no_faster(times: list[float], rate: float, number: int = 2) -> bool:
    """Whether so many senders held the rate: half a second of unused time is made up for, and each may have a grant in hand."""
    return times[-1] - times[0] > (len(times) - 0.5 * rate - number * max(1, rate / 20)) / rate - 0.1


def at(sink: Sink, domain: str) -> int:
    return sum(address.lower().endswith("@" + domain) for address in sink.arrived())


def arrivals(sink: Sink) -> list[tuple[float, str]]:
    return [(line.at, line.recipient) for line in Arrivals(sink.log).new() if line.kind in "AXTP"]


def mixed(conn: Conn, count: int, every: int = 2) -> int:
    """A list of which every so-manieth one is at slow.example."""
    listed = add_contacts(conn, f"mixed {time.monotonic_ns()}", count)
    conn.execute(
        "update audience_contact set normal = replace(normal, 'example.net', 'slow.example'),"
        " address = replace(address, 'example.net', 'Slow.Example') where mod(id, %s) = 0",
        (every,),
    )
    return listed


# -- the meters ------------------------------------------------------------------


def test_slots_of_one_meter_follow_each_other(conn: Conn) -> None:
    slots = [grant(conn, [("mailing", "1@1", 1.0)], 1, 1) for _ in range(5)]
    first = slots[0][0]
    assert [granted for _, granted in slots] == [1] * 5
    assert [begins - first for begins, _ in slots] == pytest.approx([0, 1, 2, 3, 4], abs=0.1)


def test_of_several_meters_the_slowest_says_when(conn: Conn) -> None:
    both = [("account", "1", 100.0), ("mailing", "1@1", 1.0)]
    first = grant(conn, both, 1, 1)[0]
    assert grant(conn, both[1:], 1, 1)[0] - first == pytest.approx(1, abs=0.1)
    assert grant(conn, both, 1, 2)[0] - first == pytest.approx(2, abs=0.1)


def test_mailings_take_turns_at_a_meter_that_they_share(conn: Conn) -> None:
    shared = [("account", "1", 1.0)]
    first, granted = grant(conn, shared, 1, 1)
    second = grant(conn, shared, 1, 1)
    # Its slot is still to come: whoever asks for it again, from whichever sender, waits until then, and the other one is next.
    again, other = grant(conn, shared, 1, 1), grant(conn, shared, 1, 2)
    assert (granted, second[1], again[1], other[1]) == (1, 1, 0, 1)
    assert [begins - first for begins, _ in (second, again, other)] == pytest.approx([1, 1, 2], abs=0.1)


def test_slots_given_back_are_there_for_the_others(conn: Conn) -> None:
    hourly = [("account", "1", 1 / 3600)]
    first = grant(conn, hourly, 1, 1)[0]
    assert grant(conn, hourly, 1, 2)[0] - first == pytest.approx(3600, abs=1)
    conn.execute("select delivery_ungrant(%s, %s, %s, 1, 2)", (["account"], ["1"], [1 / 3600]))
    assert grant(conn, hourly, 1, 3)[0] - first == pytest.approx(3600, abs=1)


# -- while it runs ---------------------------------------------------------------


@pytest.mark.behaviour("B8")
def test_the_speed_of_a_mailing_changes_while_it_runs(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    with senders(2):
        mailing = begin(conn, 500, sink.url(), rate=1 / 60)
        eventually(lambda: len(sink.arrived()) == 1)
        assert waits(conn, mailing) == ["A limit of this mailing: 1/min."]
        assert speed.put(conn, 1, mailing, OPERATOR, rate=40.0, connections=None)
        eventually(lambda: len(sink.arrived()) > 80)  # it would have taken an hour and a half
        times = sorted(when for when, _ in arrivals(sink))[1:81]
        assert no_faster(times, 40)
        speed.put(conn, 1, mailing, OPERATOR, rate=None, connections=None)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 500}


@pytest.mark.behaviour("B8")
def test_an_account_is_limited_and_mailings_share_that_fairly(conn: Conn, a_sink: Sinks) -> None:
    sink, other = a_sink(), a_sink()
    limit = limits.put(conn, OPERATOR, scope="account", rate="20/s")
    policy(conn, package_size=50)
    with senders(3):
        many = begin(conn, 1000, sink.url())  # every sender has a package of it
        eventually(sink.arrived)
        few = begin(conn, 20, other.url())  # one package: one lane
        becomes(conn, few, "finishing", "sent")
        window = sorted(
            when for when, _ in eventually(lambda: len(arrivals(other)) >= 20 and arrivals(other))
        )
        beside = [when for when, _ in arrivals(sink) if window[0] <= when <= window[-1]]
        assert len(window) == 20
        assert len(beside) < 50  # shared by lanes, and not by mailings, it would be three times as many
        answer = command(conn, many, "pause")  # a limit does not delay it
        assert answer.silent == []
        limits.remove(conn, OPERATOR, limit.id)
        command(conn, many, "resume", confirm=True)
        becomes(conn, many, "sent")
    assert sound(conn, many) == {"accepted": 1000}


def test_a_limited_domain_keeps_nobody_waiting_and_its_limit_is_raised(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    limit = limits.put(conn, OPERATOR, scope="domain", value="Slow.Example", rate="10/s")
    listed = mixed(conn, 600, 3)
    with senders(2):
        mailing = launch(conn, draft(conn, listed, sink.url()))
        eventually(lambda: at(sink, "example.net") == 400)
        assert at(sink, "slow.example") < 200
        assert state(conn, mailing) == "sending"
        eventually(lambda: at(sink, "slow.example") >= 30)
        assert no_faster(
            sorted(when for when, who in arrivals(sink) if who.lower().endswith("slow.example")), 10
        )
        assert waits(conn, mailing) == ["A limit of the domain slow.example: 10/s."]
        limits.put(conn, OPERATOR, scope="domain", value="slow.example", rate="10000/s")
        becomes(conn, mailing, "sent")
    assert limit.value == "slow.example"
    assert sound(conn, mailing) == {"accepted": 600}
    assert len(set(sink.arrived())) == 600


def test_a_domain_is_limited_while_it_is_sent_to_and_its_limit_taken_away(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "0.02")
    listed = mixed(conn, 600)
    with senders(2):
        mailing = launch(conn, draft(conn, listed, sink.url(2)))
        eventually(lambda: at(sink, "slow.example") > 10)
        limit = limits.put(conn, OPERATOR, scope="domain", value="slow.example", rate="1/h")
        eventually(lambda: at(sink, "example.net") == 300)
        there = at(sink, "slow.example")
        assert there < 300
        assert state(conn, mailing) in ("sending", "finishing")
        limits.remove(conn, OPERATOR, limit.id)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 600}
    assert len(set(sink.arrived())) == len(sink.arrived()) == 600


def test_connections_and_messages_at_a_time_are_limited_over_all_senders(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink("--delay", "0.05")
    limits.put(conn, OPERATOR, scope="domain", value="slow.example", connections=1)
    with senders(2):
        mailing = launch(conn, draft(conn, mixed(conn, 200, 5), sink.url(8), connections=3))
        eventually(lambda: open_connections(conn) == 3)
        speed.put(conn, 1, mailing, OPERATOR, rate=None, connections=None)
        becomes(conn, mailing, "sent")
    slow = sorted(when for when, who in arrivals(sink) if who.lower().endswith("slow.example"))
    assert len(slow) == 40
    assert slow[-1] - slow[0] > 39 * 0.05  # one after the other, although there are sixteen connections
    assert sound(conn, mailing) == {"accepted": 200}


# -- sparing ---------------------------------------------------------------------


def test_a_domain_that_refuses_for_now_is_asked_less_and_later_more(
    conn: Conn, a_catcher: Callable[..., CatchingThread]
) -> None:
    catcher = a_catcher(defer_matching={"*@slow.example": "451 4.7.0 too much from you"})
    policy(conn, retry_first_seconds=1, retry_longest_seconds=1)
    with senders(1):
        mailing = launch(conn, draft(conn, mixed(conn, 400), catcher.url()))
        found = eventually(lambda: spared(conn, 1))
        assert found[0].domain == "slow.example"
        assert found[0].rate <= found[0].usual / 2 + 0.1
        assert "too much from you" in found[0].reply
        assert waits(conn, mailing)[0].startswith(
            "slow.example refuses for now (451 4.7.0 too much from you): it is asked "
        )
        eventually(lambda: counts(conn, mailing).get("accepted") == 200)  # the others are not kept waiting
        catcher.catcher.faults.defer_matching.clear()
        conn.execute("update delivery_backoff set until = now(), rate = usual")
        eventually(lambda: not spared(conn, 1))
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 400}


def open_connections(conn: Conn) -> int:
    row = conn.execute(
        "select coalesce(sum(open), 0) from delivery_health where beat_at > now() - interval '2 s'"
    ).fetchone()
    assert row
    return int(row[0])


def test_large_and_limited_domains_have_packages_of_their_own_from_the_start(conn: Conn) -> None:
    limits.put(conn, OPERATOR, scope="domain", value="slow.example", rate="1/s")
    policy(conn, lane_size=30, package_size=20)
    mailing = launch(conn, draft(conn, mixed(conn, 45, 3)))
    freeze.prepare(conn, mailing)
    lanes = conn.execute(
        "select lane, size from delivery_package where mailing = %s order by no", (mailing,)
    ).fetchall()
    assert lanes == [("example.net", 20), ("example.net", 10), ("slow.example", 15)]
    assert sound(conn, mailing) == {"waiting": 45}
    # Who goes by the way of everybody takes those that are large, and leaves those that are limited.
    opened = [
        conn.execute(
            "select lane from delivery_open(1, %s, null, %s)", (mailing, ["slow.example"])
        ).fetchall()
        for _ in range(3)
    ]
    assert opened == [[("example.net",)], [("example.net",)], []]
    assert conn.execute(
        "select lane from delivery_open(1, %s, 'slow.example', '{}')", (mailing,)
    ).fetchall() == [("slow.example",)]


def test_slow_mailings_make_room_for_others(conn: Conn, a_sink: Sinks) -> None:
    """Else they would hold the places of every sender for hours, and the next one never begin."""
    sinks = [a_sink(), a_sink()]
    few = "import penstock.delivery.sender as s, penstock.delivery.yielding as y; s.LANES = 1; y.STINT = 0.3"
    with senders(1, few):
        slow = [begin(conn, 50, sink.url(1), rate=5) for sink in sinks]
        eventually(lambda: all(len(sink.arrived()) > 2 for sink in sinks))
        for mailing in slow:
            command(conn, mailing, "cancel", reason="seen")
            becomes(conn, mailing, "cancelled")
    for mailing, sink in zip(slow, sinks, strict=True):
        assert sound(conn, mailing)["accepted"] == len(sink.arrived()) == len(set(sink.arrived()))


def back_off(conn: Conn, transport: int, domain: str, asked: float) -> float | None:
    row = conn.execute(
        "select delivery_back_off(%s, %s, %s, 20, '451 later', 0.1, interval '30 s', 3)",
        (transport, domain, asked),
    ).fetchone()
    assert row
    return None if row[0] is None else float(row[0])


def test_the_pace_of_a_spared_domain_is_halved_once_a_period_and_comes_back(conn: Conn) -> None:
    transport = transport_of(conn)
    assert back_off(conn, transport, "slow.example", 40.0) == 20.0
    assert back_off(conn, transport, "slow.example", 40.0) == 20.0  # another lane says the same
    conn.execute("update delivery_backoff set changed_at = changed_at - interval '16 s'")
    assert back_off(conn, transport, "slow.example", 15.0) == 10.0
    conn.execute("update delivery_backoff set rate = 0.15, changed_at = changed_at - interval '16 s'")
    assert back_off(conn, transport, "slow.example", 0.1) == 0.1  # not less
    for rate in (0.2, 0.4):
        conn.execute("update delivery_backoff set until = now()")
        ease(conn)
        assert [each.rate for each in spared(conn, 1)] == [pytest.approx(rate)]
    conn.execute("update delivery_backoff set until = now(), rate = 21")
    ease(conn)
    assert spared(conn, 1) == []


def test_where_everybody_refuses_the_domains_are_not_to_blame(conn: Conn) -> None:
    transport = transport_of(conn)
    assert [back_off(conn, transport, f"x{n}.example", 10.0) for n in range(4)] == [5.0, 5.0, 5.0, None]
    assert len(spared(conn, 1)) == 3


def transport_of(conn: Conn) -> int:
    mailing = draft(conn, add_contacts(conn, "nobody", 1))
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    return int(row[0])


def test_a_mailing_has_the_limits_that_concern_it_and_no_others(conn: Conn) -> None:
    mailing = draft(conn, add_contacts(conn, "few", 1), rate=5, connections=2)
    transport = str(transport_of(conn))
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) select 2, 'Other', 'UTC', '{}', now()"
    )
    for actor, scope, value, account in (
        (PLATFORM, "all", "", None), (PLATFORM, "account", "1", None), (PLATFORM, "account", "2", None), (OPERATOR, "account", "", 1),
        (PLATFORM, "account", "", 2), (PLATFORM, "domain", "x.example", None), (OPERATOR, "domain", "x.example", 1),
        (PLATFORM, "domain", "x.example", 2), (OPERATOR, "transport", transport, 1),
    ):  # fmt: skip
        limits.put(conn, actor, scope=scope, value=value, rate="10/s", account=account)
    found = conn.execute(
        "select scope, count(*) from delivery_limits(%s) group by scope", (mailing,)
    ).fetchall()
    assert dict(found) == {"all": 1, "account": 2, "domain": 2, "transport": 1, "mailing": 1}
    assert len(limits.listed(conn, 1)) == 6
    with pytest.raises(limits.LimitError, match="this account"):
        limits.put(conn, OPERATOR, scope="account", value="2", rate="1/s")
    platforms = next(each for each in limits.listed(conn, 1) if each.scope == "all")
    with pytest.raises(Forbidden):
        limits.remove(conn, OPERATOR, platforms.id)
