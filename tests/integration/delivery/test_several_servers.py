"""A mailing over several servers: parts, one that dies, limits that all senders keep together, changes while it runs."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from penstock.account import servers, transports
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.report import transports as report
from tests.integration.delivery.conftest import Sink
from tests.integration.delivery.stage import (
    add_contacts,
    becomes,
    command,
    counts,
    draft,
    eventually,
    launch,
    reason,
    senders,
    sound,
)
from tests.integration.transport.provider_api import provider_api

Conn = psycopg.Connection[Any]
Sinks = Callable[..., Sink]
ANNA = Actor("anna", EVERY_ROLE, "cli")


def fleet(conn: Conn, *given: dict[str, Any]) -> transports.Transport:
    return transports.create(conn, 1, name=f"fleet of {len(given)}", given=given, actor=ANNA)


def begin(conn: Conn, over: transports.Transport, count: int, **options: Any) -> int:
    """A mailing over that transport, launched."""
    mailing = draft(conn, add_contacts(conn, f"list of {over.name}", count), **options)
    conn.execute("update mailing_mailing set transport_id = %s where id = %s", (over.id, mailing))
    return launch(conn, mailing)


def health(conn: Conn, server: servers.Server) -> tuple[Any, ...] | None:
    return conn.execute(
        "select state, trouble from delivery_health where server = %s order by beat_at desc limit 1",
        (server.id,),
    ).fetchone()


def test_each_server_takes_its_part(conn: Conn, a_sink: Sinks) -> None:
    one, other = a_sink(), a_sink()
    over = fleet(conn, {"url": one.url(), "weight": 3}, {"url": other.url()})
    with senders(2):
        mailing = begin(conn, over, 2000)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 2000}
    took, left = one.arrived(), other.arrived()
    assert set(Counter(took + left).values()) == {1}
    assert 1400 <= len(took) <= 1600


@pytest.mark.behaviour("S3.14")
def test_a_server_dies_while_a_mailing_is_sent_nobody_is_lost_and_nobody_gets_it_twice(
    conn: Conn, a_sink: Sinks
) -> None:
    dying, other = a_sink("--delay", "0.002"), a_sink("--delay", "0.002")
    over = fleet(conn, {"url": dying.url()}, {"url": other.url()})
    with senders(2):
        mailing = begin(conn, over, 2000)
        eventually(lambda: len(dying.arrived()) > 300)
        dying.process.kill()
        becomes(conn, mailing, "sent")
        eventually(lambda: (found := health(conn, over.servers[0])) and found[0] == "aside")
        state, trouble = health(conn, over.servers[0]) or ("", "")
        assert state == "aside"
        assert f"127.0.0.1:{dying.port}" in trouble
        assert (health(conn, over.servers[1]) or ("",))[0] == "sound"
    states = sound(conn, mailing)
    assert sum(states.values()) == 2000
    assert states.get("in_doubt", 0) <= 16  # one for each connection of each sender
    reached = Counter(dying.arrived() + other.arrived())
    assert set(reached.values()) == {1}
    assert len(reached) >= states["accepted"]
    assert len(reached) + states.get("in_doubt", 0) >= 2000


@pytest.mark.behaviour("S3.14")
def test_a_sender_and_a_server_die_and_still_nobody_gets_it_twice(conn: Conn, a_sink: Sinks) -> None:
    dying, other = a_sink("--delay", "0.002"), a_sink("--delay", "0.002")
    over = fleet(conn, {"url": dying.url()}, {"url": other.url()})
    with senders(2) as (victim, _):
        mailing = begin(conn, over, 1500)
        eventually(lambda: len(dying.arrived()) > 100)
        victim.kill()
        dying.process.kill()
        becomes(conn, mailing, "sent", seconds=60)
    states = sound(conn, mailing)
    reached = Counter(dying.arrived() + other.arrived())
    assert set(reached.values()) == {1}
    assert sum(states.values()) == 1500
    assert states["accepted"] <= len(reached) <= states["accepted"] + states.get("in_doubt", 0)


@pytest.mark.behaviour("S1.33")
def test_a_pause_is_exact_over_several_servers(conn: Conn, a_sink: Sinks) -> None:
    one, other = a_sink("--delay", "0.01"), a_sink("--delay", "0.01")
    over = fleet(conn, {"url": one.url()}, {"url": other.url(), "weight": 2})
    with senders(2):
        mailing = begin(conn, over, 3000)
        for _ in range(3):
            eventually(lambda: len(one.arrived()) > 20)
            before = conn.execute(
                "select sum(cursor) from delivery_package where mailing = %s", (mailing,)
            ).fetchone()
            answer = command(conn, mailing, "pause")
            assert answer.silent == []
            eventually(lambda: "in_flight" not in counts(conn, mailing))
            reached = len(one.arrived()) + len(other.arrived())
            assert reached == counts(conn, mailing)["accepted"], (before, answer)
            command(conn, mailing, "resume", confirm=True)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 3000}
    assert set(Counter(one.arrived() + other.arrived()).values()) == {1}


def test_the_mailing_is_interrupted_when_no_server_is_left(conn: Conn) -> None:
    over = fleet(conn, {"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:2"})
    with senders(1, "lane.TROUBLE_LIMIT = 2"):
        mailing = begin(conn, over, 5)
        becomes(conn, mailing, "interrupted")
    why = reason(conn, mailing)
    assert why is not None
    assert why["code"] == "technical"
    assert "127.0.0.1" in str(why)
    assert sound(conn, mailing) == {"waiting": 5}


def test_a_rate_holds_over_all_senders(conn: Conn, a_sink: Sinks) -> None:
    """40 a second for one of the two servers: it gets no more than that, the other the rest."""
    slow, fast = a_sink(), a_sink("--delay", "0.02")
    over = fleet(conn, {"url": slow.url(), "rate": 40.0, "weight": 9}, {"url": fast.url(2)})
    with senders(2):
        mailing = begin(conn, over, 300)
        row = eventually(
            lambda: conn.execute("select clock_timestamp() from delivery_outcome limit 1").fetchone()
        )
        becomes(conn, mailing, "sent")
        end = conn.execute("select max(at) from delivery_outcome").fetchone()
    assert end
    seconds = (end[0] - row[0]).total_seconds()
    assert len(slow.arrived()) <= 40 * (seconds + 1.5) + 8
    assert len(fast.arrived()) > len(slow.arrived())
    assert sound(conn, mailing) == {"accepted": 300}


class Counting(Controller):
    """A server that counts how many are connected at the same time."""

    def __init__(self) -> None:
        self.now = self.most = self.taken = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        super().__init__(self, "127.0.0.1", port)

    def factory(self) -> SMTP:
        counted = self

        class Counted(SMTP):
            def connection_made(self, transport: Any) -> None:
                counted.now += 1
                counted.most = max(counted.most, counted.now)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                counted.now -= 1
                super().connection_lost(error)

        return Counted(self)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0.005)
        self.taken += 1
        return "250 Ok"


def test_connections_are_limited_over_all_senders_and_mailings(conn: Conn) -> None:
    server = Counting()
    server.start()
    server.most = 0  # the controller's own look whether it is there
    over = fleet(conn, {"url": f"smtp://127.0.0.1:{server.port}?connections=5", "connection_limit": 3})
    with senders(2):
        mailings = [begin(conn, over, 150) for _ in range(2)]
        for mailing in mailings:
            becomes(conn, mailing, "sent")
            assert sound(conn, mailing) == {"accepted": 150}
    server.stop()
    assert server.taken == 300
    assert 2 <= server.most <= 3


def test_a_transport_that_leads_elsewhere_by_now_is_for_verified_domains(conn: Conn, a_sink: Sinks) -> None:
    """What started to servers on this machine does not leave it unseen when somebody changes them meanwhile."""
    sink = a_sink("--delay", "0.02")
    over = fleet(conn, {"url": sink.url(connections=1)})
    with senders(1):
        mailing = begin(conn, over, 500)
        eventually(lambda: len(sink.arrived()) > 5)
        there = {"id": over.servers[0].id, "url": "smtp://mail.example.net?tls=none"}
        transports.update(conn, 1, over.id, given=[there], actor=ANNA)
        becomes(conn, mailing, "interrupted")
    assert (reason(conn, mailing) or {})["code"] == "sender_domain"
    assert len(sink.arrived()) == counts(conn, mailing)["accepted"]


def test_a_mailing_goes_by_a_providers_api_and_a_server_beside_it(conn: Conn, a_sink: Sinks) -> None:
    """The key is revoked half-way: the provider is set aside, and the server does the rest. Nobody is lost or reached twice."""
    sink = a_sink()
    with provider_api() as api, senders(2):
        api.bad_after, api.status = 100, 401
        over = fleet(conn, {"url": api.url}, {"url": sink.url()})
        mailing = begin(conn, over, 600)
        becomes(conn, mailing, "sent")
        eventually(lambda: (health(conn, over.servers[0]) or ("",))[0] == "aside")
        found = {each.id: each for each in report.health(conn, 1, over.id)}[over.servers[0].id]
        assert "401" in str(found.trouble)
        assert "hush" not in str(found)
    assert sound(conn, mailing) == {"accepted": 600}
    by_api = [asked["To"] for asked in api.asked[:100]]
    assert len(api.asked) < 140, "one try now and then"
    assert set(Counter(by_api + sink.arrived()).values()) == {1}
    assert len(set(by_api)) + len(sink.arrived()) == 600
    assert {asked["Subject"] for asked in api.asked} == {"News"}
    assert "your code is" in api.asked[0]["HtmlBody"]


def test_a_pause_is_exact_over_a_providers_api(conn: Conn) -> None:
    with provider_api() as api, senders(1):
        api.delay = 0.05
        over = fleet(conn, {"url": f"{api.url}?connections=4"})
        mailing = begin(conn, over, 200)
        eventually(lambda: len(api.asked) > 20)
        answer = command(conn, mailing, "pause")
        assert answer.leaving is not None
        assert answer.leaving <= 8
        eventually(lambda: "in_flight" not in counts(conn, mailing))
        assert len(api.asked) == counts(conn, mailing)["accepted"]
        api.delay = 0
        command(conn, mailing, "resume", confirm=True)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 200}
    assert len({asked["To"] for asked in api.asked}) == len(api.asked) == 200


def test_a_change_of_the_servers_is_taken_up_while_the_mailing_runs(conn: Conn, a_sink: Sinks) -> None:
    one, other = a_sink("--delay", "0.005"), a_sink("--delay", "0.005")
    over = fleet(conn, {"url": one.url(2)})
    with senders(1):
        mailing = begin(conn, over, 1500)
        eventually(lambda: len(one.arrived()) > 50)
        first = over.servers[0].id
        transports.update(
            conn, 1, over.id, given=[{"id": first, "enabled": False}, {"url": other.url(4)}], actor=ANNA
        )
        eventually(lambda: len(other.arrived()) > 50)
        reached = len(one.arrived())
        becomes(conn, mailing, "sent")
    assert len(one.arrived()) == reached
    assert sound(conn, mailing) == {"accepted": 1500}
    assert set(Counter(one.arrived() + other.arrived()).values()) == {1}
