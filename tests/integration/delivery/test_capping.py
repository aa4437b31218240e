"""The frequency cap: over all mailings of an account one address is reached so often in so many days, and no oftener."""

import threading
from typing import Any

import psycopg
import pytest

from penstock.delivery import adding, freeze
from penstock.mailing import mailings
from penstock.platform import database
from penstock.report.ledger import skipped_reasons
from tests.integration.delivery.handing import hand_over
from tests.integration.delivery.stage import (
    add_contacts,
    command,
    counts,
    draft,
    launch,
    policy,
    sound,
    state,
    travel,
)

Conn = psycopg.Connection[Any]


@pytest.fixture
def readers(conn: Conn) -> int:
    """A list of ten, in an account where two mailings in seven days are enough."""
    policy(conn, frequency_cap="2 per 7 days", drift_bound=10)
    return add_contacts(conn, "readers", 10)


def frozen(conn: Conn, listed: int) -> int:
    mailing = launch(conn, draft(conn, listed))
    freeze.prepare(conn, mailing)
    return mailing


def sent(conn: Conn, listed: int, **became: int) -> int:
    """A mailing of which everybody has this outcome, and that has ended."""
    mailing = frozen(conn, listed)
    hand_over(conn, mailing, **(became or {"accepted": 10}))
    conn.execute("update mailing_mailing set state = 'sent', finished_at = now() where id = %s", (mailing,))
    return mailing


def test_reached_twice_is_enough_until_the_days_are_over(conn: Conn, readers: int) -> None:
    sent(conn, readers)
    travel(conn, hours=24 * 3)
    sent(conn, readers)
    third = frozen(conn, readers)
    # Nobody is left, and that is no drift: it says so, and sends to nobody.
    assert counts(conn, third) == {"skipped": 10}
    assert skipped_reasons(conn, third) == {"capped": 10}
    assert state(conn, third) == "interrupted"
    travel(conn, hours=24 * 4 + 1)  # seven days after the first
    fourth = frozen(conn, readers)
    assert counts(conn, fourth) == {"waiting": 10}
    assert state(conn, fourth) == "sending"


def test_who_waits_counts_and_who_was_cancelled_bounced_or_skipped_does_not(conn: Conn, readers: int) -> None:
    waiting = frozen(conn, readers)
    cancelled = frozen(conn, readers)
    hand_over(conn, cancelled, accepted=1, bounced=2)
    command(conn, cancelled, "cancel", reason="a mistake")
    third = frozen(conn, readers)
    # One was reached by the cancelled one and waits in the other; the bounced and the cancelled had nothing of it.
    assert counts(conn, third) == {"waiting": 9, "skipped": 1}
    # Nine stand waiting twice now; the first was reached once, and waits once.
    assert skipped_reasons(conn, frozen(conn, readers)) == {"capped": 10}
    command(conn, waiting, "cancel", reason="never mind")
    assert counts(conn, frozen(conn, readers)) == {"waiting": 10}


def test_who_comes_anew_gets_it_and_the_capped_are_no_drift(conn: Conn, readers: int) -> None:
    sent(conn, readers)
    sent(conn, readers)
    others = add_contacts(conn, "others", 12)  # two more
    mailing = frozen(conn, others)
    assert counts(conn, mailing) == {"waiting": 2, "skipped": 10}
    found = mailings.find(conn, 1, mailing)
    assert found is not None
    assert found.state == "sending"  # the audience has not drifted: ten of it are capped
    sound(conn, mailing)
    policy(conn, frequency_cap="off")  # without a cap nobody is asked
    assert counts(conn, frozen(conn, readers)) == {"waiting": 10}


def test_of_two_that_are_frozen_at_once_one_sees_the_other(conn: Conn, readers: int) -> None:
    sent(conn, readers)
    both = [launch(conn, draft(conn, readers)) for _ in range(2)]
    begun = threading.Barrier(2)

    def prepare(mailing: int) -> None:
        with database.connect() as mine:
            begun.wait(10)
            freeze.prepare(mine, mailing)

    threads = [threading.Thread(target=prepare, args=(mailing,)) for mailing in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(str(counts(conn, mailing)) for mailing in both) == ["{'skipped': 10}", "{'waiting': 10}"]


def test_who_is_added_later_is_asked_as_well(conn: Conn, readers: int) -> None:
    sent(conn, readers)
    sent(conn, readers)
    mailing = frozen(conn, add_contacts(conn, "two", 2, first=101))
    who = "select contact_id as id from audience_membership where list_id = %(added)s"
    added = adding.add(conn, mailing, who, {"added": add_contacts(conn, "more", 12)})
    assert (added.new, added.skipped) == (2, 10)
    assert skipped_reasons(conn, mailing) == {"capped": 10}
    sound(conn, mailing)
