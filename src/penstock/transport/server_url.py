"""What the URLs of all servers have in common: a host, and options behind the question mark. Pure.

Whoever wants a URL read gets a value or a ServerURLError whose message says what is wrong with which part and what is possible.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

Read = Callable[[str], object]
"""Reads the value of one option; raises ValueError, whose message says what it may be."""

_AUTHORITY = re.compile(r"(?:\[([^\[\]]*)\]|([^\[\]:]*))(?::[0-9]*)?")
"""What stands behind the @: a host, an IPv6 address in brackets, a port (RFC 3986 §3.2)."""
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_NAME_LENGTH: Final = 253
"""Characters of a name (RFC 1035 §2.3.4, without the lengths)."""
UNSAFE: Final = frozenset(map(chr, range(0x20))) | {"\x7f"}


class ServerURLError(ValueError):
    """A server URL that cannot be used; the message says what is wrong with which part and what is possible."""


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "localhost.") or host.endswith(".localhost")


def host_of(host: str, written: str) -> str:
    """Return a host as it is looked up, a name in A-labels (RFC 5890); `written` is what the URL has of it, with the port."""
    found = _AUTHORITY.fullmatch(written)
    if found is None:
        raise ServerURLError(
            f"the server's URL names {written!r}, which is no host; write HOST, HOST:PORT or [IPV6]:PORT"
        )
    if found[1] is not None or re.fullmatch(r"[0-9.]+", host):
        return _address(host)
    name = host if host.isascii() else _in_ascii(host)
    labels = name.removesuffix(".").split(".")
    if len(name) > _NAME_LENGTH or not all(map(_LABEL.fullmatch, labels)):
        raise ServerURLError(
            f"the server's URL names {host[:80]!r}, which is no host; a name is made of letters, digits, hyphens, underscores and dots"
        )
    return name


def _address(host: str) -> str:
    address, _, zone = host.partition("%")  # RFC 6874
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise ServerURLError(f"the server's URL names {host!r}, which is no IP address") from None
    if zone and not re.fullmatch(r"[A-Za-z0-9._-]+", zone):
        raise ServerURLError(f"the server's URL names {host!r}, whose zone is no name of an interface")
    return host


def _in_ascii(host: str) -> str:
    import idna  # 10 ms that most never need

    try:
        labels = idna.uts46_remap(host, std3_rules=False).split(".")
        return ".".join(label if label.isascii() else idna.encode(label).decode("ascii") for label in labels)
    except (idna.IDNAError, UnicodeError) as error:
        raise ServerURLError(
            f"the server's URL names {host[:80]!r}, which is no international name: {error}"
        ) from None


def options(query: str, readers: Mapping[str, Read]) -> dict[str, object]:
    """Return the options behind the question mark, each read by its reader. Raises ServerURLError."""
    found: dict[str, object] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in readers:
            raise ServerURLError(
                f"the server's URL has an unknown option {name!r}; known are {', '.join(sorted(readers))}"
            )
        try:
            found[name] = readers[name](value)
        except ValueError as error:
            raise ServerURLError(
                f"the option {name}={value!r} of the server's URL is wrong: {error}"
            ) from None
    return found


def choice(allowed: tuple[str, ...], case: Callable[[str], str]) -> Callable[[str], str]:
    """Read one of `allowed`, in whatever case."""

    def read(value: str) -> str:
        if (name := case(value)) not in allowed:
            raise ValueError(f"it may be {', '.join(name.lower() for name in allowed)}")
        return name

    return read


def yes_no(value: str) -> bool:
    """Read yes or no."""
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError("it may be yes or no")
    return value.lower() in ("yes", "true", "1")


def count(value: str) -> int:
    """Read a whole number from 1 on."""
    if not value.isdecimal() or int(value) < 1:
        raise ValueError("it has to be a whole number from 1 on")
    return int(value)


def path(value: str) -> str:
    """Read the name of a file."""
    if not value or UNSAFE & set(value):
        raise ValueError("it has to be the name of a file")
    return value


def word(value: str) -> str:
    """Read a word without spaces and control characters."""
    if not value or UNSAFE & set(value) or " " in value:
        raise ValueError("it has to be a word without spaces and control characters")
    return value
