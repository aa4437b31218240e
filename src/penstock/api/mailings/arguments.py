"""What each command takes. A test holds this list and the lifecycle's table together."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from penstock.api.mailings.given import Batches, Count, Fold, Interval, Local, Plan, Time, Zone
from penstock.api.shapes import Body, Number

Digest = Annotated[
    str,
    Field(
        max_length=64, description="What was looked at: `digest` of the mailing then. Without it, unreviewed."
    ),
]


class Command(Body):
    """What every command takes."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}

    dry_run: Annotated[bool, Field(description="Only say what it would do.")] = False
    reason: Annotated[str, Field(max_length=2000, description="Shown, and kept in the journal.")] | None = (
        None
    )
    confirm: Annotated[
        bool | Count | None,
        Field(
            description="Where the account asks for it (`confirm_send`): true, or the number of recipients."
        ),
    ] = None

    @classmethod
    def needs_body(cls) -> bool:
        """Whether it cannot be given without one."""
        return any(field.is_required() for field in cls.model_fields.values())


class Submit(Command):
    """Submit a draft: what it says is frozen as a revision and goes to the gates, then where its plan leads."""

    EXAMPLE = {"plan": {"kind": "now"}, "confirm": True}
    plan: Plan | None = None


class Approve(Command):
    """Approve what is in review. Its plan does the rest once every gate is passed."""

    EXAMPLE = {"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
    digest: Digest | None = None
    without_analysis: Annotated[
        bool,
        Field(
            description="Approve it although its recipients were not all analysed. The journal says so; blockers forbid it all the same."
        ),
    ] = False


class Validate(Command):
    """Let a mailing in moderation pass, as the platform."""

    EXAMPLE = Approve.EXAMPLE
    digest: Digest | None = None


class Timed(Command):
    """What takes a time: `at` keeps the end date, the batches and the local time that it has, as far as none are given."""

    at: Time | None = None
    zone: Zone | None = None
    fold: Fold | None = None
    ends_at: Time | None = None
    local: Local | None = None
    batches: Batches | None = None
    interval: Interval | None = None


class EditPlan(Timed):
    """Change when it goes out while it waits at a gate; approvals stay."""

    EXAMPLE = {"at": "2030-12-01T09:00", "zone": "Europe/Paris"}
    plan: Plan | None = None


class Reject(Command):
    """Do not let it pass, with a reason; the platform also names its ground."""

    EXAMPLE = {"reason": "The price in the second paragraph is last year's."}
    ground: Literal["technical", "conduct"] | None = None


class Withdraw(Command):
    """Take it back from the gates for editing."""


class Revise(Command):
    """Make a rejected mailing a draft again, as the next revision."""


class SendNow(Command):
    """Start it at once, beside whatever else is going out."""

    EXAMPLE = {"confirm": True}


class Schedule(Timed):
    """Give it a time to come."""

    EXAMPLE = {
        "at": "2030-12-01T09:00", "zone": "Europe/Paris", "batches": {"size": 5000}, "interval": "1h", "confirm": True
    }  # fmt: skip
    plan: Plan | None = None


class Enqueue(Command):
    """Put it at the end of the sequence."""

    EXAMPLE = {"confirm": True}


class Move(Command):
    """Move it within the sequence; the first position is 1."""

    EXAMPLE = {"position": 1, "queue_version": 4}
    position: Number
    queue_version: (
        Annotated[Count, Field(description="`version` of the queue that was looked at.")] | None
    ) = None


class Park(Command):
    """Take its plan away: it waits until somebody decides."""


class Undo(Command):
    """Take back a start while its undo window is open."""


class Unschedule(Command):
    """Make it a draft again; its approval is void, which has to be confirmed."""

    EXAMPLE = {"confirm": True}


class Pause(Command):
    """Stop it now. `leaving` says how many messages were on the wire at that moment."""


class Resume(Command):
    """Go on where it stopped, now or at another time. After an interruption `reason` says what was done about the cause."""

    EXAMPLE = {"reason": "The server's certificate was renewed."}
    at: Time | None = None
    zone: Zone | None = None
    fold: Fold | None = None
    ends_at: Time | None = None


class Unlock(Command):
    """Unlock a mailing that was interrupted for bounces or complaints: `reason` is the note. Then it can be resumed."""

    EXAMPLE = {"reason": "The list was cleaned."}


class Cancel(Command):
    """End it for good, with a reason; `prepared` says what becomes of packages already begun."""

    EXAMPLE = {"reason": "The date in the subject is wrong.", "prepared": "drop"}
    prepared: Literal["drop", "deliver"] | None = None


class SendRest(Command):
    """Send a cancelled or expired mailing to those whom it did not reach."""

    EXAMPLE = {"plan": {"kind": "now"}, "confirm": True}
    plan: Plan | None = None
    ends_at: Time | None = None


class ReleaseDoubt(Command):
    """Send once more to recipients in doubt: all, or those of these ledger numbers. They may get it twice."""

    EXAMPLE = {"which": "all", "reason": "The server's log shows that none arrived."}
    which: Literal["all"] | Annotated[list[Number], Field(min_length=1, max_length=100_000)]


class Copy(Command):
    """Make a draft like it; the answer's `made` is its number. `chain`: of all steps of its chain, then it is that of the first."""

    chain: bool = False


class FixRest(Command):
    """Make a corrected draft for those whom it has not reached; it is cancelled first if it still lives."""

    EXAMPLE = {"reason": "Wrong price in the subject.", "prepared": "drop"}
    prepared: Literal["drop", "deliver"] | None = None


class Archive(Command):
    """Put away what has ended."""


ARGUMENTS: dict[str, type[Command]] = {
    "submit": Submit, "approve": Approve, "validate": Validate, "edit_plan": EditPlan, "reject": Reject, "withdraw": Withdraw,
    "revise": Revise, "send_now": SendNow, "schedule": Schedule, "enqueue": Enqueue, "move": Move, "park": Park, "undo": Undo,
    "unschedule": Unschedule, "pause": Pause, "resume": Resume, "unlock": Unlock, "cancel": Cancel, "send_rest": SendRest,
    "release_doubt": ReleaseDoubt, "copy": Copy, "fix_rest": FixRest, "archive": Archive,
}  # fmt: skip
