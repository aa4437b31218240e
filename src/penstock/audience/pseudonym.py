"""What stands in place of an address when somebody has been erased: a keyed hash, the same each time, that nobody turns back.

HMAC-SHA-256 (RFC 2104) over account and normalised address, 128 bits of it. The key is derived from the installation's secret key, which
is not in the database: whoever has only the database, or a backup of it, cannot try out addresses. SQL makes the same one
(audience_pseudonym), given the key.
"""

import hashlib
import hmac
from functools import cache
from typing import Final

from penstock.audience import identity
from penstock.platform.environment import derived_key

PREFIX: Final = "erased:"
"""How a pseudonym begins; no address does, for it has no @, and no number, for it has a letter."""
_BLOCK: Final = 64  # octets that SHA-256 works on


def of(account: int, normal: str) -> str:
    """Return the pseudonym of a normalised address in an account: `erased:` and 32 hexadecimal digits."""
    return PREFIX + hmac.digest(_key(), f"{account}:{normal}".encode(), hashlib.sha256).hex()[:32]


def number(pseudonym: str) -> int:
    """Return what stands in place of the contact's number: negative, so that it is no contact's, and the same each time."""
    return -1 - (int(pseudonym.removeprefix(PREFIX), 16) >> 66)


def is_pseudonym(text: str) -> bool:
    """Tell whether `text` stands for somebody who was erased."""
    return text.startswith(PREFIX)


def normal_of(text: str) -> str:
    """Return the normal form of an address or a number; what stands in a ledger for somebody who was erased is one already. Raises AddressError."""
    return text if is_pseudonym(text) else identity.normal(text)


@cache
def blocks() -> bytes:
    """Return the key as audience_pseudonym takes it: the inner and the outer block of HMAC."""
    key = _key().ljust(_BLOCK, b"\0")
    return bytes(each ^ 0x36 for each in key) + bytes(each ^ 0x5C for each in key)


@cache
def _key() -> bytes:
    return derived_key("pseudonyms")
