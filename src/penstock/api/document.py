"""The OpenAPI document: every answer that an operation can give, with an example for each."""

from collections.abc import Iterable
from typing import Any

from penstock.api.problems import BY_STATUS, DETAILS, MEDIA_TYPE, Problem

ABOUT = "Mailings and everything that may happen to them. Errors are problem details (RFC 9457)."
_MARK = "x-penstock"


def documented(
    answer: Any = None, *, body: Any = None, conditions: Iterable[str] = (), refuses: Iterable[int] = ()
) -> dict[str, Any]:
    """Return what an operation says of itself beyond its types, as its `openapi_extra`.

    `answer` and `body` are examples; `conditions` the conditional headers it heeds; `refuses` the statuses it can refuse with
    beyond those that follow from its parameters.
    """
    return {_MARK: {"answer": answer, "body": body, "conditions": list(conditions), "refuses": list(refuses)}}


def finish(schema: dict[str, Any]) -> dict[str, Any]:
    """Complete what ninja wrote."""
    for path in schema["paths"].values():
        for operation in path.values():
            _complete(operation, operation.pop(_MARK, {}))
    return schema


def _complete(operation: dict[str, Any], said: dict[str, Any]) -> None:
    for status in sorted(_statuses(operation, said)):
        problem = Problem(status, BY_STATUS[status], DETAILS.get(status, "…"))
        operation["responses"].setdefault(
            status,
            {
                "description": problem.document()["title"],
                "content": {MEDIA_TYPE: {"schema": {"type": "object"}, "example": problem.document()}},
            },
        )


def _statuses(operation: dict[str, Any], said: dict[str, Any]) -> set[int]:
    return {400, 401, 403, 429, 503, *said.get("refuses", [])}
