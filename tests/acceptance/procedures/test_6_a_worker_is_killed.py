"""A procedure across a catastrophe: everything that sends dies at once, and the API goes on answering."""

from collections.abc import Callable

import pytest

from tests.acceptance.procedures.office import Office, late, launched, soon, started
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


@behaviour("S2.13", "S3.14", "S4.22", "B1", "B2")
def test_killed_in_the_middle_paused_resumed_and_completed(office: Offices, site: Site) -> None:
    """Nobody is lost and nobody gets it twice; what died on the wire is named, and let out once more by a person."""
    there = office(edit_lock_minutes=0)
    anna, count = there.person(), 150
    timed = launched(there, anna, "due while nothing lives", {"kind": "later"})
    mailing = launched(there, anna, "through a kill", count=count, options={"rate": 100})
    anna.reached(mailing, 10)
    site.kill_worker()

    # The face answers, and what it promises is kept by the database alone: from here on nothing is begun.
    assert anna.see(mailing)["state"] == "sending"
    paused = anna.give(mailing, "pause")
    assert paused["state"] == "paused"
    assert (
        paused["leaving"] <= 20
    )  # of a sender that cannot answer: at most what it had claimed, one micro-batch
    assert bool(paused["silent"]) == bool(paused["leaving"])
    before = site.post.arrived("through a kill")
    assert 10 <= sum(before.values()) < count
    at = soon(0.3)
    anna.give(timed, "schedule", at=at, confirm=True)
    eventually(lambda: soon(0) > at)
    assert anna.state(timed) == "scheduled"

    site.start_worker()
    anna.becomes(timed, "sent")  # late, but not lost
    assert late(anna.see(timed)["due_at"], started(anna, timed)) > 0
    assert anna.give(mailing, "resume", confirm=True)["state"] == "sending"
    done = anna.becomes(mailing, "sent")["progress"]
    assert done["recipients"] == count == done["accepted"] + done["in_doubt"]
    arrived = site.post.arrived("through a kill")
    assert set(arrived.values()) == {1}
    doubtful = set(anna.ledger(mailing, state="in_doubt"))
    assert len(doubtful) == done["in_doubt"] <= 20  # one micro-batch: 0.2 s of work
    assert {address for address, state in anna.ledger(mailing).items() if state == "accepted"} <= set(arrived)
    assert set(there.readers(count)) - set(arrived) <= doubtful

    if doubtful:  # whoever compares with the server's log may let them out once more
        anna.give(mailing, "release-doubt", which="all", reason="the server's log shows none of them")
        anna.becomes(mailing, "sent")
        assert set(site.post.arrived("through a kill")) == set(there.readers(count))
    told = site.penstock("doctor", status=None).stdout
    assert "journal" not in told.lower() or "was changed" not in told
