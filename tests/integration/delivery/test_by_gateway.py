"""A whole mailing by SMS over a gateway by HTTP: refusals, an answer that never came, receipts by id and by our mark."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppressed
from penstock.feedback import jobs
from penstock.feedback.hooks import keeping, short
from penstock.mailing.actor import EVERY_ROLE, Actor
from tests.integration.delivery import texting
from tests.integration.delivery.stage import eventually, policy, senders, sound, state, travel
from tests.integration.transport.test_gateway import Stand, http

Conn = psycopg.Connection[Any]
COUNT, LOST, REFUSED = 40, "+33610000007", "+33610000009"
LONG = "Dear {{ first_name }}, your code is {{ code }}. " + "And so on. " * 15


@contextmanager
def gateway(stand: Stand) -> Iterator[int]:
    """The stand at a port, in a thread of its own."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    port: list[int] = []

    async def serve() -> None:
        server = await asyncio.start_server(stand.serve, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.create_task(serve())
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def answer(n: int, body: bytes) -> bytes | None:
    to = json.loads(body)["to"]
    if to == LOST:
        return None  # taken, and the answer is lost
    return http(422, {"message": "no such subscriber"}) if to == REFUSED else http(201, {"id": f"m{to[-3:]}"})


@pytest.mark.behaviour("S3.14")
def test_a_mailing_by_sms_leaves_over_a_gateway_and_what_became_of_it_is_told(conn: Conn) -> None:
    policy(conn, confirm_send="off")
    stand = Stand(answer)
    with gateway(stand) as port, senders():
        via = f"sms+http://:k@127.0.0.1:{port}/send?http.422=recipient&receipts=yes&signature=none&connections=4"
        mailing = texting.begin(conn, COUNT, via, text=LONG)
        eventually(lambda: sound(conn, mailing) == {"accepted": COUNT - 2, "bounced": 1, "in_doubt": 1})
        asked = [json.loads(body) for _, body in stand.asked]
        assert sorted(each["to"] for each in asked) == [texting.number(n) for n in range(1, COUNT + 1)]
        eventually(lambda: state(conn, mailing) == "finishing")  # it waits for what the gateway tells
        row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
        assert row
        hook, _ = keeping.make(conn, 1, row[0], actor=Actor("anna", EVERY_ROLE, "cli", 1))
        told = [
            {"reference": each["reference"], "status": "delivered"} if each["to"] == LOST
            else {"id": f"m{each['to'][-3:]}", "status": "UNDELIV" if each["to"].endswith("01") else "DELIVRD", "to": each["to"]}
            for each in asked if each["to"] != REFUSED
        ]  # fmt: skip
        told.append({"from": texting.number(3), "to": "36180", "text": "stop"})
        heard = short.read(keeping.gateways(conn, hook), "", {}, "", "", json.dumps(told).encode())
        assert short.act(conn, hook, heard) == {"receipts": COUNT - 1, "messages": 1, "marked": 1}
        eventually(lambda: sound(conn, mailing) == {"delivered": COUNT - 2, "bounced": 2})
        eventually(lambda: state(conn, mailing) == "sent")
    assert suppressed(conn, 1, texting.number(3)) == "unsubscribed"


@pytest.mark.parametrize("ask", ["/state?ref={reference}", "/state/{id}?our={reference}"])
def test_a_gateway_that_tells_nothing_is_asked(conn: Conn, ask: str) -> None:
    """About those in doubt by our mark, where that alone is enough, and about all others: until everybody is settled."""

    def ask_or_answer(n: int, body: bytes) -> bytes | None:
        return answer(n, body) if body else http(200, {"status": "delivered"})

    stand = Stand(ask_or_answer)
    with gateway(stand) as port, senders():
        mailing = texting.begin(conn, 8, f"sms+http://:k@127.0.0.1:{port}/send?http.422=recipient&ask={ask}")
        eventually(lambda: sound(conn, mailing) == {"accepted": 7, "in_doubt": 1})
        jobs.ask_gateways(0)  # too early: an answer may be on its way
        assert len(stand.asked) == 8
        by_mark = "?ref" in ask
        travel(conn, minutes=3)
        jobs.ask_gateways(0)
        assert sound(conn, mailing) == {"accepted": 7, "delivered" if by_mark else "in_doubt": 1}
        assert state(conn, mailing) == "finishing"
        travel(conn, minutes=13)
        jobs.ask_gateways(0)
        eventually(lambda: state(conn, mailing) == "sent")
    assert sound(conn, mailing) == ({"delivered": 8} if by_mark else {"delivered": 7, "in_doubt": 1})


def test_a_rate_counts_parts(conn: Conn) -> None:
    """What operators count: no more than half a second of it is made up for, and no message waits for more than it needs."""
    times: list[float] = []

    def note(n: int, body: bytes) -> bytes:
        times.append(time.monotonic())
        return http(201, {"id": f"m{n}"})

    with gateway(Stand(note)) as port, senders():
        mailing = texting.begin(conn, 6, f"sms+http://:k@127.0.0.1:{port}/send", text=LONG * 3, rate=10.0)
        eventually(lambda: sound(conn, mailing) == {"accepted": 6})
    row = conn.execute(
        "select distinct parts from delivery_package where mailing = %s", (mailing,)
    ).fetchall()
    [(parts,)] = row
    assert parts > 3
    assert times[-1] - times[0] > (5 * parts - 0.5 * 10 - 1) / 10 - 0.1
