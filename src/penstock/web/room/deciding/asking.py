"""What each command asks before it is given: the one table of its form. A test holds it and the lifecycle's table together."""

from collections.abc import Callable
from dataclasses import dataclass

from penstock.mailing.guards import Facts
from penstock.mailing.states import State


@dataclass(frozen=True, slots=True)
class Asked:
    """The form of a command.

    `parts`: what it asks, in order; each has its template (`deciding/asks/<part>.html`), its reading (`reading.READERS`).
    `regardless`: given whatever happened to the mailing since it was looked at.
    """

    parts: tuple[str, ...] = ()
    regardless: bool = False


ASKED: dict[str, Asked] = {
    "submit": Asked(("plan", "confirm")),
    "approve": Asked(("digest", "without_analysis", "note")),
    "validate": Asked(("digest", "note")),
    "reject": Asked(("ground", "reason")),
    "edit_plan": Asked(("plan", "confirm")),
    "withdraw": Asked(),
    "revise": Asked(),
    "send_now": Asked(("confirm",)),
    "schedule": Asked(("time", "confirm")),
    "enqueue": Asked(("confirm",)),
    "move": Asked(("position",)),
    "park": Asked(),
    "undo": Asked(),
    "unschedule": Asked(("notice",)),
    "pause": Asked(regardless=True),
    "resume": Asked(("cause", "later", "new_end", "confirm")),
    "unlock": Asked(("unlocking",)),
    "cancel": Asked(("reason", "prepared")),
    "send_rest": Asked(("plan", "confirm")),
    "release_doubt": Asked(("which", "reason")),
    "copy": Asked(regardless=True),
    "fix_rest": Asked(("note", "prepared")),
    "delete": Asked(("steps",)),
    "archive": Asked(),
}

FIELD_OF: dict[str, str] = {
    "reason_required": "reason",
    "note_required": "reason",
    "ground_required": "ground",
    "confirmation_required": "confirm",
    "which_required": "which",
    "not_in_doubt": "which",
    "time_required": "at",
    "past_start": "at",
    "time_invalid": "at",
    "time_does_not_exist": "at",
    "time_ambiguous": "fold",
    "unknown_zone": "zone",
    "unknown_plan": "kind",
    "end_before_start": "ends_at",
    "batches_invalid": "batches",
    "too_many_batches": "batches",
    "delay_invalid": "delay",
    "steps_required": "steps",
    "end_date_past": "ends_at",
    "position_invalid": "position",
    "queue_changed": "position",
    "prepared_fixed": "prepared",
    "prepared_unknown": "prepared",
    "analysis_running": "without_analysis",
}
"""The field that answers a refusal: what is asked is no obstacle yet when the form is opened."""


def answerable(name: str, code: str) -> bool:
    """Whether a refusal of the command with this code is what its form asks for."""
    field = FIELD_OF.get(code)
    return field is not None and bool(FIELDS_OF.get(field, frozenset((field,))) & set(ASKED[name].parts))


FIELDS_OF: dict[str, frozenset[str]] = {
    "reason": frozenset({"reason", "cause", "unlocking"}),
    "confirm": frozenset({"confirm", "notice"}),
    "at": frozenset({"time", "plan", "later"}),
    "fold": frozenset({"time", "plan", "later"}),
    "zone": frozenset({"time", "plan", "later"}),
    "kind": frozenset({"plan"}),
    "ends_at": frozenset({"new_end", "plan", "time"}),
    "batches": frozenset({"plan", "time"}),
    "delay": frozenset({"plan", "time"}),
}
"""The parts of a form in which a field stands, where it is not named as its part."""


WHEN: dict[str, Callable[[Facts], bool]] = {
    "ground": lambda facts: facts.state is State.IN_MODERATION,
    "without_analysis": lambda facts: facts.analysis not in (None, "done"),
    "cause": lambda facts: facts.state is State.INTERRUPTED,
    "confirm": lambda facts: facts.policy.confirm_send != "off",
    "new_end": lambda facts: facts.ends_at is not None,
    "digest": lambda facts: facts.digest is not None,
    "steps": lambda facts: facts.later_steps > 0,
    "later": lambda facts: facts.follows is None,
    "prepared": lambda facts: leaves_choice(facts) and facts.begun_left > 0,
}
"""Parts that are asked only of some mailings."""


OF_STEP: dict[str, str] = {"plan": "delay_or_later", "time": "delay"}
"""What stands in the form of a step of a chain in place of a part; what is filled in there is read as that part is."""


def leaves_choice(facts: Facts) -> bool:
    """Whether the account leaves it to the one who cancels what becomes of prepared messages."""
    policy = facts.policy
    fixed = policy.prepared_on_cancel != "ask" or policy.package_interruptible == "off"
    return facts.state is not State.CANCELLING and not fixed


def parts(name: str, facts: Facts) -> list[str]:
    """Return what the command asks of this mailing; of a step of a chain the delay, where it asks others when they go out."""
    asked = [part for part in ASKED[name].parts if part not in WHEN or WHEN[part](facts)]
    return [OF_STEP.get(part, part) if facts.follows is not None else part for part in asked]
