"""Where to hand over and on what terms: a server, written as a URL.

smtp://user:password@mail.example.org:587?tls=starttls&connections=10
smtps://user:password@mail.example.org           (implicit TLS, port 465)
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

Security = Literal["none", "opportunistic", "starttls", "implicit"]
SECURITIES: Final = ("none", "opportunistic", "starttls", "implicit")
MECHANISMS: Final = ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2")
DEFAULT_CONNECTIONS: Final = 10
DEFAULT_MESSAGES: Final = 10_000
_AUTHORITY = re.compile(r"(?:\[([^\[\]]*)\]|([^\[\]:]*))(?::[0-9]*)?")
"""What stands behind the @: a host, an IPv6 address in brackets, a port (RFC 3986 §3.2)."""
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_NAME_LENGTH: Final = 253
"""Characters of a name (RFC 1035 §2.3.4, without the lengths)."""
_UNSAFE = frozenset(map(chr, range(0x20))) | {"\x7f"}


class ServerURLError(ValueError):
    """A server URL that cannot be used; the message says what is wrong with which part and what is possible."""


@dataclass(frozen=True, slots=True)
class Server:
    """One SMTP server and the terms on which to talk to it. Shows its password to nobody."""

    host: str
    port: int = 25
    tls: Security = (
        "opportunistic"  # opportunistic: encrypted where offered, the certificate not verified (RFC 7435)
    )
    username: str = ""
    password: str = field(default="", repr=False)
    auth: str = ""  # a mechanism by name; "": the strongest offered
    auth_clear: bool = False  # PLAIN and LOGIN may go over clear text to another machine
    verify: bool = True  # the certificate and the name in it
    cafile: str = ""  # certificates trusted instead of the system's
    helo: str = ""  # our name in EHLO; "": the name of this host, or its address
    connections: int = DEFAULT_CONNECTIONS
    messages_per_connection: int = DEFAULT_MESSAGES

    @classmethod
    def from_url(cls, url: str, password: str | None = None) -> Server:
        """Read `url`; `password` replaces the one in it (they are stored apart). Raises ServerURLError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ServerURLError(f"the server's URL cannot be read: {error}") from None
        if parts.scheme not in ("smtp", "smtps"):
            raise ServerURLError(
                f"the server's URL begins with {parts.scheme or 'nothing'}://; use smtp:// or smtps://, or anymail+NAME:// for a provider"
            )
        if not host:
            raise ServerURLError("the server's URL names no host; write smtp://HOST or smtp://HOST:PORT")
        host = _host(host, parts.netloc.rpartition("@")[2])
        if port == 0:
            raise ServerURLError("the server's URL names port 0; ports are 1 to 65535")
        if parts.path not in ("", "/") or parts.fragment:
            raise ServerURLError("the server's URL has a path; a server is smtp://HOST:PORT?OPTIONS")
        username = unquote(parts.username or "")
        secret = unquote(parts.password or "") if password is None else password
        if _UNSAFE & set(username + secret):
            raise ServerURLError(
                "user name or password contain a control character; perhaps a line end was copied along"
            )
        options = _options(parts.query)
        tls = cast(Security, options.pop("tls", _usual_security(parts.scheme, host, username)))
        if parts.scheme == "smtps" and tls != "implicit":
            raise ServerURLError(
                f"smtps:// means implicit TLS, and the option says tls={tls}; write smtp:// or leave tls out"
            )
        server = cls(host, port or _usual_port(tls, username), tls, username, secret)
        return replace(server, **options)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """The URL without the password: `from_url(server.url, server.password) == server`."""
        shown = []
        for name in (
            f.name for f in fields(self) if f.name not in ("host", "port", "username", "password", "tls")
        ):
            value, usual = getattr(self, name), type(self).__dataclass_fields__[name].default
            if value != usual:
                shown.append((name, ("no", "yes")[value] if isinstance(value, bool) else str(value)))
        user = quote(self.username, safe="") + "@" if self.username else ""
        return f"smtp://{user}{self}?{urlencode([('tls', self.tls), *shown])}"

    @property
    def loopback(self) -> bool:
        """It is on this machine, as far as the name tells."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host  # RFC 3986 §3.2.2
        return f"{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "localhost.") or host.endswith(".localhost")


def _host(host: str, written: str) -> str:
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


def _usual_security(scheme: str, host: str, username: str) -> Security:
    if scheme == "smtps":
        return "implicit"
    return "starttls" if username and not is_loopback(host) else "opportunistic"


def _usual_port(tls: Security, username: str) -> int:
    if tls == "implicit":
        return 465
    return 587 if username else 25


def _options(query: str) -> dict[str, object]:
    """The options behind the question mark, checked."""
    readers: dict[str, Callable[[str], object]] = {
        "tls": _choice(SECURITIES, str.lower), "auth": _choice(MECHANISMS, str.upper), "verify": _yes_no,
        "auth_clear": _yes_no, "cafile": _path, "helo": _word, "connections": _count, "messages_per_connection": _count,
    }  # fmt: skip
    options: dict[str, object] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in readers:
            raise ServerURLError(
                f"the server's URL has an unknown option {name!r}; known are {', '.join(sorted(readers))}"
            )
        try:
            options[name] = readers[name](value)
        except ValueError as error:
            raise ServerURLError(
                f"the option {name}={value!r} of the server's URL is wrong: {error}"
            ) from None
    return options


def _choice(allowed: tuple[str, ...], case: Callable[[str], str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if (name := case(value)) not in allowed:
            raise ValueError(f"it may be {', '.join(name.lower() for name in allowed)}")
        return name

    return read


def _yes_no(value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError("it may be yes or no")
    return value.lower() in ("yes", "true", "1")


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise ValueError("it has to be a whole number from 1 on")
    return int(value)


def _path(value: str) -> str:
    if not value or _UNSAFE & set(value):
        raise ValueError("it has to be the name of a file")
    return value


def _word(value: str) -> str:
    if not value or _UNSAFE & set(value) or " " in value:
        raise ValueError("it has to be a word without spaces and control characters")
    return value
