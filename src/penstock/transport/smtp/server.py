"""Where to hand over and on what terms: a server, written as a URL.

smtp://user:password@mail.example.org:587?tls=starttls&connections=10
smtps://user:password@mail.example.org           (implicit TLS, port 465)
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import ClassVar, Final, Literal, cast
from urllib.parse import quote, unquote, urlencode, urlsplit

from penstock.transport.server_url import (
    UNSAFE,
    Read,
    ServerURLError,
    choice,
    count,
    host_of,
    is_loopback,
    options,
    path,
    word,
    yes_no,
)

__all__ = ["Server", "ServerURLError", "is_loopback"]

Security = Literal["none", "opportunistic", "starttls", "implicit"]
SECURITIES: Final = ("none", "opportunistic", "starttls", "implicit")
MECHANISMS: Final = ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2")
DEFAULT_CONNECTIONS: Final = 10
DEFAULT_MESSAGES: Final = 10_000
_READERS: Final[dict[str, Read]] = {
    "tls": choice(SECURITIES, str.lower), "auth": choice(MECHANISMS, str.upper), "verify": yes_no,
    "auth_clear": yes_no, "cafile": path, "helo": word, "connections": count, "messages_per_connection": count,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """One SMTP server and the terms on which to talk to it. Shows its password to nobody."""

    channel: ClassVar[str] = "email"
    receipts: ClassVar[bool] = False  # it tells later what has arrived, and messages wait for that
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
                f"the server's URL begins with {parts.scheme or 'nothing'}://; use smtp:// or smtps://, anymail+NAME:// for a provider, smpp:// or smpps:// for SMS"
            )
        if not host:
            raise ServerURLError("the server's URL names no host; write smtp://HOST or smtp://HOST:PORT")
        host = host_of(host, parts.netloc.rpartition("@")[2])
        if port == 0:
            raise ServerURLError("the server's URL names port 0; ports are 1 to 65535")
        if parts.path not in ("", "/") or parts.fragment:
            raise ServerURLError("the server's URL has a path; a server is smtp://HOST:PORT?OPTIONS")
        username = unquote(parts.username or "")
        secret = unquote(parts.password or "") if password is None else password
        if UNSAFE & set(username + secret):
            raise ServerURLError(
                "user name or password contain a control character; perhaps a line end was copied along"
            )
        found = options(parts.query, _READERS)
        tls = cast(Security, found.pop("tls", _usual_security(parts.scheme, host, username)))
        if parts.scheme == "smtps" and tls != "implicit":
            raise ServerURLError(
                f"smtps:// means implicit TLS, and the option says tls={tls}; write smtp:// or leave tls out"
            )
        server = cls(host, port or _usual_port(tls, username), tls, username, secret)
        return replace(server, **found)  # type: ignore[arg-type]

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
    def room(self) -> int:
        """Messages that may be on the wire at a time."""
        return self.connections

    @property
    def loopback(self) -> bool:
        """It is on this machine, as far as the name tells."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host  # RFC 3986 §3.2.2
        return f"{host}:{self.port}"


def _usual_security(scheme: str, host: str, username: str) -> Security:
    if scheme == "smtps":
        return "implicit"
    return "starttls" if username and not is_loopback(host) else "opportunistic"


def _usual_port(tls: Security, username: str) -> int:
    if tls == "implicit":
        return 465
    return 587 if username else 25
