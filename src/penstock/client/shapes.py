"""Mailings as the API shows them, and what is given to it."""

from datetime import date, datetime
from typing import Any, Literal, NotRequired, TypedDict

from pydantic import Field

from penstock.client.models import Model


class Audience(TypedDict):
    """To whom: a list, a segment, or both; less or only those whom other mailings reached."""

    list: NotRequired[int]
    segment: NotRequired[int]
    not_segment: NotRequired[list[int]]
    reached_by: NotRequired[list[int]]
    not_reached_by: NotRequired[list[int]]


class Batches(TypedDict, total=False):
    """Parts that a mailing goes out in: of this size, or so many; one of the two."""

    size: int
    number: int


class Plan(TypedDict):
    """When it goes out. `at`: a wall time in the zone (`2030-12-01T09:00`), or an instant with its offset; `local`: that of each
    recipient. `interval`: between two batches, `1h` or seconds."""

    kind: Literal["now", "at", "sequence", "later", "after"]
    at: NotRequired[str]
    zone: NotRequired[str]
    fold: NotRequired[Literal["first", "second"]]
    ends_at: NotRequired[str]
    delay: NotRequired[int | str]
    local: NotRequired[bool]
    batches: NotRequired[Batches]
    interval: NotRequired[int | str]


class StepAudience(TypedDict, total=False):
    """Which recipients of the earlier step a step goes to; the rest narrows them further."""

    condition: Literal["all", "opened", "not_opened", "clicked", "not_clicked", "bounced"]
    list: int
    reached_by: list[int]
    not_reached_by: list[int]
    segment: int
    not_segment: list[int]


class Message(TypedDict, total=False):
    """The content, with Liquid for what differs between recipients. A new one needs sender and subject."""

    sender: str
    subject: str
    html: str | None
    text: str | None
    mjml: str | None
    design: dict[str, Any] | None
    reply_to: str | None
    headers: dict[str, str] | None
    channel: Literal["email", "sms"]


class Unlocked(Model):
    """Who let a locked mailing be resumed, and the note."""

    text: str
    who: str
    since: str


class Reason(Model):
    """Why it is as it is, who, and since when."""

    code: str
    text: str
    who: str
    since: str
    unlocked: Unlocked | None = None


class Figures(Model):
    """How far it is: the audience, and one number for each state of the ledger. `eta` in seconds."""

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
    awaiting: int
    handed_off_percent: float
    settled_percent: float
    rate: float
    eta: float | None


class Links(Model):
    """Where more is known of it."""

    self_: str = Field(alias="self")
    journal: str
    ledger: str
    packages: str
    forecast: str
    timeline: str
    analysis: str
    revisions: str
    chain: str


class InChain(Model):
    """Where a mailing stands in its chain: its first step, the position from 1, and whose recipients it goes to."""

    first: int
    position: int
    follows: int | None


class Mailing(Model):
    """One mailing as it stands. `version` is what `expected_version` takes."""

    id: int
    account: int
    name: str
    channel: str
    state: str
    area: str
    came_from: str | None
    reason: Reason | None
    revision: int
    version: int
    transport: int
    audience: dict[str, Any]
    segments: dict[str, Any] | None
    plan: dict[str, Any] | None
    due_at: datetime | None
    ends_at: datetime | None
    first_at: datetime | None
    undo_until: datetime | None
    options: dict[str, Any]
    digest: str | None
    authors: list[str]
    approved_size: int | None
    copied_from: int | None
    fixes: int | None
    corrections: list[int]
    chain: InChain | None
    tags: list[str]
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    frozen_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None
    progress: Figures
    allowed_actions: list[str]
    links: Links


class Step(Model):
    """One step of a chain. `delay` is in seconds."""

    id: int
    name: str
    channel: str
    state: str
    came_from: str | None
    reason: Reason | None
    version: int
    position: int
    follows: int | None
    condition: str | None
    delay: int | None
    has_statistics: bool
    started_at: datetime | None
    finished_at: datetime | None
    recipients: int
    accepted: int


class Chain(Model):
    """The chain that a mailing belongs to, step by step."""

    items: list[Step]


class Waits(Model):
    """What those who are `waiting` wait for: their turn, their time, hours of their country, the canary, a kill switch."""

    turn: int
    planned: int
    planned_at: datetime | None
    hours: int
    opens_at: datetime | None
    held: int
    withheld: int


class WholeMailing(Mailing):
    """One mailing with its content, and what keeps it from being submitted or approved."""

    message: dict[str, Any]
    waits: Waits
    blockers: list[str]


class Place(Mailing):
    """One mailing of the sequence."""

    position: int
    expected_start: datetime | None


class Queue(Model):
    """The sequence. `version` is what `move` takes as `queue_version`."""

    version: int
    items: list[Place]


class AreaOfBoard(Model):
    """One area of the board."""

    area: str
    items: list[Mailing]
    more: bool


class Board(Model):
    """Every mailing under what it needs or does."""

    areas: list[AreaOfBoard]


class Answer(Model):
    """What a command did. `leaving`: messages on the wire whose answer is not known yet. `made`: the mailing that was made."""

    mailing: int
    command: str
    state: str
    version: int
    leaving: int
    silent: list[str]
    made: int | None
    warnings: list[str]
    repeated: bool
    dry_run: bool
    allowed_actions: list[str]


class Entry(Model):
    """One line of the journal of a mailing."""

    place: int
    at: datetime
    actor: str
    door: str
    command: str
    from_state: str | None
    to_state: str | None
    reason: str | None
    data: dict[str, Any]


class AccountEntry(Entry):
    """One line of the journal of an account; `mailing` is None for what concerns none."""

    mailing: int | None


class Release(Model):
    """Recipients who go together: a batch, or its part in one zone. `at`: when they may go, None while they are `held`."""

    slot: int | None
    zone: str | None
    planned_at: datetime | None
    at: datetime | None
    held: str | None
    missed: bool
    recipients: int
    begun: int
    skipped: int
    ended: int


class Holiday(Model):
    """A public holiday for which some of the recipients wait."""

    on: date
    country: str
    name: str


class CreditsTaken(Model):
    """What a mailing takes of the credits; `lacking`: so many have to be topped up."""

    needed: int | None
    available: int
    before: int
    lacking: int


class Timeline(Model):
    """What goes when: as foreseen, or (`running`) of the mailing as it stands. `late`: recipients left at the end date."""

    running: bool
    kind: str
    first: datetime | None
    last: datetime | None
    rate: float | None
    ends_at: datetime | None
    too_late: bool
    late: int
    error: str | None
    credits: CreditsTaken | None
    holidays: list[Holiday]
    releases: list[Release]


class Package(Model):
    """What is sent together, from when on, and what became of it."""

    no: int
    kind: str
    state: str
    size: int
    claimed: int
    attempt: int
    slot: int | None
    zone: str | None
    lane: str | None
    planned_at: datetime | None
    held: str | None
    release_at: datetime | None
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


class Recipient(Model):
    """One line of the ledger."""

    seq: int
    address: str
    contact: int
    state: str
    at: datetime | None
    attempts: int
    code: int | None
    enhanced: str | None
    text: str | None
    reason: str | None
