"""An upload: the body goes into a file of the home, block by block, and becomes an import that waits for a worker."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import BaseModel

from penstock.api.conditions import repeatable
from penstock.api.problems import Problem
from penstock.api.repeating import mark, once
from penstock.api.resources.asking import Asked
from penstock.audience import imports, uploads
from penstock.audience.lists import check_name

MEDIA_TYPES: Final = ("text/csv", "text/plain", "application/octet-stream")
_BLOCK: Final = 1 << 20

DOCUMENTED: Final = {
    "requestBody": {
        "required": True,
        "description": "The file, at most 2 GiB. Encoding and delimiter are found out.",
        "content": {
            kind: {
                "schema": {"type": "string", "minLength": 1},
                "example": "email,first_name\nanna@example.org,Anna\n",
            }
            for kind in MEDIA_TYPES[:1]
        },
    }
}
"""What the OpenAPI document says of the body; ninja cannot know it."""


def uploaded(
    request: HttpRequest, response: HttpResponse, ask: Asked, shape: type[BaseModel], *,
    name: str, list_name: str | None, address_column: str | None, phone_column: str | None, country: str | None,
) -> Any:  # fmt: skip
    """Keep the body and enqueue its import; the answer is 202. One that comes again under its idempotency key is not kept."""
    if (request.content_type or MEDIA_TYPES[0]).lower() not in MEDIA_TYPES:
        raise Problem(415, "media_type", "Send the file itself as the body, as Content-Type: text/csv.")
    wanted = list_name and check_name(list_name)
    hashed = hashlib.sha256()
    file = uploads.keep(_blocks(request, hashed))
    used = False

    def make() -> dict[str, Any]:
        nonlocal used
        number = uploads.enqueue(
            *ask.given, file, ask.actor, name=name, list_name=wanted, address_column=address_column,
            phone_column=phone_column, country=country,
        )  # fmt: skip
        used = True
        return shape.model_validate(imports.require(*ask.given, number)).model_dump(mode="json")

    try:
        answer, repeated = once(*ask.given, ask.actor, repeatable(request, hashed.digest()), make)
    except BaseException:
        used = False
        raise
    finally:
        _drop_unless(used, file)
    mark(response, repeated=repeated)
    response["Location"] = f"/api/v1/imports/{answer['id']}"
    return Status(202, answer)


def _blocks(request: HttpRequest, hashed: Any) -> Iterator[bytes]:
    """Yield the body; what arrives less than whole is no file. Raises Problem."""
    announced = request.headers.get("Content-Length", "")
    taken = 0
    try:
        while block := request.read(_BLOCK):
            hashed.update(block)
            taken += len(block)
            yield block
    except OSError:
        raise Problem(400, "bad_request", "The body did not arrive whole.") from None
    if announced.isdigit() and taken != int(announced):
        raise Problem(
            400, "bad_request", f"The body did not arrive whole: {taken:,} of {int(announced):,} bytes."
        )


def _drop_unless(used: bool, file: Path) -> None:
    if not used:
        file.unlink(missing_ok=True)
