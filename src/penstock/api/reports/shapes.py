"""What reports look like."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from penstock.api.shapes import Shown


class ReportRate(Shown):
    """A share: `part` of `whole`, which is the number of those that `of` names; `percent` is null of nothing."""

    name: str
    part: int
    whole: int
    of: str
    percent: float | None


class ReportAnswer(Shown):
    """Recipients who did something, each once, and how often it was done in all."""

    people: int
    total: int


class ReportBounces(Shown):
    """Recipients for whom it bounced in one way, and those of them whose server had accepted it first."""

    people: int
    late: int


class ReportRevenue(Shown):
    """What orders brought in, in one currency; cancelled orders are not in it."""

    currency: str
    orders: int
    amount: Annotated[str, Field(description="A decimal.")]
    cancelled: int


class MailingSummary(Shown):
    """What became of a mailing, and what came back."""

    mailing: int
    name: str
    state: str
    channel: str
    started_at: datetime | None
    finished_at: datetime | None
    fixes: Annotated[int | None, Field(description="The mailing that it corrects.")]
    chain: Annotated[int | None, Field(description="The first mailing of its chain.")]
    position: int | None
    recipients: int
    reached: Annotated[int, Field(description="Accepted or delivered, and not bounced since.")]
    states: Annotated[
        dict[str, int], Field(description="Recipients by state of the ledger; together the audience.")
    ]
    answers: Annotated[
        dict[str, ReportAnswer],
        Field(
            description="What recipients did, by kind; `prefetched` are opens that a machine made, `scanned` such clicks."
        ),
    ]
    bounces: Annotated[dict[str, ReportBounces], Field(description="By class: hard, soft, blocked.")]
    late_bounces: int
    rates: list[ReportRate]
    buyers: Annotated[int, Field(description="Recipients with an order that counts.")]
    revenue: list[ReportRevenue]


class ReportBreaker(Shown):
    """What the breaker judges, and the percentages of the settled at which it interrupts."""

    settled: int
    bounced: int
    complained: int
    unmade: int
    bounce_limit: float
    complaint_limit: float


class ReportDomain(Shown):
    """The recipients at one domain by state."""

    domain: str
    states: dict[str, int]


class ReportReason(Shown):
    """Recipients in a state for one reason."""

    state: str
    reason: str
    recipients: int


class ReportQuarter(Shown):
    """Recipients settled in the quarter of an hour that begins then, by state."""

    at: datetime
    states: dict[str, int]


class ReportHour(Shown):
    """Recipients who did something for the first time in the hour that begins then, by kind."""

    at: datetime
    people: dict[str, int]


class Report(MailingSummary):
    """The report of a mailing. What is counted by domain, reason and quarter is null until a large one was counted once."""

    breaker: ReportBreaker
    by_domain: Annotated[list[ReportDomain] | None, Field(description="The largest first, 200 at most.")]
    by_reason: list[ReportReason] | None
    by_quarter: list[ReportQuarter] | None
    by_hour: list[ReportHour]
    counted_at: Annotated[datetime | None, Field(description="When the three before were counted.")]


class TrackedLink(Shown):
    """One link, and how often it was followed: by people, and apart from them by machines that look at mail."""

    no: int
    url: str
    personal: Annotated[bool, Field(description="Its address is made anew for each recipient.")]
    people: int
    clicks: int
    scanned_people: int
    scans: int


class TrackedLinkPage(Shown):
    """A page of links."""

    items: list[TrackedLink]
    next_cursor: str | None


class MailingEvent(Shown):
    """What a recipient did; `seq` is their number in the ledger, `link` that of the one that they followed."""

    id: int
    at: datetime
    kind: str
    seq: int | None
    contact: int
    link: int | None
    data: dict[str, Any] | None


class MailingEventPage(Shown):
    """A page of events of a mailing."""

    items: list[MailingEvent]
    next_cursor: str | None


class MailingSummaries(Shown):
    """Mailings with what became of them."""

    items: list[MailingSummary]
    next_cursor: str | None


class Compared(Shown):
    """Mailings beside each other."""

    items: list[MailingSummary]


_NONE = {"people": 0, "total": 0}
SUMMARY: dict[str, Any] = {
    "mailing": 7, "name": "December news", "state": "sent", "channel": "email", "started_at": "2030-12-01T09:00:00Z",
    "finished_at": "2030-12-01T09:20:00Z", "fixes": None, "chain": None, "position": None, "recipients": 1000, "reached": 970,
    "states": {
        "waiting": 0, "in_flight": 0, "accepted": 960, "delivered": 10, "deferred": 0, "bounced": 20, "in_doubt": 0, "skipped": 10,
        "cancelled": 0, "expired": 0,
    },
    "answers": {
        "opened": {"people": 300, "total": 512}, "prefetched": {"people": 120, "total": 130}, "clicked": {"people": 97, "total": 141},
        "scanned": {"people": 11, "total": 40}, "viewed": _NONE, "unsubscribed": {"people": 3, "total": 3}, "resubscribed": _NONE,
        "left": _NONE, "joined": _NONE, "complained": {"people": 1, "total": 1}, "converted": {"people": 12, "total": 13},
    },
    "bounces": {"hard": {"people": 15, "late": 2}, "soft": {"people": 5, "late": 1}}, "late_bounces": 3,
    "rates": [{"name": "clicked", "part": 97, "whole": 970, "of": "reached", "percent": 10.0}],
    "buyers": 12, "revenue": [{"currency": "EUR", "orders": 12, "amount": "480.50", "cancelled": 1}],
}  # fmt: skip
REPORT: dict[str, Any] = {
    **SUMMARY,
    "breaker": {"settled": 990, "bounced": 20, "complained": 1, "unmade": 0, "bounce_limit": 5.0, "complaint_limit": 0.1},
    "by_domain": [{"domain": "example.org", "states": {"accepted": 960, "delivered": 10, "bounced": 20, "skipped": 10}}],
    "by_reason": [{"state": "bounced", "reason": "5.1.1", "recipients": 15}],
    "by_quarter": [{"at": "2030-12-01T09:00:00Z", "states": {"accepted": 600}}],
    "by_hour": [{"at": "2030-12-01T09:00:00Z", "people": {"opened": 210, "clicked": 60}}],
    "counted_at": "2030-12-02T08:00:00Z",
}  # fmt: skip
LINK: dict[str, Any] = {
    "no": 1, "url": "https://example.org/shoes?utm_source=penstock", "personal": False, "people": 60, "clicks": 88, "scanned_people": 11,
    "scans": 12,
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": 90, "at": "2030-12-01T09:12:30Z", "kind": "clicked", "seq": 4, "contact": 12, "link": 1, "data": None,
}  # fmt: skip
"""Examples for the OpenAPI document."""
