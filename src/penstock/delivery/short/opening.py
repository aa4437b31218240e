"""Who may not be sent to at this moment: quiet hours of the recipient, sending hours of the country. Asked for every short message.

Packages go at the opening of their place (delivery.cutting); here is what nothing passes: a country that shuts while it is sent to, a
retry that falls into the night, a number that has come to another country since.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from penstock.audience.whereabouts import zone_of
from penstock.delivery.zones import named
from penstock.mailing.timeline import Pace, place

FRESH: Final = 1.0
"""Seconds for which a place counts as open, or shut, without being asked again."""


class Opening:
    """The places that a lane sends to, and whether each is open. `wait` is the hot path: two look-ups where all is well."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._known: dict[
            str, tuple[float, datetime | None]
        ] = {}  # by place: until when that holds, and its opening

    def wait(self, number: str, country: str, said: str | None) -> float:
        """Return how many seconds there are until this recipient may be sent to; 0: at once. `said`: the zone of the contact."""
        where = place(named(said) or zone_of(number) or self._pace.zone, country)
        until, opens = self._known.get(where, (0.0, None))
        if time.monotonic() > until:
            opens = self._look(where)
        return 0.0 if opens is None else max(1.0, (opens - datetime.now(UTC)).total_seconds())

    def _look(self, where: str) -> datetime | None:
        now = datetime.now(UTC)
        at = self._pace.awake(where, now)
        opens = at if at > now else None
        self._known[where] = time.monotonic() + FRESH, opens
        return opens


def opening_of(pace: Pace) -> Opening | None:
    """Return what to ask; None where everybody may be sent to always."""
    return Opening(pace) if pace.quiet is not None or pace.hours is not None else None
