"""`/imports`: CSV files that are uploaded, how far they are, and the lines that were not taken."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources import uploading
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Cursor, Id, Limit, Shown
from penstock.audience import imports
from penstock.audience.lists import LONGEST_NAME

router = Router()


class Progress(Shown):
    """How far a running import is: bytes of the file read in this phase, and of how many; rows so far."""

    phase: Literal["checking", "reading", "storing", "done"]
    read: int
    total: int
    rows: int


class Import(Shown):
    """One file brought in, or the attempt. Once done: rows = created + updated + unchanged + duplicates + rejected."""

    id: int
    name: str
    state: Literal["waiting", "running", "done", "failed"]
    list: int | None
    error: str | None
    error_code: str | None
    columns: Annotated[tuple[str, ...], Field(description="The attributes that it brought.")]
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    numbers: Annotated[int, Field(description="Lines that were taken with a telephone number.")]
    numbers_refused: Annotated[
        int,
        Field(
            description="Lines that were taken without their telephone number, which was no good. Where `numbers` is 0, not one was: the"
            " column holds others, or national ones of another country, and is no attribute either; `phone_column` chooses another, or none."
        ),
    ]
    progress: Progress | None
    started_at: datetime
    finished_at: datetime | None


class ImportPage(Shown):
    """A page of imports."""

    items: list[Import]
    next_cursor: str | None


class ImportProblem(Shown):
    """A line of the file (the first is 1) that became no contact of its own, or one without its number (`number`), and why."""

    line: int
    kind: Literal["rejected", "duplicate", "number"]
    value: str
    reason: str


class ImportProblemPage(Shown):
    """A page of lines."""

    items: list[ImportProblem]
    next_cursor: str | None


_SHOWN = {
    "id": 4, "name": "readers.csv", "state": "waiting", "list": None, "error": None, "error_code": None, "columns": [],
    "rows": 0, "created": 0, "updated": 0, "unchanged": 0, "duplicates": 0, "rejected": 0, "numbers": 0, "numbers_refused": 0, "progress": None,
    "started_at": "2030-11-22T08:00:00Z", "finished_at": None,
}  # fmt: skip
_PROBLEM = {"line": 7, "kind": "rejected", "value": "not an address", "reason": "contains a space"}


@router.get("", response=ImportPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_imports(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
) -> Any:  # fmt: skip
    """The imports of the account, the newest first."""
    with asked(request, "contacts:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return imports.page(*ask.given, limit=most, before=before)

        return paged(request, response, f"imports {ask.account}", cursor, limit, rows)


@router.post(
    "",
    response={202: Import},
    openapi_extra=uploading.DOCUMENTED
    | documented(_SHOWN, conditions=("Idempotency-Key",), refuses=(413, 415)),
)
def create_import(
    request: HttpRequest, response: HttpResponse, account: Account = None,
    name: Annotated[str, Query(min_length=1, max_length=200, description="What the file is called.")] = "upload.csv",
    list: Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, description="The name of a list to put them on, made when missing.")] = None,
    address_column: Annotated[str | None, Query(max_length=1000, description="The column with the addresses, if it is not found by its name; empty: there is none.")] = None,
    phone_column: Annotated[str | None, Query(max_length=1000, description="The column with the telephone numbers, if it is not found by its name; empty: there is none.")] = None,
    country: Annotated[str | None, Query(pattern="^[A-Za-z]{2}$", description="Whose the national telephone numbers are (ISO 3166-1 alpha-2); without it as the policy `country` says.")] = None,
) -> Any:  # fmt: skip
    """Upload a CSV file as the body. It is imported in the background: look at the import until its state is `done` or `failed`."""
    with asked(request, "contacts:write") as ask:
        return uploading.uploaded(
            request, response, ask, Import, name=name, list_name=list, address_column=address_column,
            phone_column=phone_column, country=country,
        )  # fmt: skip


@router.get("/{number}", response=Import, openapi_extra=documented(_SHOWN))
def show_import(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One import, and how far it is."""
    with asked(request, "contacts:read") as ask:
        return imports.require(*ask.given, number)


@router.get(
    "/{number}/problems",
    response=ImportProblemPage,
    openapi_extra=documented({"items": [_PROBLEM], "next_cursor": None}),
)
def list_import_problems(
    request: HttpRequest, response: HttpResponse, number: Id,
    limit: Limit = 50, cursor: Cursor = None, account: Account = None,
) -> Any:  # fmt: skip
    """The lines of an import that became no contact of their own (rejected, or repeated further down), or one without its number."""
    with asked(request, "contacts:read") as ask:

        def rows(after: int | None, most: int) -> Any:
            return imports.problems(*ask.given, number, limit=most, after=after or 0)

        listing = f"import problems {ask.account} {number}"
        return paged(request, response, listing, cursor, limit, rows, place=lambda row: row.line)
