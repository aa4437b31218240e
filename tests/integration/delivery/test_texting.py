"""Whole mailings by SMS with real senders and a centre that catches: to the last receipt, killed, paused, longer than they were."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import psycopg
import pytest

from penstock.account import accounts, transports
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.report.ledger import ledger
from penstock.transport.smpp.catcher import Catcher, Faults
from penstock.transport.smpp.line import Line
from tests.integration.delivery.stage import (
    becomes,
    command,
    counts,
    eventually,
    policy,
    senders,
    sound,
    state,
    travel,
)
from tests.integration.delivery.texting import TEXT, begin, number

Conn = psycopg.Connection[Any]
Centres = Callable[..., "Centre"]


class Centre:
    """A Catcher that runs in a thread; its faults can be changed while it runs."""

    def __init__(self, receipts_after: float | None = 0.05, **faults: Any) -> None:
        self.catcher = Catcher(receipts_after=receipts_after, faults=Faults(**faults))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self.catcher.start())

    def url(self, **options: Any) -> str:
        return f"{self.catcher.url}?" + "&".join(f"{name}={value}" for name, value in options.items())

    def stop(self) -> None:
        self._do(self.catcher.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def once_each(self, count: int, parts: int = 1) -> bool:
        """Each of the numbers got each part of its message once."""
        wanted = {(number(n)[1:], part): 1 for n in range(1, count + 1) for part in range(1, parts + 1)}
        return dict(self.catcher.parts) == wanted

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@pytest.fixture
def a_centre() -> Iterator[Centres]:
    started: list[Centre] = []

    def start(*arguments: Any, **faults: Any) -> Centre:
        started.append(Centre(*arguments, **faults))
        return started[-1]

    yield start
    for centre in started:
        centre.stop()


@pytest.mark.behaviour("S5.10", "S3.14")
def test_it_is_sent_when_the_last_receipt_has_come(conn: Conn, a_centre: Centres) -> None:
    centre = a_centre(None, refuse={"*0000007": 0x0B}, fail=("*0000009",))
    policy(conn, package_size=20)
    with senders(1):
        mailing = begin(conn, 50, centre.url(connections=2, window=5), text=TEXT + "x" * 200)
        becomes(conn, mailing, "finishing")
        eventually(lambda: counts(conn, mailing) == {"accepted": 49, "bounced": 1})
        row = conn.execute("select awaiting from delivery_facts(%s)", (mailing,)).fetchone()
        assert row == (49,)
        assert state(conn, mailing) == "finishing"
        travel(conn, hours=47)
        assert state(conn, mailing) == "finishing"
        travel(conn, hours=2)  # those who never tell
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 49, "bounced": 1}
    assert sorted(centre.catcher.parts.values()) == [1] * 98
    assert [row.reason for row in ledger(conn, mailing, state="bounced")] == ["ESME_RINVDSTADR"]


@pytest.mark.behaviour("S3.14", "S4.22")
def test_killed_with_an_open_window_the_receipts_tell_what_left(conn: Conn, a_centre: Centres) -> None:
    """What was claimed and not answered is in doubt; the receipts tell of those who got it, and nobody gets a second one."""
    centre = a_centre(0.05, silent_at="answer")
    policy(conn, package_size=10)
    with senders(1) as (first,):
        mailing = begin(conn, 40, centre.url(connections=1, window=10))
        eventually(lambda: centre.catcher.total == 10 and not centre.catcher.waiting)
        eventually(lambda: counts(conn, mailing) == {"in_flight": 20, "waiting": 20})  # the next package, too
        first.kill()
    centre.catcher.faults.silent_at = ""
    with senders(1):
        eventually(lambda: counts(conn, mailing) == {"in_doubt": 20, "delivered": 20})
        travel(conn, seconds=20)
        eventually(lambda: counts(conn, mailing) == {"in_doubt": 10, "delivered": 30})
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"in_doubt": 10, "delivered": 30}
    got = {f"+{told}" for told, _ in centre.catcher.parts}
    assert {row.address for row in ledger(conn, mailing) if row.state == "in_doubt"}.isdisjoint(got)
    assert set(centre.catcher.parts.values()) == {1}


@pytest.mark.behaviour("S1.33", "B4")
def test_a_pause_says_exactly_how_many_of_the_window_still_leave(conn: Conn, a_centre: Centres) -> None:
    centre = a_centre(None, silent_at="answer")
    with senders(1):
        mailing = begin(conn, 300, centre.url(connections=2, window=20, receipts="no", answer=3))
        eventually(lambda: centre.catcher.total == 40)
        answer = command(conn, mailing, "pause")
        assert answer.leaving == 40
        centre.catcher.faults.silent_at = ""
        eventually(lambda: counts(conn, mailing).get("in_flight", 0) == 0)  # no answer within three seconds
        assert centre.catcher.total == 40
        assert sound(conn, mailing) == {"in_doubt": 40, "waiting": 260}
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"in_doubt": 40, "accepted": 260}
    assert centre.once_each(300)


@pytest.mark.behaviour("B2")
def test_who_takes_more_parts_by_now_goes_in_a_package_of_such(conn: Conn, a_centre: Centres) -> None:
    centre = a_centre(0.05)
    with senders(1):
        mailing = begin(conn, 20, centre.url(connections=1, window=5), undo_seconds=0, rate=5)
        becomes(conn, mailing, "sending")
        conn.execute(
            "update audience_contact set attributes = attributes || jsonb_build_object('first_name', repeat('y', 200))"
            " where attributes ->> 'code' = '20'"
        )
        conn.execute("update mailing_mailing set options = options - 'rate' where id = %s", (mailing,))
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"delivered": 20}
    row = conn.execute(
        "select array_agg((parts, delivered)::text order by parts) from delivery_package where mailing = %s and delivered > 0",
        (mailing,),
    ).fetchone()
    assert row == (["(1,19)", "(2,1)"],)
    assert centre.catcher.parts[number(20)[1:], 2] == 1


def test_receipts_are_heard_when_nothing_is_being_sent(conn: Conn, a_centre: Centres) -> None:
    """The lane has given its only bind back; an ear has it, and gives way to the next mailing."""
    centre = a_centre(3)
    with senders(1):
        mailing = begin(conn, 10, centre.url(connections=1, window=5))
        becomes(conn, mailing, "sent")
        assert centre.catcher.stages["bind"] == 2
        second = begin(conn, 10, centre.url(connections=1, window=5))
        becomes(conn, second, "sent")
    assert sound(conn, mailing) == sound(conn, second) == {"delivered": 10}


@pytest.mark.behaviour("S3.14")
def test_a_centre_that_does_not_answer_questions_keeps_no_other_waiting(
    conn: Conn, a_centre: Centres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Line, "_query", lambda self, received: b"")
    mute, centre = a_centre(None), a_centre(0.05)
    with senders(1):
        asked = begin(conn, 3, mute.url(connections=1, window=5))
        eventually(lambda: counts(conn, asked) == {"accepted": 3})
        other = begin(conn, 3, centre.url(connections=1, window=5))
        becomes(conn, other, "sent")
    conn.execute("update delivery_message set at = at - interval '1 hour' where mailing = %s", (asked,))
    binds = centre.catcher.stages["bind"]
    with senders(1):
        eventually(lambda: centre.catcher.stages["bind"] > binds)  # the ear
        last = begin(conn, 3, centre.url(connections=1, window=5))
        becomes(conn, last, "sent", seconds=20)  # questions are waited for a minute
    assert sound(conn, last) == {"delivered": 3}
    assert counts(conn, asked) == {"accepted": 3}


def test_who_has_the_password_is_listened_to_whoever_else_claims_the_account(
    conn: Conn, a_centre: Centres
) -> None:
    centre = a_centre(3)
    centre.catcher.password = "secret"
    other = accounts.create(conn, name="other", actor=Actor("root", EVERY_ROLE | {PLATFORM}, "cli")).id
    transports.store(conn, other, centre.url().replace(":secret@", ":guessed@"))  # the first of the two
    with senders(1):
        mailing = begin(conn, 3, centre.url(connections=2, window=5))
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"delivered": 3}


ASKS_SOON = "import penstock.delivery.short.asking as asking; asking.LOOK = asking.PAUSE = asking.AWAY = 0.2; asking.MOST = 12"


@pytest.mark.behaviour("S3.14")
def test_a_centre_that_tells_nothing_is_asked(conn: Conn, a_centre: Centres) -> None:
    """A quarter of an hour after they were accepted, over the only bind there may be; what could not be asked about is asked again."""
    centre = a_centre(None, fail=("*0000003",))
    with senders(1, ASKS_SOON):
        mailing = begin(conn, 20, centre.url(connections=1, window=5), text=TEXT + "x" * 200)
        eventually(lambda: counts(conn, mailing) == {"accepted": 20})
        becomes(conn, mailing, "finishing")
        centre.catcher.faults.drop_at = "bind"
        before = centre.catcher.stages["bind"]
        travel(conn, minutes=16)
        eventually(lambda: centre.catcher.stages["bind"] > before + 2)
        centre.catcher.faults.drop_at = ""
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"delivered": 19, "bounced": 1}
    assert centre.once_each(20, parts=2)
