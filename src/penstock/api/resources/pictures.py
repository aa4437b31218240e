"""`/pictures`: uploaded for messages, and served under the public address."""

from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from penstock.api.document import documented
from penstock.api.problems import Problem
from penstock.api.reading import body_of
from penstock.api.resources.asking import Asked, asked
from penstock.api.resources.paging import paged
from penstock.api.shapes import Account, Cursor, Id, Limit, Shown
from penstock.content.pictures import judging, storing

router = Router()

MEDIA_TYPES: Final = (*(media_type for media_type, _ in judging.KINDS.values()), "application/octet-stream")


class Picture(Shown):
    """A picture. `url` is what messages name; `size` is in bytes, without the metadata that it was uploaded with."""

    id: int
    name: str
    url: str
    media_type: str
    width: int
    height: int
    size: int
    made_by: str
    created_at: datetime


class PictureUsers(Shown):
    """Some of the mailings and templates, by number, that show it now."""

    mailings: list[int]
    templates: list[int]


class WholePicture(Picture):
    """A picture, and what shows it."""

    used_by: PictureUsers


class PicturePage(Shown):
    """A page of pictures."""

    items: list[Picture]
    next_cursor: str | None


_SHOWN = {
    "id": 5, "name": "harbour.jpg", "url": "https://mail.example.org/p/0f3c5e2a9b7d4c6180e1f2a3b4c5d6e7.jpg",
    "media_type": "image/jpeg", "width": 1200, "height": 600, "size": 84211, "made_by": "anna@example.org",
    "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_WHOLE = {**_SHOWN, "used_by": {"mailings": [7], "templates": []}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": f"The file: PNG, JPEG, GIF or WebP of at most {judging.SIZE:,} bytes and {judging.PIXELS:,} pixels.",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1},
                "example": "GIF89a…",
            }
        },
    }
}
"""What the OpenAPI document says of the body; ninja cannot know it."""


@router.get("", response=PicturePage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_pictures(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, cursor: Cursor = None, account: Account = None,
) -> Any:  # fmt: skip
    """The pictures of the account, newest first."""
    with asked(request, "pictures:read") as ask:

        def rows(before: int | None, most: int) -> Any:
            return storing.page(*ask.given, limit=most, before=before)

        return paged(request, response, f"pictures {ask.account}", cursor, limit, rows)


@router.post(
    "",
    response={200: WholePicture, 201: WholePicture},
    openapi_extra=_BODY | documented(_WHOLE, refuses=(413, 415)),
)
def upload_picture(
    request: HttpRequest, response: HttpResponse, account: Account = None,
    name: Annotated[str, Query(min_length=1, max_length=storing.LONGEST_NAME, description="What the file is called.")] = "picture",
) -> Any:  # fmt: skip
    """Upload a picture: the file itself is the body. The same one uploaded again is the same one (200)."""
    with asked(request, "pictures:write") as ask:
        if (request.content_type or MEDIA_TYPES[-1]).lower() not in MEDIA_TYPES:
            raise Problem(
                415, "media_type", f"Send the file itself as the body, as one of {', '.join(MEDIA_TYPES)}."
            )
        picture, new = storing.keep(*ask.given, name=name, data=body_of(request), actor=ask.actor)
        response["Location"] = f"/api/v1/pictures/{picture.id}"
        return Status(201 if new else 200, _whole(ask, picture))


@router.get("/{number}", response=WholePicture, openapi_extra=documented(_WHOLE))
def show_picture(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One picture, and which mailings and templates show it."""
    with asked(request, "pictures:read") as ask:
        return _whole(ask, storing.require(*ask.given, number))


@router.delete("/{number}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_picture(
    request: HttpRequest, number: Id, account: Account = None,
    force: Annotated[bool, Query(description="Also while something shows it: readers see a gap.")] = False,
) -> Any:  # fmt: skip
    """Delete a picture. Refused while mailings, sent ones too, or templates show it."""
    with asked(request, "pictures:write") as ask:
        storing.delete(*ask.given, number, ask.actor, force=force)
        return Status(204, None)


def _whole(ask: Asked, picture: storing.Picture) -> dict[str, Any]:
    told = {name: getattr(picture, name) for name in _SHOWN}
    return {**told, "used_by": storing.users(*ask.given, picture)._asdict()}
