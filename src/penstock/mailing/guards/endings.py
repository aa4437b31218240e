"""Guards of going on and of ending: what is left, what may still leave, what is over. Pure."""

from penstock.mailing.guards.known import (
    HELD_BY_CANARY,
    HELD_BY_SWITCH,
    LOCKING,
    Arguments,
    Facts,
    Refusal,
    is_whole,
    said,
)
from penstock.mailing.states import State


def acknowledged(facts: Facts, arguments: Arguments) -> Refusal | None:
    """After an interruption somebody has looked: a note goes to the journal."""
    if facts.state is State.INTERRUPTED and not said(arguments, "reason"):
        return Refusal(
            "note_required",
            f"The mailing was interrupted ({facts.reason_code}). Mend the cause, then resume with a note that says what was done.",
        )
    return None


def unlocked(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What too many bounces or complaints stopped was unlocked by somebody with the right to."""
    if _is_locked(facts):
        return Refusal(
            "locked",
            f"It was interrupted for too many {facts.reason_code} and is locked: an administrator or the platform unlocks it"
            " with a note (unlock), then it can be resumed.",
        )
    return None


def locked(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Too many bounces or complaints stopped it, and nobody has unlocked it yet."""
    if not _is_locked(facts):
        code = "unlocked_already" if facts.unlocked else "not_locked"
        return Refusal(code, "It is unlocked already." if facts.unlocked else "It is not locked: resume it.")
    return None


def _is_locked(facts: Facts) -> bool:
    return facts.state is State.INTERRUPTED and facts.reason_code in LOCKING and not facts.unlocked


def end_not_past(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its end date is to come, or a later one is given, or something has begun that may be completed."""
    if facts.ends_at is None or facts.ends_at > facts.now or arguments.get("ends_at") is not None:
        return None  # whether the given one is possible is said by the guard of the plan
    if _begun(facts):
        return None
    return Refusal("end_date_past", "Its end date has passed. Give a later one (ends_at).")


def _begun(facts: Facts) -> bool:
    """Something has begun that is completed: a package, and the whole of its batch. Whom a kill switch keeps back has not."""
    begun = facts.begun_left + facts.batch_left - facts.due_withheld
    return facts.frozen and begun + facts.in_flight + facts.due_deferred + facts.retrying > 0


def end_date_past(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Its end date has passed, and something is left that does not go any more."""
    if facts.ends_at is None or facts.ends_at > facts.now:
        return Refusal("end_date_to_come", "Its end date has not passed.")
    if facts.state is State.SENDING and not facts.unbegun_packages + facts.due_withheld:
        return Refusal("nothing_to_expire", "Every package has begun.")
    if facts.state in (State.PAUSED, State.INTERRUPTED) and _begun(facts):
        return Refusal("begun", "What has begun is completed when it is resumed.")
    return None


def not_held_back_yet(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Nobody has said so yet that a kill switch keeps recipients of it back."""
    if facts.reason_code == HELD_BY_SWITCH:
        return Refusal("already_held", "It says already that recipients are held back.")
    return None


def not_said_yet(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Nobody has said so yet that its canary is awaited, and nothing else is said."""
    if facts.reason_code in (HELD_BY_CANARY, HELD_BY_SWITCH):
        return Refusal("already_held", "It says already why recipients are held back.")
    return None


def held_back(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It says that a kill switch keeps recipients of it back, and that is over."""
    if facts.reason_code != HELD_BY_SWITCH:
        return Refusal("not_held", "It does not say that recipients are held back.")
    return None


def prepared_possible(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What happens to prepared messages is something the account leaves to choose."""
    wanted, fixed = arguments.get("prepared"), facts.policy.prepared_on_cancel
    if wanted not in (None, "drop", "deliver"):
        return Refusal("prepared_unknown", f"prepared is {wanted!r}; it may be drop or deliver.")
    if fixed != "ask" and wanted not in (None, fixed):
        return Refusal("prepared_fixed", f"This account always chooses {fixed} for prepared messages.")
    if (
        wanted == "drop"
        and facts.policy.package_interruptible == "off"
        and facts.state is not State.CANCELLING
    ):
        return Refusal(
            "prepared_fixed", "This account finishes packages that have begun (package_interruptible is off)."
        )
    return None


def audience_not_empty(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There is somebody to send to; a step of a chain waits for them."""
    if facts.sendable == 0 and facts.follows is None:
        return Refusal(
            "empty_audience",
            "Nobody is left to send to: the audience is empty, or everybody in it is skipped.",
        )
    return None


def audience_as_approved(facts: Facts, arguments: Arguments) -> Refusal | None:
    """The audience has not drifted from the submitted size beyond the bound; resuming accepts the new size."""
    before, now, bound = facts.approved_size, facts.sendable + facts.capped, facts.policy.drift_bound
    if facts.follows is not None or before is None or abs(now - before) * 100 <= bound * before:
        return None
    drift = f"{abs(now - before) / before * 100:.1f} %, more than {bound} %" if before else "all of them new"
    return Refusal(
        "audience_drift", f"The audience was {before:,} when it was submitted and is {now:,} now: {drift}."
    )


def behind(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It was resumed, and its ledger has to catch up with its audience and its plan."""
    if not facts.catching_up:
        return Refusal("up_to_date", "Its ledger is up to date.")
    return None


def all_handed_off(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Everybody has been tried once, and nobody is to be added after a pause."""
    if facts.catching_up:
        return Refusal("catching_up", "It was resumed, and its ledger is being brought up to date.")
    left = facts.unbegun + facts.due_returned
    if left:
        return Refusal("not_handed_off", f"{left} recipients have not been handed off yet.")
    return None


def all_settled(facts: Facts, arguments: Arguments) -> Refusal | None:
    """No further attempt will follow for anybody, no receipt is awaited any more, and nobody is to be added after a pause."""
    if facts.catching_up:
        return Refusal("catching_up", "It was resumed, and its ledger is being brought up to date.")
    left = facts.unbegun + facts.due_returned + facts.retrying + facts.due_deferred + facts.in_flight
    if left:
        return Refusal("not_settled", f"{left} recipients are not settled yet.")
    if facts.awaiting:
        return Refusal("awaiting_receipts", f"{facts.awaiting} messages await their receipts.")
    return None


def nothing_leaving(facts: Facts, arguments: Arguments) -> Refusal | None:
    """Every message that was on the wire has its answer, and nothing is left that may still go."""
    if left := facts.in_flight + facts.unbegun + facts.retrying + facts.due_returned:
        return Refusal("in_flight", f"{left} messages are still leaving.")
    return None


def something_ended(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There are recipients that were not reached because the mailing ended, or it never began."""
    if facts.frozen and not facts.ended:
        return Refusal("nothing_left", "Everybody was reached or is settled: nothing is left to send.")
    return None


def not_corrected(facts: Facts, arguments: Arguments) -> Refusal | None:
    """No correction of it exists: those not reached would get both, or two corrections."""
    if facts.corrected_by:
        names = " and ".join(f"mailing {number}" for number in facts.corrected_by)
        return Refusal(
            "corrected",
            f"Those not reached are to get its correction, {names}: send that, or correct that; a draft can be deleted.",
        )
    return None


def something_in_doubt(facts: Facts, arguments: Arguments) -> Refusal | None:
    """There are messages in doubt."""
    if not facts.in_doubt:
        return Refusal("nothing_in_doubt", "No message of this mailing is in doubt.")
    return None


def which_named(facts: Facts, arguments: Arguments) -> Refusal | None:
    """What is to be released is named."""
    which = arguments.get("which")
    if which == "all" or (isinstance(which, list) and which and all(map(is_whole, which))):
        return None
    return Refusal("which_required", 'Say which: "all", or a list of ledger numbers (seq).')


def no_statistics(facts: Facts, arguments: Arguments) -> Refusal | None:
    """A mailing that somebody may have got is never deleted."""
    if facts.started or facts.frozen:
        return Refusal("has_statistics", "It has statistics, so it cannot be deleted. Archive it.")
    return None


def not_archived(facts: Facts, arguments: Arguments) -> Refusal | None:
    """It is still in the lists."""
    return Refusal("archived_already", "It is archived already.") if facts.archived else None
