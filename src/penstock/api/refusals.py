"""What the rooms refuse, as problems: every reason at once, and what is allowed instead."""

from collections.abc import Iterable, Mapping
from typing import Any

from penstock.api.problems import Problem
from penstock.mailing import control

STATUS = {"forbidden": 403, "version_changed": 412}
"""The status of a refused command by its first reason; 409 for the others."""


def spoken(command: str) -> str:
    """Return a command's name as it stands in addresses: `send-now`."""
    return command.replace("_", "-")


def refused(error: control.Refused) -> Problem:
    """Return the problem for a command that the lifecycle refused."""
    return Problem(
        STATUS.get(error.code, 409),
        error.code,
        str(error),
        command=spoken(error.command),
        reasons=[{"code": reason.code, "detail": reason.text} for reason in error.reasons],
        state=error.state.value,
        allowed_actions=[spoken(name) for name in error.allowed],
    )


_KINDS = frozenset({"constrained-int", "constrained-str", "constrained-float"})
"""What pydantic calls the kinds that a value may be of, at the end of its place."""


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """Return the problem for parameters or a body of the wrong shape, as pydantic found them."""
    told = [_error(each) for each in _once(errors)]
    words = "; ".join(f"{_where(each)}: {each['detail']}" for each in told[:5])
    return Problem(422, "invalid", words or "The request has something in it that cannot be.", errors=told)


def _once(errors: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of a value that may be of one kind or another pydantic says of each why it is not, under the kind's name: once is enough, and that
    it is too small or too long says more than that it is of the other kind."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for each in errors:
        *path, last = each["loc"] or ("request",)
        place = tuple(path) if last in _KINDS and path else (*path, last)
        before = found.get(place)
        if before is None or str(before["type"]).endswith(("_type", "_parsing")):
            found[place] = {**each, "loc": place}
    return list(found.values())


def _error(found: Mapping[str, Any]) -> dict[str, str]:
    place, *path = [str(part) for part in found["loc"]]
    detail = str(found["msg"])
    if place == "body":
        # ninja puts the name of the view's argument first
        steps = [part.replace("~", "~0").replace("/", "~1") for part in _members(path[1:])]
        return {"pointer": "#" + "".join(f"/{step}" for step in steps), "detail": detail}
    kind = "header" if place == "header" else "parameter"
    return {kind: path[0] if path else place, "detail": detail}


def _members(path: list[str]) -> list[str]:
    """Return the path without the kind of a block, which pydantic names behind its number in a design."""
    return [
        step
        for n, step in enumerate(path)
        if not (n > 1 and "design" in path[:n] and path[n - 2] == "blocks" and n < len(path) - 1)
    ]


def _where(error: Mapping[str, str]) -> str:
    return error.get("pointer") or error.get("parameter") or error.get("header") or "request"
