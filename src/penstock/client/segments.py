"""Segments, the attributes that are quick to ask for, and the events that segments ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from penstock.client.audience import Contact
from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Segment(Model):
    """One segment, in both forms."""

    id: int
    name: str
    definition: dict[str, Any]
    text: str
    version: int
    made_by: str
    created_at: datetime
    updated_at: datetime


class UnknownAttribute(Model):
    """An attribute that is asked for and that no contact has; `nearest`: one that they have, which was meant perhaps."""

    name: str
    nearest: str | None


class Count(Model):
    """How many contacts are meant now (None: it took longer than was given), and the first of them.

    `unknown`: where nobody is meant, the attributes that no contact has.
    """

    count: int | None
    first: tuple[Contact, ...]
    unknown: tuple[UnknownAttribute, ...]
    definition: dict[str, Any]
    text: str


class Index(Model):
    """An attribute that is quick to ask for, once its state is `ready`."""

    id: int
    attribute: str
    type: str
    state: str
    made_by: str
    created_at: datetime


class NewEvent(TypedDict):
    """What a contact did; who it is, is said by `contact` or `address`. One with a `key` is noted once."""

    name: str
    contact: NotRequired[int]
    address: NotRequired[str]
    at: NotRequired[str]
    data: NotRequired[Mapping[str, str | int | float | bool | None]]
    key: NotRequired[str]


class Noted(Model):
    """How many events were noted, how many had come before, and which ones (from 0) are about no contact."""

    noted: int
    repeated: int
    unknown: tuple[int, ...]


class Event(Model):
    """One event."""

    id: int
    contact: int
    kind: str
    name: str | None
    at: datetime
    told_at: datetime
    mailing: int | None
    data: dict[str, Any] | None
    key: str | None


class Segments(Resource):
    """`/segments`. Who is meant is given as `text`, or as `definition`."""

    path = "/segments"

    def all(self, *, name: str | None = None, limit: int | None = None) -> Pages[Segment]:
        """The segments of the account, or the one of this name."""
        return self._pages(Segment, name=name, limit=limit)

    def create(
        self,
        name: str,
        text: str | None = None,
        *,
        definition: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Segment:
        """Keep a segment."""
        body = told(name=name, text=text, definition=definition)
        return self._one(Segment, "POST", body=body, key=key, once=True)

    def get(self, number: int) -> Segment:
        """One segment."""
        return self._one(Segment, "GET", f"/{number}")

    def edit(
        self, number: int, *, name: str | None = None, text: str | None = None, definition: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Segment:  # fmt: skip
        """Change a segment. Raises Refused (`segment_changed`) when it is not at this version any more."""
        body = told(name=name, text=text, definition=definition, version=version)
        return self._one(Segment, "PATCH", f"/{number}", body=body)

    def delete(self, number: int) -> None:
        """Delete a segment. Raises Refused (`segment_in_use`) while a mailing that has not ended goes by it."""
        self._ask("DELETE", f"/{number}")

    def count(self, number: int, *, seconds: float | None = None, first: int | None = None) -> Count:
        """Count whom a segment means now, for so many seconds at most."""
        return self._one(Count, "GET", f"/{number}/count", query=told(seconds=seconds, first=first))

    def try_out(
        self, text: str | None = None, *, definition: Mapping[str, Any] | None = None,
        seconds: float | None = None, first: int | None = None,
    ) -> Count:  # fmt: skip
        """Count whom conditions mean, without keeping them."""
        body = told(text=text, definition=definition)
        return self._one(Count, "POST", "/count", body=body, query=told(seconds=seconds, first=first))

    def indexes(self) -> Pages[Index]:
        """The attributes that are quick to ask for."""
        return self._pages(Index, "/indexes")

    def index(self, attribute: str, type: str = "text", *, key: str | None = None) -> Index:
        """Have an attribute made quick to ask for: `text` (dates, yes or no, too) or `number`."""
        return self._one(
            Index, "POST", "/indexes", body={"attribute": attribute, "type": type}, key=key, once=True
        )

    def drop_index(self, number: int) -> None:
        """Let an index go."""
        self._ask("DELETE", f"/indexes/{number}")


class Events(Resource):
    """`/events`."""

    path = "/events"

    def all(self, *, contact: int | None = None, limit: int | None = None) -> Pages[Event]:
        """What contacts did, or one of them, the newest first."""
        return self._pages(Event, contact=contact, limit=limit)

    def tell(self, events: Sequence[NewEvent]) -> Noted:
        """Tell what contacts did, up to 1,000 at once."""
        return self._one(Noted, "POST", body={"events": [*events]})
