"""Imports: a file is uploaded, looked at, then brought in by a worker while its progress is shown; its report stays."""

import secrets
from collections.abc import Generator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from penstock.account import policies
from penstock.audience import imports as there
from penstock.audience import lists as known_lists
from penstock.audience import problems, uploads
from penstock.audience.importing import country_of
from penstock.audience.lists import ListNameProblem, check_name
from penstock.audience.looking import Look
from penstock.audience.looking import look as look_at
from penstock.audience.trouble import ImportFileError
from penstock.platform import environment
from penstock.platform.connections import connection
from penstock.platform.exporting import drawn
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 30
HELD = "upload"
"""The key of the session under which the file that is being looked at is kept: its own name, that in the home, and the account that
it was uploaded for."""


@room("contacts:read", methods=("GET",))
def imports(visit: Visit) -> HttpResponse:
    """The imports, newest first, and a form for another file."""
    before = number_of(visit.request.GET.get("after"))
    rows = there.page(visit.conn, visit.account, limit=PAGE + 1, before=before)
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    return visit.page(
        "audience/imports.html", imports=rows[:PAGE], further=further, may_write=visit.may("contacts:write")
    )


@room("contacts:write", methods=("POST",))
def upload(visit: Visit) -> HttpResponse:
    """Keep an uploaded file, to be looked at before anything is written."""
    given = visit.request.FILES.get("file")
    if given is None:
        return visit.go("imports", said=_("Choose a CSV file first."), level=messages.ERROR)
    try:
        file = uploads.keep(given.chunks())
    except uploads.UploadProblem as problem:
        said = _("The file is empty.") if not given.size else str(problem)
        return visit.go("imports", said=said, level=messages.ERROR)
    _forget(visit)
    visit.request.session[HELD] = {
        "file": file.name, "name": (given.name or "upload.csv")[:200], "account": visit.account
    }  # fmt: skip
    return visit.go("import-look")


@room("contacts:write")
def look(visit: Visit) -> HttpResponse:
    """Show what a file has in it: its columns, its first rows, the lines that will not do. Then import it, or not."""
    file, name = _held(visit)
    given = visit.request.POST if visit.posted else visit.request.GET
    on, wrong, found = given.get("list", ""), "", None
    columns = {name: _column(given, name) for name in ("address_column", "phone_column", "country")}
    if given.get("do") == "drop" and visit.posted:
        _forget(visit)
        return visit.go("imports", said=_("%(name)s is thrown away; nothing was imported.") % {"name": name})
    try:
        of = country_of(visit.conn, visit.account, columns["country"])
        found = look_at(file, columns["address_column"], phone_column=columns["phone_column"], country=of)
        if given.get("do") == "import" and visit.posted:
            return _enqueue(visit, file, name, check_name(on) if on.strip() else None, columns)
    except ImportFileError as error:
        wrong = str(error).replace(str(file), name)
    except ListNameProblem as error:
        wrong = str(error)
    except FileNotFoundError:
        return visit.go(
            "imports", said=_("That file is not there any more. Choose it again."), level=messages.ERROR
        )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return visit.page(
        "audience/import_look.html", status, name=name, look=found, wrong=wrong, list=on, columns=columns,
        country=columns["country"] or policies.read(visit.conn, visit.account).country, fields=_fields(found), lists=known_lists.page(visit.conn, visit.account, limit=1000),
    )  # fmt: skip


@room("contacts:read", methods=("GET",))
def one(visit: Visit, number: int) -> HttpResponse:
    """How an import stands, with the lines that were not taken."""
    found = _import(visit, number)
    given: dict[str, Any] = {"one": found, "share": _share(found)}
    if visit.is_fragment:
        return visit.part("audience/import_progress.html", **given)
    after = number_of(visit.request.GET.get("after")) or 0
    lines = there.problems(visit.conn, visit.account, number, limit=PAGE + 1, after=after)
    further = lines[PAGE - 1].line if len(lines) > PAGE else None
    return visit.page("audience/import.html", problems=lines[:PAGE], further=further, **given)


@room("contacts:read", methods=("GET",))
def report(visit: Visit, number: int) -> HttpResponseBase:
    """The lines that were not taken, as a CSV file."""
    _import(visit, number)

    def rows() -> Generator[bytes]:
        with connection() as conn:  # the visit's own goes back before the first row is sent
            yield from problems.report(conn, number)

    headers = {"Content-Disposition": f'attachment; filename="import-{number}-problems.csv"'}
    return StreamingHttpResponse(drawn(rows()), content_type="text/csv; charset=utf-8", headers=headers)


def _column(given: Mapping[str, str], name: str) -> str | None:
    """Return what is said of a column; "" (there is none) where that was chosen, None where nothing was said."""
    said = given.get(name)
    return None if said is None or (not said.strip() and given.get("typed")) else said.strip()


def _enqueue(
    visit: Visit, file: Path, name: str, on: str | None, wanted: Mapping[str, str | None]
) -> HttpResponse:
    """Let a worker import it; the session lets go of the file, which is the import's from now on."""
    waiting = file.with_name(f"{secrets.token_hex(16)}.csv")
    file.rename(waiting)  # so that a form sent twice imports once
    try:
        number = uploads.enqueue(
            visit.conn, visit.account, waiting, visit.actor, name=name, list_name=on, **wanted
        )
    except BaseException:
        waiting.rename(file)  # it waits on, to be imported once the cause is gone
        raise
    del visit.request.session[HELD]
    return visit.go("import", number, said=_("%(name)s is being imported.") % {"name": name})


def _held(visit: Visit) -> tuple[Path, str]:
    held = visit.request.session.get(HELD)
    if not held or held.get("account") != visit.account:
        raise NotThere(_("There is no uploaded file waiting. Choose one on the page of imports."))
    return environment.uploads() / held["file"], held["name"]


def _forget(visit: Visit) -> None:
    held = visit.request.session.pop(HELD, None)
    if held:
        (environment.uploads() / held["file"]).unlink(missing_ok=True)


def _fields(found: Look | None) -> list[tuple[str, str, str]]:
    """Return each column: its name in the file, its name in messages, and `address` or `phone` where it holds that."""
    if found is None:
        return []
    named = found.columns
    holds = {named.address: "address", named.phone: "phone"}
    return [
        (name, key, holds.get(place, ""))
        for place, (name, key) in enumerate(zip(named.names, named.keys, strict=True))
    ]


def _import(visit: Visit, number: int) -> there.Import:
    try:
        return there.require(visit.conn, visit.account, number)
    except there.UnknownImport as error:
        raise NotThere(str(error)) from None


def _share(found: there.Import) -> float:
    """Return how much of the file was read, in percent."""
    at = found.progress
    if found.state == "done":
        return 100.0
    return round(100 * at["read"] / at["total"], 1) if at and at["total"] else 0.0
