"""The fourth source's procedures: the mailing process, its statuses and its actions."""

from collections.abc import Callable

import pytest

from tests.acceptance.procedures.office import Office, late, launched, soon, started
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


@behaviour("S4.1", "S4.2", "S4.3", "S4.5", "S4.24", "S4.25", "S4.26")
def test_from_draft_to_sent(office: Offices, site: Site) -> None:
    """ "By default the mailing will begin immediately. After the mailing is performed, a string with the sending status and
    the percentage of messages sent is displayed."
    """
    there = office()
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(40)), "the whole way", options={"rate": 60})
    assert anna.state(mailing) == "draft"
    anna.submit(mailing)
    anna.approve(mailing)
    seen = anna.reached(mailing, 5)
    assert seen["state"] == "sending"
    done = seen["progress"]
    assert 0 < done["handed_off_percent"] < 100
    assert done["recipients"] == 40 == sum(done[state] for state in STATES)
    sent = anna.becomes(mailing, "sent")
    assert (sent["progress"]["handed_off_percent"], sent["progress"]["settled_percent"]) == (100, 100)


STATES = (
    "waiting",
    "in_flight",
    "accepted",
    "delivered",
    "deferred",
    "bounced",
    "in_doubt",
    "skipped",
    "cancelled",
    "expired",
)


@behaviour("S4.6", "S1.30")
def test_a_started_mailing_cannot_be_edited(office: Offices) -> None:
    """ "Editing the mailing is not available after the start of sending messages, but it is possible to cancel it": neither
    while it starts, nor is sent, nor afterwards, whatever way is tried."""
    there = office(undo_seconds=5)
    anna = there.person()
    sent = launched(there, anna, "no more edits", count=2, options={"undo_seconds": 0})
    going = launched(there, anna, "no more edits", count=200, options={"rate": 10})
    for mailing, state in ((going, "starting"), (going, "sending"), (sent, "sent")):
        anna.becomes(mailing, state)
        assert anna.refused(mailing, "edit", name="edited") == ["wrong_state"]
        assert anna.refused(mailing, "edit", message={"subject": "edited"}) == ["wrong_state"]
        for detour, arguments in DETOURS:
            assert anna.refused(mailing, detour, **arguments) == ["wrong_state"]
        assert anna.refused(mailing, "delete") == ["wrong_state"]
        assert anna.see(mailing)["message"]["subject"] == "no more edits"
    anna.give(going, "cancel", reason="end of the test")


DETOURS: tuple[tuple[str, dict[str, object]], ...] = (
    ("unschedule", {"confirm": True}), ("withdraw", {}), ("revise", {}), ("edit-plan", {"at": "2099-01-01T09:00"}),
    ("schedule", {"at": "2099-01-01T09:00", "confirm": True}), ("enqueue", {"confirm": True}), ("park", {}),
    ("submit", {"plan": {"kind": "now"}, "confirm": True}),
)  # fmt: skip


@behaviour("S4.8", "S4.15")
def test_locked_five_minutes_before_its_time(office: Offices) -> None:
    """ "You can make changes to a delayed mailing before it is sent." "It is also impossible to edit a scheduled mailing 5
    minutes before it is sent. To edit such a mailing you must initially cancel it."
    """
    there = office()  # the lock is five minutes without a choice
    anna = there.person()
    free = launched(there, anna, "changed in time", {"kind": "at", "at": soon(302)})
    assert anna.give(free, "schedule", at=soon(900), confirm=True)["state"] == "scheduled"
    assert anna.give(free, "unschedule", confirm=True)["state"] == "draft"
    anna.ask("PATCH", f"/mailings/{free}", json={"message": {"subject": "changed"}})

    locked = launched(there, anna, "too late", {"kind": "at", "at": soon(298)})
    for command, arguments in (
        ("unschedule", {"confirm": True}), ("schedule", {"at": soon(900), "confirm": True}), ("park", {}), ("enqueue", {"confirm": True}),
    ):  # fmt: skip
        assert anna.refused(locked, command, **arguments) == ["edit_locked"]
    assert anna.refused(locked, "edit", name="edited") == ["wrong_state"]
    assert "unschedule" not in anna.see(locked)["allowed_actions"]
    # Pausing, sending now and cancelling stay possible; a cancelled one is edited as a copy.
    assert {"pause", "send-now", "cancel"} <= set(anna.see(locked)["allowed_actions"])
    anna.give(locked, "pause")
    assert anna.give(locked, "resume", confirm=True)["state"] == "scheduled"
    assert anna.give(locked, "cancel", reason="to edit it")["state"] == "cancelled"
    copy = anna.give(locked, "copy")["made"]
    anna.ask("PATCH", f"/mailings/{copy}", json={"message": {"subject": "edited"}})
    assert anna.submit(copy, {"kind": "later"})["state"] == "in_review"


@behaviour("S4.2", "S4.16", "S4.15")
def test_delayed(office: Offices, site: Site) -> None:
    """ "After selecting the date and time, the system itself will carry out the mailing. … an inscription will appear
    informing about the date and time of sending messages."
    """
    there = office(edit_lock_minutes=0)
    anna = there.person()
    mailing = launched(
        there, anna, "delayed", {"kind": "at", "at": soon(600, "Europe/Moscow"), "zone": "Europe/Moscow"}
    )
    at = soon(1, "Europe/Moscow")
    anna.give(mailing, "schedule", at=at, zone="Europe/Moscow", confirm=True)
    notice = anna.see(mailing)
    assert (notice["state"], notice["plan"]["at"], notice["plan"]["zone"]) == (
        "scheduled",
        at,
        "Europe/Moscow",
    )
    anna.becomes(mailing, "sent")
    assert 0 <= late(notice["due_at"], started(anna, mailing)) < 3


@behaviour("S4.9", "S4.10", "S4.27", "S3.17")
def test_cancelled_and_sent_again(office: Offices, site: Site) -> None:
    """ "When clicked, the generated mailing will be canceled. The canceled mailing can be resent if necessary." """
    there = office()
    anna, count = there.person(), 60
    mailing = launched(there, anna, "resent", count=count, options={"rate": 40})
    anna.reached(mailing, 5)
    anna.give(mailing, "cancel", reason="on second thoughts")
    cancelled = anna.becomes(mailing, "cancelled")["progress"]
    reached = set(site.post.arrived("resent"))
    assert cancelled["cancelled"] == count - len(reached) > 0
    assert anna.refused(mailing, "send-rest", plan={"kind": "now"}) == ["confirmation_required"]
    answer = anna.give(mailing, "send-rest", plan={"kind": "now"}, confirm=True)
    assert answer["state"] == "starting"  # approved it was, and it has not changed
    anna.becomes(mailing, "sent")
    assert site.post.arrived("resent") == dict.fromkeys(there.readers(count), 1)
    assert anna.refused(mailing, "send-rest", plan={"kind": "now"}, confirm=True) == ["wrong_state"]


@behaviour("S4.10", "S1.1")
def test_what_was_cancelled_at_the_gate_passes_it_before_it_is_sent_on(office: Offices, site: Site) -> None:
    there = office()
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(2)), "never approved")
    anna.submit(mailing)
    anna.give(mailing, "cancel", reason="not today")
    assert anna.give(mailing, "send-rest", plan={"kind": "now"}, confirm=True)["state"] == "in_review"
    assert not site.post.arrived("never approved")
    anna.give(mailing, "approve")
    anna.becomes(mailing, "sent")


@behaviour("S4.11")
def test_in_packages_of_5000(office: Offices) -> None:
    """ "Sending messages is carried out in packages of 5,000 communications." """
    there = office()
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(5_002)), "packages", options={"rate": 1})
    anna.submit(mailing)
    anna.give(mailing, "approve")
    anna.becomes(mailing, "sending")
    sizes = [
        package["size"]
        for package in anna.pages(f"/mailings/{mailing}/packages")
        if package["kind"] == "plain"
    ]
    assert sizes == [5_000, 2]
    anna.give(mailing, "cancel", reason="end of the test")


@behaviour("S4.12", "B4")
@pytest.mark.parametrize("command", ["pause", "cancel"])
def test_a_package_that_has_begun_is_finished(office: Offices, site: Site, command: str) -> None:
    """ "It is impossible to interrupt the sending of a package, so if you cancel a mailing that is being sent, the first
    5,000 customers will receive messages." The operator sees how many will still leave."""
    there = office(package_size=30, package_interruptible="off")
    anna, subject = there.person(), f"package and {command}"
    mailing = launched(there, anna, subject, count=90, options={"rate": 15})
    anna.reached(mailing, 5)
    foretold = anna.ask("GET", f"/mailings/{mailing}/forecast", params={"command": command})
    assert foretold["leaving"] > 0
    if command == "cancel":
        assert anna.refused(mailing, "cancel", reason="why", prepared="drop") == ["prepared_fixed"]
    answer = anna.give(mailing, command, **({"reason": "the wrong text"} if command == "cancel" else {}))
    assert 0 < answer["leaving"] <= 30
    if command == "cancel":
        ended = anna.becomes(mailing, "cancelled")["progress"]
        assert (ended["accepted"], ended["cancelled"]) == (30, 60)
    else:
        eventually(lambda: anna.see(mailing)["progress"]["accepted"] == 30)
        assert anna.state(mailing) == "paused"
        assert anna.see(mailing)["progress"]["waiting"] == 60
        anna.give(mailing, "cancel", reason="end of the test")
        assert anna.becomes(mailing, "cancelled")["progress"]["accepted"] == 30
    assert sum(site.post.arrived(subject).values()) == 30


@behaviour("S4.19", "S4.22", "S4.28", "B10")
@pytest.mark.parametrize("after", ["resumed", "cancelled"])
def test_interrupted_by_a_technical_error(office: Offices, site: Site, after: str) -> None:
    """ "After the technical error is corrected, the mailing can be resumed by clicking on the corresponding mailing button or
    the mailing can be canceled. … the emails will not be repeated when the mailing resumes. Sending will start from the
    point at which it was interrupted."
    """
    there = office()
    anna, subject, count = there.person(), f"technical and {after}", 60
    mailing = launched(there, anna, subject, count=count, options={"rate": 60})
    anna.reached(mailing, 5)
    anna.give(mailing, "pause")
    address = f"/transports/{there.transport}"
    right = anna.ask("GET", address)["url"]
    anna.ask(
        "PATCH", address, json={"url": right.replace("tls=none", "tls=starttls")}
    )  # which the server does not offer
    anna.give(mailing, "resume", confirm=True)

    seen = anna.becomes(mailing, "interrupted")
    why = seen["reason"]
    assert (why["code"], why["who"]) == ("technical", "Penstock")
    assert "TLS" in why["text"].upper()
    assert mailing in anna.board()["Needs you"]
    reached = seen["progress"]["accepted"]
    assert 5 <= reached < count
    assert {"resume", "cancel"} <= set(seen["allowed_actions"])
    assert anna.refused(mailing, "resume", confirm=True) == ["note_required"]
    if after == "cancelled":
        anna.give(mailing, "cancel", reason="not worth the trouble")
        assert anna.becomes(mailing, "cancelled")["progress"]["cancelled"] == count - reached
        assert sum(site.post.arrived(subject).values()) == reached
        return
    anna.ask("PATCH", address, json={"url": right})
    anna.give(mailing, "resume", confirm=True, reason="The address of the server was put right.")
    anna.becomes(mailing, "sent")
    assert site.post.arrived(subject) == dict.fromkeys(there.readers(count), 1)


@behaviour("S4.31", "S4.33")
def test_copied_and_deleted(office: Offices) -> None:
    """ "Copy the mailing. … Deletion of a mailing is possible only in the Draft status. … a deleted mailing cannot be
    recovered."
    """
    there = office()
    anna = there.person()
    mailing = launched(there, anna, "the original")
    anna.becomes(mailing, "sent")
    copy = anna.give(mailing, "copy")["made"]
    original, copied = anna.see(mailing), anna.see(copy)
    assert (copied["state"], copied["revision"], copied["progress"]["recipients"]) == ("draft", 1, 0)
    for same in ("message", "audience", "transport", "options", "channel"):
        assert copied[same] == original[same]
    assert "delete" in copied["allowed_actions"]
    assert "delete" not in original["allowed_actions"]
    assert anna.refused(mailing, "delete") == ["wrong_state"]
    anna.submit(copy, {"kind": "later"})
    assert anna.refused(copy, "delete") == ["wrong_state"]
    anna.give(copy, "withdraw")
    anna.ask("DELETE", f"/mailings/{copy}")
    anna.ask("GET", f"/mailings/{copy}", 404)
    assert copy not in [row["id"] for row in anna.pages("/mailings")]
    for command in ("copy", "submit", "archive"):
        anna.ask("POST", f"/mailings/{copy}/{command}", 404, json={})
    assert anna.done(copy)[-1] == "delete"
