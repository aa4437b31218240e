"""Reports: of one mailing, of several beside each other, and everything of one as an archive."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, Literal

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class ReportRate(Model):
    """A share: `part` of `whole`, which is the number of those that `of` names."""

    name: str
    part: int
    whole: int
    of: str
    percent: float | None


class ReportAnswer(Model):
    """Recipients who did something, each once, and how often it was done in all."""

    people: int
    total: int


class ReportBounces(Model):
    """Recipients for whom it bounced in one way, and those whose server had accepted it first."""

    people: int
    late: int


class ReportRevenue(Model):
    """What orders brought in, in one currency."""

    currency: str
    orders: int
    amount: Decimal
    cancelled: int


class MailingSummary(Model):
    """What became of a mailing, and what came back."""

    mailing: int
    name: str
    state: str
    channel: str
    started_at: datetime | None
    finished_at: datetime | None
    fixes: int | None
    chain: int | None
    position: int | None
    recipients: int
    reached: int
    states: dict[str, int]
    answers: dict[str, ReportAnswer]
    bounces: dict[str, ReportBounces]
    late_bounces: int
    rates: tuple[ReportRate, ...]
    buyers: int
    revenue: tuple[ReportRevenue, ...]


class ReportBreaker(Model):
    """What the breaker judges, and the percentages of the settled at which it interrupts."""

    settled: int
    bounced: int
    complained: int
    unmade: int
    bounce_limit: float
    complaint_limit: float


class ReportDomain(Model):
    """The recipients at one domain by state."""

    domain: str
    states: dict[str, int]


class ReportReason(Model):
    """Recipients in a state for one reason."""

    state: str
    reason: str
    recipients: int


class ReportQuarter(Model):
    """Recipients settled in a quarter of an hour, by state."""

    at: datetime
    states: dict[str, int]


class ReportHour(Model):
    """Recipients who did something for the first time in an hour, by kind."""

    at: datetime
    people: dict[str, int]


class Report(MailingSummary):
    """The report of a mailing; None: a large one that is being counted for the first time."""

    breaker: ReportBreaker
    by_domain: tuple[ReportDomain, ...] | None
    by_reason: tuple[ReportReason, ...] | None
    by_quarter: tuple[ReportQuarter, ...] | None
    by_hour: tuple[ReportHour, ...]
    counted_at: datetime | None


class TrackedLink(Model):
    """One link, and how often it was followed: by people, and by machines."""

    no: int
    url: str
    personal: bool
    people: int
    clicks: int
    scanned_people: int
    scans: int


class MailingEvent(Model):
    """What a recipient did."""

    id: int
    at: datetime
    kind: str
    seq: int | None
    contact: int
    link: int | None
    data: dict[str, Any] | None


class Compared(Model):
    """Mailings beside each other."""

    items: tuple[MailingSummary, ...]


class MailingReports(Resource):
    """What became of one mailing, and what came back."""

    def report(self, mailing: int) -> Report:
        """Whom it reached, whom not and why, what they did, and what it brought in."""
        return Report.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}/report").json())

    def links(self, mailing: int, *, limit: int | None = None) -> Pages[TrackedLink]:
        """The links in it, and how often each was followed."""
        return Pages(self._connection, f"{self.path}/{mailing}/links", TrackedLink, told(limit=limit))

    def events(
        self, mailing: int, *, kind: str | None = None, limit: int | None = None
    ) -> Pages[MailingEvent]:
        """What its recipients did, by kind and person."""
        query = told(kind=kind, limit=limit)
        return Pages(self._connection, f"{self.path}/{mailing}/events", MailingEvent, query)

    def export(self, mailing: int, out: IO[bytes], *, form: Literal["csv", "jsonl"] = "csv") -> None:
        """Write everything of it to `out` as a ZIP archive."""
        with self._connection.stream(f"{self.path}/{mailing}/export", query={"format": form}) as blocks:
            for block in blocks:
                out.write(block)


class Reports(Resource):
    """`/reports`."""

    path = "/reports"

    def all(self, *, limit: int | None = None) -> Pages[MailingSummary]:
        """The mailings that have begun, the newest first, with what became of them."""
        return self._pages(MailingSummary, limit=limit)

    def compare(self, mailings: Sequence[int] = (), *, chain: int | None = None) -> Compared:
        """Mailings beside each other, or the steps of a chain."""
        query = told(mailing=[*mailings] or None, chain=chain)
        return self._one(Compared, "GET", "/compare", query=query)

    def csv(self, *, since: datetime | None = None) -> AbstractContextManager[Iterator[bytes]]:
        """Lend the figures of all mailings, or of those begun since then, as a CSV file, block by block."""
        query = told(account=self._connection.account, since=None if since is None else since.isoformat())
        return self._connection.stream(self.path, query=query, headers={"Accept": "text/csv"})
