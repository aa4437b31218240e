"""`POST /mailings/{id}/{command}`: one operation for each command of the lifecycle that takes a POST."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

import psycopg
from django.http import HttpRequest, HttpResponse
from ninja import Router

from penstock.api.conditions import expected_version, repeatable, tag
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.arguments import ARGUMENTS, Command
from penstock.api.mailings.shapes import Answer
from penstock.api.mailings.showing import answered, commander, found
from penstock.api.problems import Problem
from penstock.api.refusals import spoken
from penstock.api.repeating import mark
from penstock.api.shapes import Id
from penstock.mailing import control
from penstock.mailing.actor import Actor
from penstock.platform.connections import connection
from penstock.preflight.giving import Busy, give

router = Router()
unknown = Router()
"""For what stands where a command should; the last of all routers."""


def _operation(name: str, shape: type[Command]) -> Callable[..., Any]:
    """Return the endpoint of one command."""

    def operation(request: HttpRequest, response: HttpResponse, mailing: int, given: Command) -> Any:
        actor = commander(request)
        arguments = given.model_dump() | {
            "expected_version": expected_version(request),
            "request": repeatable(request),
        }
        with connection() as conn:
            found(conn, actor, mailing)
            answer = _given(conn, mailing, name, actor, arguments)
            response["ETag"] = tag(answer.version)
            mark(response, repeated=answer.repeated)
            return answered(conn, name, answer, actor)

    operation.__name__ = f"{name}_mailing"
    operation.__doc__ = shape.__doc__
    operation.__signature__ = Signature([  # type: ignore[attr-defined]
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind)
        for name, kind, default in (
            ("request", HttpRequest, Parameter.empty),
            ("response", HttpResponse, Parameter.empty),
            ("mailing", Id, Parameter.empty),
            ("given", shape, Parameter.empty if shape.needs_body() else shape()),
        )
    ])  # fmt: skip
    return operation


def _given(
    conn: psycopg.Connection[Any], mailing: int, name: str, actor: Actor, arguments: dict[str, Any]
) -> control.Answer:
    try:
        return give(conn, mailing, name, actor, arguments)
    except Busy as busy:
        raise Problem(503, "unavailable", str(busy), headers={"Retry-After": "1"}) from None


for _name, _shape in ARGUMENTS.items():
    router.post(
        f"/{{mailing}}/{spoken(_name)}",
        response=Answer,
        operation_id=f"{_name}_mailing",
        summary=spoken(_name).replace("-", " ").capitalize(),
        openapi_extra=documented(
            examples.answer(_name),
            body=_shape.EXAMPLE,
            conditions=("If-Match", "Idempotency-Key"),
            refuses=(409, 412),
        ),
    )(_operation(_name, _shape))


@unknown.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE"], "/{mailing}/{command}", include_in_schema=False
)
def unknown_command(request: HttpRequest, mailing: Id, command: str) -> Any:
    """There is no such command: say which there are."""
    there_are = [spoken(name) for name in ARGUMENTS]
    words = f"There is no command {command[:50]!r}. There are {', '.join(there_are)}."
    raise Problem(404, "unknown_command", words, commands=there_are)
