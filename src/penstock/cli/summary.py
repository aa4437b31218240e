"""What came of a mailing: one JSON document for programs, a few lines for people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from penstock.cli.screen import duration, moment, number, table
from penstock.mailing.mailings import Mailing
from penstock.report.ledger import skipped_reasons
from penstock.report.progress import STATES, Progress, progress

_TIMES = """
select extract(epoch from m.frozen_at - m.started_at)::float8,
       extract(epoch from coalesce(p.last, (select max(at) from delivery_outcome where mailing = m.id)) - p.first)::float8
  from mailing_mailing m,
       lateral (select min(begun_at) as first,
                       case when bool_and(closed_at is not null) then max(closed_at) end as last
                  from delivery_package where mailing = m.id and kind <> 'skipped') as p
 where m.id = %s
"""


@dataclass(frozen=True)
class Summary:
    """The figures of one mailing at its end, or at the end of our watching it."""

    mailing: Mailing
    progress: Progress
    skipped: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def next_at(self) -> datetime | None:
        """When the next of those who wait again is due."""
        return self.progress.next_at

    @property
    def rest(self) -> bool:
        """Whether anybody is left whom an ended mailing did not reach, and no correction of it is meant for."""
        if self.mailing.corrections:
            return False
        return not self.progress.recipients or self.progress.cancelled + self.progress.expired > 0

    def document(self) -> dict[str, Any]:
        """Return the summary as the outer contract has it."""
        return {
            "mailing": self.mailing.id,
            "name": self.mailing.name,
            "status": self.mailing.state,
            "reason": self.mailing.reason,
            "due_at": self.mailing.due_at,
            **self.progress.figures(),
            "skipped": self.skipped,
            "next_attempt_at": self.next_at,
            "seconds": self.seconds,
        }

    def text(self) -> str:
        """Return the summary for people: the states that somebody is in, and how long it took."""
        rows = [(state, getattr(self.progress, state)) for state in STATES if getattr(self.progress, state)]
        lines = [(state.replace("_", " "), number(count), self._because(state)) for state, count in rows]
        lines.append(("recipients", number(self.progress.recipients), ""))
        return f"{table(('', 'n', ''), lines, right='n').split(chr(10), 1)[1]}\n{self._times()}".rstrip()

    def _because(self, state: str) -> str:
        if state == "skipped":
            return ", ".join(f"{number(count)} {reason}" for reason, count in self.skipped.items())
        if state == "deferred" and self.next_at:
            return f"next attempt {moment(self.next_at)}"
        return ""

    def _times(self) -> str:
        sending = self.seconds.get("send")
        if (
            not sending or not self.seconds["start"]
        ):  # watched from its middle on: no figure of ours would be true
            return ""
        rate = self.progress.attempts / sending
        return f"\nSent in {duration(sending)} ({number(rate)} a second), {duration(self.seconds['total'])} in all."


def summarise(conn: psycopg.Connection[Any], mailing: Mailing, own: dict[str, float]) -> Summary:
    """Read the figures of `mailing`; `own` are the seconds that only this command knows (start, import, total)."""
    figures = progress(conn, mailing.id)
    freeze, sending = conn.execute(_TIMES, (mailing.id,)).fetchone() or (None, None)
    times = {"start": own.get("start"), "import": own.get("import"), "freeze": freeze, "send": sending}
    seconds = {name: round(value or 0.0, 3) for name, value in {**times, "total": own.get("total")}.items()}
    return Summary(mailing, figures, skipped_reasons(conn, mailing.id) if figures.skipped else {}, seconds)
