"""`/inbox`: messages that people sent by SMS, and what they asked for."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Cursor, Limit, Shown
from penstock.feedback.short import inbox

router = Router()


class ReceivedMessage(Shown):
    """A message that somebody sent. `word`: the keyword it is, if any; `done`: what was done about it, null for the second until somebody looked.

    `contact`: whose number it is; `mailing` and `seq`: the newest that had gone to it. Its text is a stranger's.
    """

    id: int
    at: datetime
    sent_at: Annotated[datetime | None, Field(description="As the network says, where it does.")]
    number: Annotated[str, Field(description="Who sent it: E.164 where it is a telephone number.")]
    addressee: Annotated[
        str, Field(description="Your number or short code that it was sent to; empty: not told.")
    ]
    text: str
    word: Literal["stop", "start", "help"] | None
    done: Literal["unsubscribed", "resubscribed", "nothing"] | None
    contact: int | None
    mailing: int | None
    seq: int | None
    transport: int


class ReceivedMessagePage(Shown):
    """A page of messages."""

    items: list[ReceivedMessage]
    next_cursor: str | None


_SHOWN = {
    "id": 5, "at": "2030-11-22T08:00:01Z", "sent_at": "2030-11-22T08:00:00Z", "number": "+33612345678", "addressee": "36180",
    "text": "STOP", "word": "stop", "done": "unsubscribed", "contact": 12, "mailing": 7, "seq": 3, "transport": 2,
}  # fmt: skip


@router.get(
    "", response=ReceivedMessagePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None})
)
def list_received_messages(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
    number: Annotated[str | None, Query(max_length=40, description="Only those of this telephone number.")] = None,
) -> Any:  # fmt: skip
    """What people wrote, the newest first."""
    with asked(request, "contacts:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return inbox.page(*ask.given, limit=most, before=before, number=number)

        return paged(request, response, f"inbox {ask.account} {number}", cursor, limit, rows)
