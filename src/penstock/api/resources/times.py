"""Times in bodies: with their offset, and within what a database and a calendar can hold."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _sensible(given: datetime) -> datetime:
    try:
        told = given.astimezone(UTC)
    except OverflowError:
        told = None
    if told is None or not datetime(1970, 1, 1, tzinfo=UTC) <= told < LATEST:
        raise ValueError("must lie between 1970 and 2200")
    return told


Instant = Annotated[
    AwareDatetime,
    Field(strict=False, description="With its offset: `2030-12-01T08:00:00Z`."),
    AfterValidator(_sensible),
]
