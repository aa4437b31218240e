"""`/styleguide`: every component in all its states, light and dark, for those who work on the room (PENSTOCK_DEVELOPER=1)."""

import os
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from django.http import HttpResponse

from penstock.web.room import words
from penstock.web.room.visit import NotThere, Visit, room

BARS = ((0.0, 0.0), (0.0, 40.0), (35.5, 60.0), (80.0, 80.0), (100.0, 100.0))
DURATIONS = (0.4, 12, 75, 3_700, 90_061, 2_600_000)


@room(None, methods=("GET",))
def styleguide(visit: Visit) -> HttpResponse:
    """The components as the pages use them: made by the same tags, parts and classes."""
    if os.environ.get("PENSTOCK_DEVELOPER") != "1":
        raise NotThere
    return visit.page(
        "styleguide.html", schemes=("light", "dark"), states=list(words.STATES), bars=BARS, durations=DURATIONS,
        mailings=[_sample(number, state) for number, state in enumerate(words.STATES, 1)], commands=list(words.COMMANDS),
        now=datetime.now(UTC) + timedelta(hours=3), tones=("", "success", "warning", "error"),
    )  # fmt: skip


def _sample(number: int, state: str) -> SimpleNamespace:
    return SimpleNamespace(id=number, name=f"Sample {number}", state=state, version=1, account=0)
