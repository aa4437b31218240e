"""The OpenAPI document: every answer that an operation can give, with an example for each."""

from collections.abc import Iterable, Iterator
from typing import Any

from penstock.api.problems import BY_STATUS, DETAILS, MEDIA_TYPE, Problem
from penstock.audience.segments.schema import CONDITION
from penstock.audience.segments.schema import schema as condition

ABOUT = """\
Mailings and everything that may happen to them, over HTTP.

- **Who asks**: `Authorization: Bearer pst_…`, a token made with `penstock token create`.
- **Errors** are problem details (RFC 9457) with a `code` for machines; nothing refused ever answers 200. A refused command
  (403, 409, 412) names every reason, the `state`, and the `allowed_actions`.
- **Again, but once**: with `Idempotency-Key` a request that is sent again is carried out once, and the answer says
  `Idempotent-Replayed: true`, for three days. Operations that name the header as a parameter take it; the others that change
  something refuse it (422, `key_not_kept`).
- **Nothing overwritten**: `If-Match` with the ETag of what was looked at; 412 when it has changed since.
- **Dry run**: `"dry_run": true` answers what would happen, and does nothing.
- **Lists** page by cursor: `next_cursor` of one page is `cursor` of the next.
- **Rate**: `RateLimit` says what the token has left; 429 and `Retry-After` when that is nothing.
"""

ALWAYS = (400, 401, 403, 429, 503)
"""What any operation may answer: unreadable, unknown token, not allowed, too often, no database."""

CONDITIONS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "description": "Of your choice, one for each thing to be done: the same request with the same key is carried out once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
        "example": "7d0f6f0a-3a4c-4a0e-9a57-6a3c8d1b2e10",
    },
    "If-Match": {
        "description": "The ETag of the mailing as you know it.",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        "example": '"12"',
    },
}

HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit": {
        "description": "Requests that the token has left, and seconds until all are there again.",
        "schema": {"type": "string"},
        "example": '"token";r=199;t=1',
    },
    "Idempotent-Replayed": {
        "description": "`true` when the same request with the same key was carried out before, and nothing was done now.",
        "schema": {"type": "string", "const": "true"},
        "example": "true",
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}, "example": "1"},
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "schema": {"type": "string"},
        "example": 'Bearer realm="Penstock"',
    },
}
_OWN = {401: ("WWW-Authenticate",), 429: ("Retry-After", "RateLimit"), 503: ("Retry-After",)}

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong, where, and what to do about it (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "The code as a URI."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "For machines; does not change."},
        "errors": {
            "type": "array",
            "description": "Each fault of the request with its place: a JSON pointer into the body, a parameter, or a header.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
REFUSAL: dict[str, Any] = {
    "title": "Refusal",
    "description": "A command that may not be carried out: every reason at once, and what is allowed instead.",
    "allOf": [
        {"$ref": "#/components/schemas/Problem"},
        {
            "type": "object",
            "properties": {
                "command": {"type": "string"},
                "reasons": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["code", "detail"],
                        "properties": {"code": {"type": "string"}, "detail": {"type": "string"}},
                    },
                },
                "state": {"type": "string"},
                "allowed_actions": {"type": "array", "items": {"type": "string"}},
            },
        },
    ],
}
REFUSED_AS: dict[int, dict[str, Any]] = {
    409: {
        "detail": "pause is not possible in the state sent; it is possible in finishing, sending, starting.",
        "code": "wrong_state",
        "state": "sent",
        "allowed_actions": ["copy", "archive"],
    },
    412: {
        "detail": "The mailing has changed: it is at version 12, not 11. Look at it again.",
        "code": "version_changed",
        "state": "sending",
        "allowed_actions": ["pause", "cancel"],
    },
}

_MARK = "x-penstock"
RECURSIVE = "x-recursive"
"""The key by which a shape names a schema of ours that it cannot write itself."""


def documented(
    answer: Any = None, *, body: Any = None, conditions: Iterable[str] = (), refuses: Iterable[int] = (),
    also: dict[str, str] | None = None, instead: dict[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what an operation says of itself beyond its types, as its `openapi_extra`.

    `answer` and `body` are examples; `conditions` the conditional headers it heeds; `refuses` the statuses it can refuse with
    beyond those that follow from its parameters; `also` the media types of a good answer beside JSON, `instead` those in its
    place, each with an example.
    """
    said = {"answer": answer, "body": body, "conditions": list(conditions), "refuses": list(refuses),
            "also": also or {}, "instead": instead}  # fmt: skip
    return {_MARK: said}


def heeded(operation: Any) -> list[str]:
    """Return the conditional headers that an operation of ninja's heeds, as it said to `documented`."""
    said = (getattr(operation, "openapi_extra", None) or {}).get(_MARK, {})
    return list(said.get("conditions", []))


def finish(schema: dict[str, Any]) -> dict[str, Any]:
    """Complete what ninja wrote: answers, examples, headers."""
    schemas = schema["components"]["schemas"]
    schemas["Problem"], schemas["Refusal"] = PROBLEM, REFUSAL
    schema = _with_recursive(schema)
    schema["components"]["schemas"][CONDITION] = condition(f"#/components/schemas/{CONDITION}")
    schema["components"]["headers"] = HEADERS
    for path in schema["paths"].values():
        for operation in path.values():
            _complete(operation, operation.pop(_MARK, {}))
    return schema


def _with_recursive(told: Any) -> Any:
    """Put references where a shape says that one stands in itself, which ninja's shapes cannot."""
    if isinstance(told, dict):
        if RECURSIVE in told:
            return {"$ref": f"#/components/schemas/{told[RECURSIVE]}"}
        return {name: _with_recursive(value) for name, value in told.items()}
    return [_with_recursive(each) for each in told] if isinstance(told, list) else told


def _complete(operation: dict[str, Any], said: dict[str, Any]) -> None:
    operation["summary"] = operation["summary"].capitalize()
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _never_null(parameter["schema"])
        if parameter["in"] == "path" and parameter["schema"].get("type") == "integer":
            parameter.setdefault("example", 1)
    for name in said.get("conditions", []):
        operation.setdefault("parameters", []).append(
            {"in": "header", "name": name, "required": False, **CONDITIONS[name]}
        )
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if said.get("body") is not None:
            content["example"] = said["body"]
    for answer in operation["responses"].values():
        if said.get("instead"):
            answer["content"] = {}
        for kind, example in {**(said.get("also") or {}), **(said.get("instead") or {})}.items():
            answer["content"][kind] = {"schema": {"type": "string"}, "example": example}
        answer.setdefault("headers", {})["RateLimit"] = {"$ref": "#/components/headers/RateLimit"}
        if "Idempotency-Key" in said.get("conditions", []):
            answer["headers"]["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
        for content in answer.get("content", {}).values():
            if said.get("answer") is not None:
                content.setdefault("example", said["answer"])
    for status in sorted(set(_statuses(operation, said))):
        operation["responses"].setdefault(status, refusal(status, operation, said))


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that can be left out: in an address there is no null."""
    if "anyOf" not in schema:
        return schema
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _statuses(operation: dict[str, Any], said: dict[str, Any]) -> Iterator[int]:
    """Yield every status that the operation may say no with."""
    yield from ALWAYS
    yield from said.get("refuses", [])
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", [])):
        yield 404
    if operation.get("parameters") or "requestBody" in operation:
        yield 422
    if "requestBody" in operation:
        yield from (413, 415)


def refusal(status: int, operation: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return the description of an answer that says no, with an example."""
    shape = "Refusal" if status in (403, 409, 412) and 409 in said.get("refuses", []) else "Problem"
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _OWN.get(status, ())}
    problem = _example(status, shape)
    content = {"schema": {"$ref": f"#/components/schemas/{shape}"}, "example": problem}
    return {
        "description": problem["title"],
        "content": {MEDIA_TYPE: content},
        **({"headers": headers} if headers else {}),
    }


def _example(status: int, shape: str) -> dict[str, Any]:
    if shape == "Refusal" and status in REFUSED_AS:
        said = dict(REFUSED_AS[status])
        code, detail = said.pop("code"), said.pop("detail")
        return Problem(status, code, detail, reasons=[{"code": code, "detail": detail}], **said).document()
    if status == 422:
        words = "Input should be greater than or equal to 1"
        return Problem(
            422, "invalid", f"limit: {words}", errors=[{"parameter": "limit", "detail": words}]
        ).document()
    return Problem(
        status, BY_STATUS[status], DETAILS.get(status, "It is not possible as things stand.")
    ).document()
