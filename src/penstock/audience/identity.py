"""What a person is known by here: an e-mail address or a telephone number, whichever somebody wrote. Pure.

Suppressions, searches and erasures take either; both kinds have one `normal` form, and no text is both.
"""

from penstock.audience import address, number
from penstock.audience.address import Address
from penstock.audience.number import Number


def parse(text: str, region: str | None = None) -> Address | Number:
    """Return what is meant by `text`; a national number is read as in `region`. Raises AddressError."""
    return number.parse(text, region) if number.looks_like(text) else address.parse(text)


def normal(text: str, region: str | None = None) -> str:
    """Return the normal form of what is meant by `text`. Raises AddressError."""
    return parse(text, region).normal


def is_number(normal: str) -> bool:
    """Tell whether a normal form is a number's. An address can begin with `+`, too, but has an @."""
    return normal.startswith("+") and "@" not in normal
