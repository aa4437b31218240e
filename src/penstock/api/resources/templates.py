"""`/templates`: messages kept to make mailings from, in all their versions."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from penstock.api import messages
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.messages import Channel, Message, MessageChange
from penstock.api.problems import Problem
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.making import made
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Body, Cursor, Document, Id, Limit, Number, Shown
from penstock.content import accepting, checking, templates
from penstock.content.messages import load_message, store_message

router = Router()

Name = Annotated[
    str, Field(min_length=1, max_length=templates.LONGEST_NAME, description="One printable line.")
]
OneVersion = Annotated[int | None, Query(ge=1, le=2_147_483_647, description="As it was in this version.")]


class NewTemplate(Body):
    """A template to make, of a message given here or of a mailing's."""

    name: Name
    message: Message | None = None
    mailing: Annotated[Number | None, Field(description="Take the message of this mailing.")] = None


class TemplateChange(Body):
    """What is given changes; of the message, too, what is left out stays. Each change of the message makes another version."""

    name: Name | None = None
    message: MessageChange | None = None
    version: Annotated[
        Number | None, Field(description="Take the message of this earlier version again.")
    ] = None


class Template(Shown):
    """A template, without its content."""

    id: int
    name: str
    channel: str
    subject: str
    version: Annotated[int, Field(description="Grows with every change of the message.")]
    made_by: str
    created_at: datetime
    changed_at: datetime


class WholeTemplate(Template):
    """A template with its content, and what would keep a mailing of it from being submitted."""

    message: Document
    blockers: list[str]


class TemplatePage(Shown):
    """A page of templates."""

    items: list[Template]
    next_cursor: str | None


class TemplateVersion(Shown):
    """A version of a template; `GET /templates/{number}?version=…` shows what it was."""

    version: int
    made_by: str
    at: datetime


class TemplateVersionPage(Shown):
    """A page of versions, newest first."""

    items: list[TemplateVersion]
    next_cursor: str | None


_SHOWN = {
    "id": 2, "name": "monthly", "channel": "email", "subject": "News for {{ first_name }}", "version": 1,
    "made_by": "anna@example.org", "created_at": "2030-11-22T08:00:00Z", "changed_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_WHOLE = {**_SHOWN, "message": {**messages.EXAMPLE, "html": None, "design": messages.DESIGN}, "blockers": []}
_NEW = {"name": "monthly", "message": messages.BLOCKS}
_VERSION = {"version": 1, "made_by": "anna@example.org", "at": "2030-11-22T08:00:00Z"}


@router.get("", response=TemplatePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_templates(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    name: Annotated[str | None, Query(max_length=templates.LONGEST_NAME, description="Only the one of this name.")] = None,
    channel: Channel | None = None,
) -> Any:  # fmt: skip
    """The templates of the account, by number."""
    with asked(request, "templates:read") as ask:

        def rows(after: int | None, most: int) -> Any:
            return templates.page(*ask.given, limit=most, after=after or 0, name=name, channel=channel)

        return paged(request, response, f"templates {ask.account} {name} {channel}", cursor, limit, rows)


@router.post(
    "",
    response={201: WholeTemplate},
    openapi_extra=documented(_WHOLE, body=_NEW, conditions=("Idempotency-Key",), refuses=(404, 409)),
)
def create_template(
    request: HttpRequest, response: HttpResponse, given: NewTemplate, account: Account = None
) -> Any:
    """Make a template, of a message or of a mailing's."""
    with asked(request, "templates:write") as ask:

        def make() -> Any:
            message = _given(ask, given)
            return _whole(
                ask, templates.create(*ask.given, name=given.name, message=message, actor=ask.actor).id
            )

        return made(request, response, ask, "templates", WholeTemplate, make)


@router.get("/{number}", response=WholeTemplate, openapi_extra=documented(_WHOLE))
def show_template(
    request: HttpRequest, number: Id, version: OneVersion = None, account: Account = None
) -> Any:
    """One template with its content, as it is or as it was."""
    with asked(request, "templates:read") as ask:
        return _whole(ask, number, version)


@router.patch(
    "/{number}",
    response=WholeTemplate,
    openapi_extra=documented(_WHOLE, body={"message": {"subject": "News"}}, refuses=(409,)),
)
def edit_template(request: HttpRequest, number: Id, given: TemplateChange, account: Account = None) -> Any:
    """Change a template; mailings made from it stay as they are."""
    with asked(request, "templates:write") as ask, ask.conn.transaction():
        message = templates.message_of(*ask.given, number, given.version)
        if given.message is not None:
            message = _changed(ask, message, given.message)
        templates.change(*ask.given, number, actor=ask.actor, name=given.name, message=message)
        return _whole(ask, number)


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def delete_template(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Delete a template with its versions; mailings made from it stay."""
    with asked(request, "templates:write") as ask:
        templates.delete(*ask.given, number, ask.actor)
        return Status(204, None)


@router.get(
    "/{number}/versions",
    response=TemplateVersionPage,
    openapi_extra=documented({"items": [_VERSION], "next_cursor": None}),
)
def list_template_versions(
    request: HttpRequest, response: HttpResponse, number: Id, limit: Limit = 50, cursor: Cursor = None,
    account: Account = None,
) -> Any:  # fmt: skip
    """The versions of a template, newest first."""
    with asked(request, "templates:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return templates.versions(*ask.given, number, limit=most, before=before)

        listing = f"template {ask.account} {number}"
        return paged(request, response, listing, cursor, limit, rows, place=lambda row: row.version)


def _given(ask: Asked, given: NewTemplate) -> int:
    """The number of the message that a template is to be made of. Raises Problem, NotFound, NotAccepted, TooLarge."""
    if (given.message is None) == (given.mailing is None):
        words = "Give either a message, or the mailing to take it from."
        raise Problem(422, "invalid", words, errors=[{"pointer": "#/message", "detail": words}])
    if given.message is None:
        assert given.mailing is not None
        mailing = found(ask.conn, ask.actor, given.mailing)
        if mailing.account != ask.account:
            raise Problem(404, "not_found", f"There is no mailing {given.mailing}.")
        return mailing.message
    message = messages.message_of(given.message)
    accepting.check(message)
    return store_message(*ask.given, message)


def _changed(ask: Asked, number: int, given: MessageChange) -> int:
    before = load_message(ask.conn, number)
    assert before is not None
    message = messages.changed(before, given)
    accepting.check(message)
    return store_message(*ask.given, message)


def _whole(ask: Asked, number: int, version: int | None = None) -> dict[str, Any]:
    there = templates.require(*ask.given, number)
    message = load_message(ask.conn, templates.message_of(*ask.given, number, version))
    assert message is not None
    told = {name: getattr(there, name) for name in _SHOWN}
    return {
        **told, "subject": message.subject, "version": version or there.version, "message": message.__dict__, "blockers": checking.faults(message),
    }  # fmt: skip
