"""The shapes of mailings as clients get them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from penstock.api.mailings.spending import CreditsTaken
from penstock.api.shapes import Document, Shown
from penstock.mailing.states import State
from penstock.report.board import Area


class TagsShown(Shown):
    """The tags of a mailing as they are kept."""

    tags: list[str]


class Unlocked(Shown):
    """Who let a locked mailing be resumed, and the note."""

    text: str
    who: str
    since: str


class Reason(Shown):
    """Why it is as it is: a word for machines, a sentence for people, who, and since when."""

    code: str
    text: str
    who: str
    since: str
    unlocked: Annotated[
        Unlocked | None,
        Field(description="Of one that too many bounces or complaints stopped: who unlocked it."),
    ] = None


class Figures(Shown):
    """How far it is: the audience, one number for each state of the ledger (together the audience), and figures of them."""

    recipients: int
    waiting: int
    in_flight: int
    accepted: int
    delivered: int
    deferred: int
    bounced: int
    in_doubt: int
    skipped: int
    cancelled: int
    expired: int
    awaiting: Annotated[
        int, Field(description="Of those accepted by SMS: a receipt is to come, so they are not settled.")
    ]
    handed_off_percent: Annotated[float, Field(description="Tried ÷ (audience − skipped).")]
    settled_percent: Annotated[float, Field(description="Settled ÷ audience.")]
    rate: Annotated[float, Field(description="Attempts a second, lately.")]
    eta: Annotated[float | None, Field(description="Seconds until everybody was tried, at this rate.")]


class Waits(Shown):
    """What those who are `waiting` wait for; together they are that number."""

    turn: Annotated[int, Field(description="They may go, as fast as it goes.")]
    planned: Annotated[int, Field(description="The plan wants their batch, or their zone, later.")]
    planned_at: Annotated[datetime | None, Field(description="The first of those.")]
    hours: Annotated[
        int, Field(description="The sending hours of their country, or the end of their quiet hours.")
    ]
    opens_at: Annotated[datetime | None, Field(description="The first of those.")]
    held: Annotated[int, Field(description="What becomes of the canary.")]
    withheld: Annotated[int, Field(description="A kill switch on their domain, country or server.")]


class Links(Shown):
    """Where more is known of it."""

    self: str
    journal: str
    ledger: str
    packages: str
    forecast: str
    timeline: str
    analysis: str
    revisions: str
    chain: str


class InChain(Shown):
    """Where a mailing stands in its chain."""

    first: Annotated[int, Field(description="The mailing that is the first step.")]
    position: Annotated[int, Field(description="From 1.")]
    follows: Annotated[int | None, Field(description="The mailing whose recipients it goes to.")]


class Mailing(Shown):
    """One mailing as it stands."""

    id: int
    account: int
    name: str
    channel: str
    state: State
    area: Area
    came_from: Annotated[State | None, Field(description="Where a paused or interrupted one goes back to.")]
    reason: Reason | None
    revision: int
    version: Annotated[int, Field(description="Grows with every change; the ETag, and what If-Match takes.")]
    transport: int
    audience: Document
    segments: Annotated[
        Document | None,
        Field(description="The segments of the audience as they were at submission, by number."),
    ]
    plan: Document | None
    due_at: datetime | None
    ends_at: datetime | None
    first_at: Annotated[
        datetime | None,
        Field(
            description="At the recipients' local time: when the first zone among them has it, once that is near."
        ),
    ]
    undo_until: datetime | None
    options: Document
    digest: Annotated[str | None, Field(description="Of what was submitted; an approval may name it.")]
    authors: list[str]
    approved_size: int | None
    copied_from: int | None
    fixes: int | None
    corrections: list[int]
    chain: Annotated[InChain | None, Field(description="Of a step of a chain; its delay is its plan's.")]
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    frozen_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None
    tags: list[str]
    progress: Figures
    allowed_actions: Annotated[list[str], Field(description="The commands that this token may give now.")]
    links: Links


class WholeMailing(Mailing):
    """One mailing with its content; `allowed_actions` is narrowed to what the guards let pass now."""

    message: Document
    waits: Waits
    blockers: Annotated[list[str], Field(description="What keeps it from being submitted or approved.")]


class MailingPage(Shown):
    """A page of mailings, newest first."""

    items: list[Mailing]
    next_cursor: str | None


class Answer(Shown):
    """What a command did. Nothing refused is answered so."""

    mailing: int
    command: str
    state: State
    version: int
    leaving: Annotated[int, Field(description="Messages on the wire whose answer is not known yet.")]
    silent: Annotated[
        list[str],
        Field(description="Senders that did not say how many in time; their share of `leaving` is the most."),
    ]
    made: Annotated[int | None, Field(description="The mailing that was made (copy, fix-rest).")]
    warnings: list[str]
    repeated: Annotated[bool, Field(description="The first answer to this Idempotency-Key, once more.")]
    dry_run: Annotated[bool, Field(description="Nothing was done; `state` is where it would lead.")]
    allowed_actions: list[str]


class Entry(Shown):
    """One line of the journal."""

    place: Annotated[int, Field(description="In the chain, from 1.")]
    at: datetime
    actor: str
    door: str
    command: str
    from_state: str | None
    to_state: str | None
    reason: str | None
    data: Document


class Journal(Shown):
    """A page of a mailing's journal, oldest first."""

    items: list[Entry]
    next_cursor: str | None


class ChainStep(Shown):
    """One step of a chain. `delay` is in seconds; `accepted` of `recipients` were taken by the other side."""

    id: int
    name: str
    channel: str
    state: State
    came_from: State | None
    reason: Reason | None
    version: int
    position: int
    follows: int | None
    condition: str | None
    delay: int | None
    has_statistics: Annotated[bool, Field(description="It went out, or began to: it cannot be deleted.")]
    started_at: datetime | None
    finished_at: datetime | None
    recipients: int
    accepted: int


class Chain(Shown):
    """The chain that a mailing belongs to, step by step; empty where it belongs to none."""

    items: list[ChainStep]


class AccountEntry(Entry):
    """One line of an account's journal; `mailing` is empty for what concerns none."""

    mailing: int | None


class AccountJournal(Shown):
    """A page of an account's journal, newest first."""

    items: list[AccountEntry]
    next_cursor: str | None


class Recipient(Shown):
    """One line of the ledger. `code`, `enhanced`, `text`: the last answer; code 0 is our own word."""

    seq: Annotated[int, Field(description="Its number in the ledger; what release-doubt takes.")]
    address: str
    contact: int
    state: str
    at: datetime | None
    attempts: int
    code: int | None
    enhanced: str | None
    text: str | None
    reason: Annotated[str | None, Field(description="Why, in a word to filter by.")]


class Ledger(Shown):
    """A page of the ledger, in its order."""

    items: list[Recipient]
    next_cursor: str | None


class Package(Shown):
    """One package: what is sent together, from when on, and what became of it."""

    no: int
    kind: str
    state: str
    size: int
    claimed: int
    attempt: Annotated[int, Field(description="Attempts before this one.")]
    slot: Annotated[int | None, Field(description="The batch of a mailing in batches, from 1.")]
    zone: Annotated[str | None, Field(description="The zone whose wall time it follows.")]
    lane: Annotated[str | None, Field(description="The destination domain that it is for alone.")]
    planned_at: Annotated[datetime | None, Field(description="When the plan wants it.")]
    held: Annotated[str | None, Field(description="Why it may not go although its time is known: `canary`.")]
    release_at: Annotated[datetime | None, Field(description="When it may go; null while it is held.")]
    begun_at: datetime | None
    closed_at: datetime | None
    accepted: int
    delivered: int
    deferred: int
    bounced: int
    in_doubt: int
    skipped: int
    returned: int
    in_flight: int
    sender: str | None


class ReleaseShown(Shown):
    """Recipients who go together: those of a batch, or of a zone, or of the part of a batch in one zone."""

    slot: Annotated[int | None, Field(description="The batch, from 1.")]
    zone: str | None
    planned_at: Annotated[datetime | None, Field(description="When the plan wants them.")]
    at: Annotated[datetime | None, Field(description="When they may go; null while they are held.")]
    held: Annotated[
        str | None,
        Field(
            description="Why they may not go although their time is known: `canary`; `sending_hours`: recipients of the others who were"
            " given back because their country was shut, and go at that time."
        ),
    ]
    missed: Annotated[
        bool, Field(description="Their time is past, and they would be skipped (`missed_slot`).")
    ]
    recipients: int
    begun: Annotated[int, Field(description="Claimed by senders, or skipped.")]
    skipped: int
    ended: Annotated[int, Field(description="Not reached because it was cancelled or expired.")]


class HolidayShown(Shown):
    """A public holiday for which some of the recipients wait (policy `sending_hours_sms`)."""

    on: date
    country: Annotated[str, Field(description="ISO 3166-1 alpha-2.")]
    name: Annotated[str, Field(description="In English where that is known, else as the country calls it.")]


class Timeline(Shown):
    """What goes when, in that order; of a running mailing as it stands, retries left out, of any other as it would be."""

    running: Annotated[bool, Field(description="The audience is frozen: these are its packages.")]
    kind: str
    first: Annotated[datetime | None, Field(description="The first message; null where that cannot be said.")]
    last: Annotated[datetime | None, Field(description="The last message, at the rate.")]
    rate: Annotated[float | None, Field(description="Messages a second that it is reckoned with.")]
    ends_at: datetime | None
    too_late: Annotated[bool, Field(description="It cannot be finished before its end date.")]
    late: Annotated[int, Field(description="Recipients who would be left then, about.")]
    error: Annotated[str | None, Field(description="Why there can be no timeline.")]
    credits: Annotated[CreditsTaken | None, Field(description="Null where they are not counted.")]
    holidays: Annotated[
        list[HolidayShown],
        Field(description="Days on which some would go, if they were no holidays; of the next 366 days."),
    ]
    releases: list[ReleaseShown]


class Packages(Shown):
    """A page of packages, in their order."""

    items: list[Package]
    next_cursor: str | None


class Place(Mailing):
    """One mailing of the sequence."""

    position: Annotated[int, Field(description="From 1.")]
    expected_start: Annotated[
        datetime | None,
        Field(
            description="From the speed that was measured; null while nothing was, or a paused one blocks."
        ),
    ]


class Queue(Shown):
    """The sequence of the account. `version` is what move takes as `queue_version`."""

    version: int
    items: list[Place]


class AreaOfBoard(Shown):
    """One area of the board with its mailings."""

    area: Area
    items: list[Mailing]
    more: Annotated[bool, Field(description="There are more than shown.")]


class Board(Shown):
    """Every mailing under what it needs or does; the oldest of those that ended, and of the drafts, are left out."""

    areas: list[AreaOfBoard]
