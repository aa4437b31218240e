"""What guards may know, and what they answer. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from penstock.account.policy import Policy
from penstock.mailing.states import State

if TYPE_CHECKING:
    from penstock.mailing.guards.credit import Credits

HELD_BY_SWITCH = "held:kill_switch"
"""The reason's code of a mailing that is being sent while a kill switch keeps some, or all, of its recipients back."""


HELD_BY_CANARY = "held:canary"
"""The reason's code of a mailing whose first recipients went ahead, and whose others wait until those are judged."""

LOCKING = frozenset({"bounces", "complaints"})
"""Reasons of an interruption after which somebody with the right has to unlock the mailing before it can be resumed."""


@dataclass(frozen=True)
class Facts:
    """What guards and targets may know of one mailing; gathered by `mailing.facts` inside the transaction."""

    state: State
    came_from: State | None = None
    reason_code: str | None = None
    unlocked: bool = False  # interrupted for one of LOCKING, and unlocked since
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)  # the database's clock
    policy: Policy = field(default_factory=Policy)
    zone: str = "UTC"  # the account's
    # gates
    digest: str | None = None  # of what was submitted; None while it is a draft
    authors: tuple[str, ...] = ()  # who wrote or submitted this revision
    approvers: tuple[str, ...] = ()  # who approved exactly this digest, each once
    validated: bool = False  # the platform let exactly this digest pass
    ever_approved: bool = False
    missing: tuple[str, ...] = ()  # parts of the mailing that do not exist (yet)
    blockers: tuple[str, ...] = ()  # why its content cannot be sent
    # what was found beforehand
    channel: str = "email"
    sender_domain: str | None = None
    domain: str = "missing"  # verified, unverified or missing among the account's sending domains
    transport_local: bool = False  # what it hands over stays on this machine
    transport_channel: str | None = None  # what its transport carries, where it has one
    base_public: bool = True  # the address that tracked links lead to can be reached from outside
    campaign: str | None = (
        None  # utm_campaign of its links, where they are tagged; empty: nothing to make it of
    )
    same_campaign: tuple[
        int, ...
    ] = ()  # other mailings whose links carry the same source, medium and campaign
    analysis: str | None = (
        None  # of exactly this message and audience rule: waiting, running, done, cancelled, failed; None: none
    )
    analysed: int = 0  # percent of its recipients that were looked at
    analysis_blockers: tuple[str, ...] = ()
    tested: bool = False  # somebody has had a test of exactly this message
    tested_before: bool = False  # only of an earlier one
    # plan
    plan: Mapping[str, Any] | None = None
    due_at: datetime | None = None
    ends_at: datetime | None = None
    first_at: datetime | None = None  # at the recipients' local time: when the first zone among them has it
    undo_until: datetime | None = None
    started: bool = False  # it went out, or began to
    archived: bool = False
    corrected_by: tuple[int, ...] = ()  # mailings that fix_rest made of it
    # the chain that it is a step of
    follows: int | None = None  # the mailing whose recipients it goes to
    step_ready: bool = False  # somebody's delay may be over, or nobody is to come any more
    more_to_come: bool = False  # the mailing that it follows reaches somebody yet, or a delay is not over
    later_steps: int = 0
    later_waiting: int = 0  # those of them that passed a gate, or wait at one, and have not started
    later_drafts: int = 0
    later_started: tuple[int, ...] = ()  # those of them that have statistics
    # the sequence of the account
    sequence_busy: bool = False  # another sequential mailing of the account is handing off
    is_head: bool = False  # nobody waits before this one
    queue_length: int = 0
    queue_version: int = 0
    # the ledger
    frozen: bool = False
    catching_up: bool = False  # resumed, and its ledger is not up to date yet: nothing goes before it is
    recipients: int = 0  # the audience, skipped ones included; 0 before it is frozen
    capped: int = 0  # those whom the frequency cap skipped when frozen
    sendable: int = 0  # the audience without those skipped when frozen
    count: int | None = None  # to be typed for confirmation, where the account asks for that
    people: int | None = None  # to how many it goes, where it has batches and that is known
    approved_size: int | None = None  # how many would have got it when it was submitted; None: not counted
    unbegun: int = 0  # not yet claimed, never handed off, in open packages
    retrying: int = 0  # not yet claimed, in open retry packages
    begun_left: int = 0  # of those two: in packages that have begun, and returned ones
    unbegun_packages: int = 0  # open packages that nothing was ever claimed from, nor from their batch
    batch_left: int = 0  # in packages that have not begun, though their batch has
    in_flight: int = 0  # claimed and not recorded
    due_returned: int = 0  # given back, not yet packed again
    due_withheld: int = 0  # of those: kept back by a kill switch on their domain
    due_deferred: int = 0  # waiting for their time
    awaiting: int = 0  # accepted, and a receipt is to tell what has become of them
    in_doubt: int = 0
    ended: int = 0  # recorded as cancelled or expired
    expired: int = 0  # of those: expired
    credits: "Credits | None" = None  # where the account counts them
    switches: tuple[str, ...] = ()  # kill switches that concern it, each in words


@dataclass(frozen=True)
class Refusal:
    """One reason why a command cannot be carried out now, and what to do about it."""

    code: str
    text: str


Arguments = Mapping[str, Any]
Guard = Callable[[Facts, Arguments], Refusal | None]


def said(arguments: Arguments, name: str) -> str:
    """Return the words of an argument, without the space around them."""
    return str(arguments.get(name) or "").strip()


WHOLE = 2**31 - 1
"""The largest number that a mailing, a contact or a place in the ledger can have."""


def is_whole(value: Any) -> bool:
    """Whether it can be the number of something."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= WHOLE
