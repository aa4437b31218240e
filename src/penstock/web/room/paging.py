"""Reading what addresses and forms of pages carry."""

import re

_DECIMAL = re.compile(r"[0-9]{1,12}([.,][0-9]{1,9})?")


def number_of(text: str | None) -> int | None:
    """Return the whole number that stands there, None for anything else (also for one that no row can have)."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return int(text)


def decimal_of(text: str) -> float | None:
    """Return the number that stands there, with a point or a comma; None for anything else (`1_0` and `٣` are none to a reader)."""
    typed = text.strip()
    return float(typed.replace(",", ".")) if _DECIMAL.fullmatch(typed) else None
