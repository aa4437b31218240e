"""The first source's procedures: approve, cancel, pause. Its sentences stand above the steps that follow them."""

from collections.abc import Callable

import pytest

from tests.acceptance.procedures.office import (
    MESSAGE,
    Document,
    Office,
    Person,
    late,
    launched,
    soon,
    started,
)
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


def to_approve(person: Person) -> list[Document]:
    """The list of messages to approve."""
    return list(person.pages("/mailings", state="in_review"))


# -- approve -----------------------------------------------------------------------------------------------


@behaviour("S1.1")
def test_nothing_is_sent_that_is_not_approved(office: Offices, site: Site) -> None:
    """ "A message must always be approved before it can be sent." Neither its time nor any door changes that."""
    there = office(late_gate="hold")
    anna = there.person()
    mailing = anna.write(there.list(*there.readers(3)), "unapproved")
    for command, arguments in LAUNCHES:
        assert anna.refused(mailing, command, **arguments) == ["wrong_state"]
    anna.submit(mailing, {"kind": "at", "at": soon(1.5)})
    for command, arguments in LAUNCHES:
        assert anna.refused(mailing, command, **arguments) == ["wrong_state"]
    for command in ("send-now", "schedule --at 2099-01-01T09:00", "enqueue"):
        name, *options = command.split()
        told = site.penstock("mailing", name, str(mailing), *options, "--yes", status=2).stderr
        assert "in_review" in told
        assert "reject" in told  # what is allowed instead
    held = eventually(lambda: seen if (seen := anna.see(mailing))["reason"] else None)
    assert held
    assert (held["state"], held["reason"]["code"]) == ("in_review", "held:late_gate")
    assert anna.ledger(mailing) == {}
    assert not site.post.arrived("unapproved")


LAUNCHES: tuple[tuple[str, Document], ...] = (
    ("send-now", {"confirm": True}),
    ("schedule", {"at": "2099-01-01T09:00", "confirm": True}),
    ("enqueue", {"confirm": True}),
    ("resume", {"reason": "go on"}),
    ("send-rest", {"plan": {"kind": "now"}, "confirm": True}),
)


@behaviour("S1.2")
def test_it_is_approved_right_after_it_was_made(office: Offices, site: Site) -> None:
    """ "The approbation can be done right after the message creation …"""
    there = office()
    anna = there.person("author", "approver")
    mailing = anna.write(there.list(*there.readers(3)), "at once")
    answer = anna.submit(mailing)
    assert answer["state"] == "in_review"
    assert "approve" in anna.see(mailing)["allowed_actions"]
    assert anna.give(mailing, "approve")["state"] == "starting"
    anna.becomes(mailing, "sent")
    assert site.post.arrived("at once") == dict.fromkeys(there.readers(3), 1)


@behaviour("S1.2")
def test_with_four_eyes_the_author_finds_no_approval_of_their_own(office: Offices) -> None:
    there = office(four_eyes="on")
    anna, ben = there.person("author", "approver", name="anna"), there.person("approver", name="ben")
    mailing = anna.write(there.list(*there.readers(1)), "four eyes")
    anna.submit(mailing, {"kind": "later"})
    assert anna.refused(mailing, "approve") == ["four_eyes"]
    assert ben.give(mailing, "approve")["state"] == "parked"


@behaviour("S1.3", "S1.5", "S1.6", "S1.7")
def test_it_is_approved_later_from_the_list(office: Offices) -> None:
    """ "… or later one, from a list of messages to approve: select the message and click on Details. You can also
    click directly on Approve to approve the message without viewing it beforehand."
    """
    there = office()
    author, approver = there.person("author"), there.person("approver")
    listed = there.list(*there.readers(2))
    seen, unseen, draft = (author.write(listed, name) for name in ("seen", "unseen", "draft"))
    for mailing in (seen, unseen):
        author.submit(mailing, {"kind": "later"})

    rows = {row["id"]: row for row in to_approve(approver)}
    assert rows.keys() == {seen, unseen}
    assert draft not in rows
    details = approver.ask("GET", rows[seen]["links"]["self"].removeprefix("/api/v1"))
    assert (details["id"], details["message"]["subject"]) == (seen, "seen")
    approver.give(seen, "approve", digest=details["digest"])

    assert "approve" in rows[unseen]["allowed_actions"]
    approver.give(unseen, "approve")
    assert to_approve(approver) == []
    told = {m: next(e for e in author.journal(m) if e["command"] == "approve") for m in (seen, unseen)}
    assert [told[m]["data"]["reviewed"] for m in (seen, unseen)] == [True, False]
    assert told[unseen]["actor"] == approver.shown


@behaviour("B5")
def test_an_approval_is_of_what_was_seen(office: Offices) -> None:
    """What was looked at is named by its digest; a change of it voids what was approved, another plan does not."""
    there = office(approvals_required=2)
    author, first, second = (
        there.person("author"),
        *(there.person("approver", name=n) for n in ("eva", "fritz")),
    )
    listed = there.list(*there.readers(2))
    mailing = author.write(listed, "as it was")
    author.submit(mailing, {"kind": "later"})
    looked_at = first.see(mailing)["digest"]
    assert first.give(mailing, "approve", digest=looked_at)["state"] == "in_review"

    digests = {looked_at}
    for change in ({"message": {"html": "<p>Other</p>"}}, {"message": {"sender": "Other <other@example.org>"}},
                   {"audience": {"list": listed, "not_reached_by": [mailing]}}):  # fmt: skip
        author.give(mailing, "withdraw")
        author.ask("PATCH", f"/mailings/{mailing}", json=change)
        author.submit(mailing, {"kind": "later"})
        digests.add(first.see(mailing)["digest"])
    assert len(digests) == 4  # content, sender and audience each make another one
    assert second.refused(mailing, "approve", digest=looked_at) == ["digest_changed"]
    now = first.see(mailing)["digest"]
    assert second.give(mailing, "approve", digest=now)["state"] == "in_review"  # the first one's is void
    second.give(mailing, "edit-plan", confirm=True, plan={"kind": "sequence", "ends_at": "2099-01-01T09:00"})
    assert first.see(mailing)["digest"] == now
    assert first.give(mailing, "approve", digest=now)["state"] in ("queued", "starting")
    assert [
        entry["data"]["plan"]["kind"] for entry in author.journal(mailing) if entry["command"] == "edit_plan"
    ] == ["sequence"]


@behaviour("S1.4")
def test_only_a_prepared_mailing_comes_to_the_gate(office: Offices) -> None:
    """ "The message must have been created and prepared": what is missing is named, and nothing is there to approve."""
    there = office()
    anna = there.person()
    listed = there.list(*there.readers(1))
    whole = {"name": "whole", "message": MESSAGE, "audience": {"list": listed}, "transport": there.transport}
    for part in ("message", "audience"):
        problem = anna.ask(
            "POST", "/mailings", 422, json={name: whole[name] for name in whole if name != part}
        )
        assert any(part in error["pointer"] for error in problem["errors"])
    mailing = int(anna.ask("POST", "/mailings", 201, json=whole)["id"])
    assert anna.refused(mailing, "approve") == ["wrong_state"]
    assert "unknown_plan" in anna.refused(mailing, "submit", confirm=True)
    anna.submit(mailing, {"kind": "later"})
    assert anna.give(mailing, "approve")["state"] == "parked"


@behaviour("S1.8", "B5")
def test_the_approver_changes_the_launch_date(office: Offices, site: Site) -> None:
    """ "If needed, change the date and time of the mailing by clicking on Edit launch date": no approval is lost."""
    there = office(approvals_required=2, edit_lock_minutes=0)
    author, first, second = (
        there.person("author"),
        *(there.person("approver", name=n) for n in ("carl", "dora")),
    )
    mailing = author.write(there.list(*there.readers(3)), "changed date")
    author.submit(mailing, {"kind": "at", "at": "2099-01-01T09:00", "zone": "Europe/Paris"})
    digest = first.see(mailing)["digest"]
    assert first.give(mailing, "approve", digest=digest)["state"] == "in_review"
    assert first.refused(mailing, "approve") == ["approved_already"]
    author.forbidden(mailing, "edit-plan", at=soon(60))
    assert second.refused(mailing, "edit-plan", at="2001-01-01T09:00", zone="Europe/Paris") == ["past_start"]

    at = soon(1.5, "Asia/Tokyo")
    assert second.give(mailing, "edit-plan", at=at, zone="Asia/Tokyo")["state"] == "in_review"
    changed = second.see(mailing)
    assert (changed["plan"]["at"], changed["plan"]["zone"], changed["digest"]) == (at, "Asia/Tokyo", digest)
    assert second.give(mailing, "approve", digest=digest)["state"] == "scheduled"
    sent = author.becomes(mailing, "sent")
    assert late(changed["due_at"], started(author, mailing)) < 3
    assert sent["progress"]["accepted"] == 3
    assert site.post.arrived("changed date") == dict.fromkeys(there.readers(3), 1)


@behaviour("S1.12")
def test_what_is_wrong_with_it_disables_the_approval(office: Offices) -> None:
    """ "Once all validations are performed …": a message that cannot be made is named where it would be let through."""
    there = office()
    anna = there.person()
    mailing = anna.write(
        there.list(*there.readers(2)), "broken", message=MESSAGE | {"html": "<p>{% if %}</p>"}
    )
    problem = anna.ask(
        "POST", f"/mailings/{mailing}/submit", 409, json={"plan": {"kind": "later"}, "confirm": True}
    )
    assert [reason["code"] for reason in problem["reasons"]] == ["blocked"]
    assert "html" in problem["reasons"][0]["detail"]
    anna.ask("PATCH", f"/mailings/{mailing}", json={"message": MESSAGE})
    assert anna.submit(mailing, {"kind": "later"})["state"] == "in_review"


@behaviour("S1.12")
def test_what_goes_wrong_at_the_gate_disables_the_approval(office: Offices) -> None:
    """The message was right for the list as it was; whoever has joined since cannot be written to with it."""
    there = office()
    anna = there.person()
    listed = there.list()
    mailing = anna.write(listed, "coded", message=MESSAGE | {"html": "<p>Your code is {{ code }}</p>"})
    anna.submit(mailing, {"kind": "later"})
    assert "approve" in anna.see(mailing)["allowed_actions"]
    there.join(listed, *there.readers(1))  # with a first name, and no code
    seen = anna.see(mailing)
    assert "approve" not in seen["allowed_actions"]
    assert any("code" in blocker for blocker in seen["blockers"])
    problem = anna.problem(mailing, "approve")
    assert [reason["code"] for reason in problem["reasons"]] == ["blocked"]
    assert "code" in problem["reasons"][0]["detail"]
    anna.give(mailing, "reject", reason="It needs everybody's code.")


@behaviour("S1.11", "S1.12")
def test_what_the_analysis_finds_disables_the_approval(office: Offices, site: Site) -> None:
    """ "Once all validations are performed, and if everything is fine …": every recipient is looked at when it is submitted. What
    must be mended is named with its place, and nothing but mending it helps."""
    there = office()
    anna = there.person()
    mailing = anna.write(
        there.list(*there.readers(3)),
        "divided",
        message=MESSAGE | {"subject": "divided", "html": "<p>{{ 10 | divided_by: first_name }}</p>"},
    )
    anna.submit(mailing)
    found = anna.analysed(mailing)
    blocking = [each for each in found["findings"] if each["severity"] == "blocker"]
    assert [case["address"] for case in blocking[0]["cases"]] == sorted(there.readers(3))
    assert "approve" not in anna.see(mailing)["allowed_actions"]
    problem = anna.problem(mailing, "approve")
    assert [reason["code"] for reason in problem["reasons"]] == ["analysis_blocked"]
    assert blocking[0]["place"] in problem["reasons"][0]["detail"]
    anna.give(mailing, "withdraw")
    assert anna.refused(mailing, "submit", plan={"kind": "now"}, confirm=True) == ["analysis_blocked"]
    anna.ask("PATCH", f"/mailings/{mailing}", json={"message": {"html": "<p>Dear {{ first_name }}</p>"}})
    anna.submit(mailing)
    assert anna.approve(mailing)["state"] == "starting"
    anna.becomes(mailing, "sent")
    assert sum(site.post.arrived("divided").values()) == 3


@behaviour("S1.13", "S1.14")
def test_rejected_revised_approved(office: Offices, site: Site) -> None:
    """ "If however you decide not to send this message, click on Reject, and specify the reason why and confirm." """
    there = office()
    author, approver = there.person("author"), there.person("approver")
    mailing = author.write(there.list(*there.readers(2)), "Hapy new year")
    author.submit(mailing)
    assert approver.refused(mailing, "reject") == ["reason_required"]
    assert approver.refused(mailing, "reject", reason="  ") == ["reason_required"]
    author.forbidden(mailing, "reject", reason="mine")
    approver.give(mailing, "reject", reason="A letter is missing.")

    told = author.see(mailing)
    assert told["state"] == "rejected"
    assert (told["reason"]["text"], told["reason"]["who"]) == ("A letter is missing.", approver.shown)
    assert told["revision"] == 1
    assert author.refused(mailing, "submit", plan={"kind": "now"}, confirm=True) == ["wrong_state"]
    author.give(mailing, "revise")
    author.ask("PATCH", f"/mailings/{mailing}", json={"message": MESSAGE | {"subject": "Happy new year"}})
    assert author.submit(mailing)["state"] == "in_review"
    approver.give(mailing, "approve")

    sent = author.becomes(mailing, "sent")
    assert sent["revision"] == 2
    assert site.post.arrived("Happy new year") == dict.fromkeys(there.readers(2), 1)
    assert not site.post.arrived("Hapy new year")
    history = author.journal(mailing)
    assert [e["command"] for e in history][:7] == [
        "create",
        "submit",
        "reject",
        "revise",
        "edit",
        "submit",
        "approve",
    ]
    assert next(e["reason"] for e in history if e["command"] == "reject") == "A letter is missing."


@behaviour("S1.15")
@pytest.mark.parametrize("policy", ["hold", "send_on_approval", "expire"])
def test_the_launch_time_passes_at_the_gate(office: Offices, site: Site, policy: str) -> None:
    there = office(late_gate=policy)
    anna, subject = there.person(), f"late {policy}"
    mailing = anna.write(there.list(*there.readers(2)), subject)
    at = soon(0.5)
    anna.submit(mailing, {"kind": "at", "at": at})
    if policy == "expire":
        anna.becomes(mailing, "expired")
        assert not site.post.arrived(subject)
        return
    eventually(lambda: soon(0) > at)
    if policy == "hold":
        eventually(lambda: (anna.see(mailing)["reason"] or {}).get("code") == "held:late_gate")
        assert anna.refused(mailing, "approve") == ["late_gate"]
        anna.give(mailing, "edit-plan", plan={"kind": "now"})
        assert anna.see(mailing)["reason"] is None
    anna.give(mailing, "approve")
    anna.becomes(mailing, "sent")
    assert site.post.arrived(subject) == dict.fromkeys(there.readers(2), 1)


# -- cancel ------------------------------------------------------------------------------------------------


@behaviour("S1.18", "S1.22")
def test_cancelled_at_approval(office: Offices, site: Site) -> None:
    """ "You can also cancel a message at the time of approval." """
    there = office()
    author, approver = there.person("author"), there.person("approver")
    mailing = author.write(there.list(*there.readers(2)), "cancelled at the gate")
    author.submit(mailing)
    assert "cancel" in to_approve(approver)[0]["allowed_actions"]
    assert approver.refused(mailing, "cancel") == ["reason_required"]
    approver.give(mailing, "cancel", reason="The shop is closed.")
    assert approver.refused(mailing, "approve") == ["wrong_state"]
    seen = author.see(mailing)
    assert (seen["state"], seen["reason"]["text"]) == ("cancelled", "The shop is closed.")
    assert not site.post.arrived("cancelled at the gate")


@behaviour("S1.17", "S1.19", "S1.20")
@pytest.mark.parametrize("waiting", ["parked", "scheduled", "queued", "starting"])
def test_cancelled_while_it_waits_or_is_prepared(office: Offices, site: Site, waiting: str) -> None:
    """ "When messages are being prepared for sending, in delivery or pending, it is possible to completely cancel." """
    there = office(undo_seconds=600)
    anna, subject = there.person(), f"cancelled {waiting}"
    if waiting == "queued":  # something before it, so that it waits
        head = launched(
            there, anna, "the head", {"kind": "sequence"}, count=40, options={"rate": 10, "undo_seconds": 0}
        )
        anna.becomes(head, "sending")
    mailing = launched(there, anna, subject, PLANS[waiting], count=2)
    assert anna.state(mailing) == waiting
    row = next(row for row in anna.pages("/mailings") if row["id"] == mailing)
    assert "cancel" in row["allowed_actions"]
    answer = anna.give(mailing, "cancel", reason="not any more")
    assert (answer["state"], answer["leaving"]) == ("cancelled", 0)
    assert anna.refused(mailing, "cancel", reason="again") == ["wrong_state"]
    for command, arguments in LAUNCHES[:-1]:
        assert anna.refused(mailing, command, **arguments) == ["wrong_state"]
    assert not site.post.arrived(subject)
    if waiting == "queued":
        assert mailing not in anna.queue()
        anna.give(head, "cancel", reason="end of the test")


PLANS: dict[str, Document] = {
    "parked": {"kind": "later"},
    "scheduled": {"kind": "at", "at": "2099-01-01T09:00"},
    "queued": {"kind": "sequence"},
    "starting": {"kind": "now"},
}


@behaviour("S1.17", "S1.19", "S1.21", "S1.22", "S1.23", "S1.24", "S1.25", "B4")
@pytest.mark.parametrize("prepared", [None, "drop", "deliver"])
def test_cancelled_while_it_is_sent(office: Offices, site: Site, prepared: str | None) -> None:
    """ "Messages are cancelled as soon as you hit the Cancel icon. You must specify the reason for cancelling. Indicate
    if you want to cancel or continue the mailing of messages already prepared. Click on Cancel sending to confirm."
    """
    there = office(package_size=30)
    anna, subject, count = there.person(), f"cancelled with {prepared}", 120
    mailing = launched(there, anna, subject, count=count, options={"rate": 60})
    anna.reached(mailing, 5)

    row = next(row for row in anna.pages("/mailings") if row["id"] == mailing)
    assert {"pause", "cancel"} <= set(row["allowed_actions"])
    # The icon: from here on nothing new is handed off, even before the dialog is answered.
    stopped = anna.give(mailing, "pause")
    assert stopped["state"] == "paused"
    held = eventually(lambda: seen if not (seen := anna.see(mailing))["progress"]["in_flight"] else None)
    assert held
    reached = held["progress"]["accepted"]
    assert 0 < reached < count
    # The dialog, dismissed: the mailing stays paused. Answered without a reason: likewise.
    arguments = {"prepared": prepared} if prepared else {}
    assert anna.refused(mailing, "cancel", **arguments) == ["reason_required"]
    assert anna.see(mailing)["state"] == "paused"
    assert sum(site.post.arrived(subject).values()) == reached

    foretold = anna.ask("GET", f"/mailings/{mailing}/forecast",
                        params={"command": "cancel", **arguments})  # fmt: skip
    packages = anna.pages(f"/mailings/{mailing}/packages")
    begun = sum(package["size"] for package in packages if package["begun_at"])
    answer = anna.give(mailing, "cancel", reason="the wrong text", **arguments)
    ended = anna.becomes(mailing, "cancelled")["progress"]
    if prepared == "deliver":
        assert answer["state"] == "cancelling"
        assert ended["accepted"] == begun < count  # the packages that had begun, and no other
    else:
        assert answer["state"] == "cancelled"
        assert ended["accepted"] == reached
    assert foretold["leaving"] == ended["accepted"] - reached == answer["leaving"]
    assert ended["cancelled"] == count - ended["accepted"]
    ledger = anna.ledger(mailing)
    assert site.post.arrived(subject) == {
        address: 1 for address, state in ledger.items() if state == "accepted"
    }
    assert anna.journal(mailing)[-1 if prepared != "deliver" else -2]["data"]["prepared"] == (
        prepared or "drop"
    )


@behaviour("S1.26")
def test_a_cancelled_mailing_is_deleted_where_the_account_wants_it(office: Offices) -> None:
    """ "The cancelled mailing is automatically deleted": gone from the lists, and its journal stays."""
    for policy in ("delete", "keep"):
        there = office(after_cancel=policy)
        anna = there.person()
        mailing = launched(there, anna, "gone", {"kind": "later"})
        anna.give(mailing, "cancel", reason="not needed")
        listed = [row["id"] for row in anna.pages("/mailings")]
        assert listed == ([] if policy == "delete" else [mailing])
        assert anna.done(mailing)[-1] == "cancel"


# -- pause -------------------------------------------------------------------------------------------------


@behaviour("S1.29", "S1.33", "S1.34", "S1.35")
@pytest.mark.parametrize("state", ["parked", "scheduled", "queued", "starting"])
def test_paused_while_it_waits(office: Offices, site: Site, state: str) -> None:
    """ "It is possible to interrupt the mailing process of a message that is temporarily or permanently pending." """
    there = office(undo_seconds=1)
    anna, subject = there.person(), f"paused {state}"
    if state == "queued":
        head = launched(
            there, anna, "before it", {"kind": "sequence"}, count=40, options={"rate": 10, "undo_seconds": 0}
        )
        anna.becomes(head, "sending")
    plan = {"kind": "at", "at": soon(1)} if state == "scheduled" else PLANS[state]
    mailing = launched(there, anna, subject, plan, count=2)
    area = next(name for name, inside in anna.board().items() if mailing in inside)
    assert anna.give(mailing, "pause")["state"] == "paused"
    assert mailing in anna.board()[area]
    for command, arguments in LAUNCHES[:3]:
        assert anna.refused(mailing, command, **arguments) == ["wrong_state"]
    if state == "scheduled":  # its time passes, and nobody launches it
        eventually(lambda: soon(0) > plan["at"])
    if state == "queued":
        anna.give(head, "cancel", reason="out of the way")
    assert (anna.state(mailing), site.post.arrived(subject)) == ("paused", {})
    answer = anna.give(mailing, "resume", confirm=True)
    assert answer["state"] == state
    if state == "parked":
        anna.give(mailing, "cancel", reason="or cancel it completely")
        assert anna.state(mailing) == "cancelled"
        return
    anna.becomes(mailing, "sent")
    assert site.post.arrived(subject) == dict.fromkeys(there.readers(2), 1)


@behaviour("S1.29", "S1.31", "S1.33", "S1.34", "S1.35", "B4")
def test_paused_while_it_is_sent_and_postponed(office: Offices, site: Site) -> None:
    """ "… you realize that you have sent the wrong message, or you wish to postpone it later. Messages are paused as soon
    as you hit the Pause icon. Once the mailing has been paused, you can restart it if needed."
    """
    there = office()
    anna, count = there.person(), 60
    mailing = launched(there, anna, "postponed", count=count, options={"rate": 40})
    anna.reached(mailing, 5)
    foretold = anna.ask("GET", f"/mailings/{mailing}/forecast", params={"command": "pause"})
    area = next(name for name, inside in anna.board().items() if mailing in inside)
    answer = anna.give(mailing, "pause")
    assert (answer["state"], answer["silent"]) == ("paused", [])
    assert answer["leaving"] <= foretold["leaving_at_most"]
    assert mailing in anna.board()[area]
    assert anna.refused(mailing, "pause") == ["already_paused"]
    still = eventually(lambda: seen if not (seen := anna.see(mailing))["progress"]["in_flight"] else None)
    assert still
    assert sum(site.post.arrived("postponed").values()) == still["progress"]["accepted"] < count

    again = anna.give(mailing, "resume", at=soon(1), confirm=True)
    assert again["state"] == "scheduled"
    assert anna.see(mailing)["progress"]["waiting"] == count - still["progress"]["accepted"]
    anna.becomes(mailing, "sent")
    assert site.post.arrived("postponed") == dict.fromkeys(there.readers(count), 1)


@behaviour("S1.30")
def test_what_is_completed_cannot_be_paused(office: Offices) -> None:
    """ "To be able to pause a mailing, it must not be completed." """
    there = office()
    anna = there.person()
    mailing = launched(there, anna, "completed")
    anna.becomes(mailing, "sent")
    assert anna.refused(mailing, "pause") == ["wrong_state"]
    assert "pause" not in anna.see(mailing)["allowed_actions"]
