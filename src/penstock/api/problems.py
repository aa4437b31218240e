"""Errors as problem details (RFC 9457): what is wrong, where, and what to do about it.

Whatever is raised or answered under `/api/` leaves as `application/problem+json`; nothing refused ever answers 200.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"

TITLES = {
    "bad_request": "The request cannot be read",
    "unauthorized": "Who asks is not known",
    "forbidden": "Not allowed",
    "not_found": "Not there",
    "method_not_allowed": "Not possible at this address",
    "not_acceptable": "Not available in that form",
    "conflict": "Not possible as things stand",
    "version_changed": "Changed in the meantime",
    "too_large": "Too large",
    "media_type": "Not JSON",
    "invalid": "Something in the request cannot be",
    "message_too_large": "The message is too large",
    "key_reused": "The idempotency key was used before",
    "key_not_kept": "No idempotency keys are kept here",
    "too_many_requests": "Too many requests",
    "internal": "A fault of ours",
    "unavailable": "Not available for now",
}
"""A short title for each code that the frame itself answers with; a refused command has its own codes under one title."""

BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "version_changed",
    413: "too_large",
    415: "media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
"""The code of each status, where nobody said a better one."""

DETAILS = {
    400: "The request cannot be read as HTTP or as JSON.",
    401: "Give a token that is in force: Authorization: Bearer pst_…",
    403: "The token does not allow this.",
    404: "There is nothing at this address.",
    405: "This address does not take that method; the header Allow names those that it takes.",
    406: "The answer is not available in a form that the header Accept allows.",
    409: "The answer names every reason, the state, and what is allowed instead.",
    412: "Look at it again, and decide again.",
    413: "The request is too large.",
    415: "Send the body as Content-Type: application/json.",
    422: "`errors` says what is wrong, and where.",
    429: "Wait as long as the header Retry-After says.",
    500: "Something went wrong on our side. It was logged; nothing was changed.",
    503: "The database does not answer. Try again in a while.",
}
"""What to say of a status that Django or the server answered without words of ours."""


class Problem(Exception):
    """An answer that says no. `more` are further members of the document; `headers` go out with it."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = dict(headers or {}), more

    def document(self) -> dict[str, Any]:
        """The problem as it is sent."""
        title = TITLES.get(self.code) or TITLES.get(BY_STATUS.get(self.status, ""))
        return {
            "type": f"urn:penstock:problem:{self.code}",
            "title": title or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.more,
        }


def of_status(status: int, *, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem that stands for a bare HTTP status."""
    known = status if status in BY_STATUS else 500 if status >= 500 else 400
    return Problem(status, BY_STATUS[known], DETAILS.get(known, HTTPStatus(status).phrase), headers=headers)


def response(problem: Problem) -> HttpResponse:
    """Return the HTTP answer for a problem."""
    body = json.dumps(problem.document(), cls=DjangoJSONEncoder)
    return HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers)
