"""What is an e-mail address, and when two of them are the same. Pure.

Accepted: a dot-atom of RFC 5322 §3.2.3 before the @, with any letter or sign of Unicode as RFC 6531 §3.3 allows; after
it a host name of at least two labels, in Unicode or as A-labels (RFC 5890), checked and mapped by UTS 46.

Not accepted: quoted local parts and address literals (`"a b"@x`, `a@[192.0.2.1]`). They are legal, nobody's contacts
have them, and they are what smuggles commands and headers. Nor names around it (`Anna <a@b.example>`).

Normalised: local part in NFC and lower case, domain as lower-case A-labels. RFC 5321 §2.4 lets a host tell `Anna` from
`anna`; none in use does, and whoever types both means one mailbox: two copies would be the greater harm.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import idna

MAX_LOCAL: Final = 64  # octets, RFC 5321 §4.5.3.1.1
MAX_ADDRESS: Final = 254  # octets: a path of 256 (§4.5.3.1.3) without its angle brackets
MAX_LABEL: Final = 63

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # pasted along with an address, at its ends
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class AddressError(ValueError):
    """A text that is no address to send to, nor a telephone number; the message says why, as the rest of a sentence about it.

    `given` is the text where it is not the only one that was given.
    """

    given: str | None = None


class Address(NamedTuple):
    """An address as given (trimmed), and its normal form, by which duplicates and suppressions are found."""

    address: str
    normal: str

    @property
    def domain(self) -> str:
        """The domain as lower-case A-labels."""
        return self.normal.rpartition("@")[2]


def parse(text: str) -> Address:
    """Return the address in `text`. Raises AddressError with the reason."""
    address = text.strip().strip(_INVISIBLE).strip()
    if not address:
        raise AddressError("is empty")
    _refuse_control(address)
    local, at, domain = address.rpartition("@")
    if not at:
        raise AddressError("has no @")
    if "@" in local:
        raise AddressError("has more than one @")
    local = _local(local)
    normal = f"{local}@{_domain(domain)}"
    if max(len(normal.encode()), len(address.encode())) > MAX_ADDRESS:
        raise AddressError(f"is longer than {MAX_ADDRESS} octets")
    return Address(address, normal)


def _refuse_control(address: str) -> None:
    """Refuse what could end a line or hide in it: control, format and unassigned characters, and every space."""
    for char in address:
        category = unicodedata.category(char)
        if category[0] == "C":
            raise AddressError(f"contains the control character U+{ord(char):04X}")
        if category[0] == "Z":
            raise AddressError("contains a space")


def _local(local: str) -> str:
    if not local:
        raise AddressError("has nothing before the @")
    if not _ATOM.fullmatch(local):
        wrong = next(char for char in local if not _ATOM.fullmatch(char))
        raise AddressError(f"has {wrong} before the @")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError("has a dot at the start, at the end or twice before the @")
    if len(local.encode()) > MAX_LOCAL:
        raise AddressError(f"has more than {MAX_LOCAL} octets before the @")
    normal = local.lower() if local.isascii() else _fold(local)
    if len(normal.encode()) > MAX_LOCAL:
        raise AddressError(f"has more than {MAX_LOCAL} octets before the @")
    return normal


def _fold(local: str) -> str:
    """Lower case in NFC; lower-casing can take a text out of NFC, and NFC never brings capitals back."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())


def _domain(domain: str) -> str:
    if not domain:
        raise AddressError("has nothing after the @")
    if domain.startswith("["):
        raise AddressError("has an address literal after the @")
    name = domain.lower() if domain.isascii() else _mapped(domain)
    labels = name.split(".")
    if len(labels) < 2:
        raise AddressError("has no dot after the @")
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise AddressError(f"has no host name after the @ ({_trouble(label)})")
        if label.startswith("xn--"):
            _check_a_label(label)
    if labels[-1].isdigit():
        raise AddressError("has a number as its top-level domain")
    return name


def _trouble(label: str) -> str:
    if not label:
        return "a dot too many"
    if len(label) > MAX_LABEL:
        return f"a label of more than {MAX_LABEL} characters"
    if label.startswith("-") or label.endswith("-"):
        return f"a hyphen at the edge of {label}"
    wrong = next(char for char in label if not (char.isascii() and (char.isalnum() or char == "-")))
    return f"the character {wrong}"


def _mapped(domain: str) -> str:
    """Return a domain with letters beyond ASCII as A-labels, mapped by UTS 46 (non-transitional)."""
    try:
        labels = idna.uts46_remap(domain, std3_rules=False).split(".")
        return ".".join(label if label.isascii() else idna.encode(label).decode() for label in labels).lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"has no valid international domain ({error})") from error


def _check_a_label(label: str) -> None:
    try:
        idna.ulabel(label)
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"has no valid international domain ({label})") from error
