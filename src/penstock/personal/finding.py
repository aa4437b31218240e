"""How an address is found where it stands in a text: in a reply, a journal, a line of a file."""

import re
from collections.abc import Iterable
from typing import Final

from penstock.audience import identity, number

_BETWEEN: Final = r"[ .()/\u00a0-]{0,3}"  # what people put between the digits of a number
_ALONE: Final = (
    8  # digits; a national number that is shorter is looked for only with its country code or trunk prefix
)


def pattern(addresses: Iterable[str]) -> str:
    """Return a regular expression that finds these addresses in texts, read alike by Python and PostgreSQL; case is the caller's.

    Whole addresses only: of `anna@x.example` neither `joanna@x.example` nor `anna@x.example.org` is one. The @ may be written as in a link
    (`%40`), in quoted-printable (`=40`) or in a return path (`=`), a + as in a link (`%2B`) or in xtext (`+2B`, RFC 3461 §4), and a domain
    both in ASCII and in its own letters, where both are given. A telephone number (E.164) is found as people write it, too: with or without
    its country code, and with spaces and signs between its digits.
    """
    each = sorted({_one(address) for address in addresses})
    return rf"(?:{'|'.join(each)})(?![\w-]|\.\w)"


def _one(address: str) -> str:
    if identity.is_number(address):
        return _number(address)
    local, at, domain = address.rpartition("@")
    if not at:
        return rf"(?<![\w.%+-]){re.escape(address)}"
    name, place = re.escape(local).replace(r"\+", r"(?:\+(?:2b)?|%2b)"), re.escape(domain)
    # Behind a + another address may go on (`list+ann@`), or what it returns to begins (`bounce+ann=`).
    return rf"(?:(?<![\w.%+-]){name}(?:@|%40|=40)|(?<![\w.%-]){name}=){place}"


def _number(written_out: str) -> str:
    code, national = number.divided(written_out)
    country = rf"(?:(?:\+|00|%2b){_BETWEEN})?{_BETWEEN.join(code)}{_BETWEEN}(?:0{_BETWEEN})?"
    often = "?" if len(national) >= _ALONE else ""
    return rf"(?<![\w+])(?:{country}|0{_BETWEEN}){often}{_BETWEEN.join(national)}"
