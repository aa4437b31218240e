"""Segments: said by rows of a form or as text, counted while they are written, kept, deleted."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.audience.segments import counting, keeping, naming
from penstock.audience.segments import text as texts
from penstock.audience.segments.conditions import Condition, SegmentError
from penstock.web.room.audience import building
from penstock.web.room.audience.subjects import subjects
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50
_SECONDS = 20.0
"""How long somebody waits for a count."""


@dataclass
class Form:
    """A segment as it is being written: by rows or as text, and what is wrong with it."""

    name: str = ""
    by_rows: bool = True
    rows: list[building.Row] = field(default_factory=list)
    any_of: bool = False
    text: str = ""
    version: int | None = None
    wrong: str = ""

    @property
    def shown(self) -> list[tuple[int, building.Row]]:
        """The rows to be drawn, numbered, with empty ones behind them."""
        spare = [building.Row()] * min(building.SPARE, building.MOST - len(self.rows))
        return list(enumerate([*self.rows, *spare]))


@room("contacts:read")
def segments(visit: Visit) -> HttpResponse:
    """The segments of the account."""
    after = number_of(visit.request.GET.get("after")) or 0
    rows = keeping.page(visit.conn, visit.account, limit=PAGE + 1, after=after)
    return visit.page(
        "audience/segments.html", segments=[(each, naming.text_of(visit.conn, visit.account, each.condition)) for each in rows[:PAGE]],
        further=rows[PAGE - 1].id if len(rows) > PAGE else None, may_write=visit.may("contacts:write"),
    )  # fmt: skip


@room("contacts:write")
def new(visit: Visit) -> HttpResponse:
    """Write another segment."""
    form = _posted(visit) if visit.posted else Form(by_rows=visit.request.GET.get("as") != "text")
    if visit.request.POST.get("do") == "save" and (condition := _read(visit, form)) is not None:
        try:
            made = keeping.create(visit.conn, visit.account, form.name, condition, visit.actor)
            return visit.go("segment", made.id, said=_("The segment %(name)s is kept.") % {"name": made.name})
        except (SegmentError, keeping.SegmentNameTaken) as error:
            form.wrong = str(error)
    return _page(visit, form, None)


@room("contacts:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One segment, as a form for who may change it."""
    there = _found(visit, number)
    form = _posted(visit) if visit.posted else _form(visit, there.name, there.condition, there.version)
    if visit.posted:
        visit.require("contacts:write")
    if visit.request.POST.get("do") == "save" and (condition := _read(visit, form)) is not None:
        try:
            keeping.change(
                visit.conn,
                visit.account,
                number,
                visit.actor,
                name=form.name,
                condition=condition,
                expected=form.version,
            )
            return visit.go("segment", number, said=_("Saved."))
        except (SegmentError, keeping.SegmentNameTaken, keeping.SegmentChanged) as error:
            form.wrong = str(error)
    return _page(visit, form, there)


@room("contacts:read", methods=("POST",))
def count(visit: Visit) -> HttpResponse:
    """How many what is being written means now, and the first of them: for the place beside the form."""
    form = _posted(visit)
    return visit.either("audience/segment_count.html", **_counted(visit, form, _SECONDS))


@room("contacts:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a segment is to be deleted, and do it."""
    there = _found(visit, number)
    if visit.posted:
        try:
            keeping.delete(visit.conn, visit.account, number, visit.actor)
        except keeping.SegmentInUse as error:
            return visit.go("segment", number, said=str(error), level=messages.ERROR)
        return visit.go("segments", said=_("The segment %(name)s is deleted.") % {"name": there.name})
    return visit.either("audience/segment_delete.html", segment=there)


def _found(visit: Visit, number: int) -> keeping.Segment:
    try:
        return keeping.require(visit.conn, visit.account, number)
    except keeping.UnknownSegment as error:
        raise NotThere(str(error)) from None


def _page(visit: Visit, form: Form, there: keeping.Segment | None) -> HttpResponse:
    do = visit.request.POST.get("do", "")
    told: dict[str, Any] = _counted(visit, form, _SECONDS) if do == "count" else {}
    _turn(visit, form, do)
    return visit.page(
        "audience/segment.html", HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK, form=form, segment=there,
        subjects=subjects(visit, form.rows) if form.by_rows else [], operators=building.OPERATORS.items(),
        may_write=visit.may("contacts:write"), counted_now=do == "count", **told,
    )  # fmt: skip


def _turn(visit: Visit, form: Form, do: str) -> None:
    """Write it the other way, where somebody asked for that."""
    if do not in ("text", "rows") or (condition := _read(visit, form)) is None:
        return
    other = _form(visit, form.name, condition, form.version, by_rows=do == "rows")
    if do == "rows" and not other.by_rows:
        form.wrong = _("It is nested too deep for rows: change it as text.")
        return
    form.by_rows, form.rows, form.any_of, form.text = other.by_rows, other.rows, other.any_of, other.text


def _form(
    visit: Visit, name: str, condition: Condition, version: int | None, *, by_rows: bool = True
) -> Form:
    rows = building.as_rows(condition) if by_rows else None
    text = naming.text_of(visit.conn, visit.account, condition)
    if rows is None:
        return Form(name, False, [], False, text, version)
    return Form(name, True, rows[0], rows[1], text, version)


def _posted(visit: Visit) -> Form:
    post = visit.request.POST
    by_rows = post.get("by") != "text"
    return Form(
        post.get("name", "")[:1000], by_rows, building.rows_of(post) if by_rows else [], post.get("join") == "any",
        post.get("text", ""), number_of(post.get("version")),
    )  # fmt: skip


def _read(visit: Visit, form: Form) -> Condition | None:
    """What the form says; None where that cannot be, which stands in the form then."""
    try:
        given = (
            building.condition_of(form.rows, any_of=form.any_of) if form.by_rows else texts.read(form.text)
        )
        return naming.resolved(visit.conn, visit.account, given)
    except SegmentError as error:
        form.rows = building.faulty(form.rows)
        form.wrong = (
            _("Something is missing in a condition.") if any(row.wrong for row in form.rows) else str(error)
        )
        return None


def _counted(visit: Visit, form: Form, seconds: float) -> dict[str, Any]:
    condition = _read(visit, form)
    if condition is None:
        return {"fault": form.wrong}
    counted = counting.count(visit.conn, visit.account, condition, seconds=seconds)
    return {"counted": counted, "read": naming.text_of(visit.conn, visit.account, condition)}
