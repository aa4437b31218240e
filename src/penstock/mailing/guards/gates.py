"""Guards of writing and of the gates: what is whole, who approves what, what may still be edited. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.account.policy import PolicyError, effective
from penstock.mailing import plan as plans
from penstock.mailing import step
from penstock.mailing.guards.known import WHOLE, Arguments, Facts, Refusal, is_whole, said
from penstock.mailing.plan import PlanError

EDITABLE = ("name", "message_id", "audience", "transport_id", "options", "plan")
"""What `edit` may change: columns of a mailing."""

GROUNDS = ("technical", "conduct")
"""What the platform may refuse a mailing for."""

NO_CAMPAIGN: Final = "Its links are to carry utm_campaign, and its name has no letters or digits to make one of. Set the option utm_campaign."


def changes_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What is to be changed can be changed, and to that."""
    changes = arguments.get("changes")
    if not isinstance(changes, Mapping) or not changes:
        return Refusal("nothing_to_change", f"Say what to change: one or more of {', '.join(EDITABLE)}.")
    wrong = [words for name, value in changes.items() if (words := _wrong(facts, str(name), value))]
    return Refusal("change_invalid", "; ".join(wrong) + ".") if wrong else None


def _wrong(facts: Facts, name: str, value: Any) -> str | None:
    if name not in EDITABLE:
        return f"{name} cannot be changed; {', '.join(EDITABLE)} can"
    if name == "name":
        usable = isinstance(value, str) and value.strip() and "\0" not in value
        return None if usable else f"name is {value!r}; it must be a text that is not empty"
    if name in ("message_id", "transport_id"):
        return None if is_whole(value) else f"{name} is {value!r}; it must be the number of one"
    if name == "audience":
        return _wrong_audience(value) or _wrong_step(facts, value)
    try:
        if name == "options":
            effective({}, value)
        elif value is not None:
            plans.read(value, zone=facts.zone, now=facts.now, past_start=facts.policy.past_start)
    except (PolicyError, PlanError, AttributeError) as error:
        return f"{name} is not possible: {str(error).rstrip('.')}"
    return None


def _wrong_audience(rule: Any) -> str | None:
    keys = ("list", "segment", "not_segment", "reached_by", "not_reached_by")
    known = isinstance(rule, Mapping) and not rule.keys() - {*keys, *step.KEYS}
    whom = rule.keys() & {"list", "segment"} if known else ()
    if not (whom or (known and "step" in rule)) or not all(is_whole(rule[key]) for key in whom):
        return f'audience is {rule!r}; it must be a rule like {{"list": 3}}, or with a segment, and {", ".join(keys[2:])} if wanted'
    if text := step.wrong(rule):
        return text
    for key in keys[2:]:
        numbers = rule.get(key, [])
        if not isinstance(numbers, list) or not all(map(is_whole, numbers)):
            return f"{key} of the audience is {numbers!r}; it must be a list of numbers (1 to {WHOLE})"
    return None


def _wrong_step(facts: Facts, rule: Mapping[str, Any]) -> str | None:
    """A step keeps the mailing that it follows, and what is none does not become one: chains have no circles."""
    if step.earlier(rule) == facts.follows:
        return None
    if facts.follows is None:
        return "step of the audience cannot be given to a mailing; add a step to the chain of the other one"
    return f"step of the audience stays {facts.follows}, the mailing that it follows"


_CARRIED: Final = {"email": "e-mail", "sms": "SMS"}


def complete(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A mailing is submitted whole: message, audience and a transport for it exist, and what its conversions are counted by, if they are."""
    if facts.missing:
        return Refusal(
            "incomplete",
            f"The mailing has no {', no '.join(facts.missing)}. Complete it, then submit it again.",
        )
    if facts.transport_channel not in (None, facts.channel):
        return Refusal(
            "wrong_transport",
            f"Its transport carries {_CARRIED[facts.transport_channel or '']}, and the mailing goes by {_CARRIED[facts.channel]}."
            " Choose another transport.",
        )
    if facts.campaign == "":
        return Refusal("incomplete", NO_CAMPAIGN)
    return None


def no_blockers(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its content can be sent."""
    if facts.blockers:
        return Refusal("blocked", "The message cannot be sent as it is: " + "; ".join(facts.blockers) + ".")
    return None


def notice_confirmed(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Whoever takes a plan back knows that the approval goes with it."""
    if arguments.get("confirm") is True:
        return None
    return Refusal(
        "confirmation_required",
        'The mailing becomes a draft again and its approval is void: give "confirm": true to go on.',
    )


def not_approved_by_same(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Each approval is another person's; where fewer are asked for by now, one of them may say so."""
    identity = arguments.get("identity")
    if identity in facts.approvers and len(facts.approvers) < facts.policy.approvals_required:
        return Refusal(
            "approved_already",
            f"{identity} has approved this mailing already; {facts.policy.approvals_required} different people have to.",
        )
    return None


def four_eyes(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Where four eyes are asked for, nobody approves what they wrote or submitted."""
    if facts.policy.four_eyes == "on" and arguments.get("identity") in facts.authors:
        return Refusal(
            "four_eyes", "You wrote or submitted this mailing: somebody else has to approve it (four_eyes)."
        )
    return None


def digest_seen(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What is approved is what was seen."""
    if (seen := arguments.get("digest")) is not None and seen != facts.digest:
        return Refusal(
            "digest_changed", "The mailing is not the one that you looked at any more. Look at it again."
        )
    return None


def not_late(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The launch time has not passed while the gate was shut, unless the account sends on approval then."""
    if facts.due_at and facts.due_at <= facts.now and facts.policy.late_gate != "send_on_approval":
        return Refusal(
            "late_gate",
            f"Its launch time, {facts.due_at:%Y-%m-%d %H:%M} UTC, passed while it waited. Change the plan first (edit_plan).",
        )
    return None


def is_late(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The launch time has passed at a gate, and that is news."""
    if facts.due_at is None or facts.due_at > facts.now or facts.policy.late_gate == "send_on_approval":
        return Refusal("not_late", "Its launch time has not passed.")
    if facts.policy.late_gate == "hold" and facts.reason_code == "held:late_gate":
        return Refusal("already_held", "It is held already.")
    return None


def reason_given(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A command that ends something, or goes on after a fault, says why."""
    if not said(arguments, "reason"):
        return Refusal("reason_required", "Say why: give a reason.")
    return None


def ground_given(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A refusal by the platform names its ground."""
    if arguments.get("ground") not in GROUNDS:
        return Refusal("ground_required", "Name the ground: technical, or conduct (the code of conduct).")
    return None


def never_started(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Nobody can have got it."""
    if facts.started:
        return Refusal(
            "started", "It has started before, so it cannot be edited. Use fix_rest: a corrected copy for those not reached."
        )  # fmt: skip
    return None
