"""What a mailing takes of the credits of its account."""

from typing import Annotated

from pydantic import Field

from penstock.api.shapes import Shown


class CreditsTaken(Shown):
    """What it takes, where credits are counted."""

    needed: Annotated[
        int | None, Field(description="Beyond those it has; null: its recipients are being counted.")
    ]
    available: int
    before: Annotated[int, Field(description="What mailings take that start before it.")]
    lacking: Annotated[int, Field(description="So many have to be topped up, else it waits for them.")]
