"""`/reports`: what became of an account's mailings, one after the other or beside each other."""

import re
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BeforeValidator, Field

from penstock.api import streaming
from penstock.api.document import documented
from penstock.api.problems import Problem
from penstock.api.reports import shapes
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.paging import paged
from penstock.api.resources.times import Instant
from penstock.api.shapes import LARGEST_NUMBER, Account, Cursor, Limit
from penstock.report import comparison, export
from penstock.report.reporting import summary
from penstock.report.results import Result, begun, results

router = Router()


def _written(given: Any) -> Any:
    """A number would be taken for seconds since 1970."""
    if isinstance(given, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", given):
        raise ValueError("must be written like 2030-12-01T08:00:00Z")
    return given


Since = Annotated[
    Annotated[Instant, BeforeValidator(_written)] | None,
    Query(description="As CSV: only mailings whose audience was frozen since then."),
]
Compare = Annotated[
    list[Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]] | None,
    Query(max_length=comparison.MOST, description="Mailings; repeatable."),
]


@router.get(
    "",
    response=shapes.MailingSummaries,
    openapi_extra=documented(
        {"items": [shapes.SUMMARY], "next_cursor": None},
        refuses=(406,),
        also={"text/csv": f"{','.join(export.MAILINGS.split())}\r\n"},
    ),
)
def list_reports(
    request: HttpRequest, response: HttpResponse, limit: Limit = 20, cursor: Cursor = None, since: Since = None, account: Account = None
) -> Any:  # fmt: skip
    """The mailings that have begun, the newest first, with what became of them. With `Accept: text/csv` all at once, as a file."""
    wanted = request.get_preferred_type(["application/json", "text/csv"])
    if wanted is None:
        raise Problem(406, "not_acceptable", "Reports are available as application/json and text/csv.")
    with asked(request, "mailings:read") as ask:
        if wanted == "text/csv":
            return streaming.csv(*export.of_account(ask.account, since), name="mailings.csv")

        def rows(before: int | None, most: int) -> Any:
            return results(*ask.given, begun(*ask.given, limit=most, before=before))

        page = paged(request, response, f"reports {ask.account}", cursor, limit, rows)
        return {**page, "items": [summary(each) for each in page["items"]]}


@router.get(
    "/compare",
    response=shapes.Compared,
    openapi_extra=documented({"items": [shapes.SUMMARY]}, refuses=[404]),
)
def compare_mailings(
    request: HttpRequest, mailing: Compare = None,
    chain: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER, description="All steps of the chain of this mailing; of one in none it and its corrections.")] = None,
    account: Account = None,
) -> Any:  # fmt: skip
    """Mailings beside each other, in the order given; 404 names those that there are not."""
    with asked(request, "mailings:read") as ask:
        found = comparison.of_chain(*ask.given, chain) if chain else _chosen(ask, mailing or [])
        if chain and not found:
            raise Problem(404, "not_found", f"There is no mailing {chain}.")
        return {"items": [summary(each) for each in found]}


def _chosen(ask: Asked, mailings: list[int]) -> list[Result]:
    try:
        return comparison.compare(*ask.given, mailings) if mailings else []
    except LookupError as error:
        raise Problem(404, "not_found", str(error)) from error
