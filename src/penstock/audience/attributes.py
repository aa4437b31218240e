"""What a contact's attributes may be when somebody gives them one by one. Pure; files go by `columns`."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.audience.columns import PHONE, RESERVED, key

LONGEST_NAME: Final = 100  # characters
LONGEST_VALUE: Final = 131_072  # characters, as in a file
MOST: Final = 500  # attributes of one contact


class AttributeProblem(ValueError):
    """Attributes that a contact cannot have; the message names the first of them and says why."""


def checked(given: Mapping[str, Any], *, removing: bool = False) -> dict[str, str | None]:
    """Return `given` if every name can stand in a message (`{{ name }}`) and every value is a text. Raises AttributeProblem.

    `removing`: None is allowed as a value and means that the attribute goes.
    """
    if len(given) > MOST:
        raise AttributeProblem(f"There are {len(given)} attributes; a contact has at most {MOST}.")
    for name, value in given.items():
        _check_name(name, removing=value is None)
        if value is None and removing:
            continue
        if not isinstance(value, str):
            raise AttributeProblem(f"The attribute {name} is {value!r}; it must be a text.")
        if len(value) > LONGEST_VALUE:
            raise AttributeProblem(
                f"The attribute {name} has {len(value):,} characters; at most {LONGEST_VALUE:,} fit."
            )
        if not storable(value):
            raise AttributeProblem(
                f"The attribute {name} has a character that cannot be stored (NUL or half a pair)."
            )
    return dict(given)


def storable(text: str) -> bool:
    """Tell whether PostgreSQL takes `text`: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _check_name(name: str, *, removing: bool) -> None:
    if name == RESERVED:
        raise AttributeProblem(f"{RESERVED} is the address itself, and no attribute.")
    if name == PHONE and not removing:
        raise AttributeProblem(
            f"{PHONE} is the telephone number itself, and no attribute: give it as the contact's number."
        )
    if not name or len(name) > LONGEST_NAME or name != key(name):
        shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
        better = key(name)[:LONGEST_NAME]
        hint = f"; write it {better}" if better and better not in (name, RESERVED) else ""
        raise AttributeProblem(
            f"{shown!r} is no name of an attribute: lower case, letters, digits and _, at most {LONGEST_NAME} characters{hint}."
        )
