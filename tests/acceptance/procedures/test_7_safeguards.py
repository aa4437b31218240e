"""What none of the five products has, as programs meet it: safe repetition, switches, the guard against drift, the journal."""

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy

import pytest

from penstock.mailing.states import MEANING, State
from tests.acceptance.procedures.office import Office, Person, launched, soon
from tests.acceptance.procedures.site import Site, eventually

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


@behaviour("B15")
def test_a_request_that_comes_again_is_answered_again(office: Offices, site: Site) -> None:
    """An idempotency key repeats the first answer, an expected version refuses what is stale, a dry run changes nothing."""
    there = office()
    anna = there.person()
    mailing = launched(there, anna, "asked twice", {"kind": "later"})
    version = anna.see(mailing)["version"]
    sending = {
        "json": {"confirm": True},
        "headers": {"Idempotency-Key": "the-one-and-only", "If-Match": f'"{version}"'},
    }

    dry = anna.give(mailing, "send-now", confirm=True, dry_run=True)
    assert (dry["dry_run"], dry["state"], anna.state(mailing)) == (True, "starting", "parked")
    path = f"/mailings/{mailing}/send-now"
    stale = {**sending, "headers": {"If-Match": f'"{version - 1}"'}}
    assert anna.ask("POST", path, 412, **stale)["code"] == "version_changed"
    first = anna.ask("POST", path, **sending)
    again = anna.ask("POST", path, **sending)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert {**again, "repeated": False, "allowed_actions": []} == {**first, "allowed_actions": []}
    other = anna.ask("POST", path, 422, **{**sending, "json": {"confirm": True, "reason": "another request"}})
    assert other["code"] == "key_reused"
    anna.becomes(mailing, "sent")
    assert anna.done(mailing).count("send_now") == 1
    assert site.post.arrived("asked twice") == dict.fromkeys(there.readers(3), 1)

    new = {"name": "made once", "message": anna.see(mailing)["message"], "audience": {"list": there.list()}}
    made = {
        anna.ask("POST", "/mailings", 201, json=new, headers={"Idempotency-Key": "make"})["id"]
        for _ in range(2)
    }
    assert len(made) == 1


@behaviour("B15")
def test_a_refusal_says_everything_that_is_wrong_and_what_is_allowed(office: Offices) -> None:
    there = office(prepared_on_cancel="drop")
    anna = there.person()
    mailing = launched(there, anna, "all at once", {"kind": "later"})
    problem = anna.problem(mailing, "cancel", prepared="deliver")
    assert [reason["code"] for reason in problem["reasons"]] == ["reason_required", "prepared_fixed"]
    assert (problem["state"], problem["code"]) == ("parked", "reason_required")
    for command in ("send-now", "schedule", "enqueue", "cancel"):
        assert command in problem["allowed_actions"]
    assert "undo" not in problem["allowed_actions"]


@behaviour("B14")
@pytest.mark.parametrize("scope", ["account", "sender", "channel"])
def test_a_kill_switch_interrupts(office: Offices, site: Site, scope: str) -> None:
    """With its reason; nothing starts meanwhile, and lifting it resumes nothing by itself."""
    there = office()
    anna, subject = there.person(), f"switched off by {scope}"
    mailing = launched(there, anna, subject, count=60, options={"rate": 20})
    waiting = launched(there, anna, "waits", {"kind": "later"})
    anna.reached(mailing, 2)
    value = {"sender": "news@example.org", "channel": "email"}.get(scope, "")
    switch = anna.ask(
        "POST", "/switches", 201, json={"scope": scope, "value": value, "reason": "A wrong list."}
    )
    assert switch["interrupted"] == [mailing]
    seen = anna.see(mailing)
    assert (seen["state"], seen["reason"]["code"]) == ("interrupted", "kill_switch")
    assert "A wrong list." in seen["reason"]["text"]
    assert anna.refused(waiting, "send-now", confirm=True) == ["kill_switch"]
    assert "kill_switch" in anna.refused(mailing, "resume", reason="go on", confirm=True)
    eventually(lambda: not anna.see(mailing)["progress"]["in_flight"])
    reached = anna.see(mailing)["progress"]["accepted"]
    assert sum(site.post.arrived(subject).values()) == reached < 60

    anna.ask("POST", f"/switches/{switch['id']}/lift", json={"reason": "The list is right."})
    assert anna.state(mailing) == "interrupted"
    assert anna.refused(mailing, "resume", confirm=True) == ["note_required"]
    anna.give(mailing, "resume", reason="The list is right.", confirm=True)
    anna.give(mailing, "pause")
    anna.give(mailing, "cancel", reason="end of the test")


@behaviour("B14")
@pytest.mark.parametrize("scope", ["domain", "transport"])
def test_a_kill_switch_withholds(office: Offices, site: Site, scope: str) -> None:
    """The recipients of a domain, or of a transport: they are kept, the others go, and they follow when it is lifted."""
    there = office()
    anna, subject = there.person(), f"withheld by {scope}"
    elsewhere = tuple(f"reader{n}@elsewhere.{there.domain}" for n in range(1, 6))
    value = f"elsewhere.{there.domain}" if scope == "domain" else str(there.transport)
    switch = anna.ask(
        "POST", "/switches", 201, json={"scope": scope, "value": value, "reason": "They asked us to stop."}
    )
    mailing = anna.write(there.list(*there.readers(5), *elsewhere), subject)
    anna.submit(mailing)
    anna.give(mailing, "approve")
    if scope == "domain":
        anna.reached(mailing, 5)
        assert set(site.post.arrived(subject)) == set(there.readers(5))
    else:
        anna.becomes(mailing, "sending")
        assert not site.post.arrived(subject)
    # All may have been claimed before those withheld are given back: it is finishing then, and they are still to go.
    assert anna.see(mailing)["state"] in ("sending", "finishing")
    anna.ask("POST", f"/switches/{switch['id']}/lift", json={"reason": "They take it again."})
    anna.becomes(mailing, "sent")
    assert site.post.arrived(subject) == dict.fromkeys((*there.readers(5), *elsewhere), 1)


@behaviour("B6")
def test_an_audience_that_has_drifted_is_asked_about(office: Offices, site: Site) -> None:
    there = office(edit_lock_minutes=0)
    anna = there.person()
    listed = there.list(*there.readers(10))
    mailing = anna.write(listed, "drifted")
    anna.submit(mailing, {"kind": "later"})
    anna.give(mailing, "approve")
    eventually(lambda: anna.see(mailing)["approved_size"] == 10)
    there.join(listed, *there.readers(15)[10:])
    anna.give(mailing, "send-now", confirm=True)
    seen = anna.becomes(mailing, "interrupted")
    assert seen["reason"]["code"] == "audience_drift"
    assert "10" in seen["reason"]["text"]
    assert "15" in seen["reason"]["text"]
    assert not site.post.arrived("drifted")
    anna.give(mailing, "resume", reason="Five joined at the fair.", confirm=True)
    anna.becomes(mailing, "sent")
    assert site.post.arrived("drifted") == dict.fromkeys(there.readers(15), 1)


@behaviour("B17")
def test_the_journal_says_who_did_what_when_and_why(office: Offices, site: Site) -> None:
    """Each line is linked to the one before; a changed one is found by `penstock doctor`."""
    there = office()
    author, approver, operator = (there.person(role) for role in ("author", "approver", "operator"))
    before = soon(0)
    mailing = author.write(there.list(*there.readers(2)), "told in the journal")
    author.submit(mailing, {"kind": "later"})
    approver.give(mailing, "approve", digest=approver.see(mailing)["digest"])
    operator.give(mailing, "cancel", reason="Nobody wants it.")
    lines = author.journal(mailing)
    assert [(line["command"], line["actor"], line["to_state"], line["reason"]) for line in lines] == [
        ("create", author.shown, "draft", None),
        ("submit", author.shown, "in_review", None),
        ("approve", approver.shown, "parked", None),
        ("cancel", operator.shown, "cancelled", "Nobody wants it."),
    ]
    times = [datetime.fromisoformat(line["at"]) for line in lines]
    assert times == sorted(times)
    assert datetime.fromisoformat(before + "+00:00") <= times[0]
    assert [line["place"] for line in lines] == [1, 2, 3, 4]
    assert {line["door"] for line in lines} == {"api"}

    site.conn.execute(
        "update mailing_entry set reason = 'They said so.' where mailing_id = %s and place = 4", (mailing,)
    )
    told = site.penstock("doctor", status=None)
    assert told.returncode != 0
    assert f"mailing {mailing}" in told.stdout + told.stderr
    site.conn.execute(
        "update mailing_entry set reason = 'Nobody wants it.' where mailing_id = %s and place = 4", (mailing,)
    )
    assert f"mailing {mailing}" not in (again := site.penstock("doctor", status=None)).stdout + again.stderr


@behaviour("S1.13")
def test_people_are_told_at_once(office: Offices, site: Site) -> None:
    """The approvers of what is to be approved, the author of what was rejected; the sequence delays no notice."""
    there = office()
    author, approver, admin = (
        there.person("author"),
        there.person("approver"),
        there.person("administrator", name="root"),
    )
    admin.ask(
        "PUT",
        "/notices/settings",
        json={"notice_transport": there.transport, "notice_from": "penstock@example.org"},
    )
    head = launched(
        there,
        there.person(),
        "keeps the sequence busy",
        {"kind": "sequence"},
        count=300,
        options={"rate": 20},
    )
    there.person().becomes(head, "sending")
    mailing = author.write(there.list(*there.readers(2)), "please look")
    author.submit(mailing)

    def told(person: Person, words: str) -> str:
        """The letter to this person whose subject has these words."""
        letters = [
            message_from_bytes(raw, policy=policy.default) for raw in site.post.letters(person.address)
        ]
        found = [letter for letter in letters if words in letter["Subject"]]
        return str(found[0].get_body(("plain",)).get_content()) if found else ""  # type: ignore[union-attr]

    eventually(lambda: told(approver, "“please look” waits for approval"))
    approver.give(mailing, "reject", reason="The picture is missing.")
    text = eventually(lambda: told(author, "“please look” was rejected"))
    assert text
    assert "The picture is missing." in text
    listed = [
        notice for notice in author.pages("/notices", mailing=mailing) if notice["kind"] == "mailing.rejected"
    ]
    assert len(listed) == 1
    assert "The picture is missing." in listed[0]["text"]
    assert there.person().state(head) == "sending"
    there.person().give(head, "cancel", reason="end of the test")


NEXT = {
    "draft": "submit",
    "in_review": "approve",
    "parked": "send-now",
    "paused": "resume",
    "rejected": "revise",
}
"""What `penstock mailing show` offers next in these states."""


@behaviour("B10")
def test_every_state_says_why_who_and_what_next(office: Offices, site: Site) -> None:
    there = office(undo_seconds=600)  # longer than a busy machine takes until it looks
    anna = there.person()
    draft = anna.write(there.list(*there.readers(2)), "states")
    review = anna.write(there.list(*there.readers(2)), "review")
    anna.submit(review)
    made = {"draft": draft, "in_review": review}
    for state, plan in (
        ("parked", {"kind": "later"}),
        ("scheduled", {"kind": "at", "at": "2099-01-01T09:00"}),
        ("starting", {"kind": "now"}),
    ):
        made[state] = launched(there, anna, state, plan)
    for state, command in (("paused", "pause"), ("cancelled", "cancel")):
        made[state] = launched(there, anna, state, {"kind": "later"})
        anna.give(made[state], command, reason="because")
    rejected = anna.write(there.list(*there.readers(2)), "rejected")
    anna.submit(rejected)
    anna.give(rejected, "reject", reason="because")
    made["rejected"] = rejected
    for state, mailing in made.items():
        seen = anna.see(mailing)
        assert seen["state"] == state
        assert seen["allowed_actions"]
        last = anna.journal(mailing)[-1]
        assert (last["actor"], last["to_state"]) == (anna.shown, state)
        if state in ("paused", "cancelled", "rejected"):
            assert (seen["reason"]["text"], seen["reason"]["who"]) == ("because", anna.shown)
        shown = site.penstock("mailing", "show", str(mailing)).stdout
        assert MEANING[State(state)] in shown
        assert f"penstock mailing {NEXT.get(state, '')}" in shown
    anna.give(made["starting"], "undo")
