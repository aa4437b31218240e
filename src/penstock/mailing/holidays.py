"""Public holidays of countries and of their parts, as the library `holidays` knows them. Pure.

The library is brought in when a day is asked about, so that only those pay for it whose policy speaks of holidays: 0.2 s and 10 MB of a
process, and 2 ms for each country and year. Days that depend on the moon are its estimates, and of years after 2100 it says nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

ANYWHERE: Final = ("*",)
"""Parts of a country: all of them. None at all: what is a holiday in the whole country."""
ENGLISH: Final = "en_US"
PART: Final = "[A-Z0-9]{1,3}"
"""How a part of a country is written: the second half of ISO 3166-2, as BY for DE-BY."""


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """A day that is a public holiday in a country (ISO 3166-1 alpha-2), or in one of its `parts`."""

    on: date
    country: str
    parts: tuple[str, ...] = ()

    @property
    def is_national(self) -> bool:
        """Whether it is one in the whole country; else some of its parts have it alone."""
        return is_one(self.country, self.on)

    def name(self, language: str = ENGLISH) -> str:
        """Return what it is called, in the country's own language where it has no words in the one that is asked for."""
        return next((days[self.on] for days in _of(self.country, self.parts, self.on.year, language) if self.on in days), "")  # fmt: skip


def is_one(country: str, day: date, parts: tuple[str, ...] = ()) -> bool:
    """Whether the day is a holiday in the whole country, or in one of the parts; no day is of a country that nothing is known of."""
    return any(day in days for days in _of(country, parts, day.year, ENGLISH))


@cache
def is_known(country: str) -> bool:
    """Whether holidays of the country are known; one that has none by law is known, too."""
    return country in _names()


def country_name(country: str) -> str:
    """Return the English name of a country; of an unknown one its letters."""
    return _names().get(country, country)


@cache
def parts_of(country: str) -> tuple[str, ...]:
    """Return the parts of a known country that may have holidays of their own, as policies name them."""
    return tuple(sorted(part for part in _all_parts(country) if re.fullmatch(PART, part)))


@cache
def _names() -> Mapping[str, str]:
    from holidays.registry import COUNTRIES

    return {codes[1]: " ".join(map(_spelt, key.split("_"))) for key, codes in COUNTRIES.items()}


def _spelt(word: str) -> str:
    """A word of dr_congo, antigua_and_barbuda."""
    return (
        word if word in {"and", "of", "the", "da"} else word.upper() if len(word) < 3 else word.capitalize()
    )


@cache
def _all_parts(country: str) -> tuple[str, ...]:
    import holidays

    return tuple(holidays.country_holidays(country).subdivisions) if is_known(country) else ()


@lru_cache(maxsize=4096)
def _of(country: str, parts: tuple[str, ...], year: int, language: str) -> tuple[Mapping[date, str], ...]:
    """The holidays of one year: of the whole country, and of each of the parts that is one."""
    if not is_known(country):
        return ()
    there = _all_parts(country)
    meant = there if parts == ANYWHERE else tuple(part for part in parts if part in there)
    return tuple(_year(country, part, year, language) for part in (None, *meant))


@lru_cache(maxsize=4096)
def _year(country: str, part: str | None, year: int, language: str) -> Mapping[date, str]:
    import holidays

    there = holidays.country_holidays(country)
    # Asked for one that it has not, the library takes that of the environment.
    spoken = language if language in there.supported_languages else there.default_language
    found = holidays.country_holidays(country, subdiv=part, years=year, expand=False, language=spoken)
    return MappingProxyType({day: str(name) for day, name in found.items()})
