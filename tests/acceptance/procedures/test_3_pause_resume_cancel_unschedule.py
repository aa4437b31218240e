"""The third source's procedures: pause, resume, cancel, unschedule, over the REST API."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.acceptance.procedures.office import Office, Person, launched, soon
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


def paused(
    there: Office, person: Person, subject: str, *, count: int = 60, **more: object
) -> tuple[int, set[str]]:
    """A mailing paused while it was being sent: its number, and whom it has reached."""
    mailing = launched(there, person, subject, count=count, **{"options": {"rate": 40}, **more})  # type: ignore[arg-type]
    person.reached(mailing, 5)
    person.give(mailing, "pause")
    eventually(lambda: not person.see(mailing)["progress"]["in_flight"])
    return mailing, set(person.ledger(mailing, state="accepted"))


@behaviour("S3.2", "S3.5", "S3.8", "S3.14")
def test_paused_and_resumed(office: Offices, site: Site) -> None:
    """ "Once an email message has started sending, you can pause it. A pause icon will appear; hover over the send time to
    view more info. … Resume. … Contacts won't receive the message more than once."
    """
    there = office()
    anna, ben = there.person(name="anna"), there.person("operator", name="ben")
    before = datetime.now(UTC)
    mailing, reached = paused(there, anna, "with a pause")
    seen = ben.see(mailing)
    assert seen["state"] == "paused"
    why = seen["reason"]
    assert why["who"] == anna.shown
    assert before <= datetime.fromisoformat(why["since"]) <= datetime.now(UTC)
    assert seen["progress"]["waiting"] == 60 - len(reached) > 0
    assert set(site.post.arrived("with a pause")) == reached
    assert "resume" in seen["allowed_actions"]
    assert ben.give(mailing, "resume", confirm=True)["state"] == "sending"
    anna.becomes(mailing, "sent")
    assert site.post.arrived("with a pause") == dict.fromkeys(there.readers(60), 1)
    told = [(entry["command"], entry["actor"]) for entry in anna.journal(mailing)]
    assert ("pause", anna.shown) in told
    assert ("resume", ben.shown) in told


@behaviour("S3.7", "S4.6")
def test_its_content_is_frozen_while_paused(office: Offices) -> None:
    """ "If you need to make changes or edits to the message itself, use the cancel message functionality." """
    there = office()
    anna = there.person()
    mailing, _ = paused(there, anna, "frozen")
    for change in (
        {"message": {"subject": "other"}},
        {"name": "other"},
        {"audience": {"list": there.list()}},
    ):
        assert anna.refused(mailing, "edit", **change) == ["wrong_state"]
    assert anna.refused(mailing, "unschedule", confirm=True) == ["wrong_state"]
    assert anna.refused(mailing, "withdraw") == ["wrong_state"]
    # Not by way of a new time either: it has started.
    anna.give(mailing, "resume", at="2099-01-01T09:00", confirm=True)
    assert anna.refused(mailing, "unschedule", confirm=True) == ["started"]
    assert anna.refused(mailing, "edit", name="other") == ["wrong_state"]
    anna.give(mailing, "cancel", reason="end of the test")
    assert anna.refused(mailing, "edit", name="other") == ["wrong_state"]
    assert anna.see(mailing)["message"]["subject"] == "frozen"


@behaviour("S3.16", "S3.17", "S3.18", "S3.19", "S4.31")
@pytest.mark.parametrize("state", ["running", "paused"])
def test_cancelled_copied_corrected_and_sent_to_the_others(office: Offices, site: Site, state: str) -> None:
    """ "You discover there is an error in your message body after you've already started sending. Cancel the message, copy
    the cancelled message as a draft, make any appropriate edits. Update the audience to exclude any recipients of the
    original message, and then send the revised message."
    """
    there = office(edit_lock_minutes=0)
    anna, count = there.person(), 60
    wrong, right = f"erorr while {state}", f"error while {state}"
    original = launched(there, anna, wrong, count=count, options={"rate": 40})
    anna.reached(original, 5)
    if state == "paused":
        anna.give(original, "pause")
    anna.give(original, "cancel", reason="A spelling mistake.")
    anna.becomes(original, "cancelled")
    row = next(row for row in anna.pages("/mailings") if row["id"] == original)
    assert (row["state"], row["reason"]["text"]) == ("cancelled", "A spelling mistake.")

    copy = anna.give(original, "copy")["made"]
    draft = anna.see(copy)
    assert (draft["state"], draft["copied_from"], draft["message"]["subject"]) == ("draft", original, wrong)
    anna.ask("PATCH", f"/mailings/{copy}", json={
        "message": {"subject": right}, "audience": {**draft["audience"], "not_reached_by": [original]}, "options": {}})  # fmt: skip
    anna.submit(copy)
    assert anna.state(copy) == "in_review"  # through the gates again
    anna.give(copy, "approve")
    anna.becomes(copy, "sent")
    first, second = site.post.arrived(wrong), site.post.arrived(right)
    assert first
    assert second
    assert first + second == dict.fromkeys(there.readers(count), 1)

    # And the other way round: a word to those whom the wrong one reached.
    sorry = anna.write({"list": draft["audience"]["list"], "reached_by": [original]}, f"sorry {state}")
    anna.submit(sorry)
    anna.give(sorry, "approve")
    anna.becomes(sorry, "sent")
    assert set(site.post.arrived(f"sorry {state}")) == set(first)


@behaviour("B3", "S3.19")
def test_the_rest_is_fixed_in_one_action(office: Offices, site: Site) -> None:
    there = office()
    anna = there.person()
    original, reached = paused(there, anna, "first attempt", count=40)
    answer = anna.give(original, "fix-rest", reason="the price")
    assert answer["state"] == "cancelled"
    second = answer["made"]
    draft = anna.see(second)
    assert (draft["state"], draft["fixes"]) == ("draft", original)
    assert anna.see(original)["corrections"] == [second]
    anna.ask("PATCH", f"/mailings/{second}", json={"message": {"subject": "second attempt"}})
    anna.submit(second)
    anna.give(second, "approve")
    anna.reached(second, 5)
    anna.give(second, "pause")
    # The correction of the correction excludes whom either reached.
    third = anna.give(second, "fix-rest", reason="the price, once more")["made"]
    anna.ask("PATCH", f"/mailings/{third}", json={"message": {"subject": "third attempt"}, "options": {}})
    anna.submit(third)
    anna.give(third, "approve")
    anna.becomes(third, "sent")
    one, two, three = (site.post.arrived(f"{nth} attempt") for nth in ("first", "second", "third"))
    assert set(one) == reached
    assert two
    assert three
    assert one + two + three == dict.fromkeys(there.readers(40), 1)


@behaviour("S3.20", "S3.22", "S3.23")
def test_unscheduled_edited_and_rescheduled(office: Offices, site: Site) -> None:
    """ "You will be notified that editing the message will change its status from scheduled to draft. Click Yes, Continue
    Editing to proceed. Your message can now be edited and rescheduled."
    """
    there = office(edit_lock_minutes=0)
    anna = there.person()
    mailing = launched(
        there, anna, "wrong date", {"kind": "at", "at": "2099-01-01T09:00", "zone": "Europe/Vienna"}
    )
    assert anna.refused(mailing, "edit", name="right date") == ["wrong_state"]
    notice = anna.ask("POST", f"/mailings/{mailing}/unschedule", 409, json={})
    assert [reason["code"] for reason in notice["reasons"]] == ["confirmation_required"]
    assert "draft" in notice["reasons"][0]["detail"]
    assert anna.state(mailing) == "scheduled"
    assert anna.give(mailing, "unschedule", confirm=True)["state"] == "draft"
    anna.ask("PATCH", f"/mailings/{mailing}", json={"message": {"subject": "right date"}})
    anna.submit(mailing, {"kind": "at", "at": soon(2, "Europe/Vienna"), "zone": "Europe/Vienna"})
    assert anna.state(mailing) == "in_review"  # the approval was of the other one
    anna.give(mailing, "approve")
    assert anna.state(mailing) == "scheduled"
    anna.becomes(mailing, "sent")
    assert site.post.arrived("right date") == dict.fromkeys(there.readers(3), 1)
    assert not site.post.arrived("wrong date")


@behaviour("B9")
def test_resuming_is_previewed(office: Offices) -> None:
    """Before it is done: what would go, from where, and that nothing has been done by asking."""
    there = office()
    anna = there.person()
    mailing, reached = paused(there, anna, "previewed", count=40)
    gone, joined = there.readers(40)[-1], f"new@{there.domain}"
    anna.ask("POST", "/suppressions", 201, json={"address": gone})
    there.join(anna.see(mailing)["audience"]["list"], joined)
    told = anna.ask("GET", f"/mailings/{mailing}/forecast", params={"command": "resume"})
    assert (told["waiting"], told["reached"], told["leaving"]) == (40 - len(reached), len(reached), 0)
    assert told["resume"]["begun"] == told["waiting"]  # all of them in the package that was interrupted
    assert (told["resume"]["gone"], told["resume"]["joined"], told["resume"]["ends_at"]) == (1, 1, None)
    answer = anna.give(mailing, "resume", confirm=True, dry_run=True)
    assert (answer["dry_run"], answer["state"]) == (True, "sending")
    assert anna.state(mailing) == "paused"
    assert set(anna.ledger(mailing, state="accepted")) == reached
    anna.give(mailing, "cancel", reason="end of the test")


@behaviour("S3.12")
def test_its_end_date_passes(office: Offices, site: Site) -> None:
    """ "The next batch will go out at the scheduled send time (unless the end date has passed)": packages that have begun are
    completed, the others are shown as expired, and may be sent on with a later end date."""
    there = office(package_size=20)
    anna = there.person()
    mailing = launched(
        there, anna, "ends", {"kind": "now", "ends_at": soon(2)}, count=200, options={"rate": 40}
    )
    ended = anna.becomes(mailing, "expired")["progress"]
    assert ended["expired"] > 0
    assert ended["accepted"] + ended["expired"] == 200
    assert ended["accepted"] % 20 == 0
    assert anna.refused(mailing, "send-rest", plan={"kind": "now", "ends_at": soon(-1)}, confirm=True) == [
        "end_before_start"
    ]
    anna.give(mailing, "send-rest", plan={"kind": "sequence"}, confirm=True)
    anna.becomes(mailing, "sent")
    assert site.post.arrived("ends") == dict.fromkeys(there.readers(200), 1)
