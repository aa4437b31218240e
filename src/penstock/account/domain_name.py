"""What can be a sending domain: a name that somebody can own, as lower-case A-labels. Pure.

Refused: what is no host name; single labels and addresses; suffixes under which anybody registers (`co.uk`, by the
Public Suffix List); names that never are in the public DNS nor in a network's own (RFC 6761, RFC 7686). A suffix of a
company's own (`github.io`) is its company's domain: whoever can set records there may send from it.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import idna

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LONGEST: Final = 200
"""Octets of a name: `selector._domainkey.` has to fit before it (253 in all, RFC 1035 §2.3.4)."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOST_LABEL = re.compile(r"_?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NOWHERE = frozenset({"localhost", "invalid", "onion", "arpa", "alt"})
_WEB = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class DomainNameError(ValueError):
    """A text that is no domain to send from; the message says why, and what to give."""


def parse(text: str) -> str:
    """Return the domain as lower-case A-labels without a dot at its end. Raises DomainNameError."""
    given = text.strip().removesuffix(".")
    if not given:
        raise DomainNameError("Give the domain's name, such as example.org.")
    if "@" in given:
        raise DomainNameError(f"{_shown(given)} is an address. Give what stands behind the @.")
    if _WEB.match(given) or "/" in given:
        raise DomainNameError(f"{_shown(given)} is a web address. Give the name alone, such as example.org.")
    name = _mapped(given)
    _check_labels(given, name)
    if len(name) > LONGEST:
        raise DomainNameError(f"{_shown(given)} has {len(name)} characters; at most {LONGEST} are possible.")
    if name.rpartition(".")[2] in _NOWHERE:
        raise DomainNameError(f"{_shown(given)}: nobody can own a name under .{name.rpartition('.')[2]}.")
    if is_public_suffix(name):
        raise DomainNameError(
            f"{_shown(given)} is a public suffix: names are registered under it. Give one, such as example.{name}."
        )
    return name


def host(text: str) -> str:
    """Return the name of a host, in A-labels and lower case. Raises DomainNameError."""
    given = text.strip().removesuffix(".")
    name = _mapped(given) if given else ""
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise DomainNameError(f"{_shown(given)} is no host name. Give one such as mail.example.org.")
    return name


def is_public_suffix(name: str) -> bool:
    """Whether anybody can register names directly under this one."""
    return bool(_registries().is_public(name))


def organisation(name: str) -> str:
    """Return the organisational domain of a name (RFC 7489 §3.2): the public suffix and one label; else the name itself."""
    return _suffixes().privatesuffix(name) or name


def in_words(name: str) -> str:
    """Return a name as people write it: with its letters instead of A-labels, where they differ."""
    try:
        return idna.decode(name) if "xn--" in name else name
    except (idna.IDNAError, UnicodeError):
        return name


@cache
def _registries() -> "PublicSuffixList":
    """The suffixes of registries alone; a suffix that nobody knows is a private network's, and none."""
    from publicsuffixlist import PublicSuffixList  # only where it is asked: senders import this module

    return PublicSuffixList(accept_unknown=False, only_icann=True)


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _mapped(given: str) -> str:
    if given.isascii():
        return given.lower()
    try:
        labels = idna.uts46_remap(given, std3_rules=False).split(".")
        return ".".join(label if label.isascii() else idna.encode(label).decode() for label in labels).lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainNameError(f"{_shown(given)} is no international domain name: {error}.") from None


def _check_labels(given: str, name: str) -> None:
    labels = name.split(".")
    if len(labels) < 2:
        raise DomainNameError(f"{_shown(given)} has no dot. Give the whole name, such as example.org.")
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise DomainNameError(f"{_shown(given)} is no domain name: {_trouble(label)}.")
        if label.startswith("xn--"):
            try:
                idna.ulabel(label)
            except (idna.IDNAError, UnicodeError):
                raise DomainNameError(f"{_shown(given)}: {label} is no valid A-label.") from None
    if labels[-1].isdigit():
        raise DomainNameError(f"{_shown(given)} is a number or an IP address. Give a domain's name.")


def _trouble(label: str) -> str:
    if not label:
        return "there is a dot too many"
    if len(label) > 63:
        return "a part of it has more than 63 characters"
    if label.startswith("-") or label.endswith("-"):
        return f"{_shown(label)} has a hyphen at its edge"
    return f"{_shown(label)} has a character that no host name has"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
