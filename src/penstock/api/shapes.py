"""Shapes that many requests and answers share."""

from typing import Annotated, Any

from ninja import Path, Query
from pydantic import BaseModel, ConfigDict, Field

LARGEST_NUMBER = 2_147_483_647

Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
"""The number of an object in a body."""

Id = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
"""The number of an object in an address."""

Limit = Annotated[int, Query(ge=1, le=1000, description="So many at most.")]

Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next_cursor` of the page before; with the same filters.")
]

Account = Annotated[
    int | None,
    Query(ge=1, le=LARGEST_NUMBER, description="Only for tokens of the platform: the account that is meant."),
]


DryRun = Annotated[bool, Query(description="Only say what would be done.")]


class Body(BaseModel):
    """What clients send: every member known, none of another kind than it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shown(BaseModel):
    """What clients get."""

    model_config = ConfigDict(from_attributes=True)


Document = dict[str, Any]
