"""Too many bounces or complaints interrupt a mailing; somebody with the right unlocks it, with a note; then it goes on, counted anew."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.delivery import freeze, tripping
from penstock.feedback import events
from penstock.mailing import control, lifecycle
from penstock.mailing.control import Actor, Refused
from tests.integration.delivery.conftest import CatchingThread
from tests.integration.delivery.handing import hand_over
from tests.integration.delivery.stage import (
    ANNA,
    add_contacts,
    becomes,
    begin,
    command,
    policy,
    reason,
    senders,
    sound,
    state,
)

Conn = psycopg.Connection[Any]


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing to 1,200 that is being sent, by nobody."""
    number = begin(conn, 1200, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    assert state(conn, number) == "sending"
    return number


def caught_up(conn: Conn, mailing: int) -> None:
    conn.execute("update mailing_mailing set stopped_at = null where id = %s", (mailing,))


def refused(conn: Conn, mailing: int, name: str, **more: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        command(conn, mailing, name, **more)
    return {each.code for each in caught.value.reasons}


@pytest.mark.behaviour("S4.21", "S4.17")
def test_too_many_bounces_interrupt_it_and_only_the_unlocked_goes_on(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, accepted=474, bounced=25)
    assert tripping.look(conn) == 0  # 499 settled: too few to judge
    hand_over(conn, mailing, bounced=1)
    assert tripping.look(conn) == 1
    assert state(conn, mailing) == "interrupted"
    why = reason(conn, mailing)
    assert why is not None
    assert (why["code"], why["text"]) == (
        "bounces",
        "26 of 500 settled recipients bounced: 5.2 %, more than 5 %.",
    )

    assert "locked" in refused(conn, mailing, "resume", reason="it is mended")
    assert "resume" not in control.possible(conn, mailing, ANNA)
    assert "reason_required" in refused(conn, mailing, "unlock")
    operator = Actor("oscar", frozenset({lifecycle.OPERATOR}), "api", 1)
    with pytest.raises(Refused, match="administrator or platform"):
        control.command(conn, mailing, "unlock", operator, reason="let it go")
    platform = Actor("root", frozenset({lifecycle.PLATFORM}), "web")
    assert (
        control.command(conn, mailing, "unlock", platform, reason="the list was cleaned").state
        == "interrupted"
    )
    unlocked = (reason(conn, mailing) or {})["unlocked"]
    assert (unlocked["who"], unlocked["text"]) == ("root", "the list was cleaned")
    assert "unlocked_already" in refused(conn, mailing, "unlock", reason="twice")

    assert control.command(conn, mailing, "resume", ANNA, reason="goes on").state == "sending"
    caught_up(conn, mailing)
    # It is armed anew, and counts from the resume on: what was, is forgiven; what comes is not.
    assert tripping.look(conn) == 0
    hand_over(conn, mailing, accepted=470, bounced=29)
    assert tripping.look(conn) == 0
    hand_over(conn, mailing, accepted=1)
    assert tripping.look(conn) == 1
    why = reason(conn, mailing)
    assert why is not None
    assert why["text"] == "29 of 500 settled recipients bounced since it was resumed: 5.8 %, more than 5 %."
    assert "locked" in refused(conn, mailing, "resume", reason="once more")
    sound(conn, mailing)


def test_complaints_that_come_through_the_door_of_feedback_interrupt_it(conn: Conn, mailing: int) -> None:
    policy(conn, complaint_limit=0.5)
    hand_over(conn, mailing, accepted=600)
    for seq in (1, 2, 3, 3, 3):  # one who complains three times is one
        events.record_of_recipient(conn, mailing, seq, "complained")
    assert tripping.look(conn) == 0
    events.record_of_recipient(conn, mailing, 4, "complained")
    assert tripping.look(conn) == 1
    assert (reason(conn, mailing) or {})["code"] == "complaints"
    assert "locked" in refused(conn, mailing, "resume", reason="it is mended")
    assert control.command(conn, mailing, "cancel", ANNA, reason="never mind").state == "cancelled"
    # Sent to the rest it is not forgiven: nobody unlocked it.
    command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    freeze.prepare(conn, mailing)
    assert tripping.look(conn) == 1


def test_a_template_that_fails_for_many_is_a_technical_interruption(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, words="suppressed", skipped=300)
    hand_over(conn, mailing, accepted=474)
    hand_over(conn, mailing, words="template_error: first_name is no date", skipped=25)
    assert tripping.look(conn) == 0
    hand_over(conn, mailing, words="template_error: first_name is no date", skipped=1)
    assert tripping.look(conn) == 1
    why = reason(conn, mailing)
    assert why is not None
    assert why["code"] == "technical"
    # That is mended, not unlocked.
    assert "not_locked" in refused(conn, mailing, "unlock", reason="let it go")
    assert command(conn, mailing, "resume", reason="the template is right now").state == "sending"
    caught_up(conn, mailing)
    assert tripping.look(conn) == 0


def test_who_missed_their_time_is_not_looked_at_for_faults_of_the_template(conn: Conn) -> None:
    """A zone may have missed it that is half of a million: whatever was skipped as a whole package costs nothing at each look."""
    policy(conn, package_size=600)
    number = begin(conn, 1200, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    conn.execute("select delivery_skip(%s, '{2}', 'template_error: nobody tried that')", (number,))
    assert tripping.look(conn) == 0
    assert sound(conn, number) == {"waiting": 600, "skipped": 600}


def test_what_has_nothing_left_to_send_is_not_stopped(conn: Conn) -> None:
    number = begin(conn, 500, "smtp://127.0.0.1:1")
    freeze.prepare(conn, number)
    hand_over(conn, number, bounced=500)
    assert tripping.look(conn) == 0


def test_it_works_by_itself_while_senders_send(conn: Conn, a_catcher: Callable[..., CatchingThread]) -> None:
    catcher = a_catcher(refuse={"reader*1@*": "550 5.1.1 no such user"})  # one in ten
    add_contacts(conn, "many", 4000)
    number = begin(conn, 4000, catcher.url(), rate=1500)
    with senders(1):
        becomes(conn, number, "interrupted")
    assert (reason(conn, number) or {})["code"] == "bounces"
    found = sound(conn, number)
    assert 500 <= found["accepted"] + found["bounced"] < 4000
