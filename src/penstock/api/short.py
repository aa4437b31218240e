"""How a short message is shown: its parts, its coding, and what forces UCS-2."""

from typing import Annotated

from pydantic import Field

from penstock.api.shapes import Shown


class Foreign(Shown):
    """A character that forces UCS-2. `of_data`: it is of the recipient's attributes, not of the text. `place` counts from 0."""

    character: str
    name: str
    place: int
    count: int
    replacement: str | None
    of_data: bool


class Short(Shown):
    """A short message in its parts. `most` units fit into one, `left` more into the last: septets, or units of UTF-16."""

    coding: Annotated[str, Field(description="gsm7 or ucs2.")]
    language: Annotated[str, Field(description="Of the national table, where one is used.")]
    units: int
    most: int
    left: int
    parts: list[str]
    forcing: list[Foreign]


EXAMPLE = {
    "coding": "ucs2", "language": "", "units": 26, "most": 70, "left": 44, "parts": ["It’s ready, Ann. STOP 36180"],
    "forcing": [
        {"character": "’", "name": "RIGHT SINGLE QUOTATION MARK", "place": 2, "count": 1, "replacement": "'", "of_data": False}
    ],
}  # fmt: skip
