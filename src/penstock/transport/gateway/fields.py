"""Fields of JSON documents by their path: `data.messages.0.id`. Pure."""

from __future__ import annotations

from typing import Any, Final

NONE: Final = "-"
"""Written in place of a path: there is no such field."""
DEEPEST: Final = 8
"""Names and places in a path."""
MOST_PLACES: Final = 10
"""Places of a list that is made: `messages.0.to` is what gateways want."""


def check(path: str) -> str:
    """Return `path`. Raises ValueError where it is none."""
    steps = path.split(".")
    if path != NONE and (not all(steps) or len(steps) > DEEPEST or not path.isprintable() or len(path) > 200):
        raise ValueError(
            f"it has to be the name of a field, dots between names that stand within each other, or {NONE} for none"
        )
    return path


def get(document: Any, path: str) -> Any:
    """Return what stands at `path`, None where nothing does."""
    if path == NONE:
        return None
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and len(step) < 6 and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def text(document: Any, path: str) -> str:
    """Return what stands at `path` as text, "" where nothing does, or something that is no text, number or truth.

    It is what UTF-8 can write: JSON can name halves of characters, and no database takes those, or NUL.
    """
    found = get(document, path)
    if isinstance(found, bool):
        return str(found).lower()
    written = str(found) if isinstance(found, str | int | float) else ""
    return written.encode("utf-8", "replace").decode().replace("\0", "")


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Write `value` at `path`, making what it stands in; a number in a path is a place in a list. `NONE`: nowhere."""
    if path == NONE:
        return
    steps = path.split(".")
    here: Any = document
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        made = value if following is None else ([] if _is_place(following) else {})
        if isinstance(here, list):
            if not _is_place(step):
                raise ValueError(f"the path {path} names a field of a list")
            while len(here) <= int(step):
                here.append(None)
            if following is None or here[int(step)] is None:
                here[int(step)] = made
            here = here[int(step)]
        elif isinstance(here, dict):
            if following is None or step not in here:
                here[step] = made
            here = here[step]
        else:
            raise ValueError(f"the path {path} leads through a field that has a value")


def _is_place(step: str) -> bool:
    return step.isdecimal() and int(step) < MOST_PLACES
