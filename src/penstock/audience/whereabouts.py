"""In which time zone a telephone number is, as its first digits tell: what libphonenumber knows of every country's plan. Pure.

A mobile number is where it was given out, not where its owner is (Moscow for +7 916, Sydney for +61 4).
"""

from functools import cache, lru_cache
from typing import Final

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

LONGEST: Final = max(map(len, TIMEZONE_DATA))
"""Digits, the country code's included, that tell a zone."""
FEW: Final = 3
"""Zones that digits may leave open: neighbours, of which the first is taken. More are a whole country's, and tell nothing."""


@lru_cache(maxsize=100_000)
def zone_of(number: str) -> str | None:
    """Return the zone (IANA) of a number in E.164, or of its first digits as far as they matter; None where they do not tell."""
    digits = number.removeprefix("+")
    for length in range(min(len(digits), LONGEST), 0, -1):
        if found := TIMEZONE_DATA.get(digits[:length]):
            return found[0] if len(found) <= FEW and "/" in found[0] else None
    return None


@cache
def lengths() -> dict[str, int]:
    """For each country (ISO 3166-1 alpha-2): how many characters of its numbers in E.164 tell the zone, the plus included."""
    longest: dict[int, int] = {}
    for digits in TIMEZONE_DATA:
        for code in (int(digits[:length]) for length in (1, 2, 3) if length <= len(digits)):
            longest[code] = max(longest.get(code, 0), len(digits))
    codes = {
        region: phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS
    }
    return {region: 1 + longest.get(code, len(str(code))) for region, code in codes.items()}
