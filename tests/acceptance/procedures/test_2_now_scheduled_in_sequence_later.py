"""The second source's procedures: send now, at a time, one after another, or decide later."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.acceptance.procedures.office import MESSAGE, Office, Person, late, launched, soon, started
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]
SLOW = {"rate": 40}


def area(person: Person, mailing: int) -> str:
    """Where on the board it stands."""
    return next(name for name, inside in person.board().items() if mailing in inside)


@behaviour("S2.1", "S2.2", "S2.6", "S2.9")
def test_sent_now(office: Offices, site: Site) -> None:
    """ "Hitting Send now, the mailing will start immediately and join the other mailings that are being sent. No other action
    is needed. The mailing will appear in Sending now, with a blinking starting up."
    """
    there = office(approvals_required=0)
    anna = there.person("author", "operator")
    other = anna.write(there.list(*there.readers(300)), "going out already", options=SLOW)
    anna.submit(other)
    anna.reached(other, 2)
    mailing = anna.write(there.list(*there.readers(3)), "right now")
    assert anna.submit(mailing)["state"] == "starting"
    assert area(anna, mailing) in ("Sending now", "Just finished")
    sent = anna.becomes(mailing, "sent")
    assert anna.state(other) == "sending"  # in parallel
    assert site.post.arrived("right now") == dict.fromkeys(there.readers(3), 1)
    assert sent["progress"]["handed_off_percent"] == 100
    anna.give(other, "cancel", reason="end of the test")


@behaviour("B13", "S2.6")
def test_taken_back_while_it_starts_up(office: Offices, site: Site) -> None:
    """The undo window: starting up, and nothing leaves; taking it back costs nothing, the approval included."""
    there = office(undo_seconds=2)
    anna = there.person()
    mailing = launched(there, anna, "second thoughts")
    seen = anna.see(mailing)
    assert (seen["state"], area(anna, mailing)) == ("starting", "Sending now")
    assert seen["progress"]["accepted"] == 0
    assert anna.give(mailing, "undo")["state"] == "parked"
    assert anna.refused(mailing, "undo") == ["wrong_state"]
    assert not site.post.arrived("second thoughts")
    assert anna.give(mailing, "send-now", confirm=True)["state"] == "starting"
    anna.becomes(mailing, "sent")
    assert anna.done(mailing).count("approve") == 1
    assert site.post.arrived("second thoughts") == dict.fromkeys(there.readers(3), 1)
    entries = {entry["to_state"]: entry["at"] for entry in anna.journal(mailing)}
    assert (
        late(entries["starting"], entries["sending"]) >= 2
    )  # the window runs to its end before anything leaves


@behaviour("S2.1", "S2.10", "S2.12", "S2.13", "S4.2", "S4.16", "S5.2")
def test_at_a_date_and_time(office: Offices, site: Site) -> None:
    """ "The sending will start at a specific date and time, at the same time as the other sendings in progress. The sending
    will first appear in Scheduled and will be moved to in progress at the indicated date and time."
    """
    there = office()
    anna = there.person()
    at = soon(1.5, "America/New_York")
    plan = {"kind": "at", "at": at, "zone": "America/New_York"}
    pair = [launched(there, anna, f"timed {n}", plan, count=60, options={"rate": 60}) for n in (1, 2)]
    for mailing in pair:
        seen = anna.see(mailing)
        assert (seen["state"], area(anna, mailing)) == ("scheduled", "Scheduled")
        assert (seen["plan"]["at"], seen["plan"]["zone"]) == (at, "America/New_York")
    eventually(lambda: all(anna.state(mailing) == "sending" for mailing in pair))
    assert {area(anna, mailing) for mailing in pair} == {"Sending now"}
    for mailing in pair:
        assert 0 <= late(anna.see(mailing)["due_at"], started(anna, mailing)) < 3
        anna.becomes(mailing, "sent")


@behaviour("S2.10", "S2.14", "S2.16", "S2.17", "S2.18", "S2.20", "S2.21", "S2.26", "S2.27")
def test_three_in_sequence_reordered_beside_an_immediate_one(office: Offices, site: Site) -> None:
    """ "Sequentially scheduled shipments will be sent one after the other and you can move them in order of priority. The
    system warns if there are other sequential sendings already in progress. … still sent at the same time as the immediate
    mailings. The sequential submission at the top will appear in progress; the rest will be displayed, in order."
    """
    there = office()
    anna = there.person()
    first = launched(there, anna, "one", {"kind": "sequence"}, count=300, options={"rate": 20})
    anna.becomes(first, "sending")
    second, third, fourth = (
        anna.write(there.list(*there.readers(2)), name) for name in ("two", "three", "four")
    )
    for mailing in (second, third, fourth):
        answer = anna.give(mailing, "submit", plan={"kind": "sequence"}, confirm=True)
        assert "is being sent" in answer["warnings"][0]
        assert anna.give(mailing, "approve")["state"] == "queued"
    assert (area(anna, first), anna.queue()) == ("Sending now", [second, third, fourth])
    assert anna.board()["Scheduled"] == [second, third, fourth]

    seen = anna.ask("GET", "/queue")["version"]
    anna.give(fourth, "move", position=1, queue_version=seen)
    assert anna.refused(third, "move", position=1, queue_version=seen) == ["queue_changed"]
    assert anna.refused(third, "move", position=4) == ["position_invalid"]
    assert anna.refused(first, "move", position=1) == ["wrong_state"]  # only waiting ones
    assert anna.queue() == anna.board()["Scheduled"] == [fourth, second, third]

    beside = launched(there, anna, "beside them")
    anna.becomes(beside, "sent")
    assert anna.state(first) == "sending"
    assert anna.queue() == [fourth, second, third]
    assert not site.post.arrived("four")

    anna.give(first, "cancel", reason="make room")
    for mailing in (second, third, fourth):
        anna.becomes(mailing, "sent")
    begun = sorted((first, second, third, fourth), key=lambda mailing: started(anna, mailing))
    assert begun == [first, fourth, second, third]
    for before, after in pairwise(begun):
        ended = next(
            e["at"] for e in anna.journal(before) if e["to_state"] in ("finishing", "sent", "cancelled")
        )
        assert late(ended, started(anna, after)) >= 0
    assert anna.queue() == []


@behaviour("S2.26")
@pytest.mark.parametrize("policy", ["yield", "block"])
def test_the_head_of_the_sequence_is_paused(office: Offices, site: Site, policy: str) -> None:
    there = office(paused_head=policy)
    anna = there.person()
    head = launched(there, anna, f"head {policy}", {"kind": "sequence"}, count=40, options={"rate": 15})
    anna.reached(head, 1)
    following = launched(there, anna, f"next {policy}", {"kind": "sequence"}, count=2)
    anna.give(head, "pause")
    if policy == "yield":
        anna.becomes(following, "sent")
        assert anna.state(head) == "paused"
    else:
        assert anna.state(following) == "queued"
    assert anna.give(head, "resume", confirm=True)["state"] == "sending"
    if policy == "block":
        assert anna.state(following) == "queued"
        anna.give(head, "cancel", reason="out of the way")
        anna.becomes(following, "sent")


@behaviour("S2.26")
@pytest.mark.parametrize("head_is", ["finishing", "interrupted"])
def test_the_next_one_goes_when_the_head_cannot_hand_off(office: Offices, site: Site, head_is: str) -> None:
    """All handed off once and some deferred; or stopped by the system."""
    there = office()
    anna, subject = there.person(), f"next to {head_is}"
    message = MESSAGE | {"subject": "head", "sender": f"Head <head@{there.domain}>"}
    readers = (
        (*there.readers(100), f"{there.name}@later.example")
        if head_is == "interrupted"
        else (f"{there.name}@later.example",)
    )
    head = anna.write(there.list(*readers), "head", message=message, options={"rate": 20})
    anna.submit(head, {"kind": "sequence"})
    anna.give(head, "approve")
    following = launched(there, anna, subject, {"kind": "sequence"}, count=2)
    if head_is == "interrupted":
        anna.becomes(head, "sending")
        switch = {"scope": "sender", "value": f"head@{there.domain}", "reason": "a test"}
        anna.ask("POST", "/switches", 201, json=switch)
    anna.becomes(head, head_is)
    anna.becomes(following, "sent")
    assert anna.state(head) == head_is
    assert site.post.arrived(subject) == dict.fromkeys(there.readers(2), 1)
    anna.give(head, "cancel", reason="end of the test")


@behaviour("S2.26")
def test_a_resumed_one_waits_first_for_the_one_that_took_its_turn(office: Offices) -> None:
    there = office()
    anna = there.person()
    head, following, last = (
        launched(there, anna, f"turn {n}", {"kind": "sequence"}, count=30, options={"rate": 15})
        for n in (1, 2, 3)
    )
    anna.reached(head, 1)
    anna.give(head, "pause")
    anna.becomes(following, "sending")
    answer = anna.give(head, "resume", confirm=True)
    assert answer["state"] == "queued"
    assert anna.queue() == [head, last]
    anna.give(following, "cancel", reason="make room")
    anna.becomes(head, "sent")
    anna.give(last, "cancel", reason="end of the test")


@behaviour("S2.29")
def test_those_that_wait_have_an_expected_start(office: Offices) -> None:
    there = office()
    anna = there.person()
    head = launched(there, anna, "measured", {"kind": "sequence"}, count=80, options={"rate": 20})
    waiting = [launched(there, anna, f"expected {n}", {"kind": "sequence"}, count=40) for n in (1, 2)]
    anna.reached(head, 40)
    eventually(lambda: all(item["expected_start"] for item in anna.ask("GET", "/queue")["items"]))
    items = anna.ask("GET", "/queue")["items"]
    assert [item["id"] for item in items] == waiting
    first, second = (item["expected_start"] for item in items)
    assert -1 < late(soon(0) + "+00:00", first) < 10  # 40 left at 40 a second
    assert first <= second
    for mailing in (head, *waiting):
        anna.give(mailing, "cancel", reason="end of the test")


@behaviour("S2.1", "S2.23", "S2.24")
def test_decided_later_and_then_scheduled(office: Offices, site: Site) -> None:
    """ "By clicking on Decide later, the message will be parked in Sends to schedule. These mailings will require a
    subsequent action in order to be sent (immediately or on a schedule)."
    """
    there = office(edit_lock_minutes=0)
    anna = there.person()
    parked, other = (launched(there, anna, name, {"kind": "later"}) for name in ("parked", "the other"))
    assert {area(anna, m) for m in (parked, other)} == {"To schedule"}
    assert anna.refused(parked, "schedule", confirm=True) == ["time_required"]
    assert anna.refused(parked, "schedule", at=soon(60)) == ["confirmation_required"]
    assert anna.refused(parked, "schedule", at=soon(-60), confirm=True) == ["past_start"]
    assert (
        anna.give(parked, "schedule", at="2099-06-01T09:00", zone="Europe/Rome", confirm=True)["state"]
        == "scheduled"
    )
    assert area(anna, parked) == "Scheduled"
    assert anna.give(parked, "park")["state"] == "parked"
    assert (
        anna.give(parked, "schedule", at=soon(0.5, "Europe/Rome"), zone="Europe/Rome", confirm=True)["state"]
        == "scheduled"
    )
    assert anna.give(other, "send-now", confirm=True)["state"] == "starting"
    for mailing, subject in ((parked, "parked"), (other, "the other")):
        anna.becomes(mailing, "sent")
        assert anna.done(mailing).count("approve") == 1
        assert site.post.arrived(subject) == dict.fromkeys(there.readers(3), 1)


@behaviour("S5.15")
def test_times_that_do_not_exist_are_refused_and_double_ones_asked_about(office: Offices) -> None:
    """Clocks in Paris: put forward on 2099-03-29 at 02:00, back on 2099-10-25 at 03:00."""
    there = office()
    anna = there.person()
    mailing = launched(there, anna, "clocks", {"kind": "later"})
    paris = {"zone": "Europe/Paris", "confirm": True}
    assert anna.refused(mailing, "schedule", at="2099-03-29T02:30", **paris) == ["time_does_not_exist"]
    assert anna.refused(mailing, "schedule", at="2099-10-25T02:30", **paris) == ["time_ambiguous"]
    assert anna.refused(mailing, "schedule", at="2099-10-25T02:30", zone="Europe/Pari", confirm=True) == [
        "unknown_zone"
    ]
    due = []
    for fold in ("first", "second"):
        anna.give(mailing, "schedule", at="2099-10-25T02:30", fold=fold, **paris)
        due.append(anna.see(mailing)["due_at"])
    assert late(*due) == 3600
