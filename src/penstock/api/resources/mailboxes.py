"""`/mailboxes`: where bounces and complaints are picked up by IMAP. A password goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown
from penstock.feedback.mailboxes import keeping

router = Router()

Name = Annotated[str, Field(min_length=1, max_length=100, description="One printable line.")]
Url = Annotated[
    str, Field(min_length=1, max_length=2000, description="`imaps://user:password@imap.example.org`")
]
Folder = Annotated[str, Field(max_length=200, description="One printable line.")]
Afterwards = Literal["seen", "move", "delete", "leave"]


class NewMailbox(Body):
    """A mailbox. `afterwards`: what becomes of a message that was placed; `done_folder` where it moves to."""

    name: Name
    url: Url
    folder: Folder = "INBOX"
    afterwards: Afterwards = "seen"
    done_folder: Folder = ""


class MailboxChange(Body):
    """What is given changes. An address without a password keeps the one there is, for the same user of the same server."""

    name: Name | None = None
    url: Url | None = None
    folder: Folder | None = None
    afterwards: Afterwards | None = None
    done_folder: Folder | None = None
    enabled: bool | None = None


class Mailbox(Shown):
    """A mailbox, without its password. `messages` were read so far, and `placed` of them said something about a message of ours.

    `read_at`: when it was last read through; `trouble`: why it cannot be, since `failing_since`; `next_at`: when it is tried next.
    """

    id: int
    name: str
    url: str
    has_password: bool
    folder: str
    afterwards: Afterwards
    done_folder: str
    enabled: bool
    state: Literal["off", "new", "failing", "sound"]
    next_at: datetime
    read_at: datetime | None
    messages: int
    placed: int
    trouble: str
    failing_since: datetime | None
    created_at: datetime


class MailboxPage(Shown):
    """All mailboxes of the account."""

    items: list[Mailbox]
    next_cursor: str | None


_NEW = {
    "name": "returned mail",
    "url": "imaps://bounces:secret@imap.example.org",
    "afterwards": "move",
    "done_folder": "Done",
}
_SHOWN = {
    "id": 1, "name": "returned mail", "url": "imaps://bounces@imap.example.org:993", "has_password": True, "folder": "INBOX",
    "afterwards": "move", "done_folder": "Done", "enabled": True, "state": "sound", "next_at": "2030-11-22T08:01:00Z",
    "read_at": "2030-11-22T08:00:00Z", "messages": 312, "placed": 309, "trouble": "", "failing_since": None,
    "created_at": "2030-11-22T07:00:00Z",
}  # fmt: skip


@router.get("", response=MailboxPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_mailboxes(request: HttpRequest, account: Account = None) -> Any:
    """The mailboxes of the account, by name."""
    with asked(request, "mailboxes:read") as ask:
        return whole(keeping.listed(*ask.given))


@router.post(
    "",
    response={201: Mailbox},
    openapi_extra=documented(_SHOWN, body=_NEW, refuses=(409,)),
)
def create_mailbox(
    request: HttpRequest, response: HttpResponse, given: NewMailbox, account: Account = None
) -> Any:
    """Add a mailbox; it is read every minute from now on."""
    with asked(request, "mailboxes:write") as ask:
        found = keeping.create(*ask.given, actor=ask.actor, **given.model_dump())
        response["Location"] = f"/api/v1/mailboxes/{found.id}"
        return Status(201, found)


@router.get("/{number}", response=Mailbox, openapi_extra=documented(_SHOWN))
def show_mailbox(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One mailbox, and how it fares."""
    with asked(request, "mailboxes:read") as ask:
        return keeping.find(*ask.given, number)


@router.patch(
    "/{number}", response=Mailbox, openapi_extra=documented(_SHOWN, body={"enabled": True}, refuses=(409,))
)
def edit_mailbox(request: HttpRequest, number: Id, given: MailboxChange, account: Account = None) -> Any:
    """Change a mailbox. Another server or folder is read from its beginning."""
    with asked(request, "mailboxes:write") as ask:
        return keeping.update(*ask.given, number, actor=ask.actor, **given.model_dump())


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def delete_mailbox(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Forget a mailbox. What lies in it stays there."""
    with asked(request, "mailboxes:write") as ask:
        keeping.delete(*ask.given, number, ask.actor)
        return Status(204, None)


@router.post("/{number}/read", response=Mailbox, openapi_extra=documented(_SHOWN))
def read_mailbox(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Have a mailbox read now, by a worker; how it went stands in it some seconds later."""
    with asked(request, "mailboxes:write") as ask:
        return keeping.read_now(*ask.given, number, ask.actor)
