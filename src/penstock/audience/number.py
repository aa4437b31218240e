"""What is a telephone number that a text message (SMS) can be sent to, and which country's it is. Pure.

Accepted: a number as people write it (spaces, dots, hyphens, slashes, brackets), international (`+33 6 12 34 56 78`,
`0033…`) or, where the country is known, national (`06 12 34 56 78`). Its normal form is E.164: `+`, country code, national
significant number, at most 15 digits. Whether a number exists in its country's plan is what libphonenumber knows
(package `phonenumbers`), of every country.

Not accepted: landlines where a country's plan tells them from mobiles, premium-rate, toll-free and the like (no text message
gets there, and the credit is gone), numbers with an extension, numbers of no country (+800, +882), letters.

Here is what people write; `plan` knows the countries' numbers.
"""

import re
import unicodedata
from functools import cache
from types import ModuleType
from typing import Final, NamedTuple

from penstock.audience.address import AddressError

LONGEST: Final = 40  # characters as written; 15 digits (E.164 §6), an access code and what people put between

_PLAIN = re.compile(r"\+?\(?[0-9][0-9 .()/-]{5,30}")
_WITHOUT = dict.fromkeys(map(ord, " .()/-"))
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FORMATTING = frozenset(
    " -.()/\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212\uff08\uff09\uff0d"
)
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202d\u2060\ufeff"  # pasted along from telephones and web pages
_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee]\+?[0-9]{1,2}")
_FOR_SMS = frozenset({"mobile", "fixed_or_mobile", "voip", "personal"})
_WHAT: Final = {
    "fixed": "a landline", "premium_rate": "a premium-rate number", "toll_free": "a toll-free number", "pager": "a pager",
    "shared_cost": "a shared-cost number", "uan": "a company's number", "voicemail": "a voice mailbox",
}  # fmt: skip


class Number(NamedTuple):
    """A telephone number in E.164, the country it belongs to (ISO 3166-1 alpha-2), and what its plan says it is."""

    number: str
    region: str
    kind: str

    @property
    def normal(self) -> str:
        """The form by which duplicates and suppressions are found, as an Address has one."""
        return self.number


def is_country(code: str) -> bool:
    """Tell whether `code` (ISO 3166-1 alpha-2, capitals) is a country with telephone numbers."""
    return len(code) == 2 and bool(_plan().is_country(code))


def looks_like(text: str) -> bool:
    """Tell whether somebody who wrote this meant a telephone number, good or bad, and no e-mail address."""
    digits = sum(char.isdigit() for char in text)
    return "@" not in text and digits >= 4 and 2 * digits >= len(text.strip())


def is_written_out(text: str) -> bool:
    """Tell whether `text` has the form of E.164, whatever number it is: what centres tell senders by."""
    return bool(_E164.fullmatch(text))


def divided(number: str) -> tuple[str, str]:
    """Return country code and national significant number of a number in E.164: ("33", "612345678")."""
    digits = int(_plan().code_length(number))
    return number[1 : 1 + digits], number[1 + digits :]


def beginning(text: str, region: str | None = None) -> str | None:
    """Return how the numbers begin, in E.164, that somebody seeks who has typed so much of one; None where it is none of a number.

    It begins with a `+`, a 0 or a bracket: the addresses of some are all digits before the @.
    """
    plain = text.strip().translate(_WITHOUT)
    digits = plain.removeprefix("+")
    if (
        text.strip()[:1] not in ("+", "0", "(")
        or len(digits) < 2
        or not (digits.isascii() and digits.isdecimal())
    ):
        return None
    if plain.startswith("+"):
        return plain
    if plain.startswith("00"):
        return "+" + plain[2:]
    return str(_plan().beginning(plain, region)) if region else None


def parse(text: str, region: str | None = None) -> Number:
    """Return the number in `text`, read as in `region` (ISO 3166-1 alpha-2) when it is national. Raises AddressError."""
    if _E164.fullmatch(text):
        quick = _quickly(text, region)
    else:
        quick = _quickly(text.translate(_WITHOUT), region) if _PLAIN.fullmatch(text) else None
    if quick:
        return quick
    return _for_sms(*_plan().find(_international(_cleaned(text), region), region or None))


def _quickly(plain: str, region: str | None) -> Number | None:
    """Return what a number is that is written as most are, in digits; None when the library has to be asked."""
    if _E164.fullmatch(plain):
        found = _plan().known(plain)
        return _for_sms(plain, *found) if found else None
    found = _plan().national(plain, region) if region and plain.isdigit() else None
    return _for_sms(*found) if found else None


@cache
def _plan() -> ModuleType:
    """Bring the plans when the first number comes: loading them takes 35 ms, which most commands need not spend."""
    from penstock.audience import plan

    return plan


def _for_sms(number: str, region: str, kind: str) -> Number:
    if kind not in _FOR_SMS:
        raise AddressError(f"is {_WHAT.get(kind, 'of a kind')}, to which no SMS can be sent")
    return Number(number, region, kind)


def _international(written: str, region: str | None) -> str:
    """Return a number with its `+` where an international prefix stands for it; as it is where it is national."""
    digits = "".join(str(unicodedata.decimal(char)) for char in written if char.isdecimal())
    if written.lstrip(" (").startswith("+"):
        return written
    if digits.startswith("00"):  # the prefix that ITU-T E.164 recommends, and no national number begins so
        return "+" + digits[2:]
    if not region:
        raise AddressError("has no country code; write it as +33 6 12 34 56 78, or say which country's it is")
    return written


def _cleaned(text: str) -> str:
    """Return what was written without what is no part of it. Raises AddressError for what no number holds."""
    trimmed = "".join(char for char in text if char not in _INVISIBLE).strip()
    written = trimmed[4:] if trimmed[:4].lower() == "tel:" else trimmed
    if not written:
        raise AddressError("is empty")
    if len(written) > LONGEST:
        raise AddressError(f"is longer than {LONGEST} characters")
    if _FIGURE.fullmatch(written):
        raise AddressError(
            "was rounded by a spreadsheet; format the column as text and enter the numbers again"
        )
    plain = unicodedata.normalize("NFKC", written)  # full-width digits and signs
    for place, char in enumerate(plain):
        if not (char.isdecimal() or char in _FORMATTING or (char == "+" and not plain[:place].strip(" ("))):
            raise AddressError(f"has {_shown(char)}, which no telephone number has")
    return plain


def _shown(char: str) -> str:
    if char.isprintable() and not unicodedata.combining(char):
        return char
    return f"the character U+{ord(char):04X}"
