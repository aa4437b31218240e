"""Making something by POST: once for each idempotency key, answered 201 with its address."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import BaseModel

from penstock.api.conditions import repeatable
from penstock.api.repeating import mark, once
from penstock.api.resources.asking import Asked


def made(
    request: HttpRequest, response: HttpResponse, asked: Asked, address: str, shape: type[BaseModel],
    make: Callable[[], Any],
) -> Any:  # fmt: skip
    """Return the answer: what `make` returned in its `shape`, and its Location under `/api/v1/{address}/`."""

    def document() -> dict[str, Any]:
        return shape.model_validate(make()).model_dump(mode="json")

    answer, repeated = once(asked.conn, asked.account, asked.actor, repeatable(request), document)
    mark(response, repeated=repeated)
    response["Location"] = f"/api/v1/{address}/{answer['id']}"
    return Status(201, answer)
