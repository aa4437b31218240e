"""A canary goes ahead, the others are held until it is judged; then they go by themselves, or the mailing stops (B7)."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from penstock.delivery import adding, canary, clock, due, freeze, resuming
from penstock.feedback import events
from penstock.mailing import journal
from tests.integration.delivery.conftest import CatchingThread
from tests.integration.delivery.handing import hand_over
from tests.integration.delivery.stage import (
    add_contacts,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    policy,
    reason,
    senders,
    sound,
    state,
    travel,
)

Conn = psycopg.Connection[Any]
EVERYBODY = 60


@pytest.fixture
def mailing(conn: Conn) -> int:
    """A mailing to 60 that is being sent, by nobody: 10 of them ahead."""
    policy(conn, package_size=25)
    number = begin(conn, EVERYBODY, "smtp://127.0.0.1:1", canary_size=10)
    freeze.prepare(conn, number)
    assert canary.look(conn) == 0
    return number


def packages(conn: Conn, mailing: int) -> list[tuple[Any, ...]]:
    """Numbers, sizes and why they are held, of all in the order of their recipients."""
    return conn.execute(
        "select no, size, held from delivery_package where mailing = %s order by first_seq", (mailing,)
    ).fetchall()


@pytest.mark.behaviour("B7")
def test_the_first_go_ahead_and_the_others_follow_when_they_were_judged_good(
    conn: Conn, mailing: int
) -> None:
    assert [size for _, size, _ in packages(conn, mailing)] == [10, 15, 25, 10]
    assert [held for _, _, held in packages(conn, mailing)] == [None, "canary", "canary", "canary"]
    why = reason(conn, mailing)
    assert why is not None
    assert why["code"] == "held:canary"
    assert "10 recipients go ahead as a canary; the other 50 follow" in why["text"]

    assert hand_over(conn, mailing, accepted=60) == 10  # nobody else may go
    travel(conn, minutes=14)
    assert canary.look(conn) == 0
    assert hand_over(conn, mailing, accepted=60) == 0
    travel(conn, minutes=1)
    assert canary.look(conn) == 1
    assert reason(conn, mailing) is None
    assert [held for _, _, held in packages(conn, mailing)] == [None, None, None, None]
    told = journal.entries(conn, mailing)[-1]
    assert (told["command"], told["data"]["released"]) == ("pass_canary", 50)
    assert "of 10 recipients 0 bounced, 0 complained and 0 are put off" in told["reason"]
    assert hand_over(conn, mailing, accepted=60) == 50
    sound(conn, mailing)


@pytest.mark.parametrize(
    ("became", "complaints", "code"),
    [
        ({"accepted": 9, "bounced": 1}, 0, "bounces"),
        ({"accepted": 10}, 1, "complaints"),
        ({"accepted": 4, "deferred": 6}, 0, "technical"),
    ],
)
def test_a_canary_that_fares_badly_stops_the_mailing_and_a_resume_sends_another(
    conn: Conn, mailing: int, became: dict[str, int], complaints: int, code: str
) -> None:
    hand_over(conn, mailing, **became)
    for seq in range(1, complaints + 1):
        events.record_of_recipient(conn, mailing, seq, "complained")
    travel(conn, minutes=15)
    canary.look(conn)
    why = reason(conn, mailing)
    assert why is not None
    assert (state(conn, mailing), why["code"]) == ("interrupted", code)
    assert why["text"].startswith("Canary: ")

    if code != "technical":
        command(conn, mailing, "unlock", reason="the list was cleaned")
    command(conn, mailing, "resume", reason="once more")
    resuming.catch_up(conn, mailing)
    # Ten others go ahead, and are judged by themselves.
    assert [size for _, size, _ in packages(conn, mailing)] == [10, 10, 5, 25, 10]
    assert [held for _, _, held in packages(conn, mailing)] == [None, None, "canary", "canary", "canary"]
    canary.look(conn)
    assert (reason(conn, mailing) or {})["code"] == "held:canary"
    assert hand_over(conn, mailing, accepted=60) == 10
    travel(conn, minutes=15)
    assert canary.look(conn) == 1
    due.pack(conn, mailing)
    assert hand_over(conn, mailing, accepted=60) == 40 + became.get("deferred", 0)
    found = sound(conn, mailing)
    assert sum(found.values()) == EVERYBODY


def test_the_rest_of_one_that_failed_is_sent_behind_another_canary(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, bounced=10)
    travel(conn, minutes=15)
    canary.look(conn)
    command(conn, mailing, "cancel", reason="never mind")
    command(conn, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    freeze.prepare(conn, mailing)
    assert state(conn, mailing) == "sending"
    assert hand_over(conn, mailing, accepted=60) == 10
    travel(conn, minutes=15)
    assert canary.look(conn) == 1
    assert hand_over(conn, mailing, accepted=60) == 40
    sound(conn, mailing)


def test_its_outcomes_are_counted_when_it_is_judged_and_not_before(
    conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be of 100,000, and is looked at every second until its wait is over."""
    counted: list[int] = []
    real = canary._counted
    monkeypatch.setattr(canary, "_counted", lambda conn, number: counted.append(number) or real(conn, number))
    hand_over(conn, mailing, accepted=10)
    assert canary.look(conn) == 0
    assert counted == []
    travel(conn, hours=1)
    assert canary.look(conn) == 1
    assert counted == [mailing]


def test_a_pause_does_not_free_those_who_are_held(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, accepted=10)
    command(conn, mailing, "pause")
    travel(conn, minutes=20)
    assert canary.look(conn) == 0
    command(conn, mailing, "resume")
    resuming.catch_up(conn, mailing)
    assert [held for _, _, held in packages(conn, mailing)] == [None, "canary", "canary", "canary"]
    assert canary.look(conn) == 1  # its wait was over meanwhile


def test_who_joins_meanwhile_is_held_as_well(conn: Conn, mailing: int) -> None:
    more = add_contacts(conn, "more", 5, first=1001)
    adding.add(
        conn,
        mailing,
        "select contact_id as id from audience_membership where list_id = %(more)s",
        {"more": more},
    )
    assert hand_over(conn, mailing, accepted=60) == 10
    travel(conn, minutes=15)
    assert canary.look(conn) == 1
    assert hand_over(conn, mailing, accepted=60) == 55


def test_batches_that_were_missed_meanwhile_do_not_go_at_once(conn: Conn) -> None:
    listed = add_contacts(conn, "in batches", 40)
    number = draft(conn, listed, canary_size=4, canary_wait=30)
    plan = {"kind": "now", "batches": {"size": 10}, "interval": "10m"}
    command(conn, number, "submit", plan=plan, confirm=True)
    command(conn, number, "approve")
    freeze.prepare(conn, number)
    assert hand_over(conn, number, accepted=40) == 4
    travel(conn, minutes=31)  # the times of the second, third and fourth batch have come
    assert canary.look(conn) == 1
    went = [hand_over(conn, number, accepted=40)]
    for _ in range(4):
        travel(conn, minutes=10)
        went.append(hand_over(conn, number, accepted=40))
    assert went[0] == 6  # the first batch had its turn: it is completed
    assert max(went) == 10
    assert sum(went) == 36
    sound(conn, number)


def test_one_that_is_larger_than_the_audience_holds_nobody_back(conn: Conn) -> None:
    number = begin(conn, 5, "smtp://127.0.0.1:1", canary_size=10)
    freeze.prepare(conn, number)
    canary.look(conn)
    assert hand_over(conn, number, accepted=5) == 5
    assert reason(conn, number) is None


def test_who_is_held_expires_with_the_end_date(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, accepted=10)
    conn.execute("update mailing_mailing set ends_at = now() where id = %s", (mailing,))
    clock.strike(conn)
    assert counts(conn, mailing) == {"accepted": 10, "expired": 50}
    canary.look(conn)
    sound(conn, mailing)


@pytest.mark.behaviour("B7")
def test_with_senders_it_goes_by_itself(conn: Conn, a_catcher: Callable[..., CatchingThread]) -> None:
    number = begin(conn, 40, a_catcher().url(), canary_size=10, canary_wait=0)
    with senders(1):
        becomes(conn, number, "sent")
    order = [entry["command"] for entry in journal.entries(conn, number)]
    assert order.index("pass_canary") < order.index("handed_off")
    assert sound(conn, number) == {"accepted": 40}
    assert eventually(lambda: counts(conn, number)) == {"accepted": 40}


# -- no sample is no verdict ------------------------------------------------------


def give_back(conn: Conn, mailing: int, count: int, due_at: str = "infinity") -> None:
    """The first `count` of the package that may go now are given back untried, as a lane does under a kill switch; the others get it."""
    no, size, first, positions = conn.execute(
        "select no, size, first_seq, positions from delivery_package where mailing = %s and state = 'waiting' and release_at <= now()"
        " order by release_at, no limit 1",
        (mailing,),
    ).fetchone() or (0, 0, 0, None)
    seqs = positions or list(range(first, first + size))
    conn.execute(
        "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)"
        " select clock_timestamp(), %(mailing)s, %(no)s, seq, delivery_reply_id(0, '', 'said', 'return'), 0,"
        "        case when seq = any(%(back)s) then 2 else 5 end from unnest(%(seqs)s::integer[]) seq",
        {"mailing": mailing, "no": no, "seqs": seqs, "back": seqs[:count]},
    )
    conn.execute(
        "insert into delivery_due (mailing, seq, package, due_at, since, attempt, why)"
        " select %s, seq, %s, %s, now(), 0, 'returned' from unnest(%s::integer[]) seq",
        (mailing, no, due_at, seqs[:count]),
    )
    conn.execute(
        "update delivery_package set state = 'done', cursor = size, returned = %s, accepted = size - %s, begun_at = now(),"
        " closed_at = clock_timestamp() where mailing = %s and no = %s",
        (count, count, mailing, no),
    )


@pytest.mark.behaviour("B7")
def test_a_canary_of_which_more_than_half_wait_again_is_waited_for(conn: Conn, mailing: int) -> None:
    give_back(conn, mailing, 6)
    travel(conn, hours=1)
    assert canary.look(conn) == 0
    assert hand_over(conn, mailing, accepted=60) == 0
    assert "6 of the 10 recipients of its canary were given back" in (reason(conn, mailing) or {})["text"]

    conn.execute("update delivery_due set due_at = now() where mailing = %s", (mailing,))
    due.pack(conn, mailing)  # the switch was lifted
    travel(conn, hours=1)
    assert canary.look(conn) == 0  # packed again, and not gone yet
    assert hand_over(conn, mailing, accepted=60) == 6
    assert canary.look(conn) == 0  # the wait is from the last of these
    travel(conn, minutes=15)
    assert canary.look(conn) == 1
    assert hand_over(conn, mailing, accepted=60) == 50
    sound(conn, mailing)


def test_a_canary_of_which_no_more_than_half_wait_again_is_judged_by_the_others(
    conn: Conn, mailing: int
) -> None:
    give_back(conn, mailing, 5)
    travel(conn, minutes=15)
    assert canary.look(conn) == 1
    assert hand_over(conn, mailing, accepted=60) == 50


def test_a_canary_that_was_given_back_and_bounces_then_stops_the_mailing(conn: Conn, mailing: int) -> None:
    give_back(conn, mailing, 10, due_at="-infinity")
    due.pack(conn, mailing)
    assert hand_over(conn, mailing, bounced=10) == 10
    travel(conn, minutes=15)
    canary.look(conn)
    assert (reason(conn, mailing) or {})["code"] == "bounces"


@pytest.mark.behaviour("B7")
def test_where_all_were_skipped_the_next_go_ahead_and_the_last_need_no_judge(
    conn: Conn, mailing: int
) -> None:
    for _ in range(4):
        assert hand_over(conn, mailing, words="suppressed", skipped=60) == 10
        assert canary.look(conn) == 1  # at once: there is nothing to wait for
        assert journal.entries(conn, mailing)[-1]["command"] == "next_canary"
        assert (reason(conn, mailing) or {})["code"] == "held:canary"
    assert hand_over(conn, mailing, words="suppressed", skipped=60) == 10
    assert canary.look(conn) == 1
    assert "The last 10 go" in journal.entries(conn, mailing)[-1]["reason"]
    assert reason(conn, mailing) is None
    assert hand_over(conn, mailing, accepted=60) == 10
    sound(conn, mailing)


def test_a_canary_whose_message_cannot_be_made_stops_the_mailing(conn: Conn, mailing: int) -> None:
    hand_over(conn, mailing, words="template_error: no such filter", skipped=10)
    canary.look(conn)
    why = reason(conn, mailing)
    assert why is not None
    assert (why["code"], state(conn, mailing)) == ("technical", "interrupted")
    assert "10 of 10 recipients could not get their message" in why["text"]
