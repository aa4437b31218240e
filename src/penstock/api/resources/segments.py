"""`/segments`: who is meant, by conditions; kept, counted, and the attributes that are quick to ask for."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, WithJsonSchema

from penstock.api.document import RECURSIVE, documented
from penstock.api.problems import Problem
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.contacts import Contact
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged, whole
from penstock.api.shapes import Account, Body, Cursor, Id, Limit, Number, Shown
from penstock.audience.attributes import LONGEST_NAME
from penstock.audience.lists import LONGEST_NAME as LONGEST
from penstock.audience.segments import counting, document, indexing, keeping, naming, text
from penstock.audience.segments.conditions import Condition, SegmentError
from penstock.audience.segments.schema import CONDITION
from penstock.audience.segments.words import LONGEST_TEXT

router = Router()

Definition = Annotated[dict[str, Any], WithJsonSchema({RECURSIVE: CONDITION})]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST, description="One printable line.")]
Text = Annotated[
    str,
    Field(
        max_length=LONGEST_TEXT, description='As people write it: `city is "Paris" and not on list "Staff"`.'
    ),
]
Seconds = Annotated[float, Query(ge=0.1, le=counting.LONGEST, description="How long to count at most.")]
First = Annotated[int, Query(ge=0, le=100, description="How many of the contacts to show.")]


class WhoIsMeant(Body):
    """Who is meant: a definition, or the same as text."""

    definition: Definition | None = None
    text: Text | None = None


class NewSegment(WhoIsMeant):
    """A segment to be kept."""

    name: Name


class SegmentChange(WhoIsMeant):
    """What is given changes. With `version` it is refused when somebody has changed it since."""

    name: Name | None = None
    version: Number | None = None


class Segment(Shown):
    """One segment, in both forms. `version` grows with each change."""

    id: int
    name: str
    definition: Definition
    text: str
    version: int
    made_by: str
    created_at: datetime
    updated_at: datetime


class SegmentPage(Shown):
    """A page of segments."""

    items: list[Segment]
    next_cursor: str | None


class Unknown(Shown):
    """An attribute that is asked for and that no contact has, and what was meant, perhaps."""

    name: str
    nearest: str | None


class Count(Shown):
    """How many contacts are meant now, suppressed ones among them (null: it took longer than was given), and the first of them.

    Where nobody is meant: attributes that no contact has.
    """

    count: int | None
    first: list[Contact]
    unknown: list[Unknown]
    definition: Definition
    text: str


class NewIndex(Body):
    """An attribute to be made quick to ask for; `text` serves dates, too."""

    attribute: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    type: Literal["text", "number"] = "text"


class Index(Shown):
    """An index: `waiting` until a worker has built it."""

    id: int
    attribute: str
    type: str
    state: Literal["waiting", "ready"]
    made_by: str
    created_at: datetime


class Indexes(Shown):
    """The indexes of an account."""

    items: list[Index]
    next_cursor: str | None


_WANTED = {"text": 'city is "Paris" and age >= 18'}
_DEFINED = {
    "all": [
        {"attribute": "city", "type": "text", "operator": "is", "value": "Paris"},
        {"attribute": "age", "type": "number", "operator": "at_least", "value": 18},
    ]
}
_SHOWN = {
    "id": 2, "name": "Grown-ups in Paris", "definition": _DEFINED, **_WANTED, "version": 1, "made_by": "anna@example.org",
    "created_at": "2030-11-22T08:00:00Z", "updated_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_CONTACT = {
    "id": 12, "address": "anna@example.org", "phone": "+33612345678", "region": "FR", "attributes": {"city": "Paris", "age": "42"},
    "created_at": "2030-11-22T08:00:00Z", "updated_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_COUNT = {"count": 1, "first": [_CONTACT], "unknown": [], "definition": _DEFINED, **_WANTED}
_INDEX = {
    "id": 1, "attribute": "city", "type": "text", "state": "waiting", "made_by": "anna@example.org",
    "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip


@router.get("", response=SegmentPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_segments(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    name: Annotated[str | None, Query(max_length=LONGEST, description="Only the one of this name.")] = None,
) -> Any:  # fmt: skip
    """The segments of the account, by number."""
    with asked(request, "contacts:read") as ask:

        def rows(after: int | None, most: int) -> Any:
            return [
                _shown(ask, each)
                for each in keeping.page(*ask.given, limit=most, after=after or 0, name=name)
            ]

        place = lambda row: row["id"]  # noqa: E731
        return paged(request, response, f"segments {ask.account} {name}", cursor, limit, rows, place=place)


@router.post(
    "",
    response={201: Segment},
    openapi_extra=documented(
        _SHOWN,
        body={"name": "Grown-ups in Paris", **_WANTED},
        conditions=("Idempotency-Key",),
        refuses=(409,),
    ),
)
def create_segment(
    request: HttpRequest, response: HttpResponse, given: NewSegment, account: Account = None
) -> Any:
    """Keep a segment."""
    with asked(request, "contacts:write") as ask:

        def make() -> Any:
            return _shown(ask, keeping.create(*ask.given, given.name, _condition(given), ask.actor))

        return made(request, response, ask, "segments", Segment, make)


@router.post("/count", response=Count, openapi_extra=documented(_COUNT, body=_WANTED))
def count_contacts(
    request: HttpRequest,
    given: WhoIsMeant,
    seconds: Seconds = 10.0,
    first: First = counting.FIRST,
    account: Account = None,
) -> Any:
    """Count whom conditions mean, without keeping them; the answer has both their forms."""
    with asked(request, "contacts:read") as ask:
        return _counted(ask, naming.resolved(*ask.given, _condition(given)), seconds, first)


@router.get("/indexes", response=Indexes, openapi_extra=documented({"items": [_INDEX], "next_cursor": None}))
def list_indexes(request: HttpRequest, account: Account = None) -> Any:
    """The attributes that are quick to ask for."""
    with asked(request, "contacts:read") as ask:
        return whole(indexing.all_of(*ask.given))


@router.post(
    "/indexes",
    response={201: Index},
    openapi_extra=documented(_INDEX, body={"attribute": "city"}, conditions=("Idempotency-Key",)),
)
def create_index(
    request: HttpRequest, response: HttpResponse, given: NewIndex, account: Account = None
) -> Any:
    """Have an attribute made quick to ask for; nothing changes where it is."""
    with asked(request, "policies:write") as ask:

        def make() -> Any:
            return indexing.declare(*ask.given, given.attribute, given.type, ask.actor)

        return made(request, response, ask, "segments/indexes", Index, make)


@router.delete("/indexes/{index}", response={204: None}, openapi_extra=documented())
def drop_index(request: HttpRequest, index: Id, account: Account = None) -> Any:
    """Let an index go; segments over the attribute read all contacts again."""
    with asked(request, "policies:write") as ask:
        indexing.drop(*ask.given, index, ask.actor)
        return Status(204, None)


@router.get("/{segment}", response=Segment, openapi_extra=documented(_SHOWN))
def show_segment(request: HttpRequest, segment: Id, account: Account = None) -> Any:
    """One segment."""
    with asked(request, "contacts:read") as ask:
        return _shown(ask, keeping.require(*ask.given, segment))


@router.patch(
    "/{segment}",
    response=Segment,
    openapi_extra=documented(_SHOWN, body={"version": 1, **_WANTED}, refuses=(409,)),
)
def edit_segment(request: HttpRequest, segment: Id, given: SegmentChange, account: Account = None) -> Any:
    """Change a segment. Mailings that were submitted keep what it was then."""
    with asked(request, "contacts:write") as ask:
        condition = None if given.definition is None and given.text is None else _condition(given)
        return _shown(
            ask,
            keeping.change(
                *ask.given, segment, ask.actor, name=given.name, condition=condition, expected=given.version
            ),
        )


@router.delete("/{segment}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_segment(request: HttpRequest, segment: Id, account: Account = None) -> Any:
    """Delete a segment. Refused while a mailing that has not ended goes by it."""
    with asked(request, "contacts:write") as ask:
        keeping.delete(*ask.given, segment, ask.actor)
        return Status(204, None)


@router.get("/{segment}/count", response=Count, openapi_extra=documented(_COUNT))
def count_segment(
    request: HttpRequest,
    segment: Id,
    seconds: Seconds = 10.0,
    first: First = counting.FIRST,
    account: Account = None,
) -> Any:
    """Count whom a segment means now, and show the first of them."""
    with asked(request, "contacts:read") as ask:
        return _counted(ask, keeping.require(*ask.given, segment).condition, seconds, first)


def _condition(given: WhoIsMeant) -> Condition:
    if (given.definition is None) == (given.text is None):
        words = "Give either a definition or a text."
        raise Problem(422, "invalid", words, errors=[{"pointer": "#/definition", "detail": words}])
    try:
        return text.read(given.text) if given.text is not None else document.read(given.definition)
    except SegmentError as error:
        where = "#/text" if given.text is not None else f"#/definition/{error.place}".rstrip("/")
        raise Problem(
            422, "segment_invalid", str(error), errors=[{"pointer": where, "detail": str(error)}]
        ) from None


def _counted(ask: Asked, condition: Condition, seconds: float, first: int) -> dict[str, Any]:
    found = counting.count(*ask.given, condition, seconds=seconds, first=first)
    return {"count": found.count, "first": found.first, "unknown": found.unknown, **_forms(ask, condition)}


def _shown(ask: Asked, segment: keeping.Segment) -> dict[str, Any]:
    return {
        name: getattr(segment, name)
        for name in ("id", "name", "version", "made_by", "created_at", "updated_at")
    } | _forms(ask, segment.condition)


def _forms(ask: Asked, condition: Condition) -> dict[str, Any]:
    return {"definition": document.write(condition), "text": naming.text_of(*ask.given, condition)}
