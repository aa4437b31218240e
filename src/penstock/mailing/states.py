"""The states of a mailing. The engine acts on the state and on nothing else."""

from enum import StrEnum


class State(StrEnum):
    """A sentence for each state stands in `MEANING`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    STARTING = "starting"
    SENDING = "sending"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FINISHING = "finishing"
    CANCELLING = "cancelling"
    SENT = "sent"
    CANCELLED = "cancelled"


MEANING = {
    State.DRAFT: "Being written; everything can be edited; never started.",
    State.IN_REVIEW: "Submitted and frozen as a revision; waits for approval.",
    State.STARTING: "The audience is being frozen into the ledger.",
    State.SENDING: "Packages may be claimed.",
    State.PAUSED: "Nothing may be claimed; goes back to the state it came from.",
    State.INTERRUPTED: "The system stopped it; nothing may be claimed; goes back to the state it came from.",
    State.FINISHING: "All handed off once; deferred ones are being tried again.",
    State.CANCELLING: "What is in flight is being completed.",
    State.SENT: "Every recipient is settled.",
    State.CANCELLED: "Ended by a person; the unsent are recorded as such.",
}

ENDS = frozenset({State.SENT, State.CANCELLED})
