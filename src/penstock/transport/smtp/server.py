"""Where to hand over and on what terms: a server, written as a URL.

smtp://user:password@mail.example.org:587?tls=starttls&connections=10
smtps://user:password@mail.example.org           (implicit TLS, port 465)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

Security = Literal["none", "opportunistic", "starttls", "implicit"]
SECURITIES: Final = ("none", "opportunistic", "starttls", "implicit")
MECHANISMS: Final = ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2")
DEFAULT_CONNECTIONS: Final = 10
DEFAULT_MESSAGES: Final = 10_000
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
