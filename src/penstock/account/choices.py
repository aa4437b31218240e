"""What a policy may be: one of some words, a number, text of a form; and whether a mailing may differ. `policy` is the table of them."""

import re
from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Any, Final

from penstock.transport.alphabet import LANGUAGES

NATIONAL: Final = "|".join(name.lower() for name in LANGUAGES.values())
"""The languages with tables for short messages, as a pattern."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


def one_of(*words: str) -> dict[str, Any]:
    def check(given: Any) -> str | None:
        # YAML and people write on and off; both mean the words, never a truth value.
        return None if given in words and isinstance(given, str) else f"one of {', '.join(words)}"

    return {"check": check, "read": str, "choices": words}


def whole(least: int, most: int) -> dict[str, Any]:
    def check(given: Any) -> str | None:
        fits = isinstance(given, int) and not isinstance(given, bool) and least <= given <= most
        return None if fits else f"a whole number from {least:,} to {most:,}"

    return {
        "check": check,
        "read": lambda text: int(text) if _WHOLE.fullmatch(text) else text,
        "bounds": (least, most),
    }


def percent(most: int) -> dict[str, Any]:
    def check(given: Any) -> str | None:
        fits = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= most
        return None if fits else f"a percentage from 0 to {most}, as 5 or 0.1"

    return {
        "check": check,
        "read": lambda text: float(text) if _DECIMAL.fullmatch(text) else text,
        "bounds": (0, most),
        "step": "any",
    }


def written(
    pattern: str, like: str, fits: Callable[[str], bool] = lambda given: True,
    unknown: Callable[[str], str | None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Text of one form; `like` says which, in words. JavaScript and Python have to read `pattern` alike. `fits`: what that cannot say.

    `unknown`: what it has to be instead, where it names what nobody knows.
    """
    form = re.compile(pattern)

    def check(given: Any) -> str | None:
        return None if isinstance(given, str) and form.fullmatch(given) and fits(given) else like

    return {"check": check, "read": str, "pattern": pattern, "like": like, "unknown": unknown}


def has_numbers(country: str) -> bool:
    """Tell whether these letters are a country's, or none."""
    from penstock.audience import (
        number,
    )  # brings the plans of all countries: 30 ms that most commands need not spend

    return not country or number.is_country(country)


def _policy(
    default: Any,
    allowed: dict[str, Any],
    effect: str,
    *,
    per_mailing: bool = False,
    by_platform: bool = False,
) -> Any:
    told = {"effect": effect, "per_mailing": per_mailing, "by_platform": by_platform}
    return field(default=default, metadata=allowed | told)


always = partial(_policy, per_mailing=False)
each = partial(_policy, per_mailing=True)
