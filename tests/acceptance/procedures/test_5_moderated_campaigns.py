"""The fifth source's procedures: campaigns that the platform moderates."""

from collections.abc import Callable

import pytest

from tests.acceptance.procedures.office import Office, late, soon
from tests.acceptance.procedures.site import Site

behaviour = pytest.mark.behaviour
Offices = Callable[..., Office]


@behaviour("S5.2", "S5.3", "S5.5", "S5.7", "S5.8", "S5.12", "S5.13")
def test_withdrawn_edited_submitted_refused_revised_and_sent(office: Offices, site: Site) -> None:
    """ "Unless your account includes automatic validation, the campaign will be moderated. You can submit one version at a
    time. … you can click on Cancel sending to be able to edit it. … the refusal is related either to a technical problem, or
    to a breach of the Code of Conduct. Please edit your campaign and submit a new version."
    """
    there = office(approvals_required=0, moderation="manual")
    anna, desk = there.person(), there.platform()
    campaign = anna.write(there.list(*there.readers(3)), "first version")
    assert anna.submit(campaign)["state"] == "in_moderation"
    assert campaign in [
        row["id"] for row in desk.pages("/mailings", state="in_moderation", account=there.account)
    ]
    assert anna.refused(campaign, "submit", plan={"kind": "now"}, confirm=True) == ["wrong_state"]
    assert anna.refused(campaign, "edit", name="second version") == ["wrong_state"]
    for person in (anna, there.person("operator")):
        person.forbidden(campaign, "validate")

    assert anna.give(campaign, "withdraw")["state"] == "draft"
    assert desk.refused(campaign, "validate") == ["wrong_state"]
    anna.ask("PATCH", f"/mailings/{campaign}", json={"message": {"subject": "second version"}})
    assert anna.submit(campaign)["state"] == "in_moderation"

    assert desk.refused(campaign, "reject", ground="conduct") == ["reason_required"]
    assert desk.refused(campaign, "reject", reason="No sender named.") == ["ground_required"]
    desk.give(campaign, "reject", reason="No sender named.", ground="conduct")
    told = anna.see(campaign)
    assert (told["state"], told["reason"]["text"]) == ("rejected", "No sender named.")
    assert next(e for e in anna.journal(campaign) if e["command"] == "reject")["data"]["ground"] == "conduct"
    assert anna.refused(campaign, "submit", plan={"kind": "now"}, confirm=True) == ["wrong_state"]

    assert anna.give(campaign, "revise")["state"] == "draft"
    anna.ask("PATCH", f"/mailings/{campaign}", json={"message": {"subject": "third version"}})
    assert anna.submit(campaign)["state"] == "in_moderation"
    assert not site.post.arrived("third version")
    assert desk.give(campaign, "validate", digest=desk.see(campaign)["digest"])["state"] == "starting"
    sent = anna.becomes(campaign, "sent")
    assert sent["revision"] == 2
    assert sent["progress"]["handed_off_percent"] == 100
    assert site.post.arrived("third version") == dict.fromkeys(there.readers(3), 1)
    assert not site.post.arrived("first version") + site.post.arrived("second version")


@behaviour("S5.3", "S5.4", "S1.1")
@pytest.mark.parametrize("moderation", ["automatic", "manual"])
def test_validation_is_a_setting_of_the_account(office: Offices, site: Site, moderation: str) -> None:
    """Approved by the account's own people first, then by the platform, unless it is automatic."""
    there = office(moderation=moderation)
    anna, subject = there.person(), f"validated {moderation}"
    assert anna.ask("PATCH", "/policies", 403, json={"moderation": "automatic"})["code"] == "forbidden"
    campaign = anna.write(there.list(*there.readers(2)), subject)
    assert anna.submit(campaign)["state"] == "in_review"
    answer = anna.give(campaign, "approve")
    if moderation == "manual":
        assert answer["state"] == "in_moderation"
        assert anna.refused(campaign, "send-now", confirm=True) == ["wrong_state"]
        there.platform().give(campaign, "validate")
    else:
        assert answer["state"] == "starting"
    anna.becomes(campaign, "sent")
    assert site.post.arrived(subject) == dict.fromkeys(there.readers(2), 1)


@behaviour("S5.2", "S5.15")
def test_scheduled_in_a_zone_of_reference(office: Offices, site: Site) -> None:
    """ "You can also select a time zone for reference … your campaign will be sent on the selected day and time." """
    there = office(approvals_required=0, moderation="manual", edit_lock_minutes=0)
    anna = there.person()
    at = soon(1.5, "Pacific/Auckland")
    campaign = anna.write(there.list(*there.readers(2)), "by the clock of Auckland")
    anna.submit(campaign, {"kind": "at", "at": at, "zone": "Pacific/Auckland"})
    assert there.platform().give(campaign, "validate")["state"] == "scheduled"
    seen = anna.see(campaign)
    assert -2 < late(soon(0) + "+00:00", seen["due_at"]) < 2
    anna.becomes(campaign, "sent")


@behaviour("S5.19")
def test_sending_is_always_confirmed(office: Offices) -> None:
    """ "Whether it is an immediate or scheduled sending, Mailify will always ask you to confirm the sending." """
    plans = ({"kind": "now"}, {"kind": "sequence"}, {"kind": "at", "at": "2099-01-01T09:00"})
    for policy, wrong, right in (
        ("click", (None, False, 5), True),
        ("type_count", (None, True, 4), 3),
        ("off", (), None),
    ):
        there = office(confirm_send=policy)
        anna = there.person()
        campaign = anna.write(there.list(*there.readers(3)), f"confirmed by {policy}")
        for plan in plans:
            for given in wrong:
                assert anna.refused(campaign, "submit", plan=plan, confirm=given) == ["confirmation_required"]
        anna.give(campaign, "submit", plan={"kind": "later"})  # nothing is sent by deciding later
        anna.give(campaign, "approve")
        for command, arguments in (
            ("send-now", {}),
            ("schedule", {"at": "2099-01-01T09:00"}),
            ("enqueue", {}),
        ):
            for given in wrong:
                assert anna.refused(campaign, command, confirm=given, **arguments) == [
                    "confirmation_required"
                ]
        anna.give(campaign, "schedule", at="2099-01-01T09:00", confirm=right)
        anna.give(campaign, "cancel", reason="end of the test")
