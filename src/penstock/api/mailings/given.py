"""What clients send of mailings: plans, audiences, drafts, steps, and what they ask lists for."""

from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from penstock.api.messages import Message, MessageChange
from penstock.api.shapes import LARGEST_NUMBER, Body, Number
from penstock.mailing.states import State

Numbers = Annotated[list[Number], Field(max_length=100)]
Count = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[
    str,
    Field(
        max_length=64,
        description="A wall time in the zone, `2026-12-01T09:00`; or an instant, `2026-12-01T08:00:00Z`.",
    ),
]
Zone = Annotated[
    str, Field(max_length=100, description="IANA name, `Europe/Paris`; without it the account's.")
]
Fold = Annotated[
    Literal["first", "second"], Field(description="Which of the two, for a time that occurs twice.")
]


States = Annotated[list[State] | None, Query(max_length=20, description="Only those in one of these states.")]

Search = Annotated[str | None, Query(max_length=200, description="Only those with this in their name.")]
Steps = Annotated[
    int | None,
    Query(ge=1, le=1000, description="Of a step with later ones: how many mailings go, this one included."),
]
Tag = Annotated[str | None, Query(max_length=100, description="Only those with this tag.")]
Archived = Annotated[bool, Query(description="The archived ones instead of the others.")]


class Batches(Body):
    """Parts that a mailing goes out in: so large, or so many; one of the two."""

    size: Annotated[
        int | None, Field(ge=1, le=100_000_000, description="Recipients of each; the last has the rest.")
    ] = None
    number: Annotated[int | None, Field(ge=1, le=10_000, description="So many, of one size.")] = None


Interval = Annotated[
    Annotated[int, Field(ge=1, le=2_678_400)] | Annotated[str, Field(max_length=20)],
    Field(description="Between two batches: `30m`, `1h`, `1d`, or seconds. Days keep the wall time."),
]
Local = Annotated[
    bool, Field(description="At this wall time where each recipient is; the zone is of those who name none.")
]


class Plan(Body):
    """When it goes out: now, at a time, in sequence, or decided later; all at once, in batches, or at the recipients' local time."""

    kind: Literal["now", "at", "sequence", "later", "after"]
    at: Time | None = None
    zone: Zone | None = None
    fold: Fold | None = None
    ends_at: Time | None = None
    local: Local | None = None
    batches: Batches | None = None
    interval: Interval | None = None
    delay: Annotated[
        Count | Annotated[str, Field(max_length=20)] | None,
        Field(description="Of the kind `after`: `2d`, or seconds."),
    ] = None


class Audience(Body):
    """To whom: a list, a segment (or those on the list whom it means); without those of other segments, less or only those whom
    other mailings reached (accepted, in doubt or in flight)."""

    list: Number | None = None
    segment: Number | None = None
    not_segment: Numbers = []
    reached_by: Numbers = []
    not_reached_by: Numbers = []


Delay = Annotated[
    Count | Annotated[str, Field(max_length=20)],
    Field(description="After the earlier step reached somebody: `2d`, `36h`, `90m`, or seconds."),
]


class StepAudience(Body):
    """Which recipients of the earlier step a step goes to; the rest narrows them further."""

    condition: Annotated[
        Literal["all", "opened", "not_opened", "clicked", "not_clicked", "bounced"] | None,
        Field(description="Judged for each when the delay is over. Without it: as it was, at first `all`."),
    ] = None
    list: Number | None = None
    reached_by: Numbers = []
    not_reached_by: Numbers = []
    segment: Number | None = None
    not_segment: Numbers = []


class NewStep(Body):
    """A step to add to the chain of a mailing, as a draft; a mailing without a chain begins one."""

    name: Name
    message: Message | None = None
    template: Annotated[
        Number | None, Field(description="Take the message of this template; in place of `message`.")
    ] = None
    delay: Delay = 0
    audience: StepAudience = StepAudience()
    follows: Annotated[
        Number | None,
        Field(description="A step of the chain whose recipients it goes to; without it the last one."),
    ] = None
    transport: Annotated[Number | None, Field(description="Without it that of the step it follows.")] = None
    options: Annotated[dict[str, Any], Field(description="Policies that differ for this mailing.")] = {}


class NewMailing(Body):
    """A mailing to make, as a draft."""

    name: Name
    message: Message | None = None
    template: Annotated[
        Number | None, Field(description="Take the message of this template; in place of `message`.")
    ] = None
    audience: Audience
    transport: Annotated[Number | None, Field(description="Not needed where the account has one only.")] = (
        None
    )
    plan: Plan | None = None
    options: Annotated[
        dict[str, Any],
        Field(
            description="Policies that differ for this mailing, `unsubscribe`, `rate`, `connections`, and the tags of its links:"
            " `utm_source`, `utm_medium`, `utm_campaign`, `utm_content`, `utm_term`."
        ),
    ] = {}
    tags: Annotated[
        list[Annotated[str, Field(max_length=200)]], Field(max_length=100, description="Words to find it by.")
    ] = []


class Tags(Body):
    """The tags of a mailing, all of them."""

    tags: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            max_length=100,
            description="Words to find it by: 20 of 40 characters at most, without commas; case counts for nothing.",
        ),
    ]


class MessageFrom(Body):
    """A message that there is: of this mailing, or of another one; that which it has now, or had under a number."""

    mailing: Annotated[Number | None, Field(description="Without it: the mailing that is edited.")] = None
    number: Annotated[Number | None, Field(description="As `revisions` numbers them.")] = None


class MailingChange(Body):
    """What is to change of a draft; what is left out stays. With `message_from` and `message`, the one is changed by the other."""

    name: Name | None = None
    message_from: Annotated[
        MessageFrom | None,
        Field(
            description="Take this message in place of its own: one that it had before, or another mailing's."
        ),
    ] = None
    message: MessageChange | None = None
    audience: Annotated[
        Audience | StepAudience | None, Field(description="Of a step: its condition, and what narrows it.")
    ] = None
    transport: Number | None = None
    plan: Plan | None = None
    options: Annotated[
        dict[str, Any] | None,
        Field(description="As in a new mailing; all of them: what is left out is chosen no more."),
    ] = None
    dry_run: bool = False


class PlanToForesee(Body):
    """A plan that is thought of."""

    plan: Plan
