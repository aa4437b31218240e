"""`/mailings`: listed, made, shown, edited, deleted."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from penstock.account import access
from penstock.api import cursors
from penstock.api.authentication import account_of, actor_of
from penstock.api.conditions import expected_version, repeatable, tag
from penstock.api.document import documented
from penstock.api.mailings import examples, writing
from penstock.api.mailings.given import Archived, MailingChange, NewMailing, Search, States, Steps, Tag, Tags
from penstock.api.mailings.shapes import Answer, MailingPage, TagsShown, WholeMailing
from penstock.api.mailings.showing import answered, as_it_stands, commander, found, known, shown, whole
from penstock.api.repeating import mark
from penstock.api.shapes import Account, Cursor, DryRun, Id, Limit
from penstock.mailing import control, tagging
from penstock.mailing.mailings import listed
from penstock.platform.connections import connection

router = Router()


@router.get("", response=MailingPage, openapi_extra=documented(examples.PAGE))
def list_mailings(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    state: States = None, search: Search = None, archived: Archived = False, tag: Tag = None,
) -> Any:  # fmt: skip
    """The mailings of the account, newest first."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    listing = f"mailings {account_of(request)} {sorted(state or [])} {search} {archived} {tag}"
    before = cursors.read(listing, cursor)
    with connection() as conn:
        rows = listed(
            conn,
            account_of(request),
            limit=limit + 1,
            before=before,
            states=state,
            search=search,
            archived=archived,
            tag=tag.strip().lower() if tag else None,
        )
        items, more = cursors.page(rows, limit)
        following = cursors.write(listing, items[-1].id) if more else None
        cursors.link_next(request, response, following)
        return {"items": [shown(conn, mailing, actor.roles) for mailing in items], "next_cursor": following}


@router.post(
    "",
    response={201: WholeMailing},
    openapi_extra=documented(
        examples.WHOLE, body=examples.NEW, conditions=("Idempotency-Key",), refuses=(404,)
    ),
)
def create_mailing(
    request: HttpRequest, response: HttpResponse, given: NewMailing, account: Account = None
) -> Any:
    """Make a mailing, as a draft."""
    actor = actor_of(request)
    access.require(actor, "mailings:write")
    with connection() as conn:
        number, repeated = writing.create(conn, account_of(request), given, actor, repeatable(request))
        mailing = found(conn, actor, number)
        mark(response, repeated=repeated)
        response["Location"] = f"/api/v1/mailings/{number}"
        response["ETag"] = tag(mailing.version)
        return Status(201, whole(conn, mailing, actor))


@router.get("/{mailing}", response=WholeMailing, openapi_extra=documented(examples.WHOLE))
def show_mailing(request: HttpRequest, response: HttpResponse, mailing: Id) -> Any:
    """One mailing with its content and figures; its ETag is its version."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        there, told = as_it_stands(conn, actor, mailing)
        response["ETag"] = tag(there.version)
        return told


@router.patch(
    "/{mailing}",
    response=WholeMailing,
    openapi_extra=documented(
        examples.WHOLE, body=examples.CHANGE, conditions=("If-Match", "Idempotency-Key"), refuses=(409, 412)
    ),
)
def edit_mailing(request: HttpRequest, response: HttpResponse, mailing: Id, given: MailingChange) -> Any:
    """Edit a draft: what is given changes, what is left out stays. A dry run shows it as it would be."""
    actor = actor_of(request)
    access.require(actor, "mailings:write")
    with connection() as conn, writing.tried(conn, dry=given.dry_run):
        did = writing.edit(conn, mailing, given, actor, expected_version(request), repeatable(request))
        mark(response, repeated=did.repeated)
        there = found(conn, actor, mailing)
        response["ETag"] = tag(there.version)
        return whole(conn, there, actor)


@router.put(
    "/{mailing}/tags", response=TagsShown, openapi_extra=documented(examples.TAGS, body=examples.TAGS)
)
def tag_mailing(request: HttpRequest, mailing: Id, given: Tags) -> Any:
    """Give a mailing these tags in place of those it had, in any state; its version stays."""
    actor = actor_of(request)
    with connection() as conn:
        there = found(conn, actor, mailing)
        tags = tagging.put(conn, there.account, there.id, given.tags, actor)
        if tags is None:
            raise control.NotFound(f"There is no mailing {mailing}.")
        return {"tags": tags}


@router.delete(
    "/{mailing}",
    response=Answer,
    openapi_extra=documented(
        examples.DELETED, conditions=("If-Match", "Idempotency-Key"), refuses=(409, 412)
    ),
)
def delete_mailing(
    request: HttpRequest, response: HttpResponse, mailing: Id, dry_run: DryRun = False, steps: Steps = None
) -> Any:
    """Delete a draft that never started, and the later steps of its chain; `steps` says then how many mailings go."""
    actor = commander(request)
    with connection() as conn:
        known(
            conn, actor, mailing
        )  # one that is gone too: a request that comes again is answered as the first time
        answer = control.command(
            conn, mailing, "delete", actor, dry_run=dry_run, expected_version=expected_version(request),
            request=repeatable(request), steps=steps,
        )  # fmt: skip
        mark(response, repeated=answer.repeated)
        return answered(conn, "delete", answer, actor)
