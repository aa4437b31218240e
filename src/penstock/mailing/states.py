"""The states of a mailing. The engine acts on the state and on nothing else."""

from enum import StrEnum


class State(StrEnum):
    """A sentence for each state stands in `MEANING`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    IN_MODERATION = "in_moderation"
    REJECTED = "rejected"
    PARKED = "parked"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    STARTING = "starting"
    SENDING = "sending"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    SENT = "sent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MEANING = {
    State.DRAFT: "Being written; everything can be edited; never started.",
    State.IN_REVIEW: "Submitted and frozen as a revision; waits for approval.",
    State.IN_MODERATION: "Submitted and frozen as a revision; waits for the platform.",
    State.REJECTED: "Not let out, with a reason; revising makes it a draft again.",
    State.PARKED: "Approved, without a plan yet.",
    State.SCHEDULED: "Approved, and has a time.",
    State.QUEUED: "Approved, and waits for its turn in the sequence.",
    State.STARTING: "The undo window runs, then the audience is frozen into the ledger.",
    State.SENDING: "Packages may be claimed.",
    State.PAUSED: "Nothing may be claimed; goes back to the state it came from.",
    State.INTERRUPTED: "The system stopped it; nothing may be claimed; goes back to the state it came from.",
    State.FINISHING: "Nobody waits for a first attempt any more; deferred ones are being tried again.",
    State.CANCELLING: "What is in flight, or was prepared and may still go, is being completed.",
    State.SENT: "Every recipient is settled.",
    State.CANCELLED: "Ended by a person; the unsent are recorded as such.",
    State.EXPIRED: "Its end date passed with recipients unsent.",
}

ENDS = frozenset({State.SENT, State.CANCELLED, State.EXPIRED})
"""Nothing happens any more by itself; people may send the rest, or release what is in doubt."""

GATES = frozenset({State.IN_REVIEW, State.IN_MODERATION})
"""Somebody has to let it pass."""

WAITING = frozenset({State.PARKED, State.SCHEDULED, State.QUEUED})
"""Every gate is passed; not started yet."""

LIVE = frozenset({State.STARTING, State.SENDING, State.FINISHING, State.CANCELLING})
"""The engine works on it."""
