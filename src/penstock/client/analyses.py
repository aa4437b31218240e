"""What the analysis of a mailing answers."""

from datetime import datetime
from typing import Any

from penstock.client.models import Model


class Case(Model):
    """A recipient whom a finding concerns."""

    contact: int
    address: str
    detail: str


class Finding(Model):
    """One thing that was found: a blocker, a warning or a note. `count` recipients are concerned, None: the message itself."""

    id: int
    severity: str
    code: str
    place: str
    text: str
    cure: str
    count: int | None
    cases: list[Case]


class Analysis(Model):
    """The newest analysis of a mailing; `current`: of what it is now. It is over when `state` is done, cancelled or failed."""

    id: int
    mailing: int
    state: str
    current: bool
    options: dict[str, Any]
    total: int | None
    done: int
    percent: int
    figures: dict[str, Any]
    error: str | None
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    counts: dict[str, int]
    findings: list[Finding]
