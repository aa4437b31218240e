"""What a check changes about a key and a domain, and when the next one is due. Pure.

A key signs from the first check that finds its record right. One wrong answer proves little: somebody edits the zone, a server
is behind. So a key is given up when its record has been wrong in CHECKS checks in a row over HOLDS. No answer proves nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from penstock.account.records.answers import State

HOLDS: Final = timedelta(hours=24)
CHECKS: Final = 2

USUAL: Final = timedelta(hours=24)
FAILING: Final = timedelta(hours=1)
UNANSWERED: Final = timedelta(minutes=10)
WAITING: Final = (
    (timedelta(hours=2), timedelta(minutes=3)),
    (timedelta(days=2), timedelta(minutes=30)),
    (timedelta(days=14), timedelta(hours=6)),
)
"""While a record is waited for: up to this age, so often. Whoever has just set one wants to see it; later nobody waits."""


@dataclass(frozen=True)
class Standing:
    """What is known of a key: when its record was last right (None: it does not sign), since when and how often it was wrong.

    A key that was given up keeps the last two until it is right again.
    """

    found_at: datetime | None
    failing_since: datetime | None = None
    failures: int = 0

    def after(self, state: State, now: datetime) -> "Standing":
        """Return the standing after a check found the record in this state."""
        if state is State.UNREACHABLE:
            return self
        if state is State.FOUND:
            return Standing(now)
        if self.found_at is None:
            return self
        since, failures = self.failing_since or now, self.failures + 1
        if failures >= CHECKS and now - since >= HOLDS:
            return Standing(None, since, failures)
        return Standing(self.found_at, since, failures)

    @property
    def signs(self) -> bool:
        """Whether the key may sign."""
        return self.found_at is not None


def next_check(now: datetime, *, waiting_since: datetime | None, failing: bool, unanswered: bool) -> datetime:
    """Return when a domain is checked again.

    waiting_since: when the youngest thing was made whose record was not found yet; failing: a key that signs is wrong; unanswered:
    the DNS did not answer about a key.
    """
    rest = FAILING if failing else USUAL
    if waiting_since is not None:
        age = now - waiting_since
        rest = min(rest, next((pause for until, pause in WAITING if age < until), USUAL))
    elif unanswered:
        rest = UNANSWERED
    return now + rest
