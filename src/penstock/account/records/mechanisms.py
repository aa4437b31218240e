"""SPF (RFC 7208) as far as a sender's own record goes: the mechanisms that let servers send, and whether a record has them. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from penstock.account import domain_name

MOST_LOOKUPS: Final = 10
"""Look-ups that evaluating a record may take (§4.6.4); beyond, every receiver answers with an error."""
_LONGEST = 450
_QUALIFIERS = "+-~?"
_LOOKING_UP = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_KNOWN = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_CIDR = re.compile(r"(?:/\d{1,2})?(?://\d{1,3})?$")


class MechanismError(ValueError):
    """A text that is no mechanism to let a server send; says what to give."""


@dataclass(frozen=True)
class Term:
    """One term of a record: `+include:spf.example.net` is qualifier +, name include, value spf.example.net."""

    qualifier: str
    name: str
    value: str

    def __str__(self) -> str:
        shown = "" if self.qualifier == "+" else self.qualifier
        joined = "=" if self.name in ("redirect", "exp") else "" if self.value.startswith("/") else ":"
        return f"{shown}{self.name}{joined + self.value if self.value else ''}"


def mechanisms(text: str) -> str:
    """Return mechanisms as they are kept: lower case, one space between. Raises MechanismError for what lets no server send."""
    words = text.strip().lower().split()
    if not words or len(text) > _LONGEST:
        raise MechanismError(
            "Give the SPF mechanism of your servers, such as include:spf.example.net or ip4:192.0.2.7."
        )
    return " ".join(_checked(word) for word in words)


def _checked(word: str) -> str:
    found = term(word)
    if found.qualifier != "+" or found.name not in ("include", "a", "mx", "ip4", "ip6"):
        raise MechanismError(
            f"{word!r} does not let a server send. Give include:NAME, a, a:HOST, mx, mx:NAME, ip4:ADDRESS or ip6:ADDRESS."
        )
    if found.name in ("ip4", "ip6"):
        if network(found) is None:
            raise MechanismError(
                f"{word!r} has no address of that kind, such as ip4:192.0.2.7 or ip4:192.0.2.0/24."
            )
    elif found.value or found.name == "include":
        try:
            domain_name.host(_CIDR.sub("", found.value))
        except domain_name.DomainNameError as error:
            raise MechanismError(f"{word!r}: {error}") from None
    return str(found)


def term(word: str) -> Term:
    """Read one term."""
    qualifier = word[0] if word[:1] in tuple(_QUALIFIERS) else "+"
    bare = word.removeprefix(qualifier)
    match = re.match(r"([a-z][a-z0-9_.-]*)[:=]?(.*)", bare.lower())
    name, value = (match[1], match[2]) if match else (bare.lower(), "")
    return Term(qualifier, name, value.removesuffix("."))


def is_record(text: str) -> bool:
    """Whether a TXT record is one of SPF (§4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def terms(record: str) -> list[Term]:
    """Return the terms of a record, in order."""
    return [term(word) for word in record.split()[1:]]


def unknown(record: str) -> list[str]:
    """Return the terms that make the record an error to every receiver (§4.6): mechanisms that there are not."""
    return [
        str(each)
        for each, word in zip(terms(record), record.split()[1:], strict=True)
        if each.name not in _KNOWN and "=" not in word
    ]


def looks_up(found: Term) -> bool:
    """Whether evaluating the term takes a look-up that counts (§4.6.4)."""
    return found.name in _LOOKING_UP


def network(found: Term) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the network of an ip4 or ip6 term; None when it is none."""
    try:
        kind = ipaddress.IPv4Network if found.name == "ip4" else ipaddress.IPv6Network
        return kind(found.value, strict=False)
    except ValueError:
        return None


def covers(found: Term, wanted: Term) -> bool:
    """Whether a term of a record lets send whatever the wanted one would."""
    if found.qualifier != "+":
        return False
    if found.name == wanted.name and found.value == wanted.value:
        return True
    if found.name == "all":
        return True
    if found.name == wanted.name and found.name in ("ip4", "ip6"):
        outer, inner = network(found), network(wanted)
        return outer is not None and inner is not None and inner.subnet_of(outer)  # type: ignore[arg-type]
    return False
